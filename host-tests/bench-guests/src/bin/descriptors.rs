//! `tempfile.wasm` composed under the caller. It makes the files, and the caller reads and writes
//! them by calling the host directly.

use std::process::ExitCode;

use host_tests_bench_guests::bindings::{
    descriptors::{mkstemp, open_temporary},
    tempfile::{Error, mkdtemp, set_spare_files, temporary_directory},
};
use host_tests_bench_guests::{
    CONTENT, DIRECTORY, LEAF, Phases, check, mkstemp_options, name_options, serve, timed,
    timed_scale,
};
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

#[expect(dead_code, reason = "a failure's report prints them")]
#[derive(Debug)]
enum Failure {
    Tempfile(Error),
    Host(ErrorCode),
}

type Result<T> = std::result::Result<T, Failure>;

fn main() -> ExitCode {
    let granted = get_directories().into_iter().find(|(_, path)| path == DIRECTORY);
    let (granted, _) = granted.expect("the host grants the directory");
    serve(|workload, n| {
        set_spare_files(0);
        Some(match workload {
            "anonymous" => timed(n, anonymous),
            "named" => timed(n, || named(&granted)),
            "tree" => timed(n, tree),
            "scale" => scale(&granted, n),
            _ => return None,
        })
    })
}

fn anonymous() -> Result<()> {
    let file = open_temporary(None).map_err(Failure::Tempfile)?;
    write(&file, &CONTENT)?;
    check(&read(&file)?);
    Ok(())
}

fn named(granted: &Descriptor) -> Result<()> {
    let (file, path) = mkstemp(None).map_err(Failure::Tempfile)?;
    write(&file, &CONTENT)?;
    let name = below(&path);
    let again =
        granted.open_at(PathFlags::empty(), name, OpenFlags::empty(), DescriptorFlags::READ);
    check(&read(&again.map_err(Failure::Host)?)?);
    drop(file);
    granted.unlink_file_at(name).map_err(Failure::Host)
}

fn tree() -> Result<()> {
    let root = temporary_directory(None).map_err(Failure::Tempfile)?;
    let within = name_options(root.name());
    for _ in 0..10 {
        let branch = mkdtemp(Some(&within)).map_err(Failure::Tempfile)?;
        let branch = mkstemp_options(branch);
        for _ in 0..10 {
            let (leaf, _) = mkstemp(Some(&branch)).map_err(Failure::Tempfile)?;
            write(&leaf, &LEAF)?;
        }
    }
    root.cleanup().map_err(Failure::Tempfile)
}

fn scale(granted: &Descriptor, n: u32) -> Phases<Failure> {
    let root = temporary_directory(None).map_err(Failure::Tempfile)?;
    let options = mkstemp_options(root.name());
    let create = || mkstemp(Some(&options)).map(|(_, path)| path).map_err(Failure::Tempfile);
    let delete = |path: String| granted.unlink_file_at(below(&path)).map_err(Failure::Host);
    let phases = timed_scale(n, create, delete)?;
    root.cleanup().map_err(Failure::Tempfile)?;
    Ok(phases)
}

fn write(file: &Descriptor, bytes: &[u8]) -> Result<()> {
    let written = file.write(bytes, 0).map_err(Failure::Host)?;
    assert_eq!(usize::try_from(written), Ok(bytes.len()));
    Ok(())
}

fn read(file: &Descriptor) -> Result<Vec<u8>> {
    file.read(4096, 0).map(|(bytes, _)| bytes).map_err(Failure::Host)
}

/// Returns the path relative to the granted directory.
fn below(path: &str) -> &str {
    path.strip_prefix(DIRECTORY).expect("it is a granted path").trim_start_matches('/')
}
