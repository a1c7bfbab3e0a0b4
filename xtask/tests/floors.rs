//! Floors inside the crates: no circle among the modules of any crate, and the folders of `src/` in
//! their order. An import is a path that begins with `crate::`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use xtask::workspace;

/// The floors of `src/`, the lowest first. A module imports from its own floor and those below.
const FLOORS: [&str; 7] = ["", "host", "stream", "coding", "file", "make", "component"];

/// The only floor of `src/` that names WASI.
const HOST: &str = "host";

/// The source folders of all crates of the workspace.
fn crates() -> Vec<PathBuf> {
    let mut crates = vec![workspace::root().join("src")];
    for folder in ["crates", "examples"] {
        for entry in fs::read_dir(workspace::root().join(folder)).unwrap() {
            crates.push(entry.unwrap().path().join("src"));
        }
    }
    crates.extend(
        [
            "host-tests",
            "host-tests/bench",
            "host-tests/demo",
            "host-tests/programs",
            "host-tests/bench-guests",
            "xtask",
        ]
        .map(|member| workspace::root().join(member).join("src")),
    );
    crates.retain(|source| source.is_dir());
    crates
}

/// A module by its path in the crate, without `crate`: `["host", "place"]`.
type Module = Vec<String>;

/// The modules of a crate with their text.
fn modules(source: &Path) -> BTreeMap<Module, String> {
    let mut modules = BTreeMap::new();
    let mut waiting = vec![source.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // A program of its own, and tests, which may import whatever they test.
            if path.is_dir() && path.file_name().is_none_or(|name| name != "bin" && name != "tests")
            {
                waiting.push(path);
            } else if path.extension().is_some_and(|it| it == "rs")
                && path.file_stem().is_none_or(|stem| stem != "tests")
            {
                let relative = path.strip_prefix(source).unwrap().with_extension("");
                let mut module: Module =
                    relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
                    module.pop();
                }
                modules.insert(module, code(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    modules
}

/// A file's code without its comments and unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths after each `root` in the code, with what braces hold multiplied out.
fn paths(code: &str, root: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == ':' || it == '$') {
            continue;
        }
        tree(&mut code[at + root.len()..].chars().peekable(), &mut Vec::new(), &mut paths);
    }
    paths
}

fn tree(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    before: &mut Vec<String>,
    paths: &mut Vec<Vec<String>>,
) {
    while rest.next_if(|it| it.is_whitespace()).is_some() {}
    if rest.next_if_eq(&'{').is_some() {
        loop {
            tree(rest, &mut before.clone(), paths);
            while rest.next_if(|it| it.is_whitespace()).is_some() {}
            if rest.next_if_eq(&',').is_none() {
                rest.next_if_eq(&'}');
                return;
            }
        }
    }
    let mut name = String::new();
    while let Some(it) = rest.next_if(|it| it.is_alphanumeric() || *it == '_') {
        name.push(it);
    }
    if name.is_empty() {
        return;
    }
    before.push(name);
    if rest.next_if_eq(&':').is_some() && rest.next_if_eq(&':').is_some() {
        tree(rest, before, paths);
    } else {
        paths.push(before.clone());
    }
}

/// The imports of each module: modules of the same crate.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    // What the root hands on, by its name.
    let root = modules.get(&Vec::new()).map_or("", String::as_str);
    let handed_on: BTreeMap<String, Module> = paths(root, "pub use ")
        .into_iter()
        .filter_map(|path| Some((path.last()?.clone(), resolve(modules, &path)?)))
        .collect();
    let of = |text: &String| {
        paths(text, "crate::")
            .into_iter()
            .filter_map(|path| match path.as_slice() {
                [name] if handed_on.contains_key(name) => handed_on.get(name).cloned(),
                _ => resolve(modules, &path),
            })
            .collect::<BTreeSet<_>>()
    };
    modules
        .iter()
        .filter(|(module, _)| !module.is_empty())
        .map(|(module, text)| {
            let mut imported = of(text);
            imported.remove(module);
            (module.clone(), imported)
        })
        .collect()
}

/// The module that a path names, or that it names something in; `None` for the root.
fn resolve(modules: &BTreeMap<Module, String>, path: &[String]) -> Option<Module> {
    let prefixes = (1..=path.len()).rev().map(|length| path[..length].to_vec());
    prefixes.into_iter().find(|prefix| modules.contains_key(prefix))
}

/// The modules that reach themselves by imports.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<&Module> {
    let reaches_itself = |start: &&Module| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![*start]);
        while let Some(module) = waiting.pop() {
            for imported in imports.get(module).into_iter().flatten() {
                if imported == *start {
                    return true;
                }
                if seen.insert(imported) {
                    waiting.push(imported);
                }
            }
        }
        false
    };
    imports.keys().filter(reaches_itself).collect()
}

#[test]
fn no_modules_of_a_crate_import_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for source in crates() {
        let imports = imports(&modules(&source));
        let circles = circles(&imports);
        if !circles.is_empty() {
            let names: Vec<_> = circles.iter().map(|module| module.join("::")).collect();
            let source = source.strip_prefix(workspace::root()).unwrap();
            wrong.push(format!("{}: {}", source.display(), names.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_folders_of_the_library_are_floors() {
    let modules = modules(&workspace::root().join("src"));
    let floor = |module: &Module| {
        let folder = if module.len() > 1 || FLOORS.contains(&module[0].as_str()) {
            module[0].as_str()
        } else {
            ""
        };
        FLOORS.iter().position(|floor| *floor == folder).expect("a folder that has no floor")
    };
    let mut wrong = Vec::new();
    for (module, imported) in imports(&modules) {
        let above = imported.iter().filter(|it| floor(it) > floor(&module));
        wrong.extend(above.map(|it| format!("{} imports {}", module.join("::"), it.join("::"))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn names_wasi(code: &str) -> bool {
    let mut places = code.match_indices("wasi::");
    places.any(|(at, _)| !code[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_'))
}

#[test]
fn only_the_host_floor_of_the_library_names_wasi() {
    let modules = modules(&workspace::root().join("src"));
    let names: Vec<_> = modules
        .iter()
        .filter(|(module, text)| {
            module.first().is_none_or(|floor| floor != HOST) && names_wasi(text)
        })
        .map(|(module, _)| module.join("::"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn a_circle_and_a_step_up_are_seen() {
    let module = |name: &str| vec![name.to_owned()];
    let texts = [
        ("", "pub use b::{B, c::C};"),
        ("a", "use crate::{b::B, d};"),
        ("b", "fn f() { crate::c::g() } use other::crate::d;"),
        ("c", "// use crate::d;\nuse crate::A;"),
        ("d", "use crate::B;"),
    ];
    let texts = texts
        .map(|(name, text)| (if name.is_empty() { Vec::new() } else { module(name) }, code(text)));
    let imports = imports(&BTreeMap::from(texts));
    assert_eq!(imports[&module("a")], BTreeSet::from([module("b"), module("d")]));
    assert_eq!(imports[&module("b")], BTreeSet::from([module("c")]));
    assert_eq!(imports[&module("c")], BTreeSet::new());
    assert_eq!(imports[&module("d")], BTreeSet::from([module("b")]));
    assert!(circles(&imports).is_empty());
    let circle = BTreeMap::from([
        (module("a"), BTreeSet::from([module("b")])),
        (module("b"), BTreeSet::from([module("c")])),
        (module("c"), BTreeSet::from([module("b")])),
    ]);
    assert_eq!(circles(&circle), [&module("b"), &module("c")]);
}
