//! The command line.

use anyhow::{Result, bail};
use measure::Effort;

use crate::work::Work;
use crate::{crowd, memory, report, template};

/// A part of the measurements.
#[derive(Clone, Copy)]
pub(crate) struct Section {
    name: &'static str,
    measure: fn(Effort) -> Result<()>,
}

const SECTIONS: [Section; 7] = [
    Section { name: "W1", measure: |effort| report::measure(Work::Anonymous, effort) },
    Section { name: "W2", measure: |effort| report::measure(Work::Named, effort) },
    Section { name: "W3", measure: |effort| report::measure(Work::Tree, effort) },
    Section { name: "W5", measure: report::bulk },
    Section { name: "W6", measure: crowd::measure },
    Section { name: "memory", measure: |_| memory::measure() },
    Section { name: "template", measure: template::measure },
];

impl Section {
    pub(crate) fn measure(self, effort: Effort) -> Result<()> {
        (self.measure)(effort)
    }
}

pub(crate) struct Arguments {
    pub(crate) sections: Vec<Section>,
    pub(crate) effort: Effort,
}

impl Arguments {
    /// Reads the sections; all of them if none is named.
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let mut arguments = Self { sections: Vec::new(), effort: Effort::Full };
        for word in words {
            let named = SECTIONS.iter().find(|section| section.name.eq_ignore_ascii_case(word));
            match named {
                Some(section) => arguments.sections.push(*section),
                None if word == "--quick" => arguments.effort = Effort::Quick,
                None => {
                    let names = SECTIONS.map(|section| section.name).join(" | ");
                    bail!("usage: tmpfs-peers [--quick] [{names}] ...");
                }
            }
        }
        if arguments.sections.is_empty() {
            arguments.sections = SECTIONS.to_vec();
        }
        Ok(arguments)
    }
}
