//! The costs of single calls of the host, from inside wasm and as bare system calls. If a target is
//! missed, they show what bounds it.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use measure::{Effort, Repeats, Spread, table};
use rustix::fs::{Mode, OFlags};
use rustix::rand::{GetRandomFlags, getrandom};

use crate::guest::Concurrency;
use crate::peers::Peers;

/// The phases of the guest `calls`, and of [`natively`].
const CALLS: [&str; 13] = [
    "open-at, create and exclusive",
    "unlink-file-at, open file",
    "write 4 KiB to a new file",
    "read 4 KiB",
    "write 4 KiB over it",
    "stat",
    "set-size 0 of 4 KiB",
    "drop of an unlinked file",
    "get-random-u64",
    "a call that does nothing (clock resolution)",
    "monotonic-clock now: a number",
    "wall-clock now: a record in memory",
    "a call of the filesystem that does nothing (get-type)",
];

/// The operations whose calls are summed up. The difference to their times in the tables is spent
/// inside wasm.
const SUMS: [(&str, &[usize]); 3] = [
    ("together: W1, a new file (1, 2, 3, 4, 8, 9)", &[0, 1, 2, 3, 7, 8]),
    ("together: W1, recycled (4, 5)", &[3, 4]),
    ("together: a file made and dropped (1, 8, 9)", &[0, 7, 8]),
];

/// System calls, the host by default and without concurrency, and the embedded filesystem.
const PEERS: usize = 4;

/// The number of files at a time; each is an open file of this process.
const FILES: u32 = 256;

/// Measures and prints.
pub(crate) fn measure(peers: &mut Peers, effort: Effort) -> Result<()> {
    let rounds = effort.rounds(45);
    let measured =
        measure::interleave(PEERS, rounds, Repeats::Fixed(FILES), effort, |peer, n| match peer {
            0 => natively(peers.directory(), n),
            1 => peers.calls[&Concurrency::Default].run(peers.directory(), "calls", n),
            2 => peers.calls[&Concurrency::Off].run(peers.directory(), "calls", n),
            _ => peers.embedded_calls.run(peers.directory(), "calls", n),
        })?;
    let cell = |peer: usize, phases: &[usize]| {
        let spreads = phases.iter().map(|phase| {
            let rounds = measured[peer].get(*phase)?;
            Spread::of(rounds.iter().copied())
        });
        let spreads: Option<Vec<Spread>> = spreads.collect();
        match spreads.as_deref() {
            None => "–".to_owned(),
            Some([one]) => table::times(*one, table::time),
            Some(several) => table::time(several.iter().map(|spread| spread.median).sum()),
        }
    };
    let row = |label: String, phases: &[usize]| {
        let cells = (0..PEERS).map(|peer| cell(peer, phases));
        std::iter::once(label).chain(cells).collect::<Vec<_>>()
    };
    let calls = CALLS.iter().enumerate();
    let calls = calls.map(|(phase, call)| row(format!("{} {call}", phase + 1), &[phase]));
    let sums = SUMS.iter().map(|(label, phases)| row((*label).to_owned(), phases));
    let head = ["call", "system call, native", "in wasm", "in wasm, concurrency off", "embedded"];
    table::print("Single calls of the host", &head, &calls.chain(sums).collect::<Vec<_>>());
    Ok(())
}

/// Times the same as system calls, in the same order.
fn natively(directory: &Path, n: u32) -> Result<Vec<Duration>> {
    let directory = File::open(directory)?;
    let names: Vec<String> = (0..n).map(|file| format!("calls{file:08}")).collect();
    let mut files = Vec::with_capacity(names.len());
    let mut content = [b'x'; 4096];
    let mut number = [0; 8];
    Ok(vec![
        each(&names, |name| {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mode = Mode::from_raw_mode(0o666);
            files.push(File::from(rustix::fs::openat(&directory, name.as_str(), flags, mode)?));
            Ok(())
        })?,
        each(&names, |name| {
            let flags = rustix::fs::AtFlags::empty();
            Ok(rustix::fs::unlinkat(&directory, name.as_str(), flags)?)
        })?,
        each(&files, |file| Ok(file.write_all_at(&content, 0)?))?,
        each(&files, |file| Ok(file.read_exact_at(&mut content, 0)?))?,
        each(&files, |file| Ok(file.write_all_at(&content, 0)?))?,
        each(&files, |file| {
            black_box(rustix::fs::fstat(file)?);
            Ok(())
        })?,
        each(&files, |file| Ok(file.set_len(0)?))?,
        each(files, |file| {
            drop(file);
            Ok(())
        })?,
        each(&names, |_| {
            getrandom(&mut number, GetRandomFlags::empty())?;
            black_box(number);
            Ok(())
        })?,
    ])
}

fn each<T>(
    items: impl IntoIterator<Item = T>,
    mut call: impl FnMut(T) -> Result<()>,
) -> Result<Duration> {
    let start = Instant::now();
    for item in items {
        call(item)?;
    }
    Ok(start.elapsed())
}
