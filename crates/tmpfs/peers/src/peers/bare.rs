//! Lower bounds for the numbers of a crowd: the least work that finds a file by its name, and
//! memory that was never touched before.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, bail};
use measure::Stopwatch;

use crate::work::Work;

/// The least content of a file's row: times, size, links.
type Row = [u64; 12];

/// Does the work with the collections of std: a name is an entry of a `HashMap`, and a file is a
/// row of a `Vec`. There are no checks, no quotas and no order.
pub(super) fn collections(work: Work, times: u32) -> Result<Vec<Duration>> {
    let names: Vec<String> = (0..files(work)?).map(|file| format!("{file:07x}")).collect();
    let mut phases = vec![Duration::ZERO; 3];
    for _ in 0..times {
        let (mut rows, mut index) = (Vec::new(), HashMap::<Box<str>, usize>::new());
        let start = Stopwatch::start();
        for name in &names {
            index.insert(name.as_str().into(), rows.len());
            rows.push(black_box::<Row>([1; 12]));
        }
        phases[0] += start.elapsed();
        let start = Stopwatch::start();
        black_box(index.keys().map(|name| black_box(name).len()).sum::<usize>());
        phases[1] += start.elapsed();
        let start = Stopwatch::start();
        for name in &names {
            let row = index.remove(name.as_str()).expect("BUG: the name is there");
            rows[row] = [0; 12];
        }
        phases[2] += start.elapsed();
        black_box(&rows);
    }
    Ok(phases)
}

/// The bytes that the engine takes for an empty file (see the table of memory).
const FILE: usize = 155;

/// Measures how long the kernel takes to provide that memory page by page, and to take it back. The
/// allocator keeps small amounts, so their effect does not show.
pub(super) fn page_faults(work: Work, times: u32) -> Result<Vec<Duration>> {
    let files = usize::try_from(files(work)?)?;
    let mut phases = vec![Duration::ZERO; 3];
    for _ in 0..times {
        let start = Stopwatch::start();
        let mut memory = Vec::<u8>::with_capacity(files * FILE);
        let pages = memory.spare_capacity_mut().iter_mut().step_by(4096);
        pages.for_each(|page| _ = black_box(page).write(1));
        phases[0] += start.elapsed();
        let start = Stopwatch::start();
        drop(black_box(memory));
        phases[2] += start.elapsed();
    }
    Ok(phases)
}

fn files(work: Work) -> Result<u32> {
    match work {
        Work::Crowd { files } => Ok(files),
        _ => bail!("a floor of crowds only"),
    }
}
