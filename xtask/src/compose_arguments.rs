//! The words of `cargo xtask compose`.

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

/// Options that take a number, and become a variable of the same name.
const LIMITS: [&str; 8] =
    ["bytes", "metadata", "nodes", "handles", "name", "path", "file-size", "soft"];

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
                    ensure!(value.starts_with('/'), "--mount wants an absolute path");
                    memory.records.push(Record::Variable("TMPFS_MOUNT".into(), value.into()));
                }
                Some(limit) if LIMITS.contains(&limit) => {
                    ensure!(is_number(value), "{word} wants a number, of K, M or G perhaps");
                    let name = format!("TMPFS_{}", limit.replace('-', "_").to_uppercase());
                    memory.records.push(Record::Variable(name, value.into()));
                }
                _ => bail!("there is no option {word}"),
            }
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
    Ok(Record::Variable(name.into(), value.into()))
}

/// As `crates/tmpfs-component/src/settings.rs` reads numbers.
fn is_number(value: &str) -> bool {
    let digits = value.strip_suffix(['k', 'K', 'm', 'M', 'g', 'G']).unwrap_or(value);
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>());
    number.is_some_and(|number| number.is_ok())
}

#[cfg(test)]
mod tests {
    use super::Arguments;
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
            "app.wasm -o out.wasm --bites 1",
            "app.wasm -o out.wasm --mount tmp",
            "app.wasm -o out.wasm --form small",
            "app.wasm -o out.wasm --env NAME",
        ] {
            assert!(Arguments::parse(&words.split(' ').collect::<Vec<_>>()).is_err(), "{words}");
        }
    }
}
