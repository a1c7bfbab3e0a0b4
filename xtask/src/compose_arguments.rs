//! The words of `cargo xtask compose`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};

use crate::bake::Record;
use crate::compose::{Form, Options};
use crate::seed;
use crate::settings::{self, LIMITS};

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
                    let limit = LIMITS.iter().find(|known| Some(known.option) == limit);
                    let limit = limit.with_context(|| format!("there is no option {word}"))?;
                    ensure!(
                        limit.number(value).is_some(),
                        "{word} wants a number from {} to {}, such as 64M; {value} is none",
                        limit.least,
                        limit.most
                    );
                    memory.records.push(Record::Variable(limit.variable(), value.into()));
                }
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
    ensure!(!name.is_empty(), "--env wants NAME=VALUE");
    ensure!(!name.starts_with(settings::PREFIX), "settings have options of their own: {name}");
    Ok(Record::Variable(name.into(), value.into()))
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::Arguments;
    use crate::bake::Record;
    use crate::compose::Form;
    use crate::start;

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
            assert!(accepted(words).is_err(), "{words}");
        }
        accepted("app.wasm -o out.wasm --bytes 1M --env A=1 --env B=2 --mount /a/b").unwrap();
    }

    /// Understands the words and tries the start, as `compose` does before it builds anything.
    fn accepted(words: &str) -> Result<()> {
        let arguments = Arguments::parse(&words.split(' ').collect::<Vec<_>>())?;
        arguments.options.memory.map_or(Ok(()), |memory| start::ensure_starts(&memory.records))
    }
}
