//! The command `scratch` as it is installed from a clone. Alone in an empty folder, it composes the
//! program of docs/component.md, and the compositions run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use host_tests::programs::{LIBRARY_LINKED, README_PROGRAM};
use host_tests::{Builder, Program, Sandbox, composed, names_in};
use scratch_compose::{Memory, Options, Record};
use tempfile::TempDir;
use xtask::{distribution, workspace};

/// The folder with the command. The command is installed once, and nothing else of the installation
/// is left.
static INSTALLED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let file = distribution::install(folder.path()).unwrap();
    fs::rename(file, folder.path().join("scratch")).unwrap();
    folder
});

/// Runs the command in a folder, without environment variables.
fn scratch(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(INSTALLED.path().join("scratch"));
    command.args(words).current_dir(folder).env_clear().output().unwrap()
}

#[track_caller]
fn succeeded(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{}: {told}", output.status);
}

#[track_caller]
fn assert_refused(output: &Output, part: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(part) && told.lines().count() == 1, "{told}");
}

/// Returns the program of docs/component.md, compiled.
fn program() -> Vec<u8> {
    fs::read(README_PROGRAM.file()).unwrap()
}

/// Runs a composition, and returns its output.
fn run(composition: &Path, ground: Builder) -> String {
    let run = Program::of_file(composition, ground).run(&[]).succeeded();
    run.stdout
}

#[test]
fn the_lines_of_the_pages_compose_the_program_of_the_page_and_it_runs() {
    let root = workspace::root();
    let pages = ["component", "compose"].map(|page| root.join(format!("docs/{page}.md")));
    let pages = pages.map(|page| fs::read_to_string(page).unwrap());
    let lines = pages.each_ref().map(|page| {
        let lines: Vec<_> = page.lines().filter_map(|it| it.strip_prefix("scratch ")).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines[0]
    });

    let folder = TempDir::new().unwrap();
    let built = folder.path().join("target/wasm32-wasip2/debug");
    fs::create_dir_all(&built).unwrap();
    fs::write(built.join("app.wasm"), program()).unwrap();
    for line in lines {
        succeeded(&scratch(folder.path(), &line.split_whitespace().collect::<Vec<_>>()));
    }
    assert_eq!(names_in(folder.path()), ["in-memory.wasm", "target", "whole.wasm"]);

    let printed = "No such file or directory\n";
    let lent = Sandbox::builder().tmp("/tmp");
    assert_eq!(run(&folder.path().join("whole.wasm"), lent), printed);
    assert_eq!(run(&folder.path().join("in-memory.wasm"), Sandbox::builder()), printed);
}

#[test]
fn it_composes_what_the_library_composes_and_composes_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("app.wasm"), program()).unwrap();
    let compose = |options: &[&str], output| {
        scratch(folder.path(), &[&["compose"], options, &["app.wasm", "-o", output]].concat())
    };
    let output = compose(&["--bytes", "16M"], "whole.wasm");
    succeeded(&output);
    let told =
        "whole.wasm: composed with tmpfs.wasm and not embedded: it imports scratch:tempfile, ";
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(told));
    let records = vec![Record::Variable("TMPFS_BYTES".into(), "16M".into())];
    let memory = Some(Memory { records, ..Memory::default() });
    let options = Options { audited: false, memory };
    let whole = composed(&program(), &options).unwrap();
    assert!(fs::read(path("whole.wasm")).unwrap() == whole);

    assert_refused(&compose(&["--audited"], "whole.wasm"), "type --force");
    assert!(fs::read(path("whole.wasm")).unwrap() == whole);
    succeeded(&compose(&["--force", "--audited"], "whole.wasm"));
    let audited = composed(&program(), &Options { audited: true, memory: None }).unwrap();
    assert!(fs::read(path("whole.wasm")).unwrap() == audited);

    succeeded(&compose(&[], "plain.wasm"));
    for composition in ["plain.wasm", "whole.wasm"] {
        for options in [&[][..], &["--memory"], &["--bytes", "1M"]] {
            let words = [&["compose"], options, &[composition, "-o", "again.wasm"]].concat();
            assert_refused(&scratch(folder.path(), &words), "composition already");
        }
    }
    assert_eq!(names_in(folder.path()), ["app.wasm", "plain.wasm", "whole.wasm"]);
}

#[test]
fn it_embeds_the_filesystem_where_the_program_allows_that_and_says_so_in_a_line() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy(LIBRARY_LINKED.file(), path("files.wasm")).unwrap();
    fs::write(path("library.wasm"), program()).unwrap();
    let compose = |words: &[&str]| scratch(folder.path(), &[&["compose"], words].concat());

    let output = compose(&["--memory", "files.wasm", "-o", "embedded.wasm"]);
    succeeded(&output);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told, "embedded.wasm: embedded: the filesystem is a part of the program\n");
    assert_eq!(run(&path("embedded.wasm"), Sandbox::builder()), "");

    let output = compose(&["--form", "composed", "files.wasm", "-o", "composed.wasm"]);
    succeeded(&output);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told, "composed.wasm: composed with tmpfs.wasm, as --form says\n");

    for (words, part) in [
        (&["--form", "embedded", "library.wasm"][..], "it imports scratch:tempfile"),
        (&["--beside", "library.wasm"], "leave out --form and --beside to compose"),
        (&["--beside", "--form", "lite", "files.wasm"], "--beside needs --form embedded"),
        (&["--memory", "embedded.wasm"], "embedded into it already"),
        (&["--form", "composed", "embedded.wasm"], "embedded into it already"),
    ] {
        assert_refused(&compose(&[words, &["-o", "out.wasm"]].concat()), part);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_status_1_and_nothing_is_left() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("app.wasm"), program()).unwrap();
    let named =
        |length: usize| scratch(folder.path(), &["compose", "app.wasm", "-o", &"n".repeat(length)]);
    // A name may have 255 bytes (NAME_MAX).
    let output = named(256);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("nnn cannot be written: ") && told.lines().count() == 1, "{told}");
    assert_eq!(names_in(folder.path()), ["app.wasm"]);
    succeeded(&named(255));
}

#[test]
fn every_cut_of_a_program_that_loses_code_is_refused() {
    let folder = TempDir::new().unwrap();
    let program = program();
    for part in 1..10 {
        let cut = &program[..program.len() * part / 10];
        fs::write(folder.path().join("app.wasm"), cut).unwrap();
        let output = scratch(folder.path(), &["compose", "app.wasm", "-o", "out.wasm"]);
        assert_refused(&output, "app.wasm: the component is truncated or damaged; build it again");
    }
    assert_eq!(names_in(folder.path()), ["app.wasm"]);
}

#[test]
fn it_prints_the_notices_of_every_component_that_it_carries() {
    let printed = String::from_utf8(scratch(Path::new("/"), &["notices"]).stdout).unwrap();
    for component in scratch_compose::Component::ALL {
        let name = component.name();
        let notices = workspace::target_dir().join(format!("components/{name}.notices.txt"));
        assert!(printed.contains(&fs::read_to_string(notices).unwrap()), "{name}");
    }
}
