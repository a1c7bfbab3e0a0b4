//! The driver: asks each host for its piece of work, and prints tables.

mod arguments;
mod copies;
mod growth;
mod native;
mod peer;
mod refusals;
mod scaling;
mod times;
mod workloads;

use anyhow::Result;

use arguments::{Arguments, Section};

/// Measures the sections that the words name.
pub(crate) fn run(words: &[String]) -> Result<()> {
    if native::is(words)? {
        return Ok(());
    }
    let arguments = Arguments::parse(words)?;
    for (label, message) in &arguments.failed {
        println!("{label} does not build, and has no figure: {message}\n");
    }
    if arguments.wants(Section::Scaling) {
        // It comes first, since every process that is started after `pin` is kept on one core.
        scaling::measure(&arguments)?;
    }
    if arguments.sections == [Section::Scaling] {
        return Ok(());
    }
    println!("{}\n", measure::pin());
    for workload in &workloads::WORKLOADS {
        if arguments.wants(Section::Workload(workload.id)) {
            times::measure(workload, &arguments)?;
        }
    }
    if arguments.wants(Section::Fork) {
        copies::measure(&arguments)?;
    }
    if arguments.wants(Section::Memory) {
        growth::measure(&arguments)?;
    }
    if arguments.wants(Section::Refusals) {
        refusals::print(&arguments)?;
    }
    Ok(())
}
