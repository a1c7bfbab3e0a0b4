//! `tempfile.wasm` composed under the caller, which reads and writes through its interface.

use std::fs;
use std::hint::black_box;
use std::process::ExitCode;

use host_tests_bench_guests::bindings::tempfile::{
    BinaryFile, Error, FileOptions, NameOptions, NamedFileOptions, mkdtemp, mkstemp, mktemp,
    named_temporary_file, set_spare_files, spooled_temporary_file, temporary_directory,
    temporary_file,
};
use host_tests_bench_guests::bindings::text::{Cookie, TextError, temporary_text_file};
use host_tests_bench_guests::{
    CONTENT, LEAF, Phases, check, mkstemp_options, name_options, serve, timed, timed_scale,
    timed_text,
};

type Result<T> = std::result::Result<T, Error>;

fn main() -> ExitCode {
    serve(|workload, n| {
        set_spare_files(if workload.starts_with("recycled") { 4 } else { 0 });
        Some(match workload {
            "anonymous" | "recycled" => timed(n, anonymous),
            "recycled-buffered" => timed(n, || read_back(&temporary_file(None)?)),
            "named" => timed(n, named),
            "tree" => timed(n, tree),
            "scale" => scale(n),
            "mktemp" => timed(n, unused_name),
            "spooled" => timed(n, spooled),
            "bytes" => bytes(n),
            "text" => text(n).map_err(|error| Error::Other(error.to_string())),
            "lines" => lines(n).map_err(|error| Error::Other(error.to_string())),
            _ => return None,
        })
    })
}

fn anonymous() -> Result<()> {
    let options = FileOptions { buffering: Some(0), ..FileOptions::default() };
    read_back(&temporary_file(Some(&options))?)
}

fn read_back(file: &BinaryFile) -> Result<()> {
    file.write(&CONTENT)?;
    file.seek(0, 0)?;
    check(&file.read(Some(4096))?);
    file.close()
}

fn spooled() -> Result<()> {
    let file = spooled_temporary_file(None)?;
    for _ in 0..64 {
        file.write(&LEAF)?;
    }
    file.seek(0, 0)?;
    assert_eq!(black_box(file.read(Some(64 << 10))?).len(), 64 << 10);
    Ok(())
}

fn bytes(n: u32) -> Phases<Error> {
    let file = temporary_file(None)?;
    let write = |piece: &str| file.write(piece.as_bytes()).map(|_| ());
    let read = || Ok(black_box(file.read(Some(64 << 10))?).len());
    timed_text(n, write, || file.seek(0, 0).map(|_| ()), read)
}

const START: Cookie = Cookie { position: 0, decoder: None };

fn text(n: u32) -> Phases<TextError> {
    let file = temporary_text_file(None)?;
    let write = |piece: &str| file.write(piece).map(|_| ());
    let read = || Ok(black_box(file.read(Some(64 << 10))?).len());
    timed_text(n, write, || file.seek(START, 0).map(|_| ()), read)
}

fn lines(n: u32) -> Phases<TextError> {
    let file = temporary_text_file(None)?;
    let write =
        |piece: &str| piece.split_inclusive('\n').try_for_each(|line| file.write(line).map(|_| ()));
    let read = || Ok(black_box(file.readline(None)?).len());
    timed_text(n, write, || file.seek(START, 0).map(|_| ()), read)
}

fn named() -> Result<()> {
    let file = named_temporary_file(Some(&named_options()))?;
    file.write(&CONTENT)?;
    let again = file.reopen(Some("rb"), Some(0))?;
    check(&again.read(Some(4096))?);
    again.close()?;
    file.close()
}

fn tree() -> Result<()> {
    let root = temporary_directory(None)?;
    let within = name_options(root.name());
    for _ in 0..10 {
        let branch = mkstemp_options(mkdtemp(Some(&within))?);
        for _ in 0..10 {
            let (leaf, _) = mkstemp(Some(&branch))?;
            leaf.write(&LEAF)?;
            leaf.close()?;
        }
    }
    root.cleanup()
}

/// Times making and deleting many files. The caller deletes them, as it must after `mkstemp`. They
/// cannot all be objects at once, since wasmtime gives a store 100,000 handles.
fn scale(n: u32) -> Phases<Error> {
    let root = temporary_directory(None)?;
    let options = mkstemp_options(root.name());
    let create = || {
        let (file, path) = mkstemp(Some(&options))?;
        file.close()?;
        Ok(path)
    };
    let delete = |path: String| fs::remove_file(path).map_err(|e| Error::Other(e.to_string()));
    let phases = timed_scale(n, create, delete)?;
    root.cleanup()?;
    Ok(phases)
}

fn unused_name() -> Result<()> {
    let none: Option<&NameOptions> = None;
    black_box(mktemp(none)?);
    Ok(())
}

fn named_options() -> NamedFileOptions {
    NamedFileOptions { buffering: Some(0), ..NamedFileOptions::default() }
}
