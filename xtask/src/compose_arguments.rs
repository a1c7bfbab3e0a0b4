//! The words of `cargo xtask compose`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};

use crate::bake::Record;
use crate::compose::{Form, Options};
use crate::seed;

/// What is to be composed, and into which file.
#[derive(Debug)]
pub struct Arguments {
    /// The program.
    pub program: PathBuf,
    /// What goes under it.
    pub options: Options,
    /// The composition.
    pub output: PathBuf,
}

/// Options that take a number and become a variable of the same name, the least that makes sense and
/// the most.
const LIMITS: [(&str, u64, u64); 8] = [
    ("bytes", 0, u64::MAX),
    ("metadata", 1, u64::MAX),
    ("nodes", 1, u64::MAX),
    // The directory that the program is given, a file in it, and a stream of that.
    ("handles", 3, 0xffff_ffff),
    ("name", 1, 0xffff_ffff),
    ("path", 1, 0xffff_ffff),
    ("file-size", 0, u64::MAX),
    ("soft", 0, u64::MAX),
];

impl Arguments {
    /// Understands the words.
    ///
    /// # Errors
    /// Says which word makes no sense, or what of the seed cannot be read.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Options::default();
        let (mut program, mut output) = (None, None);
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let Some(option) = word.strip_prefix('-') else {
                ensure!(program.replace(PathBuf::from(word)).is_none(), "one program at a time");
                continue;
            };
            if word == "--audited" {
                options.audited = true;
                continue;
            }
            if word == "--memory" {
                options.memory.get_or_insert_default();
                continue;
            }
            let value = words.next().with_context(|| format!("{word} wants a value"))?;
            if word == "-o" {
                output = Some(PathBuf::from(value));
                continue;
            }
            // Every other option is about the filesystem in memory, and asks for one.
            let memory = options.memory.get_or_insert_default();
            match option.strip_prefix('-') {
                Some("form") => memory.form = Some(form(value)?),
                Some("seed") => memory.records.extend(seed::records(value.as_ref())?),
                Some("env") => memory.records.push(variable(value)?),
                Some("mount") => {
                    let plain = value.starts_with('/')
                        && value.split('/').all(|it| it != "." && it != "..");
                    ensure!(plain, "--mount wants an absolute path without `.` and `..`");
                    memory.records.push(Record::Variable("TMPFS_MOUNT".into(), value.into()));
                }
                limit => {
                    let limit = LIMITS.iter().find(|(name, ..)| Some(*name) == limit);
                    let (name, least, most) =
                        limit.with_context(|| format!("there is no option {word}"))?;
                    let fits = number(value).is_some_and(|it| (*least..=*most).contains(&it));
                    ensure!(
                        fits,
                        "{word} wants a number from {least} to {most}, such as 64M; {value} is none"
                    );
                    let name = format!("TMPFS_{}", name.replace('-', "_").to_uppercase());
                    memory.records.push(Record::Variable(name, value.into()));
                }
            }
        }
        if let Some(memory) = &options.memory {
            ensure_consistent(&memory.records)?;
        }
        Ok(Self {
            program: program.context("which program?")?,
            options,
            output: output.context("-o says into which file")?,
        })
    }
}

fn form(name: &str) -> Result<Form> {
    Ok(match name {
        "lite" => Form::Lite,
        "lite-environment" => Form::LiteEnvironment,
        "whole" => Form::Whole,
        _ => bail!("the forms are lite, lite-environment and whole"),
    })
}

fn variable(text: &str) -> Result<Record> {
    let (name, value) = text.split_once('=').context("--env wants NAME=VALUE")?;
    ensure!(!name.is_empty(), "--env wants NAME=VALUE");
    ensure!(!name.starts_with("TMPFS_"), "settings have options of their own: {name}");
    Ok(Record::Variable(name.into(), value.into()))
}

/// As `crates/tmpfs-component/src/settings.rs` reads numbers.
fn number(value: &str) -> Option<u64> {
    let units = [('k', 10), ('K', 10), ('m', 20), ('M', 20), ('g', 30), ('G', 30)];
    let unit = units.into_iter().find(|(unit, _)| value.ends_with(*unit));
    let (digits, shift) = unit.map_or((value, 0), |(_, shift)| (&value[..value.len() - 1], shift));
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse::<u64>().ok()?.checked_mul(1 << shift)).flatten()
}

/// What would be a trap when the composition starts is an error now, as far as it can be foreseen:
/// one thing twice, more content or files than are allowed, or a `TMPDIR` that is nowhere.
fn ensure_consistent(records: &[Record]) -> Result<()> {
    let mut seen = BTreeSet::new();
    // The root is a node.
    let (mut content, mut nodes) = (0, 1);
    for record in records {
        let (what, name) = match record {
            Record::Variable(name, _) => ("variable", name),
            Record::Directory(name) | Record::File(name, _) | Record::Link(name, _) => {
                ("file", name)
            }
        };
        ensure!(seen.insert((what, name)), "the {what} {name} is given twice");
        nodes += u64::from(what == "file");
        if let Record::File(_, bytes) = record {
            content += stored(bytes);
        }
    }
    let variable = |wanted: &str| {
        records.iter().find_map(|record| match record {
            Record::Variable(name, value) if name == wanted => Some(value.as_str()),
            _ => None,
        })
    };
    if let Some(allowed) = variable("TMPFS_BYTES").and_then(number) {
        ensure!(content <= allowed, "the seed takes {content} bytes, and --bytes allows {allowed}");
    }
    if let Some(allowed) = variable("TMPFS_NODES").and_then(number) {
        ensure!(nodes <= allowed, "the seed takes {nodes} nodes, and --nodes allows {allowed}");
    }
    if let Some(told) = variable("TMPDIR") {
        let mount = variable("TMPFS_MOUNT").unwrap_or("/tmp").trim_end_matches('/');
        let below = told.strip_prefix(mount).is_some_and(|it| it.is_empty() || it.starts_with('/'));
        ensure!(below, "TMPDIR={told} is not below the mount {mount}");
    }
    Ok(())
}

/// What a file's content is charged (README, `--bytes`).
fn stored(content: &[u8]) -> u64 {
    let pages = content.chunks(16 << 10).filter(|page| page.iter().any(|byte| *byte != 0));
    let small = content.len() <= 4096;
    let charges = pages.map(|page| match small {
        true => page.len().next_power_of_two().max(64),
        false => page.len().next_multiple_of(4096),
    });
    charges.map(|bytes| u64::try_from(bytes).expect("BUG: a page is small")).sum()
}

#[cfg(test)]
mod tests {
    use super::{Arguments, ensure_consistent};
    use crate::bake::Record;
    use crate::compose::Form;

    #[test]
    fn without_options_there_is_no_filesystem_in_memory() {
        let arguments = Arguments::parse(&["app.wasm", "-o", "out.wasm"]).unwrap();
        assert_eq!(arguments.program.as_os_str(), "app.wasm");
        assert_eq!(arguments.output.as_os_str(), "out.wasm");
        assert!(arguments.options.memory.is_none() && !arguments.options.audited);
    }

    #[test]
    fn limits_become_variables_and_ask_for_memory() {
        let words = ["--bytes", "64M", "--file-size", "9", "app.wasm", "-o", "out.wasm"];
        let memory = Arguments::parse(&words).unwrap().options.memory.unwrap();
        let variable = |name: &str, value: &str| Record::Variable(name.into(), value.into());
        assert_eq!(
            memory.records,
            [variable("TMPFS_BYTES", "64M"), variable("TMPFS_FILE_SIZE", "9")]
        );
        assert_eq!(memory.form, None);
    }

    #[test]
    fn mount_environment_and_form_are_understood() {
        let words = "--mount /scratch --env A=b=c --form lite --audited app.wasm -o out.wasm";
        let options = Arguments::parse(&words.split(' ').collect::<Vec<_>>()).unwrap().options;
        let memory = options.memory.unwrap();
        let variable = |name: &str, value: &str| Record::Variable(name.into(), value.into());
        assert_eq!(memory.records, [variable("TMPFS_MOUNT", "/scratch"), variable("A", "b=c")]);
        assert_eq!(memory.form, Some(Form::Lite));
        assert!(options.audited);
    }

    #[test]
    fn a_seed_twice_or_larger_than_its_limit_is_refused() {
        let file = |name: &str, bytes| Record::File(name.into(), vec![1; bytes]);
        let variable = |name: &str, value: &str| Record::Variable(name.into(), value.into());
        let allowed = variable("TMPFS_BYTES", "1K");
        assert!(ensure_consistent(&[file("a", 1024), allowed.clone()]).is_ok());
        assert!(ensure_consistent(&[file("a", 1024), file("b", 1), allowed.clone()]).is_err());
        assert!(ensure_consistent(&[file("a", 900), file("b", 9), allowed]).is_err(), "rounded");
        let nodes = variable("TMPFS_NODES", "2");
        assert!(ensure_consistent(&[file("a", 0), nodes.clone()]).is_ok());
        assert!(ensure_consistent(&[file("a", 0), file("b", 0), nodes]).is_err());
        assert!(ensure_consistent(&[variable("TMPDIR", "/tmp/x")]).is_ok());
        assert!(ensure_consistent(&[variable("TMPDIR", "/elsewhere")]).is_err());
        assert!(ensure_consistent(&[file("a", 1), Record::Directory("a".into())]).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [
            "app.wasm",
            "-o out.wasm",
            "app.wasm other.wasm -o out.wasm",
            "app.wasm -o",
            "app.wasm -o out.wasm --bytes",
            "app.wasm -o out.wasm --bytes much",
            "app.wasm -o out.wasm --bytes 99999999999999999999",
            "app.wasm -o out.wasm --bytes K",
            "app.wasm -o out.wasm --bytes 18446744073709551615K",
            "app.wasm -o out.wasm --bytes 1M --bytes 2M",
            "app.wasm -o out.wasm --handles 5000000000",
            "app.wasm -o out.wasm --nodes 0",
            "app.wasm -o out.wasm --env TMPFS_BYTES=1M",
            "app.wasm -o out.wasm --env A=1 --env A=2",
            "app.wasm -o out.wasm --bites 1",
            "app.wasm -o out.wasm --mount tmp",
            "app.wasm -o out.wasm --form small",
            "app.wasm -o out.wasm --env NAME",
            "app.wasm -o out.wasm --env =x",
            "app.wasm -o out.wasm --env TMPDIR=/elsewhere",
            "app.wasm -o out.wasm --mount /a/../b",
        ] {
            assert!(Arguments::parse(&words.split(' ').collect::<Vec<_>>()).is_err(), "{words}");
        }
    }
}
