//! The ends of a program, each with its status, and what is done after it.

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Write as _};
use std::process::Stdio;
use std::thread;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::Signal;

use crate::copies::{files, table};
use crate::folder::{Folder, ended, first_line, signal};

/// A report in lines: the usage of one file of four bytes, which is charged 64.
fn report(exit: &str, metadata: &str) -> String {
    let rows = [
        format!("exit      {exit}"),
        "bytes     64 B of 64.0 MiB, at most 64 B".to_owned(),
        format!("metadata  {metadata} of 32.0 MiB, at most {metadata}"),
        "nodes     2 of 65536, at most 2".to_owned(),
    ];
    rows.join("\n")
}

#[track_caller]
fn assert_reported(printed: &str, exit: &str) {
    let start = printed.find("exit  ").unwrap_or_else(|| panic!("no report: {printed}"));
    let metadata = printed.split("metadata  ").nth(1).unwrap().split(" of ").next().unwrap();
    assert!(printed[start..].starts_with(&report(exit, metadata)), "{printed}");
    assert!(printed.ends_with("\nrefused   nothing\n"), "{printed}");
    assert_eq!(printed[start..].lines().count(), 6, "{printed}");
}

/// A command that leaves a file of four bytes.
const WRITE: &str = "write /tmp/a text";

/// Commands that do not end: nobody writes to standard input.
const COMPUTES: &str = "spin";
const WAITS_FOR_INPUT: &str = "cat";
const SLEEPS: &str = "sleep 3600";

#[test]
fn a_program_is_ended_after_its_time_whatever_it_does() {
    let folder = Folder::new();
    let options = ["--timeout", "2s", "--report"];
    for last in [COMPUTES, WAITS_FOR_INPUT, SLEEPS] {
        let mut command = folder.shell(&options, &[WRITE, last]);
        let mut child = command.spawn().unwrap();
        let kept_open = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(kept_open);
        let (printed, errors) = ended(&output, 124);
        assert_eq!(printed, "write /tmp/a text: done\n");
        let first = "error: the program ran for 2s, as long as --timeout allows\n";
        assert!(errors.starts_with(first), "{errors}");
        assert_reported(errors, "124, timeout");
    }
    // One that ends in time has its own status.
    let output = folder.run(&["--timeout", "1h"], &["exit-with 3"]);
    assert_eq!(ended(&output, 3), ("", ""));
}

#[test]
fn a_trap_is_status_134() {
    let folder = Folder::new();
    let output = folder.run(&["--report"], &[WRITE, "abort", "ls /tmp"]);
    let (printed, errors) = ended(&output, 134);
    assert_eq!(printed, "write /tmp/a text: done\n");
    let first = "error: the program trapped: wasm trap: wasm `unreachable` instruction executed\n";
    assert!(errors.starts_with(first), "{errors}");
    assert_reported(errors, "134, trap");
}

#[test]
fn signals_end_the_program_and_the_report_is_still_made() {
    let folder = Folder::new();
    for (sent, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for last in [COMPUTES, WAITS_FOR_INPUT, SLEEPS] {
            let mut child = folder.shell(&["--report"], &[WRITE, last]).spawn().unwrap();
            let kept_open = child.stdin.take();
            assert_eq!(first_line(&mut child), "write /tmp/a text: done\n");
            signal(&child, sent);
            let output = child.wait_with_output().unwrap();
            drop(kept_open);
            let (_, errors) = ended(&output, status);
            let name = if sent == Signal::INT { "SIGINT" } else { "SIGTERM" };
            assert!(errors.starts_with(&format!("error: ended by {name}\n")), "{errors}");
            assert_reported(errors, &format!("{status}, signal"));
        }
    }
}

/// Returns a pipe that is full. A write to it blocks for ever, since nobody reads from it.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[0; 512]).is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
    (reader, writer)
}

#[test]
fn a_signal_after_the_programs_end_ends_the_command_at_once() {
    let folder = Folder::new();
    let (_reader, writer) = full_pipe();
    let mut command = folder.shell(&["--report", "--collect", "/tmp::results"], &[WRITE]);
    let mut child = command.stderr(Stdio::from(writer)).spawn().unwrap();
    while fs::read_to_string(folder.path().join("results/a")).ok().as_deref() != Some("text") {
        assert_eq!(child.try_wait().unwrap(), None);
        thread::yield_now();
    }
    signal(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn the_second_signal_ends_the_command_at_once() {
    let folder = Folder::new();
    let (_reader, writer) = full_pipe();
    let mut command = folder.shell(&["--report"], &[WRITE, "spin"]);
    let mut child = command.stderr(Stdio::from(writer)).spawn().unwrap();
    first_line(&mut child);
    signal(&child, Signal::INT);
    signal(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_command_that_is_killed_leaves_nothing_on_the_disk() {
    let folder = Folder::new();
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let before = folder.names();
    for _ in 0..20 {
        let mut command = folder.shell(&[], &["fill /tmp 100", "spin"]);
        for name in ["TMPDIR", "HOME", "XDG_CACHE_HOME"] {
            command.env(name, &temporary);
        }
        let mut child = command.spawn().unwrap();
        assert_eq!(first_line(&mut child), "fill /tmp 100: 100\n");
        signal(&child, Signal::KILL);
        child.wait().unwrap();
        assert_eq!(folder.names(), before);
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    }
}

#[test]
fn whatever_ends_a_program_changes_are_listed_and_files_collected() {
    let folder = Folder::new();
    let results = folder.path().join("results");
    let options = ["--changes", "--report", "--collect", "/tmp::results", "--timeout", "2s"];
    for (last, sent, status) in [
        ("abort", None, 134),
        (COMPUTES, None, 124),
        (WAITS_FOR_INPUT, None, 124),
        (SLEEPS, None, 124),
        (COMPUTES, Some(Signal::INT), 130),
        (WAITS_FOR_INPUT, Some(Signal::TERM), 143),
        (SLEEPS, Some(Signal::INT), 130),
    ] {
        // What is not ended by its time has as much as it needs.
        let options = if sent.is_some() { &options[..4] } else { &options };
        let mut child = folder.shell(options, &[WRITE, last]).spawn().unwrap();
        let kept_open = child.stdin.take();
        if let Some(sent) = sent {
            first_line(&mut child);
            signal(&child, sent);
        }
        let output = child.wait_with_output().unwrap();
        drop(kept_open);
        let (_, errors) = ended(&output, status);
        assert_eq!(errors.lines().nth(1), Some("created   /tmp/a"), "{errors}");
        assert!(errors.contains(&format!("\nexit      {status}, ")), "{errors}");
        assert_eq!(files(&results), table(&[("a", "text")]));
        fs::remove_dir_all(&results).unwrap();
    }
}

#[test]
fn a_report_that_nobody_reads_changes_no_status() {
    let folder = Folder::new();
    for (options, command, status) in
        [(&["--report"][..], "exit-with 7", 7), (&["--changes"], "abort", 134), (&["--x"], "ls", 2)]
    {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = folder.shell(options, &[WRITE, command]);
        let output = command.stdin(Stdio::null()).stderr(writer).output().unwrap();
        ended(&output, status);
    }
}

#[test]
fn a_program_that_holds_all_handles_keeps_nobody_from_collecting() {
    let folder = Folder::new();
    let options = "--handles 3 --timeout 2s --report=json --collect /tmp::results";
    let options: Vec<&str> = options.split(' ').collect();
    let commands =
        ["mkdir /tmp/a", "mkdir /tmp/a/b", "mkdir /tmp/a/b/c", "write /tmp/a/b/c/d 1", "cat"];
    // It waits for its input, with the directory open that it was granted.
    let mut child = folder.shell(&options, &commands).spawn().unwrap();
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    let report = ended(&output, 124).1.lines().last().unwrap();
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["high_water"]["handles"], 3);
    assert_eq!(report["limits"]["handles"], 3);
    assert_eq!(report["last_refusal"], serde_json::Value::Null);
    assert_eq!(fs::read_to_string(folder.path().join("results/a/b/c/d")).unwrap(), "1");
}
