//! The report, and the list of what was changed.

use std::fs;

use xtask::workspace;

use crate::copies::seeded;
use crate::folder::{Folder, ended};

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
        "path": 4095, "file_size": i64::MAX, "soft": 1024,
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
fn what_a_program_changed_is_listed_by_path() {
    let folder = seeded();
    let commands = [
        "write /tmp/given other",
        "rm /tmp/kept",
        "rename /tmp/deep /tmp/moved",
        "mkdir /tmp/new",
        "write /tmp/new/a\nb text",
        "write /tmp/gone text",
        "rm /tmp/gone",
        "read /tmp/moved/old",
    ];
    let output = folder.run(&["--seed", "data", "--changes"], &commands);
    let listed = "changed   /tmp/given\nremoved   /tmp/kept\n\
        renamed   /tmp/moved/ from /tmp/deep\ncreated   /tmp/new/\ncreated   /tmp/new/a\\nb\n";
    assert_eq!(ended(&output, 0).1, listed);
    assert_eq!(ended(&folder.run(&["--seed", "data", "--changes"], &["ls /tmp"]), 0).1, "");

    let output = folder.run(&["--seed", "data", "--changes", "--report=json"], &commands[1..4]);
    let report: serde_json::Value = serde_json::from_str(ended(&output, 0).1).unwrap();
    let changes = serde_json::json!([
        { "change": "removed", "path": "/tmp/kept", "from": null, "kind": "file" },
        { "change": "renamed", "path": "/tmp/moved", "from": "/tmp/deep", "kind": "directory" },
        { "change": "created", "path": "/tmp/new", "from": null, "kind": "directory" },
    ]);
    assert_eq!(report["changes"], changes);
}

#[test]
fn the_lines_of_the_pages_print_what_the_pages_show() {
    for (page, program, file) in
        [("README.md", "readme_pages", "app.wasm"), ("docs/run.md", "readme_cache", "cache.wasm")]
    {
        let text = fs::read_to_string(workspace::root().join(page)).unwrap();
        let shown = text.split("```console\n$ scratch run ").skip(1).collect::<Vec<_>>();
        let [shown] = shown[..] else { panic!("{page}: {} blocks of `scratch run`", shown.len()) };
        let (line, printed) = shown.split("```").next().unwrap().split_once('\n').unwrap();
        let folder = Folder::new();
        fs::copy(Folder::program(program), folder.path().join(file)).unwrap();
        let words = ["run"].into_iter().chain(line.split(' ')).collect::<Vec<_>>();
        let output = folder.command(&words).output().unwrap();
        let (out, errors) = ended(&output, 0);
        assert_eq!(format!("{out}{errors}"), printed, "{page}");
    }
}

#[test]
fn changes_that_nobody_could_read_are_refused_and_the_rest_is_reported() {
    let folder = Folder::new();
    let name = "d".repeat(255);
    let nest = format!("nest /tmp {name} 1500");
    let collected = ["--collect", "/tmp/kept::results"];
    let options = [&["--path", "1M", "--changes", "--report"], &collected[..]].concat();
    let output = folder.run(&options, &["write /tmp/kept text", &nest]);
    let errors = ended(&output, 1).1;
    let words = "error: --changes: the paths of what changed are longer than 256 MiB together";
    assert!(errors.starts_with(words), "{}", &errors[..200.min(errors.len())]);
    assert!(errors.contains("\nnodes     1502 of 65536"), "{errors}");
    assert_eq!(fs::read_to_string(folder.path().join("results/kept")).unwrap(), "text");
}
