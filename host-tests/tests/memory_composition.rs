//! Compositions with a filesystem in memory: settings and files that are baked in, and plain
//! `wac plug`.

use std::fs;
use std::path::Path;

use host_tests::programs::{CALLS_LINKED, LIBRARY_LINKED, README_CACHE};
use host_tests::{Built, Filesystem, OpenFlags, Program, Run, Sandbox, composed};
use scratch_compose::{Form, Memory, Options, Record, binary, seed};
use tempfile::TempDir;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use xtask::components;

fn run(composition: &[u8], variables: &[(&str, &str)]) -> Run {
    let mut ground = Sandbox::builder();
    for (name, value) in variables {
        ground = ground.env(name, value);
    }
    Program::run_bytes(composition, ground, &[])
}

/// Returns the outcome of the function behind `wac plug`.
fn wac_plug(socket: Built, plug: &str) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str, file: &Path| {
        let package = Package::from_file(name, None, file, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let socket = register("socket", socket.file());
    let plug = register("plug", &components::build(plug).unwrap());
    wac_graph::plug(&mut graph, vec![plug], socket).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

#[test]
fn plain_wac_plug_puts_it_under_a_program() {
    let _ = run(&wac_plug(LIBRARY_LINKED, "tmpfs"), &[]).succeeded();
    let lite = wac_plug(CALLS_LINKED, "tmpfs-lite");
    assert!(!binary::imports(&lite).unwrap().iter().any(|it| it.contains("filesystem")));
}

fn baked(records: Vec<Record>) -> Vec<u8> {
    let memory = Some(Memory { form: Some(Form::Composed), records, ..Memory::default() });
    let options = Options { audited: false, memory };
    composed(&fs::read(README_CACHE.file()).unwrap(), &options).unwrap()
}

fn variable(name: &str, value: &str) -> Record {
    Record::Variable(name.to_owned(), value.to_owned())
}

#[test]
fn what_is_baked_in_wins_over_the_hosts_environment_which_sets_the_rest() {
    let two = baked(vec![variable("TMPFS_BYTES", "2M")]);
    let kept = |run: Run| run.succeeded().stdout;
    assert_eq!(kept(run(&two, &[])), "16 results are kept of 1000\n");
    assert_eq!(kept(run(&two, &[("TMPFS_BYTES", "64M")])), "16 results are kept of 1000\n");
    let soft = [("TMPFS_SOFT", "1M")];
    assert_eq!(kept(run(&two, &soft)), "11 results are kept of 1000\n");
    assert_eq!(kept(run(&baked(vec![]), &[("TMPFS_BYTES", "2M")])), kept(run(&two, &[])));
}

#[test]
fn a_setting_that_makes_no_sense_is_named_before_the_trap() {
    let run = run(&baked(vec![]), &[("TMPFS_NODES", "few")]);
    assert_eq!(run.exit, None);
    assert_eq!(run.stderr, "tmpfs: the variable TMPFS_NODES makes no sense: few\n");
}

#[test]
fn an_explicit_form_overrules_the_choice() {
    let memory = Some(Memory { form: Some(Form::Lite), ..Memory::default() });
    let options = Options { audited: false, memory };
    let bytes = fs::read(CALLS_LINKED.file()).unwrap();
    let imports = |options: &Options| binary::imports(&composed(&bytes, options).unwrap()).unwrap();
    let has_sockets = |imports: &[String]| imports.iter().any(|it| it.starts_with("wasi:sockets"));
    assert!(!has_sockets(&imports(&options)));
    let chosen = Options {
        audited: false,
        memory: Some(Memory { form: Some(Form::Composed), ..Memory::default() }),
    };
    assert!(has_sockets(&imports(&chosen)));
}

/// Makes a directory of this machine with a file of each kind, and the records for the same files.
fn seeded() -> (TempDir, Vec<Record>) {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("deep/er")).unwrap();
    fs::write(path("deep/er/é x"), "text").unwrap();
    fs::write(path("empty"), "").unwrap();
    fs::write(path("large"), vec![9; 3_000_000]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("deep/er", path("link")).unwrap();
    let records = seed::records(folder.path()).unwrap();
    (folder, records)
}

fn read(filesystem: &Filesystem, path: &str) -> Vec<u8> {
    let flags = host_tests::DescriptorFlags::READ;
    let file = filesystem.root().open(path, OpenFlags::empty(), flags).unwrap();
    let mut all = Vec::new();
    loop {
        let (bytes, end) = file.read(u64::MAX, u64::try_from(all.len()).unwrap()).unwrap();
        all.extend(bytes);
        if end {
            return all;
        }
    }
}

#[test]
#[cfg(unix)]
fn a_seed_is_there_from_the_start_and_is_charged() {
    let (_folder, records) = seeded();
    let filesystem = Sandbox::builder().baked(&records);
    let root = filesystem.root();
    assert_eq!(root.names().unwrap(), ["deep", "empty", "large", "link"]);
    assert_eq!(read(&filesystem, "deep/er/é x"), b"text");
    assert_eq!(read(&filesystem, "link/é x"), b"text");
    assert_eq!(read(&filesystem, "empty"), b"");
    assert_eq!(read(&filesystem, "large"), vec![9; 3_000_000]);
    assert!(filesystem.usage().bytes >= 3_000_000);
    assert_eq!(filesystem.usage().nodes, 7);
    root.unlink("large").unwrap();
    assert!(filesystem.usage().bytes < 100);
}

#[test]
fn a_seed_that_the_limits_do_not_allow_is_a_trap_and_no_half_of_it() {
    let (_folder, mut records) = seeded();
    records.push(variable("TMPFS_BYTES", "2M"));
    assert!(Sandbox::builder().baked(&records).try_limits().is_err());
}
