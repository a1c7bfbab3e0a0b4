//! The command `scratch run` from outside, with programs of the harness. Statuses are those of
//! timeout(1) and of shells (POSIX, *Exit Status for Commands*: more than 128 for a signal).

#![cfg(unix)]

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, Output, Stdio};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};

use folder::Folder;

#[path = "run/folder.rs"]
mod folder;
#[path = "run/module.rs"]
mod module;

/// Waits for the first line that a program prints: it runs from then on.
fn first_line(child: &mut Child) -> String {
    let output = child.stdout.as_mut().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        output.read_exact(&mut byte).expect("the program prints a line");
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn told(output: &Output) -> (&str, &str) {
    [&output.stdout, &output.stderr].map(|bytes| str::from_utf8(bytes).unwrap()).into()
}

/// Asserts that the program ended with the status, and returns what it printed.
#[track_caller]
fn ended(output: &Output, status: i32) -> (&str, &str) {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    told(output)
}

#[test]
fn standard_streams_and_the_status_are_the_programs_own() {
    let folder = Folder::new();
    let mut child =
        folder.shell(&[], &["cat", "warn aloud", "exit-with 7", "cat"]).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from outside").unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = "cat: from outside\nwarn aloud: done\n";
    assert_eq!(ended(&output, 7), (printed, "aloud\n"));
    for (command, status) in
        [("exit 0", 0), ("exit 1", 1), ("exit-with 0", 0), ("exit-with 134", 134)]
    {
        assert_eq!(ended(&folder.run(&[], &[command]), status), ("", ""));
    }
    // Standard input that is closed already.
    assert_eq!(ended(&folder.run(&[], &["cat"]), 0), ("cat: \n", ""));
}

#[test]
fn words_after_the_program_are_its_own() {
    let folder = Folder::new();
    let output = folder.run(&[], &["told", "told --help", "told"]);
    let (printed, _) = told(&output);
    let line =
        r#"told: ["shell.wasm", "told", "told --help", "told"] [("TMPDIR", "/tmp")] ["/tmp"]"#;
    assert_eq!(printed.lines().next(), Some(line), "{output:?}");
    let folder_named = folder.path().to_str().unwrap();
    assert!(!printed.contains(folder_named), "{printed}");
}

#[test]
fn files_are_in_memory_and_gone_at_the_end() {
    let folder = Folder::new();
    let commands = ["mkdir /tmp/d", "write /tmp/d/a text", "read /tmp/d/a", "ls /tmp"];
    let printed =
        "mkdir /tmp/d: done\nwrite /tmp/d/a text: done\nread /tmp/d/a: text\nls /tmp: [\"d\"]\n";
    for _ in 0..2 {
        assert_eq!(ended(&folder.run(&[], &commands), 0), (printed, ""));
        assert_eq!(folder.names(), ["shell.wasm"]);
    }
    // Nothing else is to be seen, and what is not there has the code of Linux' name for it.
    let output = folder.run(&[], &["ls /", "ls /etc", "read /tmp/none"]);
    let (printed, _) = ended(&output, 0);
    for line in printed.lines() {
        assert!(line.contains(": NotFound Some(44)"), "{printed}");
    }
}

#[test]
fn the_mount_moves_the_scratch_space() {
    let folder = Folder::new();
    let commands = ["env TMPDIR", "write /scratch/space/a text", "ls /scratch/space", "ls /tmp"];
    let output = folder.run(&["--mount", "/scratch/space"], &commands);
    let (printed, _) = ended(&output, 0);
    let lines = printed.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "env TMPDIR: /scratch/space");
    assert_eq!(lines[2], "ls /scratch/space: [\"a\"]");
    assert!(lines[3].contains("NotFound"), "{printed}");
}

#[test]
fn limits_hold() {
    let folder = Folder::new();
    // Files of 1 KiB, which is what each is charged. wasi-libc knows no other code than EIO for a
    // stream that refuses; making a file is ENOSPC, and a file that is too large has no code either.
    for (options, answer) in [
        (&["--bytes", "64K"][..], "64 Some(29)"),
        (&["--bytes", "65535"], "63 Some(29)"),
        // The root is one.
        (&["--nodes", "10"], "9 Some(51)"),
        (&["--file-size", "1023"], "0 Some(29)"),
        (&["--file-size", "1K"], "100"),
        (&["--name", "1"], "10 Some(37)"),
        (&[], "100"),
    ] {
        let output = folder.run(options, &["fill /tmp 100"]);
        let printed = format!("fill /tmp 100: {answer}\n");
        assert_eq!(ended(&output, 0), (printed.as_str(), ""), "{options:?}");
    }
}

#[test]
fn variables_are_the_programs() {
    let folder = Folder::new();
    let options = ["--env", "A=b=c", "--env", "EMPTY="];
    let mut command = folder.shell(&options, &["env A", "env EMPTY", "env B", "env TMPDIR"]);
    let output = command.env("B", "the host's").env("TMPDIR", folder.path()).output().unwrap();
    let printed = "env A: b=c\nenv EMPTY: \nenv B: not set\nenv TMPDIR: /tmp\n";
    assert_eq!(ended(&output, 0), (printed, ""));
}

#[test]
fn directories_of_the_host_stand_beside_the_scratch_space() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("lent/deep")).unwrap();
    fs::write(folder.path().join("lent/given"), "from outside").unwrap();
    let path = folder.path().join("lent").to_str().unwrap().to_owned();
    for host in ["lent", "./lent", &path] {
        let granted = format!("{host}::/data");
        let commands = [
            "read /data/given",
            "write /data/made within",
            "write /tmp/a text",
            "rename /tmp/a /data/a",
            "ls /data/..",
            "told",
        ];
        let output = folder.run(&["--dir", &granted], &commands);
        let (printed, _) = ended(&output, 0);
        let lines = printed.lines().collect::<Vec<_>>();
        assert_eq!(lines[0], "read /data/given: from outside");
        // EXDEV, as between two mounts.
        assert_eq!(lines[3], "rename /tmp/a /data/a: CrossesDevices Some(75)");
        assert!(!lines[4].contains("given"), "{printed}");
        assert!(lines[5].ends_with(r#"[("TMPDIR", "/tmp")] ["/data", "/tmp"]"#), "{printed}");
        assert!(!printed.contains(folder.path().to_str().unwrap()), "{printed}");
        let made = folder.path().join("lent/made");
        assert_eq!(fs::read_to_string(&made).unwrap(), "within");
        fs::remove_file(made).unwrap();
    }
}

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

const WRITE: &str = "write /tmp/a text";

#[test]
fn a_program_is_ended_after_its_time_whatever_it_does() {
    let folder = Folder::new();
    let options = ["--timeout", "2s", "--report"];
    // It computes, or waits for input that does not come.
    for last in ["spin", "cat"] {
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
        for last in ["spin", "cat"] {
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

#[test]
fn the_second_signal_ends_the_command_at_once() {
    let folder = Folder::new();
    // Nobody reads what it would report: it would wait for ever.
    let (_reader, mut writer) = io::pipe().unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[0; 512]).is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
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
fn the_report_can_be_read_by_programs() {
    let folder = Folder::new();
    let options = ["--bytes", "64K", "--nodes", "1000", "--soft", "1K", "--report=json"];
    let output = folder.run(&options, &["fill /tmp 100", "rm /tmp/0", "exit-with 5"]);
    let (printed, errors) = ended(&output, 5);
    assert_eq!(printed, "fill /tmp 100: 64 Some(29)\nrm /tmp/0: done\n");
    let report: serde_json::Value = serde_json::from_str(errors.lines().last().unwrap()).unwrap();
    assert_eq!(report["exit"], serde_json::json!({"status": 5, "reason": "exit"}));
    // 64 files were filled, and one more was made.
    assert_eq!(report["usage"]["bytes"], 63 * 1024);
    assert_eq!(report["usage"]["nodes"], 65);
    assert_eq!(report["usage"]["handles"], 0);
    assert_eq!(report["high_water"]["bytes"], 64 * 1024);
    assert_eq!(report["high_water"]["nodes"], 66);
    let limits = serde_json::json!({
        "bytes": 65536, "metadata": 32 << 20, "nodes": 1000, "handles": 1024, "name": 255,
        "path": 4095, "file-size": i64::MAX, "soft": 1024,
    });
    assert_eq!(report["limits"], limits);
    let refusal = serde_json::json!({
        "limit": "bytes", "asked": 1024, "held": 65536, "allowed": 65536,
    });
    assert_eq!(report["last_refusal"], refusal);
    let output = folder.run(&["--bytes", "64K", "--report"], &["fill /tmp 100"]);
    let (_, errors) = ended(&output, 0);
    let line = "\nrefused   1.0 KiB by --bytes, beside 64.0 KiB of 64.0 KiB\n";
    assert!(errors.ends_with(line), "{errors}");
}

#[test]
fn a_module_of_preview_1_runs_with_scratch_space() {
    let folder = Folder::new();
    let program = folder.path().join("module.wasm");
    fs::write(&program, module::command("made", "printed\n", 0)).unwrap();
    let run = |options: &[&str]| {
        let words = [&["run"], options, &["module.wasm"]].concat();
        folder.command(&words).output().unwrap()
    };
    let output = run(&["--report"]);
    let (printed, errors) = ended(&output, 0);
    assert_eq!(printed, "printed\n");
    // It made a directory.
    assert!(errors.contains("\nnodes     2 of 65536, at most 2\n"), "{errors}");
    // The limit holds for it, too; it traps where it gets an error.
    assert_eq!(run(&["--nodes", "1"]).status.code(), Some(134));
    // The adapter tells failure only.
    fs::write(&program, module::command("made", "printed\n", 3)).unwrap();
    assert_eq!(ended(&run(&[]), 1).0, "printed\n");
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line_that_says_what_to_type() {
    let folder = Folder::new();
    fs::write(folder.path().join("empty.wasm"), "").unwrap();
    fs::write(folder.path().join("text.wasm"), "#!/bin/sh\n").unwrap();
    let shell = fs::read(folder.path().join("shell.wasm")).unwrap();
    fs::write(folder.path().join("cut.wasm"), &shell[..shell.len() / 2]).unwrap();
    fs::write(folder.path().join("library.wasm"), wasm_encoder::Component::new().finish()).unwrap();
    let library = folder.program("readme_program");
    let library = library.to_str().unwrap();
    for (words, part) in [
        (&[][..], "missing <APP.wasm>...; type `scratch run APP.wasm`"),
        (&["--bites", "1", "shell.wasm"], "'--bites'"),
        (&["--bytes", "0", "shell.wasm"], "--bytes 0 is invalid: type a whole number from 64"),
        (&["--bytes", "1M", "--soft", "1G", "shell.wasm"], "--soft 1G contradicts --bytes 1M"),
        (&["--metadata", "1", "shell.wasm"], "type a higher --metadata"),
        (&["--mount", "tmp", "shell.wasm"], "--mount tmp is invalid: type an absolute path"),
        (&["--env", "A", "shell.wasm"], "--env A is invalid: type NAME=VALUE"),
        (&["--env", "A=1", "--env", "A=2", "shell.wasm"], "the variable A is given twice"),
        (&["--env", "TMPDIR=/x", "shell.wasm"], "type --mount /x"),
        (&["--env", "TMPFS_BYTES=1M", "shell.wasm"], "type --bytes 1M"),
        (&["--timeout", "0s", "shell.wasm"], "--timeout 0s is invalid: type a whole number from 1"),
        (&["--timeout", "-1", "shell.wasm"], "--timeout -1 is invalid"),
        (&["--timeout", "1.5s", "shell.wasm"], "--timeout 1.5s is invalid"),
        (&["--timeout", "99999999999999999h", "shell.wasm"], "--timeout 9999"),
        (&["--report=xml", "shell.wasm"], "[possible values: text, json]"),
        (&["--dir", "here", "shell.wasm"], "--dir here is invalid: type HOST::GUEST"),
        (&["--dir", "::/data", "shell.wasm"], "--dir ::/data is invalid"),
        (&["--dir", "none::/data", "shell.wasm"], "--dir none::/data: none cannot be opened: "),
        (&["--dir", "shell.wasm::/data", "shell.wasm"], "type a directory that is there"),
        (&["--dir", ".::/tmp/", "shell.wasm"], "--dir .::/tmp/: the program sees something else"),
        (&["--dir", ".::/d", "--dir", ".::/d", "shell.wasm"], "type another path"),
        (&["none.wasm"], "none.wasm cannot be read: No such file"),
        (&["empty.wasm"], "empty.wasm: the file is empty"),
        (&["text.wasm"], "text.wasm: it is not WebAssembly; give a component"),
        (&["cut.wasm"], "cut.wasm: the component is damaged"),
        (&["library.wasm"], "library.wasm: it is no command"),
        (&[library], "it imports scratch:tempfile; type `scratch compose` first"),
    ] {
        let output = folder.command(&[&["run"], words].concat()).output().unwrap();
        let (printed, errors) = ended(&output, 2);
        assert!(errors.contains(part), "{part:?} is missing in: {errors}");
        assert!(errors.starts_with("error: ") && errors.lines().count() == 1, "{errors}");
        assert_eq!(printed, "");
        if words != [library] {
            assert!(!errors.contains(folder.path().to_str().unwrap()), "{errors}");
        }
    }
}
