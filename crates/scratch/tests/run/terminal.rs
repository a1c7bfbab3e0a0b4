//! The progress of a long copy, if standard error is a terminal and if it is not.
//!
//! A copy is long after a second. These tests stop the command in the middle of a copy until that
//! time has passed, so that the outcome depends on no machine's speed.

use std::fs::{self, File};
use std::io::{Read as _, pipe};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Setter, ioctl, opcode};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};

use crate::folder::{Folder, signal};

/// The time after which a copy is long.
const LONG: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// The files of a tree. To copy them takes long enough to be seen from outside.
const FILES: usize = 3000;

/// The content of each file.
const TEXT: &str = "0123456789";

/// A name that would clear a terminal's screen.
const HOSTILE: &str = "\u{1b}[2Jname";

/// That name in a message.
const SHOWN: &str = r"\u{1b}[2Jname";

/// Makes a pseudo terminal. Returns its outer end, and the inner end as a program sees it.
#[expect(unsafe_code, reason = "rustix has no safe call for these two calls of ioctl")]
fn terminal() -> (File, File) {
    // Linux, ioctl_tty(2): both take a pointer to an int, for reading and for writing.
    const UNLOCK: u32 = opcode::write::<i32>(b'T', 0x31);
    const NUMBER: u32 = opcode::read::<u32>(b'T', 0x30);
    let open = |path: &str| File::options().read(true).write(true).open(path).unwrap();
    let outer = open("/dev/ptmx");
    // SAFETY: TIOCSPTLCK reads an int.
    unsafe { ioctl(&outer, Setter::<UNLOCK, i32>::new(0)) }.unwrap();
    // SAFETY: TIOCGPTN writes an unsigned int.
    let number = unsafe { ioctl(&outer, Getter::<NUMBER, u32>::new()) }.unwrap();
    let inner = open(&format!("/dev/pts/{number}"));
    (outer, inner)
}

/// Reads until nobody can write any more. A terminal reports that as EIO.
fn all(mut from: File) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = from.read_to_end(&mut bytes) {
        assert_eq!(Errno::from_io_error(&error), Some(Errno::IO));
    }
    String::from_utf8(bytes).unwrap()
}

/// Returns the lines on a terminal's screen after these bytes were sent to it, and the column of
/// the cursor in the last one. Only moves to the start of the line and to the next one, and the
/// clearing of a line, may be among them.
fn screen(sent: &str) -> (Vec<String>, usize) {
    let (mut lines, mut column) = (vec![Vec::new()], 0);
    let mut rest = sent;
    while let Some(next) = rest.chars().next() {
        let line: &mut Vec<char> = lines.last_mut().unwrap();
        if let Some(after) = rest.strip_prefix("\u{1b}[2K") {
            line.clear();
            rest = after;
            continue;
        }
        match next {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            _ => {
                assert!(!next.is_control(), "{rest:?}");
                line.resize(line.len().max(column + 1), ' ');
                line[column] = next;
                column += 1;
            }
        }
        rest = &rest[next.len_utf8()..];
    }
    (lines.into_iter().map(|line| line.into_iter().collect()).collect(), column)
}

/// Stops the command as soon as it has the directory open. Returns false if it ended before.
fn stop_in(child: &mut Child, directory: &Path) -> bool {
    let descriptors = format!("/proc/{}/fd", child.id());
    let is_open = || {
        let mut entries = fs::read_dir(&descriptors).into_iter().flatten().flatten();
        entries.any(|entry| fs::read_link(entry.path()).is_ok_and(|it| it == directory))
    };
    while !is_open() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        thread::yield_now();
    }
    signal(child, Signal::STOP);
    // With NOWAIT, `Child::wait` still gets the exit status.
    let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(Pid::from_child(child)), options).unwrap().unwrap();
    status.stopped()
}

/// Makes a pipe. Returns the reader and then the writer.
fn a_pipe() -> (File, File) {
    let (reader, writer) = pipe().unwrap();
    (OwnedFd::from(reader).into(), OwnedFd::from(writer).into())
}

/// Runs the command until it has the directory open, and stops it until a copy of that directory is
/// long. Returns what it wrote to standard error, or `None` if the copy was not caught.
fn long_copy(
    mut command: Command,
    directory: &Path,
    (outer, inner): (File, File),
    is_under_way: impl Fn() -> bool,
) -> Option<String> {
    command.env("TERM", "xterm").stderr(inner);
    let mut child = command.spawn().unwrap();
    // The command holds the inner end, and `all` reads until every copy of that end is closed.
    drop(command);
    if !stop_in(&mut child, directory) {
        child.wait().unwrap();
        return None;
    }
    let caught = is_under_way();
    // This waits for the time to pass, unless the command ends before.
    poll(&mut [PollFd::new(&outer, PollFlags::empty())], Some(&LONG)).unwrap();
    signal(&child, Signal::CONT);
    let written = all(outer);
    assert!(child.wait().unwrap().success(), "{written:?}");
    caught.then_some(written)
}

/// Makes a folder with a tree of many files.
fn folder() -> Folder {
    let folder = Folder::new();
    let tree = folder.path().join("tree");
    fs::create_dir(&tree).unwrap();
    for number in 0..FILES {
        fs::write(tree.join(format!("{HOSTILE}{number}")), TEXT).unwrap();
    }
    folder
}

/// Writes a size below a mebibyte as the command does, with the tenths rounded down.
fn kibibytes(bytes: usize) -> String {
    let (whole, tenths) = (bytes / 1024, bytes % 1024 * 10 / 1024);
    if whole == 0 { format!("{bytes} B") } else { format!("{whole}.{tenths} KiB") }
}

/// Asserts that a terminal showed the line of a long copy, and shows only the program's line in the
/// end.
#[track_caller]
fn assert_shown(written: &str, path: &str) {
    // The terminal showed the line until it was cleared or overwritten.
    let lines: Vec<_> = written.split(['\r', '\n', '\u{1b}']).collect();
    let line = lines.iter().find(|line| line.contains(" copied ")).expect("a line was shown");
    let (amount, name) = line.split_once(" copied ").unwrap().1.split_once(" files: ").unwrap();
    let (bytes, files) = amount.split_once(" in ").unwrap();
    let files: usize = files.parse().unwrap();
    assert!(files <= FILES && name.starts_with(path), "{line:?}");
    // The bytes of the file that is being copied may be counted already.
    let of_files = [files, files + 1].map(|files| kibibytes(files * TEXT.len()));
    assert!(of_files.contains(&bytes.to_owned()), "{line:?}");
    let (lines, column) = screen(written);
    assert_eq!((lines, column), (vec!["so".to_owned(), String::new()], 0), "{written:?}");
}

/// The attempts to catch a copy. One is enough unless the machine is busy.
const ATTEMPTS: usize = 20;

#[test]
fn a_terminal_shows_a_long_copy_in_and_the_line_is_gone_when_the_program_starts() {
    let folder = folder();
    let tree = folder.path().join("tree").canonicalize().unwrap();
    let written = (0..ATTEMPTS).find_map(|_| {
        let command = folder.shell(&["--seed", "tree"], &["warn so"]);
        let written = long_copy(command, &tree, terminal(), || true)?;
        written.contains("copied").then_some(written)
    });
    assert_shown(&written.expect("a long copy is shown"), SHOWN);
}

/// Collects a tree that the program renamed, and returns what the command wrote.
fn collected(ends: fn() -> (File, File)) -> String {
    let folder = folder();
    let renamed = format!("rename /tmp/sub /tmp/{HOSTILE}");
    let results = folder.path().join("results");
    let options = ["--seed", "tree::/tmp/sub", "--collect", "/tmp::results"];
    let written = (0..ATTEMPTS).find_map(|_| {
        if results.exists() {
            fs::remove_dir_all(&results).unwrap();
        }
        let command = folder.shell(&options, &[&renamed, "warn so"]);
        let below = results.join(HOSTILE);
        let count = || fs::read_dir(&below).unwrap().count();
        long_copy(command, &below, ends(), || count() < FILES)
    });
    written.expect("a long copy was caught")
}

#[test]
fn a_terminal_shows_a_name_of_the_program_without_its_escape_characters() {
    let written = collected(terminal);
    assert!(written.starts_with("so\r\n"), "{written:?}");
    assert_shown(&written, &format!("{SHOWN}/{SHOWN}"));
}

#[test]
fn a_pipe_gets_nothing_of_a_long_copy() {
    assert_eq!(collected(a_pipe), "so\n");
}
