//! Many instances at once, each with its own thread and space.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::host::{Host, Limits};

/// Lets instances work until the time is over. Returns the operations per second of all together,
/// and then of each.
pub(crate) fn measure<H: Host>(
    host: &H,
    instances: usize,
    milliseconds: u64,
    work: &[&str],
) -> Result<String> {
    /// The operations of one run of a guest, so many that starting it is a small part.
    const OPERATIONS: u32 = 500;
    let operations = OPERATIONS.to_string();
    let arguments = [work, &[&operations]].concat();
    let together = Barrier::new(instances);
    let member = || -> Result<(f64, f64)> {
        let space = host.space(Limits::GENEROUS);
        together.wait();
        let (space, start) = (space?, Instant::now());
        let mut done = 0.0;
        while start.elapsed() < Duration::from_millis(milliseconds) {
            host.run(&space, &arguments)?;
            done += f64::from(OPERATIONS);
        }
        Ok((done, done / start.elapsed().as_secs_f64()))
    };
    let begun = Instant::now();
    let done: Result<Vec<(f64, f64)>> = thread::scope(|scope| {
        let members: Vec<_> = (0..instances).map(|_| scope.spawn(member)).collect();
        let joined = members.into_iter().map(|member| member.join().ok().context("a panic")?);
        joined.collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let done = done?;
    let all = done.iter().map(|(done, _)| done).sum::<f64>() / took;
    let rates = [all].into_iter().chain(done.iter().map(|(_, rate)| *rate));
    Ok(rates.map(|rate| rate.to_string()).collect::<Vec<_>>().join(" "))
}
