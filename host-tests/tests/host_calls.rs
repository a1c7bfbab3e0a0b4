//! The calls of the host that every operation makes, counted by wasmtime's call hook. The hook
//! counts the drop of a host's resource, such as the close of a file, twice. It also counts two
//! things that are not calls of WASI: the making of a resource that the component exports
//! (`resource.new`), and a growth of memory.

use host_tests::{FileOptions, Program, Sandbox, dir};

include!(concat!(env!("OUT_DIR"), "/programs_of_host_calls.rs"));

/// Starts a sandbox that has made the calls of the first use, and has all the memory it needs.
fn warm() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.set_spare_files(0);
    let file = sandbox.temporary_file(None).unwrap();
    file.write(&vec![1; 2 << 20]).unwrap();
    file.seek(0, 0).unwrap();
    file.read(None).unwrap();
    drop(file);
    sandbox
}

/// Asserts the number of calls that an operation makes, and returns its result.
macro_rules! costs {
    ($sandbox:expr, $expected:expr, $action:expr) => {{
        let (result, calls) = $sandbox.calls(|| $action);
        assert_eq!(calls, $expected, "{}", stringify!($action));
        result
    }};
}

/// The making of one of the component's resources, which the hook counts.
const RESOURCE: u64 = 1;

#[test]
fn plain_questions_ask_the_host_nothing() {
    let sandbox = warm();
    costs!(sandbox, 0, sandbox.gettempdir().unwrap());
    costs!(sandbox, 0, sandbox.gettempdirb().unwrap());
    costs!(sandbox, 0, sandbox.gettempprefix());
    costs!(sandbox, 0, sandbox.template());
    costs!(sandbox, 0, sandbox.tempdir());
    costs!(sandbox, 0, sandbox.tmp_max());
    costs!(sandbox, 0, sandbox.owed());
    costs!(sandbox, 0, sandbox.cleanup());
}

#[test]
fn the_search_costs_a_probe() {
    let sandbox = warm();
    sandbox.set_tempdir(None);
    // The calls: the environment; a name; open, write, close (2), unlink.
    costs!(sandbox, 7, sandbox.gettempdir().unwrap());
}

#[test]
fn making_costs_a_name_and_one_call() {
    let sandbox = warm();
    let (file, _) = costs!(sandbox, 2 + RESOURCE, sandbox.mkstemp(None).unwrap());
    costs!(sandbox, 2, file.close().unwrap());
    costs!(sandbox, 2, sandbox.mkdtemp(None).unwrap());
    costs!(sandbox, 2, sandbox.mktemp(None).unwrap());
    let (descriptor, _) = costs!(sandbox, 2, sandbox.mkstemp_descriptor(None).unwrap());
    drop(descriptor);
    // An unlink is added.
    let descriptor = costs!(sandbox, 3, sandbox.open_temporary(None).unwrap());
    drop(descriptor);
}

#[test]
fn every_taken_name_costs_a_name_and_one_call() {
    let sandbox =
        Sandbox::builder().tmp("/tmp").draws(host_tests::Draws::Script(vec![1, 2, 2, 2, 3]));
    let sandbox = sandbox.start();
    sandbox.gettempdir().unwrap();
    sandbox.mkstemp(None).unwrap();
    costs!(sandbox, 6 + RESOURCE, sandbox.mkstemp(None).unwrap());
}

#[test]
fn an_anonymous_file_of_four_kilobytes_costs_seven_calls_of_wasi() {
    // The workload W1: create, write 4 KiB, seek to the start, read 4 KiB, close. The calls: a
    // name, open, unlink, write, read, close (2).
    let sandbox = warm();
    let file = costs!(sandbox, 3 + RESOURCE, sandbox.temporary_file(None).unwrap());
    costs!(sandbox, 0, file.write(&[7; 4096]).unwrap());
    costs!(sandbox, 1, file.seek(0, 0).unwrap());
    assert_eq!(costs!(sandbox, 1, file.read(Some(4096)).unwrap()), [7; 4096]);
    costs!(sandbox, 2, file.close().unwrap());
    costs!(sandbox, 0, drop(file));
}

#[test]
fn a_recycled_anonymous_file_costs_two_calls_of_wasi() {
    let sandbox = warm();
    sandbox.set_spare_files(4);
    let file = costs!(sandbox, 3 + RESOURCE, sandbox.temporary_file(None).unwrap());
    costs!(sandbox, 0, drop(file));
    for _ in 0..3 {
        let file = costs!(sandbox, RESOURCE, sandbox.temporary_file(None).unwrap());
        costs!(sandbox, 0, file.write(&[7; 4096]).unwrap());
        costs!(sandbox, 1, file.seek(0, 0).unwrap());
        assert_eq!(costs!(sandbox, 1, file.read(Some(4096)).unwrap()), [7; 4096]);
        costs!(sandbox, 0, file.close().unwrap());
    }
}

#[test]
fn small_writes_wait_for_a_full_buffer() {
    let sandbox = warm();
    let file = sandbox.temporary_file(None).unwrap();
    // 10,000 bytes fill the buffer of 8192 bytes once.
    costs!(sandbox, 1, (0..1000).for_each(|_| assert_eq!(file.write(b"0123456789").unwrap(), 10)));
    costs!(sandbox, 1, file.flush().unwrap());
    costs!(sandbox, 0, file.flush().unwrap());
    assert_eq!(file.seek(0, 2).unwrap(), 10_000);
    file.seek(0, 0).unwrap();
    // Two reads of the host: 8192 bytes, and the rest.
    costs!(sandbox, 2, (0..1000).for_each(|_| assert_eq!(file.read(Some(10)).unwrap().len(), 10)));
    let unbuffered = FileOptions { buffering: Some(0), ..FileOptions::default() };
    let file = sandbox.temporary_file(Some(unbuffered)).unwrap();
    costs!(sandbox, 100, (0..100).for_each(|_| assert_eq!(file.write(b"0123456789").unwrap(), 10)));
}

#[test]
fn large_writes_go_past_the_buffer() {
    let sandbox = warm();
    let file = sandbox.temporary_file(None).unwrap();
    costs!(sandbox, 1, file.write(&vec![1; 1 << 20]).unwrap());
    costs!(sandbox, 0, file.seek(0, 0).unwrap());
    // wasmtime returns at most 64 KiB at a time.
    let whole = costs!(sandbox, 16, file.read(Some(1 << 20)).unwrap());
    assert_eq!(whole.len(), 1 << 20);
}

#[test]
fn questions_about_an_open_file_ask_the_host_nothing() {
    let sandbox = warm();
    let file = sandbox.temporary_file(None).unwrap();
    file.write(b"0123456789").unwrap();
    costs!(sandbox, 0, file.tell().unwrap());
    costs!(sandbox, 0, file.readable().unwrap());
    costs!(sandbox, 0, file.writable().unwrap());
    costs!(sandbox, 0, file.seekable().unwrap());
    costs!(sandbox, 0, file.isatty().unwrap());
    costs!(sandbox, 0, file.closed().unwrap());
    costs!(sandbox, 0, file.mode().unwrap());
    costs!(sandbox, 0, file.name());
    costs!(sandbox, 0, file.enter().unwrap());
    file.flush().unwrap();
    // The library knows the length, since nobody else can change an anonymous file.
    costs!(sandbox, 0, file.seek(0, 2).unwrap());
    costs!(sandbox, 0, file.seek(-4, 1).unwrap());
    costs!(sandbox, 1, file.read(None).unwrap());
    costs!(sandbox, 0, file.read(None).unwrap());
    costs!(sandbox, 1, file.truncate(Some(3)).unwrap());
}

#[test]
fn a_named_file_costs_an_unlink_at_its_end() {
    let sandbox = warm();
    let file = costs!(sandbox, 2 + RESOURCE, sandbox.named_temporary_file(None).unwrap());
    costs!(sandbox, 0, file.write(b"x").unwrap());
    // The calls: write, close (2), unlink.
    costs!(sandbox, 4, file.close().unwrap());
    costs!(sandbox, 0, drop(file));
    let file = sandbox.named_temporary_file(None).unwrap();
    costs!(sandbox, 1, assert_eq!(file.seek(0, 2).unwrap(), 0));
    costs!(sandbox, 3, drop(file));
    let file = sandbox.named_temporary_file(None).unwrap();
    costs!(sandbox, 0, file.keep().unwrap());
    // The calls: compare the name with this file (2), rename, compare the target with this file.
    costs!(sandbox, 4, file.persist("/tmp/final").unwrap());
    costs!(sandbox, 2, file.close().unwrap());
    let file = sandbox.named_temporary_file(None).unwrap();
    // The calls: compare the name with this file (2), link, compare the target, unlink.
    costs!(sandbox, 5, file.persist_noclobber("/tmp/other").unwrap());
    // The calls: open, is-same-object.
    costs!(sandbox, 2 + RESOURCE, file.reopen(None, None).unwrap().leak());
    assert_eq!(costs!(sandbox, 0, sandbox.owed()).len(), 0);
}

#[test]
fn an_empty_directory_costs_its_listing_to_remove() {
    let sandbox = warm();
    let directory = costs!(sandbox, 2 + RESOURCE, sandbox.temporary_directory(None).unwrap());
    // The calls: stat, open, list, one entry at the end, remove, close the listing (2), close (2).
    costs!(sandbox, 9, directory.cleanup().unwrap());
    // One call looks if something stands there again.
    costs!(sandbox, 1, directory.cleanup().unwrap());
    costs!(sandbox, 0, drop(directory));
    // Below a preopen, the library also stats, opens and closes (2) the parent.
    let parent = sandbox.mkdtemp(None).unwrap();
    let directory = sandbox.temporary_directory(dir(&parent)).unwrap();
    costs!(sandbox, 9 + 4, directory.cleanup().unwrap());
}

#[test]
fn a_file_in_a_directory_costs_two_calls_to_remove() {
    let sandbox = warm();
    let cost = |files: u64| {
        let directory = sandbox.temporary_directory(None).unwrap();
        let host = sandbox.host_path(&directory.name());
        (0..files).for_each(|file| std::fs::write(host.join(format!("{file}")), "").unwrap());
        sandbox.calls(|| directory.cleanup().unwrap()).1
    };
    // The library looks once more for entries. Each file costs its entry and its unlink, and at
    // most one listing is added.
    assert_eq!(cost(110) - cost(10), 200);
}

#[test]
fn a_place_below_a_preopen_costs_no_more_than_the_preopen_itself() {
    let sandbox = warm();
    let deep = sandbox.mkdtemp(None).unwrap();
    let (file, _) = costs!(sandbox, 2 + RESOURCE, sandbox.mkstemp(dir(&deep)).unwrap());
    drop(file);
    costs!(sandbox, 3 + RESOURCE, sandbox.temporary_file(dir(&deep)).unwrap().leak());
}

/// Returns the calls that one more round makes, in a program with the library linked in.
fn linked(workload: &str) -> u64 {
    let calls = |rounds| {
        let builder = Sandbox::builder().tmp("/tmp");
        Program::new(CALLS_LINKED, builder).run(&[workload, rounds]).succeeded().calls
    };
    let (few, many) = (calls("10"), calls("20"));
    assert_eq!((many - few) % 10, 0, "not every round costs the same");
    (many - few) / 10
}

#[test]
fn with_the_library_linked_in_an_anonymous_file_costs_seven_calls_and_two_when_recycled() {
    assert_eq!(linked("new"), 7);
    assert_eq!(linked("recycled"), 2);
}

#[test]
fn with_the_library_linked_in_a_file_that_is_read_in_pieces_is_read_a_buffer_at_a_time() {
    // Four buffers of 8 KiB in place of one. CPython 3.11 moves its descriptor as often.
    assert_eq!(linked("pieces"), 7 + 3);
}

#[test]
fn with_the_library_linked_in_a_named_file_opened_again_costs_eleven_calls() {
    // The workload W2: create (2), write, open again, compare, read, close (2), close (2), unlink.
    assert_eq!(linked("named"), 11);
}
