//! A run of plugins side by side, in which the host reports what each did with its space.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use xtask::components::{Profile, programs};
use xtask::workspace;

/// Runs one plugin for each list of commands, with the harness's shell as plugin, and returns the
/// lines that are printed.
fn plugins(commands: &[&[&str]]) -> Vec<String> {
    let mut host = Command::new(workspace::program("plugin-host"));
    for (commands, number) in commands.iter().zip(0..) {
        if number > 0 {
            host.arg("--");
        }
        host.arg(&*SHELL).args(*commands);
    }
    let output = host.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

static SHELL: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut programs = programs("host-tests-programs", Profile::Checked).unwrap();
    programs.remove("shell").unwrap()
});

/// Returns the host's lines: those about each plugin, and the last about all.
fn reports(lines: &[String]) -> Vec<&str> {
    let of_host = |line: &&str| line.starts_with("plugin ") || line.starts_with("together: ");
    lines.iter().map(String::as_str).filter(of_host).collect()
}

/// Returns the number that follows `before`.
fn number(line: &str, before: &str) -> u64 {
    let rest = line.split_once(before).unwrap_or_else(|| panic!("{line}")).1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{line}"))
}

#[test]
fn each_plugin_has_a_space_of_its_own_and_the_host_tells_what_is_left_in_it() {
    let lines = plugins(&[
        &["fill /tmp 20", "rm /tmp/7", "told"],
        &["ls /tmp", "env TMPDIR", "exit 0"],
        &["fill /tmp 3", "abort"],
    ]);
    let has = |line: &str| assert!(lines.iter().any(|it| it == line), "{line}: {lines:?}");
    // A file of 1 KiB is charged as 1 KiB.
    has("plugin 1: done; 19456 bytes, at most 20480");
    has("plugin 2: done; 0 bytes, at most 0");
    has("ls /tmp: []");
    has("env TMPDIR: /tmp");
    let trapped = lines.iter().find(|line| line.starts_with("plugin 3: failed: ")).unwrap();
    assert!(trapped.contains("unreachable"), "{trapped}");
    assert!(trapped.ends_with("; 3072 bytes, at most 3072"), "{trapped}");
    assert!(!lines.iter().any(|line| line.contains("refused")), "{lines:?}");
    // No plugin learns a path of the host.
    let told = lines.iter().find(|line| line.starts_with("told: ")).unwrap();
    let target = workspace::target_dir();
    assert!(told.contains("plugin") && !told.contains(target.to_str().unwrap()), "{told}");
}

#[test]
fn a_plugin_has_its_limit_and_all_together_have_theirs() {
    let alone = plugins(&[&["fill /tmp 100000"]]);
    let reports_alone = reports(&alone);
    assert_eq!(reports_alone[0], "plugin 1: done; 6291456 bytes, at most 6291456");
    assert!(reports_alone[1].starts_with("plugin 1: a limit refused: "), "{alone:?}");
    assert!(reports_alone[1].ends_with("held 6291456, allowed 6291456"), "{alone:?}");

    let fill: &[&str] = &["fill /tmp 100000"];
    let three = plugins(&[fill; 3]);
    let reports_of_three = reports(&three);
    let held = [0, 2, 4].map(|line| number(reports_of_three[line], "done; "));
    let together = number(reports_of_three[6], "together: ");
    assert!(held.iter().sum::<u64>() <= together && together <= 8 << 20, "{three:?}");
    // The rest of the budget is less than the next file takes.
    assert!(together > (8 << 20) - 4_096, "{three:?}");
    for line in [1, 3, 5] {
        let refusal = reports_of_three[line];
        assert!(refusal.ends_with("allowed 8388608") || refusal.ends_with("allowed 6291456"));
    }
}
