//! The root package, linked into the caller as a library.

use std::hint::black_box;
use std::process::ExitCode;

use host_tests_bench_guests::{
    CONTENT, DIRECTORY, LEAF, Phases, check, serve, timed, timed_scale, timed_text,
};
use wasi_tempfile::text::{Cookie, temporary_text_file};
use wasi_tempfile::{
    DirectoryOptions, Error, FileOptions, NameOptions, NamedOptions, Result, SpooledOptions,
    mkdtemp, mkstemp, mktemp, named_temporary_file, set_spare_files, spooled_temporary_file,
    temporary_directory, temporary_file,
};

// The file `names.rs`, included below, uses `alloc` and the module `error`.
extern crate alloc;
use wasi_tempfile as error;

/// The library's source of names, included as a file. The module is private, and `mktemp` would
/// also look whether the name is taken.
#[path = "../../../../src/host/names.rs"]
mod names;

fn main() -> ExitCode {
    serve(|workload, n| {
        set_spare_files(if workload.starts_with("recycled") { 4 } else { 0 });
        Some(match workload {
            "anonymous" | "recycled" => timed(n, || anonymous(0)),
            "buffered" | "recycled-buffered" => timed(n, || anonymous(-1)),
            "named" => timed(n, named),
            "tree" => timed(n, tree),
            "scale" => scale(n),
            "names" => timed(n, name),
            "mktemp" => timed(n, unused_name),
            "spooled" => timed(n, spooled),
            "bytes" => bytes(n),
            "text" => text(n),
            "lines" => lines(n),
            _ => return None,
        })
    })
}

fn anonymous(buffering: i32) -> Result<()> {
    let file = temporary_file(&FileOptions::new().buffering(buffering))?;
    file.write(&CONTENT)?;
    file.seek(0, 0)?;
    check(&file.read(Some(4096))?);
    file.close()
}

fn spooled() -> Result<()> {
    let file = spooled_temporary_file(&SpooledOptions::new())?;
    for _ in 0..64 {
        file.write(&LEAF)?;
    }
    file.seek(0, 0)?;
    assert_eq!(black_box(file.read(Some(64 << 10))?).len(), 64 << 10);
    Ok(())
}

fn bytes(n: u32) -> Phases<Error> {
    let file = temporary_file(&FileOptions::new())?;
    let write = |piece: &str| file.write(piece.as_bytes()).map(|_| ());
    let read = || Ok(black_box(file.read(Some(64 << 10))?).len());
    timed_text(n, write, || file.seek(0, 0).map(|_| ()), read)
}

fn text(n: u32) -> Phases<Error> {
    let file = temporary_text_file(&FileOptions::new())?;
    let write = |piece: &str| file.write(piece).map(|_| ());
    let read = || Ok(black_box(file.read(Some(64 << 10))?).len());
    timed_text(n, write, || file.seek(Cookie::default(), 0).map(|_| ()), read)
}

fn lines(n: u32) -> Phases<Error> {
    let file = temporary_text_file(&FileOptions::new())?;
    let write =
        |piece: &str| piece.split_inclusive('\n').try_for_each(|line| file.write(line).map(|_| ()));
    let read = || Ok(black_box(file.readline(None)?).len());
    timed_text(n, write, || file.seek(Cookie::default(), 0).map(|_| ()), read)
}

fn named() -> Result<()> {
    let file = named_temporary_file(&NamedOptions::new().buffering(0))?;
    file.write(&CONTENT)?;
    let again = file.reopen("rb", 0)?;
    check(&again.read(Some(4096))?);
    again.close()?;
    file.close()
}

fn tree() -> Result<()> {
    let root = temporary_directory(&DirectoryOptions::new())?;
    let within = root.name();
    for _ in 0..10 {
        let branch = mkdtemp(&NameOptions::new().dir(&within))?;
        for _ in 0..10 {
            let (leaf, _) = mkstemp(&NameOptions::new().dir(&branch))?;
            leaf.write(&LEAF)?;
            leaf.close()?;
        }
    }
    root.cleanup()
}

fn scale(n: u32) -> Phases<Error> {
    let root = temporary_directory(&DirectoryOptions::new())?;
    let within = root.name();
    let options = NamedOptions::new().dir(&within).buffering(0).delete_on_close(false);
    let create = || {
        let file = named_temporary_file(&options)?;
        file.close()?;
        Ok(file)
    };
    let phases = timed_scale(n, create, |file| file.exit())?;
    root.cleanup()?;
    Ok(phases)
}

fn name() -> Result<()> {
    let made = names::attempt(1, |name| {
        black_box(format!("{DIRECTORY}/tmp{name}"));
        Ok(())
    });
    made.map(|_| ()).map_err(|code| unreachable!("{code}"))
}

fn unused_name() -> Result<()> {
    black_box(mktemp(&NameOptions::new())?);
    Ok(())
}
