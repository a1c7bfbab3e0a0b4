//! Random programs on directories and on names.

use host_tests::script::Script;

use crate::chance::Chance;
const PREFIXES: [&str; 8] = ["", "a", "tmp", "%C3%A9", "x.", "a%20b", "_", "-"];
const SUFFIXES: [&str; 7] = ["", ".txt", ".", "b", "%C3%A9", ".tar.gz", "~"];
const DIRS: [&str; 10] =
    ["@", "@/sub", ".", "", "sub", "./sub/../sub", "@//sub", "@/sub/", "@/sub/../sub", "@/sub/."];
const WRONG_DIRS: [&str; 4] = ["@/nix", "@/file", "@/loop", "nix/nix"];

/// Makes the files that every such program finds below the root.
fn world() -> Script {
    ["dir @/sub", "file @/file abc", "link @/loop loop"].map(str::to_owned).to_vec()
}

fn name_options(chance: &mut Chance) -> String {
    let mut options = String::new();
    let mut option = |key: &str, value: &str| options += &format!(" {key}={value}");
    match chance.below(80) {
        0 => option("suffix", &"s".repeat(300)),
        1..40 => option("suffix", chance.of(&SUFFIXES)),
        _ => {}
    }
    if chance.one_in(2) {
        option("prefix", chance.of(&PREFIXES));
    }
    if chance.one_in(2) {
        option("dir", if chance.one_in(4) { chance.of(&WRONG_DIRS) } else { chance.of(&DIRS) });
    }
    options
}

/// Generates a program on a directory with a tree in it, and its end.
pub(crate) fn directories(chance: &mut Chance) -> Script {
    let mut program = world();
    let mut made = format!("0=temporary-directory{}", name_options(chance));
    for flag in ["delete", "ignore-cleanup-errors"] {
        if chance.one_in(4) {
            made += &format!(" {flag}={}", chance.below(2));
        }
    }
    program.push(made);
    let mut folders = vec!["0:".to_owned()];
    for at in 0..chance.below(10) {
        let pick = usize::try_from(chance.below(u64::try_from(folders.len()).unwrap())).unwrap();
        let path = format!("{}/{}{at}", folders[pick], chance.of(&["a", "b", "%C3%A9", ".x"]));
        match chance.below(5) {
            0..2 => {
                program.push(format!("dir {path}"));
                folders.push(path);
            }
            2 => program.push(format!(
                "link {path} {}",
                chance.of(&["../sub", "../file", "nix", ".", ".."])
            )),
            _ => program.push(format!("file {path} a*{}", chance.below(100))),
        }
    }
    for _ in 0..1 + chance.below(5) {
        let step = chance.below(12);
        let lines: &[&str] = match step {
            0 | 1 => &["0.cleanup"],
            2..5 => &["0.exit"],
            5 => &["0.name"],
            6 => &["remove 0:"],
            7 => &["remove 0:", "file 0: x"],
            8 => &["remove 0:", "link 0: sub"],
            9 => &["remove 0:", "link 0: nix"],
            10 => &["remove 0:", "dir 0:", "file 0:/new x"],
            _ => &["file 0:/late x"],
        };
        program.extend(lines.iter().map(|line| (*line).to_owned()));
    }
    program.push("0.drop".to_owned());
    program
}

/// Generates a program on names, and on the module's variables.
pub(crate) fn names(chance: &mut Chance) -> Script {
    let mut program = world();
    for at in 0..1 + chance.below(12) {
        let line = match chance.below(16) {
            0..4 => {
                let text = if chance.one_in(5) { " text=1" } else { "" };
                program.push(format!("{at}=mkstemp{}{text}", name_options(chance)));
                let then = chance.of(&[
                    "write abc",
                    "read -",
                    "mode",
                    "tell",
                    "truncate 5",
                    "read1 -",
                    "readable",
                    "peek",
                    "detach",
                    "close",
                ]);
                format!("{at}.{then}")
            }
            4..7 => format!("mkdtemp{}", name_options(chance)),
            7..9 => format!("mktemp{}", name_options(chance)),
            9 => chance.of(&["gettempdir", "gettempdirb", "tempdir"]).to_owned(),
            10 => chance.of(&["gettempprefix", "gettempprefixb", "template"]).to_owned(),
            11 => format!("set-tempdir {}", chance.of(&["@", "@/sub", "sub", "@/nix", "@/file"])),
            12 => format!("set-template {}", chance.of(&["tmp", "foo", "\"\"", "%C3%A9"])),
            13 => "tmp-max".to_owned(),
            14 => format!("set-tmp-max {}", chance.of(&["0", "1", "10000"])),
            _ => format!("0=temporary-directory{}", name_options(chance)),
        };
        program.push(line);
    }
    program
}
