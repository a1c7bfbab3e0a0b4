//! The command line of the benchmark.

use anyhow::{Result, bail};

use crate::bench::rounds::Effort;
use crate::bench::workloads::WORKLOADS;

/// What is measured besides the workloads.
const OTHERS: [&str; 4] = ["calls", "instantiate", "embed", "size"];

pub(super) struct Arguments {
    /// What is measured, in lower case; everything where empty.
    wanted: Vec<String>,
    pub(super) effort: Effort,
}

impl Arguments {
    pub(super) fn parse(words: &[String]) -> Result<Self> {
        let mut arguments = Self { wanted: Vec::new(), effort: Effort::Full };
        for word in words {
            let word = word.to_lowercase();
            let known = || WORKLOADS.iter().map(|it| it.id).chain(OTHERS);
            if word == "--quick" {
                arguments.effort = Effort::Quick;
            } else if known().any(|id| id.to_lowercase() == word) {
                arguments.wanted.push(word);
            } else {
                let known: Vec<_> = known().collect();
                bail!("usage: bench [--quick] [{}] ...", known.join(" | "));
            }
        }
        Ok(arguments)
    }

    pub(super) fn wants(&self, id: &str) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&id.to_lowercase())
    }
}
