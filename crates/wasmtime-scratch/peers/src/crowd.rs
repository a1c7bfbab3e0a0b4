//! Many instances at once, each on a thread and a space of its own.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::host::{Host, Limits};

/// Lets instances work until the time is over: the operations that each finished.
pub(crate) fn measure<H: Host>(
    host: &H,
    instances: usize,
    milliseconds: u64,
    work: &[&str],
) -> Result<String> {
    /// A run of a guest. What it takes to start one is a thousandth of it.
    const OPERATIONS: u32 = 5_000;
    let operations = OPERATIONS.to_string();
    let arguments = [work, &[&operations]].concat();
    let start = Barrier::new(instances);
    let member = || -> Result<u64> {
        let space = host.space(Limits::GENEROUS);
        start.wait();
        let space = space?;
        let end = Instant::now() + Duration::from_millis(milliseconds);
        let mut done = 0;
        while Instant::now() < end {
            host.run(&space, &arguments)?;
            done += u64::from(OPERATIONS);
        }
        Ok(done)
    };
    let done: Result<Vec<u64>> = thread::scope(|scope| {
        let members: Vec<_> = (0..instances).map(|_| scope.spawn(member)).collect();
        let joined = members.into_iter().map(|member| member.join().ok().context("a panic")?);
        joined.collect()
    });
    Ok(done?.iter().map(u64::to_string).collect::<Vec<_>>().join(" "))
}
