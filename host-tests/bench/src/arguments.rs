//! The command line of the benchmark.

use anyhow::{Context as _, Result, bail};
use measure::Effort;

use crate::workloads::WORKLOADS;

/// The measurements besides the workloads.
const OTHERS: [&str; 5] = ["calls", "instantiate", "embed", "size", "spaces"];

pub(crate) struct Arguments {
    /// The names of what is measured, in lower case; everything if it is empty.
    wanted: Vec<String>,
    pub(crate) effort: Effort,
    /// An earlier commit, whose components are rows of their own.
    pub(crate) against: Option<String>,
}

impl Arguments {
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let mut arguments = Self { wanted: Vec::new(), effort: Effort::Full, against: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let word = word.to_lowercase();
            let known = || WORKLOADS.iter().map(|it| it.id).chain(OTHERS);
            if word == "--quick" {
                arguments.effort = Effort::Quick;
            } else if word == "--against" {
                let commit = words.next().context("--against says which commit")?;
                arguments.against = Some(commit.clone());
            } else if known().any(|id| id.to_lowercase() == word) {
                arguments.wanted.push(word);
            } else {
                let known: Vec<_> = known().collect();
                bail!("usage: bench [--quick] [--against COMMIT] [{}] ...", known.join(" | "));
            }
        }
        Ok(arguments)
    }

    pub(crate) fn wants(&self, id: &str) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&id.to_lowercase())
    }
}
