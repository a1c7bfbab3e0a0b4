//! Programs of other languages, compiled by their own toolchains, on a filesystem in memory without
//! a granted directory. They must print the same as on a directory of the host.

mod costs;
mod golang;
mod hyperlight;
mod jco;
mod languages;
mod node;
mod preview1;
mod random;
mod sqlite;
mod toolchains;
mod wasmer;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use host_tests::{Builder, Program, Run, Sandbox, composition, did_not_run};
use scratch_compose::{Memory, Options, Record, Way};
use toolchains::World;

/// Returns the program of a test, if its toolchain is available. Otherwise reports that the test
/// did not run.
fn made<P>(test: &str, program: Result<P, String>) -> Option<P> {
    let named = |reason: &String| did_not_run(&format!("memory_foreign::{test}"), reason);
    program.inspect_err(named).ok()
}

/// The standard input of every program.
const INPUT: &[u8] = b"one line\nanother\n";

fn run(file: &Path, ground: Builder, arguments: &[&str]) -> Run {
    Program::of_file(file, ground.stdin(INPUT)).run(arguments).succeeded()
}

/// Runs a program in another host by its command, and returns its output.
#[track_caller]
fn printed(host: &mut Command) -> String {
    host.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = host.spawn().unwrap();
    // The program may end before it has read everything.
    let _ = running.stdin.take().unwrap().write_all(INPUT);
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Grants a directory of the host at the filesystem's usual place, and sets the variable as the
/// filesystem does.
fn on_disk() -> Builder {
    Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp")
}

/// Makes records of variables to be baked in.
fn variables(all: &[(&str, &str)]) -> Vec<Record> {
    all.iter().map(|&(name, value)| Record::Variable(name.into(), value.into())).collect()
}

/// The filesystem beside the program, in the program, in the program with the host's directories,
/// and lent by the host.
const FORMS: [fn(Builder) -> Builder; 4] =
    [Builder::memory, Builder::embedded, Builder::beside, Builder::hosted];

/// Asserts that a program prints the same in memory as on a directory of the host, and more than
/// `more_than` lines.
#[track_caller]
fn assert_same(file: &Path, more_than: usize) {
    let on_disk = run(file, on_disk(), &[]);
    for form in FORMS {
        let in_memory = run(file, form(Sandbox::builder()), &[]);
        assert_eq!(in_memory.stderr, on_disk.stderr);
        assert_eq!(in_memory.stdout, on_disk.stdout);
        assert!(in_memory.stdout.lines().count() > more_than);
    }
}

#[test]
fn c_through_the_preview1_adapter() {
    let program = toolchains::c("files.c").map(|module| toolchains::adapted(&module));
    let Some(program) = made("c_through_the_preview1_adapter", program) else { return };
    assert_same(&program, 100);
}

/// The limits of a small filesystem.
const SMALL: [(&str, &str); 2] = [("TMPFS_BYTES", "256K"), ("TMPFS_FILE_SIZE", "512K")];

/// The output of the C program on a full filesystem. The texts are the C library's for ENOSPC and
/// EFBIG.
const FULL: &str = "\
    write: No space left on device\n\
    nearly all was written: 1\n\
    close: 0\n\
    fwrite: 100\n\
    fclose: No space left on device\n\
    unlink: 0\n\
    fwrite: 100\n\
    fclose: 0\n\
    ftruncate too far: File too large\n";

#[test]
fn c_where_a_small_filesystem_ends() {
    let program = toolchains::c("files.c").map(|module| toolchains::adapted(&module));
    let Some(program) = made("c_where_a_small_filesystem_ends", program) else { return };
    for form in FORMS {
        let small = SMALL
            .into_iter()
            .fold(form(Sandbox::builder()), |small, (name, value)| small.env(name, value));
        assert_eq!(run(&program, small, &["full"]).stdout, FULL);
    }
}

/// Makes a filesystem a part of a module.
fn merged(module: &[u8], beside: bool, records: &[Record]) -> Vec<u8> {
    let memory = Memory { beside, records: records.to_vec(), ..Memory::default() };
    let options = Options { memory: Some(memory), ..Options::default() };
    let whole = composition(module, &options).unwrap();
    assert!(matches!(whole.way, Way::Embedded { .. }), "{}", whole.way);
    whole.wasm
}

/// Converts the C program's output as a component to its output in preview 1. In preview 1 a read
/// continues when the file has grown, as in POSIX. In WASI 0.2 a stream stays at its end.
fn as_in_preview_1(expected: &str) -> String {
    let grown = "read when it has grown: ";
    assert!(expected.contains(&format!("{grown}0\n")));
    expected.replace(&format!("{grown}0\n"), &format!("{grown}6\n"))
}

#[test]
fn c_as_a_module_of_preview_1() {
    let program = toolchains::c("files.c");
    let Some(module) = made("c_as_a_module_of_preview_1", program) else { return };
    let component = toolchains::adapted(&module);
    let expected = as_in_preview_1(&run(&component, on_disk(), &[]).stdout);
    let module = fs::read(module).unwrap();
    for beside in [false, true] {
        assert_eq!(preview1::run(&merged(&module, beside, &[]), &[]), expected);
    }
    let small = merged(&module, false, &variables(&SMALL));
    assert_eq!(preview1::run(&small, &["full"]), FULL);
}

/// The output of the C program. The root counts as a node, and in preview 1 as a handle. 100 KiB
/// take pages of 16 KiB and one of 4 KiB.
const SPACE: &str = "\
    262144 bytes, soft 100000, names of 255\n\
    at the start: 64 bytes, 2 nodes, 1 handles, at most 64 bytes, over 0\n  seed\n\
    write: 102400\npwrite: 4\nrename: 0\n\
    changed: 102464 bytes, 3 nodes, 2 handles, at most 102464 bytes, over 1\n  moved\n  large\n\
    clear: 0\n\
    begun anew: 102464 bytes, 3 nodes, 2 handles, at most 102464 bytes, over 1\n  seed\n\
    pread: 4 kept\n\
    closed: 64 bytes, 2 nodes, 1 handles, at most 102464 bytes, over 0\n  seed\n";

#[test]
fn c_that_asks_what_its_filesystem_holds() {
    let program = toolchains::c("space.c");
    let Some(module) = made("c_that_asks_what_its_filesystem_holds", program) else { return };
    let module = fs::read(module).unwrap();
    let records = [
        Record::Variable("TMPFS_BYTES".into(), "256K".into()),
        Record::Variable("TMPFS_SOFT".into(), "100000".into()),
        Record::File("seed".into(), b"seeded".to_vec()),
    ];
    for beside in [false, true] {
        let whole = merged(&module, beside, &records);
        let named = preview1::imports(&whole).into_iter().find(|name| name.starts_with("scratch:"));
        assert_eq!(named, None);
        assert_eq!(preview1::run(&whole, &[]), SPACE);
        let whole = made_component(&module, beside, &records);
        let told = Program::run_bytes(&whole, Sandbox::builder(), &[]).succeeded().stdout;
        assert_eq!(told, SPACE);
    }
}

/// Makes a component of a module with a filesystem in it.
fn made_component(module: &[u8], beside: bool, records: &[Record]) -> Vec<u8> {
    let memory = Memory { beside, component: true, records: records.to_vec(), form: None };
    let options = Options { memory: Some(memory), ..Options::default() };
    composition(module, &options).unwrap().wasm
}

/// Runs a module with files in it as a component. No call on a file may pass the adapter, which
/// would end a stream where preview 1 reads on.
#[test]
fn c_as_a_module_of_preview_1_that_becomes_a_component() {
    const TEST: &str = "c_as_a_module_of_preview_1_that_becomes_a_component";
    let Some(module) = made(TEST, toolchains::c("files.c")) else { return };
    let expected = as_in_preview_1(&run(&toolchains::adapted(&module), on_disk(), &[]).stdout);
    let module = fs::read(module).unwrap();
    let run = |whole: &[u8], arguments: &[&str]| {
        let ground = Sandbox::builder().tmp("/data").stdin(INPUT);
        Program::run_bytes(whole, ground, arguments).succeeded().stdout
    };
    for beside in [false, true] {
        let whole = made_component(&module, beside, &[]);
        assert_eq!(run(&whole, &[]), expected);
        let imports = scratch_compose::binary::imports(&whole).unwrap();
        let mut names: Vec<_> =
            imports.iter().map(|name| name.split('@').next().unwrap()).collect();
        names.sort_unstable();
        let files = ["wasi:filesystem/preopens", "wasi:filesystem/types"];
        let mut expected: Vec<_> =
            ADAPTED.into_iter().chain(files.into_iter().filter(|_| beside)).collect();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
    let small = made_component(&module, false, &variables(&SMALL));
    assert_eq!(run(&small, &["full"]), FULL);
}

/// The interfaces that the adapter imports for a program with arguments, a clock, random numbers
/// and standard streams.
const ADAPTED: [&str; 15] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/streams",
    "wasi:random/random",
];

#[test]
fn cpython() {
    let program = toolchains::cpython("temporary.py", World::Command);
    let Some(program) = made("cpython", program) else { return };
    assert_same(&program, 50);
}

#[test]
fn cpython_where_a_small_filesystem_ends() {
    let program = toolchains::cpython("temporary.py", World::Command);
    let Some(program) = made("cpython_where_a_small_filesystem_ends", program) else { return };
    for form in FORMS {
        let small = form(Sandbox::builder());
        let small = small.env("TMPFS_BYTES", "1M").env("TMPFS_MOUNT", "/scratch");
        let told = run(&program, small, &["full"]).stdout;
        // The filesystem answers ENOSPC (see `stream_failures`). For a failed stream, the C library
        // in CPython makes EIO of it.
        assert_eq!(told, "cpython /scratch\nfull: EIO I/O error\nflush: None\nleft: []\n");
    }
}

#[test]
fn javascript() {
    let program = toolchains::javascript("files.js", World::Files);
    let Some(program) = made("javascript", program) else { return };
    assert_same(&program, 35);
}

#[test]
fn javascript_where_a_small_filesystem_ends() {
    let program = toolchains::javascript("files.js", World::Files);
    let Some(program) = made("javascript_where_a_small_filesystem_ends", program) else { return };
    let program = fs::read(program).unwrap();
    // Bake the settings in, since the program does not ask the host for its environment.
    let small = variables(&[("TMPFS_BYTES", "256K"), ("TMPFS_MOUNT", "/scratch")]);
    for beside in [false, true] {
        let whole = merged(&program, beside, &small);
        let told = Program::run_bytes(&whole, Sandbox::builder(), &[]).succeeded().stdout;
        assert!(told.starts_with("/scratch\n"), "{told}");
        let end = "until: error insufficient-space\nmuch: true\nremove: undefined\n";
        assert!(told.ends_with(end), "{told}");
    }
}
