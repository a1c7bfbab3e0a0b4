//! The streams and pollables of a filesystem in memory, and those of the host beside them. A
//! program with raw bindings must see the same as on a directory of the host.

use host_tests::{Builder, Built, Program, Run, Sandbox};

include!(concat!(env!("OUT_DIR"), "/programs_of_memory_streams.rs"));

fn run(program: Built, ground: Builder, arguments: &[&str]) -> Run {
    Program::new(program, ground).run(arguments).succeeded()
}

fn directory() -> Builder {
    Sandbox::builder().tmp("/tmp")
}

/// The filesystem as `tmpfs.wasm`, in the program, and lent by the host.
const FORMS: [fn() -> Builder; 3] = [OURS[0], OURS[1], || Sandbox::builder().hosted()];

/// The forms that serve all streams and pollables themselves, instead of wasmtime.
const OURS: [fn() -> Builder; 2] =
    [|| Sandbox::builder().memory(), || Sandbox::builder().embedded()];

#[test]
fn waiting_for_files_timers_and_input_in_every_mixture_tells_what_is_ready() {
    // All lists of one to four of five pollables, without the lists in which nothing is ever ready:
    // only future times, and input that does not come.
    let ready = "776 lists\ndone\n";
    let silent = "750 lists\ndone\n";
    let [composed, embedded, hosted] = FORMS;
    let grounds = [
        (directory as fn() -> Builder, "about"),
        (composed, "exactly"),
        (embedded, "exactly"),
        (hosted, "about"),
    ];
    for (ground, exactness) in grounds {
        let told = run(POLLING, ground().stdin(b"something"), &["ready", exactness]);
        assert_eq!(told.stdout, ready, "{exactness}");
        let told = run(POLLING, ground().silent_stdin(), &["silent", exactness]);
        assert_eq!(told.stdout, silent, "{exactness}");
    }
}

#[test]
fn a_closed_standard_input_is_ready() {
    for memory in OURS {
        let told = run(POLLING, memory(), &["ready", "exactly"]);
        assert!(told.stdout.ends_with("done\n"));
    }
}

#[test]
fn descriptors_streams_and_pollables_go_in_any_order() {
    // 7! / 2 / 2 orders drop both pollables before their streams.
    assert_eq!(run(STREAM_DROPS, directory(), &["legal"]).stdout, "1260 orders\n");
    for memory in FORMS {
        let tight = memory().env("TMPFS_HANDLES", "9");
        assert_eq!(run(STREAM_DROPS, tight, &["legal"]).stdout, "1260 orders\n");
    }
    for memory in OURS {
        // Nine handles are enough if none is left behind: seven things, the root, and a file that
        // is made and closed at once.
        let tight = memory().env("TMPFS_HANDLES", "9");
        assert_eq!(run(STREAM_DROPS, tight, &["any"]).stdout, "5040 orders\n");
    }
}

#[test]
fn each_method_answers_as_on_a_directory_of_the_host() {
    let input = b"from standard input\n";
    let host = run(STREAM_CALLS, directory().stdin(input), &[]);
    for memory in FORMS {
        let memory = run(STREAM_CALLS, memory().stdin(input), &[]);
        assert_eq!(memory.stdout, host.stdout);
    }
}

#[test]
fn a_failure_is_told_once_with_its_code_and_then_the_stream_is_closed() {
    for memory in FORMS {
        let small = memory().env("TMPFS_BYTES", "64K").env("TMPFS_FILE_SIZE", "128K");
        let _ = run(STREAM_FAILURES, small, &[]);
    }
}

/// Expects traps as WIT requires for output-stream. A write needs a permit from `check-write`, and
/// a write that flushes takes at most 4096 bytes. wasmtime's files permit more than they say.
#[test]
fn what_check_write_did_not_permit_is_a_trap() {
    let traps = |case: &str, ground: Builder| {
        let run = Program::new(STREAM_TRAPS, ground).run(&[case]);
        assert_eq!(run.trap.is_some(), run.stdout.is_empty(), "{case}: {:?}", run.trap);
        run.trap.is_some()
    };
    for memory in FORMS {
        for case in ["nothing unasked", "all that is permitted"] {
            assert!(!traps(case, directory()) && !traps(case, memory()), "{case}");
        }
        let flushing = ["more than one blocking write", "more than one blocking write of zeroes"];
        for case in flushing.into_iter().chain(["permitted and more"]) {
            assert!(traps(case, directory()) && traps(case, memory()), "{case}");
        }
        let words =
            ["unasked", "zeroes unasked", "more than permitted", "more zeroes than permitted"];
        for case in words.into_iter().chain(["zeroes without end"]) {
            assert!(traps(case, memory()), "{case}");
        }
    }
}

/// The lines that differ because wasmtime 48 ends a stream at a read of no bytes, and keeps it
/// closed.
const OF_A_STREAM: [(&str, &str); 2] = [
    ("blocking-read 0: None", "blocking-read 0: Some(0)"),
    ("blocking-read 2: None", "blocking-read 2: Some(2)"),
];

/// The lines that differ for a slash after a single name. In POSIX the slash requires a directory,
/// also behind a link. Without following links, wasmtime 48 looks at the name itself.
const OF_SINGLE_NAMES: [(&str, &str); 8] = [
    ("stat-at file/: DescriptorType::RegularFile", "stat-at file/: not-directory"),
    (
        "metadata-hash-at file/: its own true, the directory's false",
        "metadata-hash-at file/: its own false, the directory's false",
    ),
    ("stat-at file/.: DescriptorType::RegularFile", "stat-at file/.: not-directory"),
    (
        "metadata-hash-at file/.: its own true, the directory's false",
        "metadata-hash-at file/.: its own false, the directory's false",
    ),
    ("stat-at to-d/: DescriptorType::SymbolicLink", "stat-at to-d/: DescriptorType::Directory"),
    (
        "metadata-hash-at to-d/: its own true, the directory's false",
        "metadata-hash-at to-d/: its own false, the directory's true",
    ),
    ("stat-at to-none/: DescriptorType::SymbolicLink", "stat-at to-none/: no-entry"),
    (
        "metadata-hash-at to-none/: its own true, the directory's false",
        "metadata-hash-at to-none/: its own false, the directory's false",
    ),
];

/// The lines that differ for the removal of a directory by a name with a slash at its end. Linux
/// removes it, but not through a link. wasmtime 48 removes the `.` of the directory.
const OF_REMOVED_DIRECTORIES: [(&str, &str); 4] = [
    ("remove-directory-at to-none/: no-entry", "remove-directory-at to-none/: not-directory"),
    ("remove-directory-at to-d/: invalid", "remove-directory-at to-d/: not-directory"),
    ("remove-directory-at directory/: invalid", "remove-directory-at directory/: not-empty"),
    ("remove-directory-at empty/: invalid", "remove-directory-at empty/: done"),
];

/// Compares with Linux where wasmtime 48 differs. Linux answers EISDIR to reading a directory, and
/// EINVAL to setting its size. wasmtime checks first if the descriptor is a file. It also passes on
/// offsets above 2^63 - 1, which Linux takes as negative.
#[test]
fn each_method_of_a_descriptor_answers_as_on_a_directory_of_the_host() {
    let host = run(DESCRIPTOR_CALLS, directory(), &[]).stdout;
    let far_read = ("read far: invalid", "read far: done");
    let far_write = ("write far: invalid", "write far: file-too-large");
    let far_size = ("set-size far: invalid", "set-size far: file-too-large");
    let for_reading = [far_read, ("write far: invalid", "write far: bad-descriptor")];
    let for_writing = [far_size, ("read far: invalid", "read far: bad-descriptor"), far_write];
    let of_a_directory = [
        ("set-size: bad-descriptor", "set-size: invalid"),
        ("set-size far: bad-descriptor", "set-size far: invalid"),
        ("read nothing: bad-descriptor", "read nothing: is-directory"),
        ("read: bad-descriptor", "read: is-directory"),
        ("read far: bad-descriptor", "read far: is-directory"),
    ];
    let for_both = [far_size, far_read, far_write];
    let expected = [
        &for_reading[..],
        &for_writing,
        &for_both,
        &of_a_directory,
        &OF_A_STREAM,
        &OF_SINGLE_NAMES,
        &OF_REMOVED_DIRECTORIES,
    ];
    let expected = expected.concat();
    for memory in FORMS {
        let memory = run(DESCRIPTOR_CALLS, memory(), &[]).stdout;
        let differences: Vec<_> =
            host.lines().zip(memory.lines()).filter(|(one, other)| one != other).collect();
        assert_eq!(differences, expected);
        assert_eq!(host.lines().count(), memory.lines().count());
    }
}
