//! The filesystem components: their imports, their settings and their refusals.

use std::collections::BTreeSet;
use std::process::Command;
use std::{env, fs};

use host_tests::{DescriptorFlags, OpenFlags, Refusal, Sandbox};
use scratch_compose::Record;

const ENVIRONMENT: &str = "wasi:cli/environment@0.2.12";

/// The imports of every form. Without streams of its own, a component imports `wasi:io` for its
/// types only.
const LITE: [&str; 4] = [
    "wasi:clocks/wall-clock@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:random/random@0.2.12",
];

fn shipped(name: &str) -> Vec<u8> {
    fs::read(xtask::components::build(name).unwrap()).unwrap()
}

fn imports(name: &str) -> Vec<String> {
    let mut imports = scratch_compose::binary::imports(&shipped(name)).unwrap();
    imports.sort();
    imports
}

#[test]
fn what_plain_wasmtime_serve_has_is_all_that_the_lite_form_asks_for() {
    assert_eq!(imports("tmpfs-lite"), LITE);
}

#[test]
fn the_whole_form_asks_for_what_it_wraps() {
    let wrapped = [
        "wasi:cli/stderr@0.2.12",
        "wasi:cli/stdin@0.2.12",
        "wasi:cli/stdout@0.2.12",
        "wasi:clocks/monotonic-clock@0.2.12",
        "wasi:io/poll@0.2.12",
        "wasi:sockets/ip-name-lookup@0.2.12",
        "wasi:sockets/network@0.2.12",
        "wasi:sockets/tcp@0.2.12",
        "wasi:sockets/tcp-create-socket@0.2.12",
        "wasi:sockets/udp@0.2.12",
        "wasi:sockets/udp-create-socket@0.2.12",
    ];
    let mut all = [&[ENVIRONMENT], &LITE[..], &wrapped].concat();
    all.sort_unstable();
    assert_eq!(imports("tmpfs"), all);
}

/// Bounds the sizes, so that the components do not grow unnoticed.
#[test]
fn the_components_have_these_sizes_at_most() {
    for (name, most) in [("tmpfs-lite", 135_000), ("tmpfs", 230_000)] {
        let size = shipped(name).len();
        assert!(size <= most, "{name} has {size} bytes");
    }
}

/// Compares the notices with the dependencies that cargo lists. The notices are made from the
/// crates that cargo compiled.
#[test]
fn the_notices_beside_a_component_name_every_crate_in_it() {
    for (component, package, features) in
        [("tmpfs", "tmpfs-component", "streams"), ("tempfile", "wasi-tempfile", "component")]
    {
        let file = xtask::components::build(component).unwrap();
        let notices = fs::read_to_string(file.with_extension("notices.txt")).unwrap();
        let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs its tests"));
        cargo.args(["tree", "--locked", "--package", package, "--features", features]);
        cargo.args(["--target", "wasm32-wasip2", "--edges", "normal,no-proc-macro"]);
        cargo.args(["--prefix", "none", "--format", "{p}: {l}"]);
        let output = cargo.current_dir(xtask::workspace::root()).output().unwrap();
        let tree = String::from_utf8(output.stdout).unwrap();
        // Leave out the workspace's crates, which cargo lists with a path.
        let crates = tree.lines().filter(|line| !line.contains('(')).collect::<BTreeSet<_>>();
        assert!(crates.len() >= 4, "{crates:?}");
        for line in crates {
            let line = line.replacen(" v", " ", 1);
            assert!(notices.contains(&format!("\n{line}\n")), "{component}: {line}");
        }
        assert!(notices.contains("Permission is hereby granted"));
    }
}

#[test]
fn without_settings_there_is_an_empty_tmp_with_the_engines_limits() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let directories = filesystem.directories();
    assert_eq!(directories[0].1, "/tmp");
    assert_eq!(directories.len(), 1);
    assert!(directories[0].0.names().unwrap().is_empty());
    assert_eq!(filesystem.environment(), [("TMPDIR".to_owned(), "/tmp".to_owned())]);
    let limits = filesystem.try_limits().unwrap();
    assert_eq!((limits.bytes, limits.nodes, limits.handles), (64 << 20, 1 << 16, 1 << 10));
    assert_eq!((limits.name, limits.path, limits.soft), (255, 4095, 48 << 20));
}

#[test]
fn settings_that_are_baked_in_hold_and_are_part_of_the_environment() {
    let variables = [("TMPFS_BYTES", "1M"), ("TMPFS_MOUNT", "/scratch"), ("TMPFS_NODES", "3")];
    let filesystem = Sandbox::builder().filesystem(&variables);
    assert_eq!(filesystem.directories()[0].1, "/scratch");
    let limits = filesystem.try_limits().unwrap();
    assert_eq!((limits.bytes, limits.nodes, limits.soft), (1 << 20, 3, 3 << 18));
    let environment = filesystem.environment();
    for (name, value) in variables.iter().chain(&[("TMPDIR", "/scratch")]) {
        assert!(environment.contains(&((*name).to_owned(), (*value).to_owned())), "{name}");
    }
}

#[test]
fn a_setting_that_makes_no_sense_is_a_trap_and_not_a_default() {
    let filesystem = Sandbox::builder().filesystem(&[("TMPFS_BYTES", "much")]);
    assert!(filesystem.try_limits().is_err());
}

#[test]
fn without_streams_streams_are_unsupported() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let file = filesystem.root().create("file").unwrap();
    assert_eq!(file.read_via_stream(), Err(Refusal::Unsupported));
}

#[test]
fn usage_counts_what_is_there_and_remembers_the_most() {
    let filesystem = Sandbox::builder().filesystem(&[("TMPFS_SOFT", "10000")]);
    let root = filesystem.root();
    let before = filesystem.usage();
    assert_eq!((before.bytes, before.nodes, before.handles), (0, 1, 1));
    assert!(!filesystem.over_soft_limit());
    let file = root.create("file").unwrap();
    file.write(&[1; 16 << 10], 0).unwrap();
    let held = filesystem.usage();
    assert_eq!((held.bytes, held.nodes, held.handles), (16 << 10, 2, 2));
    assert!(filesystem.over_soft_limit());
    drop(file);
    root.unlink("file").unwrap();
    assert_eq!(filesystem.usage(), before);
    assert_eq!(filesystem.high_water().bytes, 16 << 10);
    assert!(!filesystem.over_soft_limit());
}

#[test]
fn a_host_begins_anew_between_two_requests() {
    let seed = [
        Record::Variable("TMPFS_HANDLES".into(), "4".into()),
        Record::File("seed".into(), b"seeded".to_vec()),
    ];
    let filesystem = Sandbox::builder().baked(&seed);
    let root = filesystem.root();
    let before = filesystem.usage();
    let file = root.open("seed", OpenFlags::empty(), DescriptorFlags::WRITE).unwrap();
    file.write(b"SEED", 0).unwrap();
    root.create_directory("directory").unwrap();
    drop(file);
    assert!(filesystem.clear());
    assert_eq!((root.names().unwrap(), filesystem.usage()), (vec!["seed".to_owned()], before));
    let seed = root.open("seed", OpenFlags::empty(), DescriptorFlags::READ).unwrap();
    assert_eq!(seed.read(9, 0).unwrap().0, b"seeded");
    // To put the seed back takes two handles. Two are free here, and below only one.
    assert!(filesystem.clear());
    let _third = root.open(".", OpenFlags::DIRECTORY, DescriptorFlags::READ).unwrap();
    assert!(!filesystem.clear());
    assert_eq!(seed.read(9, 0).unwrap().0, b"seeded", "open files stay");
    drop(seed);
    assert_eq!(root.names().unwrap(), [""; 0]);
    assert!(filesystem.clear());
    assert_eq!(root.names().unwrap(), ["seed"]);
}

/// Causes each error of the engine that a guest can cause, with one operation each.
#[test]
fn every_refusal_has_its_code() {
    let limits = [("TMPFS_NODES", "6"), ("TMPFS_HANDLES", "4"), ("TMPFS_FILE_SIZE", "100")];
    let filesystem = Sandbox::builder().filesystem(&limits);
    let root = filesystem.root();
    let file = root.create("file").unwrap();
    let read = root.open("file", OpenFlags::empty(), DescriptorFlags::READ).unwrap();
    root.create_directory("directory").unwrap();
    root.symlink("loop", "loop").unwrap();
    let open = |path: &str, flags| root.open(path, flags, DescriptorFlags::READ).map(drop);
    assert_eq!(read.write(b"x", 0), Err(Refusal::BadDescriptor));
    assert_eq!(root.create("file").map(drop), Err(Refusal::Exist));
    assert_eq!(file.write(b"x", 100), Err(Refusal::FileTooLarge));
    assert_eq!(open("a\0b", OpenFlags::empty()), Err(Refusal::Invalid));
    assert_eq!(file.names(), Err(Refusal::NotDirectory));
    assert_eq!(root.read(1, 0), Err(Refusal::IsDirectory));
    assert_eq!(open("loop", OpenFlags::empty()), Err(Refusal::Loop));
    assert_eq!(open(&"n".repeat(256), OpenFlags::empty()), Err(Refusal::NameTooLong));
    assert_eq!(open("nothing", OpenFlags::empty()), Err(Refusal::NoEntry));
    assert_eq!(open("file", OpenFlags::DIRECTORY), Err(Refusal::NotDirectory));
    assert_eq!(open("../file", OpenFlags::empty()), Err(Refusal::NotPermitted));
    assert_eq!(open("/file", OpenFlags::empty()), Err(Refusal::NotPermitted));
    root.create_directory("directory/within").unwrap();
    assert_eq!(root.unlink("directory"), Err(Refusal::IsDirectory));
    assert_eq!(root.rename("directory", "directory/within/x"), Err(Refusal::Invalid));
    assert_eq!(root.rename(".", "x"), Err(Refusal::Busy));
    let fourth = root.open(".", OpenFlags::DIRECTORY, DescriptorFlags::READ).unwrap();
    assert_eq!(open(".", OpenFlags::empty()), Err(Refusal::InsufficientMemory));
    assert_eq!(fourth.names().map(drop), Err(Refusal::InsufficientMemory), "a listing is one");
    drop(fourth);
    root.link("file", "link").unwrap();
    root.symlink("file", "sixth").unwrap();
    assert_eq!(root.symlink("file", "seventh"), Err(Refusal::InsufficientSpace));
    let sealed = root.open("directory", OpenFlags::DIRECTORY, DescriptorFlags::READ).unwrap();
    assert_eq!(sealed.names().map(drop), Err(Refusal::InsufficientMemory));
}

/// Makes two calls that wasmtime's own tests of preview 1 make, in `p1_path_link` and
/// `p1_path_filestat`.
#[test]
fn what_wasmtime_refuses_is_permitted() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let root = filesystem.root();
    root.create("file").unwrap().write(b"content", 0).unwrap();
    root.symlink("file", "symlink").unwrap();
    root.link_following("symlink", "followed").unwrap();
    root.link("symlink", "itself").unwrap();
    assert_eq!(root.readlink("followed"), Err(Refusal::Invalid), "it is a file");
    assert_eq!(root.readlink("itself").unwrap(), "file");

    let synchronous = DescriptorFlags::FILE_INTEGRITY_SYNC
        | DescriptorFlags::DATA_INTEGRITY_SYNC
        | DescriptorFlags::REQUESTED_WRITE_SYNC;
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE | synchronous;
    let file = root.open("followed", OpenFlags::empty(), flags).unwrap();
    assert_eq!(file.flags().unwrap(), flags);
    file.write(b"CON", 0).unwrap();
    assert_eq!(file.read(9, 0).unwrap().0, b"CONtent");
}
