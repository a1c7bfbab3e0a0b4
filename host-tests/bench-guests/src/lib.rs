//! The parts that all measured guests share. The arguments name the workload and its size. The
//! guest measures its phases by its own clock, and prints their nanoseconds on standard output.

pub mod bindings;
mod mixed;

use std::fmt::Debug;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bindings::tempfile::{MkstempOptions, NameOptions};

/// The only directory that the host grants.
pub const DIRECTORY: &str = "/tmp";

/// The bytes that are written to a file and read back.
pub const CONTENT: [u8; 4096] = [b'x'; 4096];

/// The bytes that are written to each file of a tree.
pub const LEAF: [u8; 1024] = [b'x'; 1024];

/// The time of each phase.
pub type Phases<E> = Result<Vec<Duration>, E>;

/// Runs the workload that the arguments name, and prints the time of each phase. `run` returns
/// `None` for an unknown workload.
pub fn serve<E: Debug>(run: impl Fn(&str, u32) -> Option<Phases<E>>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = match &arguments[..] {
        [workload, n] => n.parse().ok().map(|n| (workload, n)),
        _ => None,
    };
    let Some((workload, n)) = asked else {
        eprintln!("usage: WORKLOAD N");
        return ExitCode::FAILURE;
    };
    // Run once beforehand: this touches memory and finds the default directory.
    let phases = run(workload, 1).and_then(|first| match first {
        Ok(_) => run(workload, n),
        Err(error) => Some(Err(error)),
    });
    match phases {
        Some(Ok(phases)) => {
            for phase in phases {
                println!("{}", phase.as_nanos());
            }
            ExitCode::SUCCESS
        }
        Some(Err(error)) => {
            eprintln!("{workload}: {error:?}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("unknown workload {workload}");
            ExitCode::FAILURE
        }
    }
}

/// Times `n` calls of `work`.
pub fn timed<E>(n: u32, mut work: impl FnMut() -> Result<(), E>) -> Phases<E> {
    let start = Instant::now();
    for _ in 0..n {
        work()?;
    }
    Ok(vec![start.elapsed()])
}

/// Times making `n` files, and then deleting them all.
pub fn timed_scale<F, E>(
    n: u32,
    mut create: impl FnMut() -> Result<F, E>,
    mut delete: impl FnMut(F) -> Result<(), E>,
) -> Phases<E> {
    let mut files = Vec::with_capacity(usize::try_from(n).expect("BUG: a u32 fits"));
    let start = Instant::now();
    for _ in 0..n {
        files.push(create()?);
    }
    let created = start.elapsed();
    let start = Instant::now();
    for file in files {
        delete(file)?;
    }
    Ok(vec![created, start.elapsed()])
}

/// Times writing `n` mebibytes of text, and then reading them back. `write` gets a piece of the
/// text, and `read` returns the number of bytes it read.
pub fn timed_text<E>(
    n: u32,
    mut write: impl FnMut(&str) -> Result<(), E>,
    rewind: impl FnOnce() -> Result<(), E>,
    mut read: impl FnMut() -> Result<usize, E>,
) -> Phases<E> {
    let piece = mixed::piece();
    let start = Instant::now();
    for _ in 0..n * mixed::PIECES {
        write(&piece)?;
    }
    rewind()?;
    let written = start.elapsed();
    let start = Instant::now();
    let mut total = 0;
    loop {
        match read()? {
            0 => break,
            bytes => total += bytes,
        }
    }
    let pieces = usize::try_from(n * mixed::PIECES).expect("BUG: a u32 fits");
    assert_eq!(total, pieces * piece.len());
    Ok(vec![written, start.elapsed()])
}

/// Asserts that the bytes read are those written. Without debug assertions it compares only their
/// number.
pub fn check(bytes: &[u8]) {
    assert_eq!(bytes.len(), CONTENT.len());
    debug_assert!(bytes == CONTENT);
}

/// Makes the options for any name in `directory`.
pub fn name_options(directory: String) -> NameOptions {
    NameOptions { suffix: None, prefix: None, dir: Some(directory) }
}

/// Makes the options of `mkstemp` for any name in `directory`.
pub fn mkstemp_options(directory: String) -> MkstempOptions {
    MkstempOptions { suffix: None, prefix: None, dir: Some(directory), text: None }
}
