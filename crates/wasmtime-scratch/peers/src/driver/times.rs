//! The times of a workload, on each host and natively.

use anyhow::{Result, anyhow};
use measure::{Repeats, Spread, table};

use crate::driver::arguments::Arguments;
use crate::driver::native;
use crate::driver::peer::Peer;
use crate::driver::workloads::Workload;

/// Measures a workload at all its scales, and prints a table for each phase.
pub(crate) fn measure(workload: &Workload, arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("rust_tempfile");
    let (mut able, mut refusals): (Vec<&Peer>, Vec<String>) = (Vec::new(), Vec::new());
    for peer in arguments.peers() {
        match peer.ask("run", &guest, &[workload.word, "1"])? {
            Ok(_) => able.push(peer),
            Err(failure) => refusals.push(format!("{}: {}", peer.label, failure.said)),
        }
    }
    // The reference is the last one.
    let run = |at: usize, times: u32| match able.get(at) {
        None => native::run(workload.word, times),
        Some(peer) => {
            let printed = peer.ask("run", &guest, &[workload.word, &times.to_string()])?;
            native::nanoseconds(&printed.map_err(|it| anyhow!("{}: {}", peer.label, it.said))?)
        }
    };
    for (rounds, repeats) in workload.scales {
        let (effort, everyone) = (arguments.effort, able.len() + 1);
        let rounds = effort.rounds(*rounds);
        let measured = measure::interleave(everyone, rounds, *repeats, effort, run)?;
        for (phase, name) in workload.phases.iter().enumerate() {
            let labels = able.iter().map(|peer| peer.label).chain(["Rust tempfile, native"]);
            let rows = labels.zip(&measured).map(|(label, phases)| {
                let ratio =
                    |to: usize| table::ratios(Spread::ratio(&measured[to][phase], &phases[phase]));
                let times = table::times(Spread::of_rounds(&phases[phase]), table::time);
                vec![label.to_owned(), times, ratio(0), ratio(able.len())]
            });
            let scale = match repeats {
                Repeats::Fixed(n) => format!("; {name}, {n} of them"),
                Repeats::Calibrated => String::new(),
            };
            let head = ["host", "median [min .. max]", "as fast as ours", "as native"];
            let title = format!("{} {}{scale}", workload.id, workload.title);
            table::print(&title, &head, &rows.collect::<Vec<_>>());
        }
    }
    for refusal in &refusals {
        println!("no figure for {refusal}\n");
    }
    Ok(())
}
