//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use measure::Effort;

use crate::driver::peer::{PEERS, Peer};
use crate::driver::workloads::WORKLOADS;

/// A part of the measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Workload(&'static str),
    Fork,
    Memory,
    Refusals,
    Scaling,
}

impl Section {
    const OTHERS: [(&str, Self); 4] = [
        ("fork", Self::Fork),
        ("memory", Self::Memory),
        ("refusals", Self::Refusals),
        ("scaling", Self::Scaling),
    ];

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let workloads = WORKLOADS.iter().map(|it| (it.id, Self::Workload(it.id)));
        workloads.chain(Self::OTHERS)
    }
}

pub(crate) struct Arguments {
    /// The sections to measure; all if it is empty.
    pub(crate) sections: Vec<Section>,
    pub(crate) effort: Effort,
    /// The folder of the guests.
    guests: PathBuf,
    /// The peers whose programs could not be built, and the compiler's message.
    pub(crate) failed: Vec<(&'static str, String)>,
}

impl Arguments {
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let (mut sections, mut failed, mut guests) = (Vec::new(), Vec::new(), None);
        let mut effort = Effort::Full;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let named = Section::all().find(|(name, _)| name.eq_ignore_ascii_case(word));
            match (word.as_str(), named) {
                (_, Some((_, section))) => sections.push(section),
                ("--quick", _) => effort = Effort::Quick,
                ("--guests", _) => guests = words.next().map(PathBuf::from),
                ("--failed", _) => {
                    let program = words.next().context("--failed names a program")?;
                    let message = words.next().context("--failed gives a message")?;
                    let peers = PEERS.iter().filter(|peer| peer.program == program);
                    failed.extend(peers.map(|peer| (peer.label, message.clone())));
                }
                _ => {
                    let names: Vec<_> = Section::all().map(|(name, _)| name).collect();
                    bail!("usage: [--quick] --guests FOLDER [{}] ...", names.join(" | "));
                }
            }
        }
        let guests = guests.context("--guests gives the folder of the guests")?;
        Ok(Self { sections, effort, guests, failed })
    }

    pub(crate) fn wants(&self, section: Section) -> bool {
        self.sections.is_empty() || self.sections.contains(&section)
    }

    /// Returns the peers that were built.
    pub(crate) fn peers(&self) -> impl Iterator<Item = &'static Peer> {
        let built = |peer: &&Peer| self.failed.iter().all(|(label, _)| *label != peer.label);
        PEERS.iter().filter(built)
    }

    /// Returns the file of a guest.
    pub(crate) fn guest(&self, name: &str) -> PathBuf {
        self.guests.join(name).with_extension("wasm")
    }
}
