//! The time of single calls of the host. No library inside wasm can be faster than these. The guest
//! makes the calls of an anonymous file one by one, on many files at a time, so that reading the
//! clock does not count.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use host_tests_bench_guests::{CONTENT, DIRECTORY, Phases, serve};
use wasi::clocks::{monotonic_clock, wall_clock};
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi::random::random::get_random_u64;

fn main() -> ExitCode {
    let granted = get_directories().into_iter().find(|(_, path)| path == DIRECTORY);
    let (granted, _) = granted.expect("the host grants the directory");
    serve(|workload, n| (workload == "calls").then(|| calls(&granted, n)))
}

/// Times each call. The host prints the phases in this order.
fn calls(granted: &Descriptor, n: u32) -> Phases<ErrorCode> {
    let names: Vec<String> = (0..n).map(|file| format!("calls{file:08}")).collect();
    let mut phases = Vec::new();
    let mut files = Vec::with_capacity(names.len());
    phases.push(each(&names, |name| {
        let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
        files.push(granted.open_at(PathFlags::empty(), name, flags, access)?);
        Ok(())
    })?);
    phases.push(each(&names, |name| granted.unlink_file_at(name))?);
    phases.push(each(&files, |file| file.write(&CONTENT, 0).map(|_| ()))?);
    phases.push(each(&files, |file| file.read(4096, 0).map(|read| drop(black_box(read))))?);
    phases.push(each(&files, |file| file.write(&CONTENT, 0).map(|_| ()))?);
    phases.push(each(&files, |file| {
        file.stat().map(|stat| {
            black_box(stat.size);
        })
    })?);
    phases.push(each(&files, |file| file.set_size(0))?);
    phases.push(each(files, |file| {
        drop(file);
        Ok(())
    })?);
    phases.push(each(&names, |_| {
        black_box(get_random_u64());
        Ok(())
    })?);
    phases.push(each(&names, |_| {
        black_box(monotonic_clock::resolution());
        Ok(())
    })?);
    phases.push(each(&names, |_| {
        black_box(monotonic_clock::now());
        Ok(())
    })?);
    phases.push(each(&names, |_| {
        black_box(wall_clock::now());
        Ok(())
    })?);
    phases.push(each(&names, |_| {
        granted.get_type().map(|kind| {
            black_box(kind);
        })
    })?);
    Ok(phases)
}

fn each<T>(
    items: impl IntoIterator<Item = T>,
    mut call: impl FnMut(T) -> Result<(), ErrorCode>,
) -> Result<Duration, ErrorCode> {
    let start = Instant::now();
    for item in items {
        call(item)?;
    }
    Ok(start.elapsed())
}
