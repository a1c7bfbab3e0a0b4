//! The options of a filesystem in memory, which all subcommands share: limits, mount, variables.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use scratch_compose::{Error, LIMITS, Record, environment, mount};

use crate::failure::Failure;

/// Returns an option that takes a text.
pub(super) fn option(name: &'static str, value: &'static str) -> Arg {
    let option = Arg::new(name).long(name).value_name(value);
    // clap does not show a text that is not UTF-8.
    option.value_parser(value_parser!(OsString)).allow_hyphen_values(true)
}

/// Adds the options.
pub(super) fn space_arguments(mut command: Command) -> Command {
    for limit in &LIMITS {
        command = command.arg(option(limit.option(), "N").help(limit.help()));
    }
    command.arg(option("mount", "PATH").help("where the program sees it, by default /tmp")).arg(
        option("env", "NAME=VALUE")
            .action(ArgAction::Append)
            .help("set a variable of the program's environment"),
    )
}

/// Reads the options.
pub(super) fn space_records(matches: &ArgMatches) -> Result<Vec<Record>, Failure> {
    let mut records = Vec::new();
    for limit in &LIMITS {
        records.extend(each(matches, limit.option(), |value| limit.record(value))?);
    }
    records.extend(each(matches, "mount", mount)?);
    records.extend(each(matches, "env", environment)?);
    Ok(records)
}

/// Makes a record of each value of an option.
fn each(
    matches: &ArgMatches,
    option: &str,
    record: impl Fn(&str) -> Result<Record, Error>,
) -> Result<Vec<Record>, Failure> {
    let values = texts(matches, option);
    values.map(|value| record(value?).map_err(refused)).collect()
}

/// Returns the values of an option.
pub(super) fn texts<'a>(
    matches: &'a ArgMatches,
    option: &str,
) -> impl Iterator<Item = Result<&'a str, Failure>> {
    let values = matches.get_many::<OsString>(option).into_iter().flatten();
    values.map(move |value| text(&format!("--{option}"), value))
}

/// Returns a value as text. `named` names it in the error.
pub(super) fn text<'a>(named: &str, value: &'a OsStr) -> Result<&'a str, Failure> {
    value.to_str().ok_or_else(|| {
        Failure::Refused(format!("{named} {value:?} is not UTF-8; type another value"))
    })
}

pub(super) fn refused(error: Error) -> Failure {
    Failure::Refused(error.to_string())
}
