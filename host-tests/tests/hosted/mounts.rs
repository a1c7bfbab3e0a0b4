//! Spaces beside directories of the host, and beside each other.

use std::{fs, io};

use tempfile::TempDir;
use wasmtime_scratch::{ScratchCtx, Space};
use wasmtime_wasi::FsPerms;

use crate::embedder::{CALLINGS, Granted, answers};

fn space() -> Space {
    Space::builder().build().unwrap()
}

/// Moves between two mounts.
const MOVES: [&str; 9] = [
    "write /one/file here",
    "rename /one/file /other/file",
    "link /one/file /other/link",
    "mkdir /one/directory",
    "rename /one/directory /other/directory",
    "rename /one/missing /other/missing",
    "ls /one",
    "ls /other",
    "read /one/file",
];

#[test]
#[cfg(target_os = "linux")]
fn moves_between_spaces_and_directories_are_refused_as_between_file_systems() {
    // On two filesystems of the host, wasmtime passes on the kernel's answers.
    let disk = TempDir::new_in(xtask::workspace::target_dir()).unwrap();
    let memory = TempDir::new_in("/dev/shm").unwrap();
    let mut host = Granted::new(ScratchCtx::new());
    host.directories = vec![
        (disk.path(), "/one", FsPerms::ReadWrite),
        (memory.path(), "/other", FsPerms::ReadWrite),
    ];
    for calling in CALLINGS {
        let expected = answers(calling, host.clone(), &MOVES);
        fs::remove_dir_all(disk.path().join("directory")).unwrap();
        // wasmtime reports Linux's EXDEV (75) as EIO (29). A native rename shows that it is EXDEV.
        let native = fs::rename(disk.path().join("file"), memory.path().join("file")).unwrap_err();
        assert_eq!(native.kind(), io::ErrorKind::CrossesDevices);
        let mut expected = expected;
        for refused in [1, 2, 4] {
            assert_eq!(expected[refused], "Uncategorized Some(29)");
            expected[refused] = format!("{:?} Some(75)", native.kind());
        }

        let spaces = ScratchCtx::new().mount("/one", &space()).mount("/other", &space());
        let moved = answers(calling, Granted::new(spaces), &MOVES);
        // The spaces do not look for a missing name: the mounts are two filesystems.
        assert_eq!(moved[..5], expected[..5]);
        assert_eq!(moved[6..], expected[6..]);

        for (one, other) in [("/one", "/other"), ("/other", "/one")] {
            let directory = TempDir::new().unwrap();
            let mut mixed = Granted::new(ScratchCtx::new().mount(one, &space()));
            mixed.directories = vec![(directory.path(), other, FsPerms::ReadWrite)];
            let moved = answers(calling, mixed, &MOVES);
            assert_eq!(moved[..5], expected[..5]);
            assert_eq!(moved[6..], expected[6..]);
        }
    }
}

#[test]
fn one_space_under_two_paths_is_one_filesystem() {
    let space = space();
    let scratch = ScratchCtx::new().mount("/one", &space).mount("/other", &space);
    let commands = ["write /one/a text", "rename /one/a /other/b", "ls /one", "read /one/b"];
    for calling in CALLINGS {
        let answers = answers(calling, Granted::new(scratch.clone()), &commands);
        assert_eq!(answers, ["done", "done", r#"["b"]"#, "text"]);
    }
    assert_eq!(space.usage().handles, 0);
}

#[test]
fn a_space_lent_for_reading_is_read_only() {
    let input = space();
    let fill = ["write /tmp/file text", "mkdir /tmp/directory"];
    let _ = answers(CALLINGS[0], Granted::new(ScratchCtx::new().mount("/tmp", &input)), &fill);
    let before = input.usage();

    let changes = [
        "write /input/file other",
        "write /input/new text",
        "append /input/file text",
        "rename /input/file /input/renamed",
        "link /input/file /input/linked",
        "mkdir /input/new",
        "rmdir /input/directory",
        "rm /input/file",
        "cut /input/file 1",
        "touch /input/file 1",
        "write /input/directory/below text",
        "rename /tmp/mine /input/mine",
    ];
    let reads = ["ls /input", "read /input/file", "size /input/file"];
    for calling in CALLINGS {
        let scratch = ScratchCtx::new().mount("/tmp", &space()).mount_read_only("/input", &input);
        let refused = answers(calling, Granted::new(scratch.clone()), &changes);
        for (command, answer) in changes.iter().zip(&refused) {
            let moved = command.starts_with("rename /tmp");
            // In WASI, EROFS is 69 and EXDEV is 75.
            let code = if moved { "Some(75)" } else { "Some(69)" };
            assert!(answer.ends_with(code), "{command}: {answer}");
        }
        let read = answers(calling, Granted::new(scratch), &reads);
        assert_eq!(read, [r#"["directory", "file"]"#, "text", "4"]);
        assert_eq!(input.usage(), before);
    }
}

#[test]
fn the_hosts_directories_stay_as_they_were() {
    let (readable, writable) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(readable.path().join("given"), "given").unwrap();
    let commands = [
        "read /readable/given",
        "write /readable/given other",
        "write /writable/made text",
        "ls /writable",
        "write /tmp/made memory",
        "read /tmp/made",
        "env TMPDIR",
        "env OTHER",
    ];
    for calling in CALLINGS {
        let mut granted = Granted::new(ScratchCtx::new().mount("/tmp", &space()));
        granted.directories = vec![
            (readable.path(), "/readable", FsPerms::ReadOnly),
            (writable.path(), "/writable", FsPerms::ReadWrite),
        ];
        // The variable comes from a host that inherits its environment.
        granted.variables = vec![("TMPDIR", "/var/folders/host"), ("OTHER", "stays")];
        let answers = answers(calling, granted, &commands);
        assert_eq!(answers[0], "given");
        assert!(answers[1].contains("PermissionDenied"), "{answers:?}");
        assert_eq!(answers[2..], ["done", r#"["made"]"#, "done", "memory", "/tmp", "stays"]);
        assert_eq!(fs::read(writable.path().join("made")).unwrap(), b"text");
        assert_eq!(fs::read(readable.path().join("given")).unwrap(), b"given");
    }
}

#[test]
fn tmpdir_is_the_first_space_that_can_be_written_to() {
    let (one, other) = (space(), space());
    let told = |scratch: ScratchCtx| {
        let mut granted = Granted::new(scratch);
        granted.variables = vec![("TMPDIR", "/of/the/host")];
        answers(CALLINGS[0], granted, &["env TMPDIR"]).remove(0)
    };
    let read_only = ScratchCtx::new().mount_read_only("/in", &one);
    assert_eq!(told(read_only.clone().mount("/a b", &other)), "/a b");
    assert_eq!(told(read_only.mount("/", &other)), "/tmp");
    // The root has a file at /tmp, so it has no directory for temporary files.
    let taken = space();
    let fill = ["write /x/tmp text"];
    let _ = answers(CALLINGS[0], Granted::new(ScratchCtx::new().mount("/x", &taken)), &fill);
    assert_eq!(told(ScratchCtx::new().mount("/", &taken)), "/");
    // Without a space, the host's variable stays.
    assert_eq!(told(ScratchCtx::new()), "/of/the/host");
}

#[test]
fn relative_paths_work_below_a_root() {
    let scratch = ScratchCtx::new().mount("/", &space());
    let commands = ["write file text", "read /file", "mkdir a", "rename file a/b", "read a/b"];
    let answers = answers(CALLINGS[0], Granted::new(scratch), &commands);
    assert_eq!(answers, ["done", "text", "done", "done", "text"]);
}

/// Makes calls that other runtimes have answered wrongly.
#[test]
fn odd_calls_answer_as_on_a_directory_of_the_host() {
    let commands = [
        "write /tmp/file content",
        "cut-read /tmp/file 1",
        "size /tmp/file",
        "write-at /tmp/far 1099511627776 x",
        "size /tmp/far",
        "read-at /tmp/far 1099511627770 100",
        "rm /tmp/far",
        "touch /tmp/file 0",
        "touch /tmp/file 4294967296",
        "symlink ../../etc /tmp/out",
        "ls /tmp/out",
        "read /tmp/out/passwd",
        "symlink /etc /tmp/absolute",
        "read /tmp/absolute/passwd",
        "read /tmp/../etc/passwd",
        "read /tmp/file/../../etc/passwd",
        "symlink loop /tmp/loop",
        "read /tmp/loop",
    ];
    for calling in CALLINGS {
        let directory = TempDir::new().unwrap();
        let mut host = Granted::new(ScratchCtx::new());
        host.directories = vec![(directory.path(), "/tmp", FsPerms::ReadWrite)];
        let expected = answers(calling, host, &commands);
        let space = space();
        let scratch = ScratchCtx::new().mount("/tmp", &space);
        let answers = answers(calling, Granted::new(scratch), &commands);
        assert_eq!(answers, expected);
        // The byte at 2^40 took one page until the file was removed.
        assert!(space.high_water().content < 64 << 10, "{:?}", space.high_water());
        space.audit().unwrap();
    }
}
