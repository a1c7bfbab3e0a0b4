//! Parsing the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use scratch_compose::{Form, Memory, Options, seed};

use crate::arguments::refusal::{Told, one_line};
use crate::arguments::space::{refused, space_arguments, space_records};
use crate::failure::Failure;

mod refusal;
mod space;

#[cfg(feature = "run")]
pub(crate) mod run;

/// A parsed command line.
#[derive(Debug)]
pub(crate) enum Arguments {
    Compose(Compose),
    #[cfg(feature = "run")]
    Run(run::Run),
    Notices,
    /// A help text to print.
    Help(String),
}

/// The arguments of `scratch compose`.
#[derive(Debug)]
pub(crate) struct Compose {
    pub(crate) program: PathBuf,
    pub(crate) options: Options,
    pub(crate) output: PathBuf,
    /// Replaces an existing file.
    pub(crate) force: bool,
}

const COMPOSE: Told = Told { name: "compose", line: "scratch compose APP.wasm -o OUT.wasm" };

/// Parses the command line, and reads the seed that it names. The first word is the command's own
/// name.
///
/// # Errors
/// [`Failure::Refused`] names the wrong word, and says what to type.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, Failure> {
    let words = words.into_iter().collect::<Vec<_>>();
    let matches = match command().try_get_matches_from(&words) {
        Ok(matches) => matches,
        Err(error) if error.exit_code() == 0 => return Ok(Arguments::Help(error.to_string())),
        Err(error) => return Err(Failure::Refused(one_line(&error, told(words.get(1))))),
    };
    match matches.subcommand() {
        Some(("compose", matches)) => compose(matches).map(Arguments::Compose),
        #[cfg(feature = "run")]
        Some(("run", matches)) => run::read(matches).map(Arguments::Run),
        Some(("notices", _)) => Ok(Arguments::Notices),
        _ => unreachable!("clap demands one of the subcommands"),
    }
}

/// Returns the subcommand that the user tried to type.
fn told(word: Option<&OsString>) -> Told {
    match word.and_then(|word| word.to_str()) {
        #[cfg(feature = "run")]
        Some("run") => run::TOLD,
        _ => COMPOSE,
    }
}

fn command() -> Command {
    let command = Command::new("scratch")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Temporary files and a filesystem in memory for WebAssembly components")
        .subcommand_required(true)
        .subcommand(compose_command());
    #[cfg(feature = "run")]
    let command = command.subcommand(run::command());
    command.subcommand(
        Command::new("notices")
            .about("Prints the notices of third parties whose software is put into programs"),
    )
}

fn compose_command() -> Command {
    let path = || value_parser!(PathBuf);
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let memory = "Filesystem in memory";
    let command = Command::new("compose")
        .about("Gives a compiled program tempfile.wasm, or a filesystem in memory")
        .override_usage("scratch compose [OPTIONS] APP.wasm -o OUT.wasm")
        .arg(Arg::new("program").value_name("APP.wasm").required(true).value_parser(path()).help(
            "the program: a component that imports scratch:tempfile or wasi:filesystem, or \
                    a core module of WASI preview 1",
        ))
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("OUT.wasm")
                .required(true)
                .value_parser(path())
                .help("the file for the composition"),
        )
        .arg(flag("force").help("replace the file if it exists"))
        .arg(
            flag("audited")
                .help("use tempfile-audited.wasm, which asks its host before it makes files"),
        )
        .next_help_heading(memory)
        .arg(flag("memory").help("use a filesystem in memory, as each option below does, too"));
    let option =
        |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    space_arguments(command)
        .arg(
            option("seed", "DIR")
                .value_parser(path())
                .action(ArgAction::Append)
                .help("start with a copy of the files in DIR"),
        )
        .arg(flag("beside").help("keep the host's directories visible"))
        .arg(flag("component").help("make a component of a module of preview 1"))
        .arg(
            option("form", "FORM")
                .value_parser(PossibleValuesParser::new(FORMS.map(|(name, _)| name)))
                .help(
                    "a part of the program (embedded), or a component beside it (the others); by \
                    default embedded where the program allows it",
                ),
        )
}

const FORMS: [(&str, Form); 4] = [
    ("embedded", Form::Embedded),
    ("composed", Form::Composed),
    ("lite", Form::Lite),
    ("whole", Form::Whole),
];

fn compose(matches: &ArgMatches) -> Result<Compose, Failure> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).expect("BUG: clap demands it").clone();
    let options = Options { audited: matches.get_flag("audited"), memory: memory(matches)? };
    Ok(Compose {
        program: path("program"),
        options,
        output: path("output"),
        force: matches.get_flag("force"),
    })
}

/// Reads the options of the filesystem in memory. Returns `None` if none of them is given.
fn memory(matches: &ArgMatches) -> Result<Option<Memory>, Failure> {
    let mut records = space_records(matches)?;
    for directory in matches.get_many::<PathBuf>("seed").into_iter().flatten() {
        records.extend(seed::records(directory).map_err(refused)?);
    }
    let form = matches.get_one::<String>("form").map(|named| {
        let form = FORMS.iter().find(|(name, _)| name == named);
        form.expect("BUG: clap takes these only").1
    });
    let (beside, component) = (matches.get_flag("beside"), matches.get_flag("component"));
    let asked = matches.get_flag("memory")
        || form.is_some()
        || beside
        || component
        || matches.contains_id("seed")
        || !records.is_empty();
    Ok(asked.then_some(Memory { form, beside, component, records }))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use scratch_compose::{Form, Memory, Record};

    use super::{Arguments, Compose, parse};
    use crate::failure::Failure;

    fn read(words: &str) -> Result<Compose, String> {
        let words = ["scratch", "compose"].into_iter().chain(words.split(' '));
        match parse(words.map(OsString::from)) {
            Ok(Arguments::Compose(arguments)) => Ok(arguments),
            Err(Failure::Refused(words)) => Err(words),
            other => panic!("{other:?}"),
        }
    }

    fn memory(words: &str) -> Memory {
        read(words).unwrap().options.memory.unwrap()
    }

    fn variable(name: &str, value: &str) -> Record {
        Record::Variable(name.into(), value.into())
    }

    #[test]
    fn clap_finds_the_command_consistent() {
        super::command().debug_assert();
    }

    #[test]
    fn without_options_there_is_no_filesystem_in_memory() {
        let arguments = read("app.wasm -o out.wasm").unwrap();
        assert_eq!(arguments.program.as_os_str(), "app.wasm");
        assert_eq!(arguments.output.as_os_str(), "out.wasm");
        assert!(arguments.options.memory.is_none() && !arguments.options.audited);
        assert!(!arguments.force && read("--force app.wasm --output out.wasm").unwrap().force);
    }

    #[test]
    fn limits_become_variables_and_ask_for_memory() {
        let memory = memory("--bytes 64M --file-size 9 app.wasm -o out.wasm");
        let records = [variable("TMPFS_BYTES", "64M"), variable("TMPFS_FILE_SIZE", "9")];
        assert_eq!(memory.records, records);
        assert_eq!(memory.form, None);
    }

    #[test]
    fn mount_environment_and_form_are_understood() {
        let words = "--mount /scratch --env A=b=c --form lite --audited app.wasm -o out.wasm";
        let options = read(words).unwrap().options;
        let lite = options.memory.unwrap();
        assert_eq!(lite.records, [variable("TMPFS_MOUNT", "/scratch"), variable("A", "b=c")]);
        assert_eq!(lite.form, Some(Form::Lite));
        assert!(options.audited);
        let asked = read("--memory app.wasm -o out.wasm").unwrap().options.memory.unwrap();
        assert!(asked.records.is_empty() && asked.form.is_none() && !asked.beside);
        assert!(memory("--beside app.wasm -o out.wasm").beside);
        let component = memory("--component app.wasm -o out.wasm");
        assert!(component.component && !component.beside);
        let form = memory("--form embedded app.wasm -o out.wasm").form;
        assert_eq!(form, Some(Form::Embedded));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_one_line_that_names_it() {
        for (words, part) in [
            ("app.wasm", "missing --output <OUT.wasm>; type `scratch compose APP.wasm -o OUT"),
            ("-o out.wasm", "missing <APP.wasm>; type `scratch compose APP.wasm -o OUT.wasm`"),
            ("app.wasm other.wasm -o out.wasm", "'other.wasm'"),
            ("app.wasm -o", "a value is required for '--output <OUT.wasm>'"),
            ("app.wasm -o out.wasm -o other.wasm", "cannot be used multiple times"),
            ("app.wasm -o out.wasm --bytes", "a value is required for '--bytes <N>'"),
            ("app.wasm -o out.wasm --bytes much", "--bytes much is invalid: type a whole number"),
            ("app.wasm -o out.wasm --bytes 0", "--bytes 0 is invalid"),
            ("app.wasm -o out.wasm --bytes -1", "--bytes -1 is invalid"),
            ("app.wasm -o out.wasm --bytes 1.5G", "--bytes 1.5G is invalid"),
            ("app.wasm -o out.wasm --bytes 99999999T", "--bytes 99999999T is invalid"),
            ("app.wasm -o out.wasm --bytes 99999999999999999999", "--bytes 9999"),
            ("app.wasm -o out.wasm --bytes K", "--bytes K is invalid"),
            ("app.wasm -o out.wasm --bytes 18446744073709551615K", "--bytes 1844"),
            ("app.wasm -o out.wasm --bytes 1M --bytes 2M", "'--bytes <N>' cannot be used multiple"),
            ("app.wasm -o out.wasm --handles 5000000000", "from 3 to 4294967295"),
            ("app.wasm -o out.wasm --nodes 0", "--nodes 0 is invalid"),
            ("app.wasm -o out.wasm --env TMPFS_BYTES=1M", "type --bytes 1M"),
            ("app.wasm -o out.wasm --bites 1", "unexpected argument '--bites' found; tip: "),
            ("app.wasm -o out.wasm --mount tmp", "--mount tmp is invalid"),
            ("app.wasm -o out.wasm --mount /a/../b", "--mount /a/../b is invalid"),
            ("app.wasm -o out.wasm --form small", "embedded, composed, lite, whole"),
            ("app.wasm -o out.wasm --env NAME", "type NAME=VALUE"),
            ("app.wasm -o out.wasm --env =x", "type NAME=VALUE"),
            ("app.wasm -o out.wasm --env -x", "--env -x is invalid: type NAME=VALUE"),
            ("--bytes --memory app.wasm -o out.wasm", "--bytes --memory is invalid"),
            ("app.wasm -o out.wasm --bytes=-1", "--bytes -1 is invalid"),
        ] {
            let refusal = read(words).expect_err(words);
            assert!(refusal.contains(part), "{part:?} is missing in: {refusal}");
            assert!(!refusal.contains('\n'), "{refusal}");
        }
        read("app.wasm -o out.wasm --bytes 1M --env A=1 --env B=2 --mount /a/b").unwrap();
    }
}
