//! A session: code runs, and the host lists its changes, undoes them, keeps them and forks them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use xtask::components::{Profile, programs};
use xtask::workspace;

/// Runs the host with the harness's shell as interpreter, and returns the output.
fn session(data: &[&Path], lines: &[&str]) -> String {
    let mut host = Command::new(workspace::program("code-interpreter"));
    host.arg(&*SHELL).args(data).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut host = host.stderr(Stdio::piped()).spawn().unwrap();
    host.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = host.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

static SHELL: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut programs = programs("host-tests-programs", Profile::Checked).unwrap();
    programs.remove("shell").unwrap()
});

/// Writes a file of the host with these bytes.
fn data(name: &str, text: &str) -> PathBuf {
    let folder = workspace::target_dir().join("code-interpreter");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn changes_are_told_and_taken_back_and_a_fork_goes_its_own_way() {
    let rows = data("rows.csv", "1,2");
    let lines = [
        "read /data/rows.csv",
        "write /data/answer 3",
        "keep first",
        "append /data/rows.csv ,4",
        "read /data/rows.csv",
        "undo",
        "read /data/answer",
        "append /data/answer 4",
        "undo",
        "read /data/answer",
        "fork seed",
        "ls /data",
        "rename /data/rows.csv /data/other",
        "fork first",
        "rm /data/rows.csv",
        "ls /data",
        // A success that prints nothing.
        "exit 0",
        "fork nothing",
    ];
    // The `read` before the first `undo` changed nothing, so that `undo` takes nothing back.
    let expected = "\
read /data/rows.csv: 1,2
write /data/answer 3: done
  answer: Created
append /data/rows.csv ,4: done
  rows.csv: Changed
read /data/rows.csv: 1,2,4
read /data/answer: 3
append /data/answer 4: done
  answer: Changed
read /data/answer: 3
ls /data: [\"rows.csv\"]
rename /data/rows.csv /data/other: done
  other: Renamed { from: \"rows.csv\", changed: false }
rm /data/rows.csv: done
  rows.csv: Removed
ls /data: [\"answer\"]
nothing was kept as nothing
";
    assert_eq!(session(&[&rows], &lines), expected);
    assert_eq!(fs::read_to_string(rows).unwrap(), "1,2", "the host's file is not touched");
}

#[test]
fn code_that_fails_or_never_ends_changes_nothing() {
    let lines = ["undo", "write /data/a 1", "spin", "abort", "exit 3", "read /data/a"];
    let output = session(&[], &lines);
    let told: Vec<&str> = output.lines().collect();
    assert_eq!(told[..3], ["there is nothing to undo", "write /data/a 1: done", "  a: Created"]);
    assert!(told[3].starts_with("failed: ") && told[3].contains("fuel"), "{output}");
    assert!(told[4].starts_with("failed: ") && told[4].contains("unreachable"), "{output}");
    assert!(told[5].starts_with("failed: "), "{output}");
    assert_eq!(told[6..], ["read /data/a: 1"]);
}

#[test]
fn as_many_states_are_kept_as_the_host_says_and_the_session_goes_on() {
    let mut lines = vec!["keep seed".to_owned()];
    for number in 0..20 {
        lines.push(format!("write /data/{number} text"));
        lines.push(format!("keep {number}"));
    }
    lines.extend((0..20).map(|number| format!("rm /data/{number}")));
    lines.extend(["fork 6", "count /data"].map(str::to_owned));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let output = session(&[], &lines);
    assert_eq!(output.lines().next(), Some("seed is kept already"));
    assert_eq!(output.matches("8 states are kept already").count(), 13);
    assert_eq!(output.matches(": Removed").count(), 20);
    assert_eq!(output.lines().last(), Some("count /data: 7"));
}

#[test]
fn a_session_goes_on_as_long_as_it_likes() {
    let lines: Vec<String> = (0..60).map(|number| format!("write /data/{number} text")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).chain(["count /data"]).collect();
    let output = session(&[], &lines);
    assert_eq!(output.lines().last(), Some("count /data: 60"));
}
