//! The things that a program gets: streams, arguments, variables, scratch space and directories.

use std::fs;
use std::io::Write as _;

use crate::folder::{Folder, ended, told};
use crate::module;

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
    // Files of 1 KiB, which is what each is charged. wasi-libc knows no other code than EIO (29)
    // for a stream that refuses; of making a file it tells ENOSPC (51) and ENAMETOOLONG (37).
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
}

#[test]
fn a_module_of_preview_1_exits_with_its_own_status() {
    let folder = Folder::new();
    // POSIX, `exit`: the parent process sees the lower eight bits.
    for (given, seen) in [(0, 0), (1, 1), (3, 3), (127, 127), (255, 255), (256, 0), (-1, 255)] {
        let module = module::command("made", "printed\n", given);
        fs::write(folder.path().join("module.wasm"), module).unwrap();
        let output = folder.command(&["run", "--report", "module.wasm"]).output().unwrap();
        let (printed, errors) = ended(&output, seen);
        assert_eq!(printed, "printed\n");
        assert!(errors.starts_with(&format!("exit      {seen}\n")), "{errors}");
    }
}
