//! The example prints what this file lists: every attempt, and the host's decision about it.

use std::process::Command;

use xtask::workspace;

const EXPECTED: &str = "\
mkstemp
  tempfile.mkstemp /tmp/tmp........
  made
mkdtemp
  tempfile.mkdtemp /tmp/tmp........
  made
mkdtemp in /data
  tempfile.mkdtemp /data/tmp........
  refused: /data/tmp........ is not in /tmp
mkdtemp in /tmp/../data
  tempfile.mkdtemp /tmp/../data/tmp........
  refused: /tmp/../data/tmp........ is not in /tmp
temporary-file
  tempfile.mkstemp /tmp/tmp........
  made
named-temporary-file
  tempfile.mkstemp /tmp/tmp........
  refused: three attempts were enough
left: 2 in /tmp, 0 in /data
";

#[test]
fn it_logs_every_attempt_and_refuses_what_it_says() {
    let output = Command::new(workspace::program("audit-example")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(without_chance(&String::from_utf8(output.stdout).unwrap()), EXPECTED);
}

/// Replaces the eight random characters of every name by dots.
fn without_chance(text: &str) -> String {
    let mut parts = text.split("/tmp");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in text.split("/tmp").skip(1) {
        let name = part.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let dots = ".".repeat(name.count());
        plain = plain + "/tmp" + &dots + &part[dots.len()..];
    }
    plain
}
