//! The measurements: what temporary files cost in each way of calling, beside peers that do the
//! same work in the same run.

mod arguments;
mod backtraces;
mod cpython;
mod embedded_targets;
mod embedding;
mod guest;
mod host_calls;
mod hosted_targets;
mod instantiation;
mod judged;
mod line;
mod module;
mod native;
mod peers;
mod report;
mod size;
mod spaces;
mod targets;
mod workloads;

use anyhow::{Context as _, Result, ensure};
use xtask::components::Profile;

use arguments::Arguments;
use peers::Peers;
use report::Report;
use workloads::WORKLOADS;

/// Measures what `arguments` ask for, and prints tables and targets.
///
/// # Errors
/// A component cannot be built, a peer fails, or an argument is not understood.
pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(status) = backtraces::without(arguments)? {
        ensure!(status.success(), "{status}");
        return Ok(());
    }
    let arguments = Arguments::parse(arguments)?;
    // Before anything starts a thread: threads and children inherit it.
    println!("{}", measure::pin());
    let mut peers = Peers::prepare(Profile::Optimised, arguments.against.as_deref())?;
    println!("{}\n", peers.describe());
    let mut report = Report::default();
    for workload in WORKLOADS.iter().filter(|workload| arguments.wants(workload.id)) {
        let context = || format!("{} {}", workload.id, workload.title);
        report.measure(workload, &mut peers, arguments.effort).with_context(context)?;
    }
    if arguments.wants("calls") {
        host_calls::measure(&mut peers, arguments.effort)?;
    }
    if arguments.wants("instantiate") {
        report.instantiation = Some(instantiation::measure(arguments.effort)?);
    }
    if arguments.wants("embed") {
        report.embedding = Some(embedding::measure(arguments.effort)?);
    }
    if arguments.wants("size") {
        report.size = Some(size::of_the_components()?);
    }
    if arguments.wants("spaces") {
        report.spaces = Some(spaces::measure(arguments.effort)?);
    }
    targets::print(&report);
    peers.finish()
}

/// Runs every workload in every way, untimed and `n` times, and names what ran. Checks that nothing
/// is left behind.
///
/// # Errors
/// As [`run`], or something is left behind.
pub fn smoke(n: u32) -> Result<Vec<String>> {
    let mut peers = Peers::prepare(Profile::Checked, None)?;
    let mut ran = Vec::new();
    for workload in &WORKLOADS {
        for entry in peers.entries(workload) {
            let context = || format!("{} {}", workload.id, entry.label());
            peers.run(&entry, n).with_context(context)?;
            ran.push(context());
        }
    }
    peers.finish()?;
    Ok(ran)
}
