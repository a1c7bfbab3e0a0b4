//! Parsing the words of `scratch run`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use scratch_compose::{Record, ensure_given_once, limits, mounted_at};
use wasmtime_scratch::Limits;

use crate::arguments::refusal::Told;
use crate::arguments::space::{option, refused, space_arguments, space_records, text, texts};
use crate::failure::Failure;

/// The arguments of `scratch run`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) program: PathBuf,
    /// The program's own arguments.
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) limits: Limits,
    pub(crate) mount: String,
    pub(crate) directories: Vec<Directory>,
    pub(crate) seeds: Vec<Seed>,
    pub(crate) collected: Vec<Collected>,
    /// Collected files may replace existing ones.
    pub(crate) force: bool,
    pub(crate) changes: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) report: Option<Report>,
}

/// A directory of the host that the program sees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) host: PathBuf,
    pub(crate) guest: String,
}

/// A file or tree of the host that is copied into the scratch space at the start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seed {
    /// The value of the option.
    pub(crate) told: String,
    pub(crate) host: PathBuf,
    /// The path in the space. Without one, a tree goes to the top and a file keeps its name.
    pub(crate) inside: Option<String>,
}

/// A file or tree of the scratch space that is copied to the host at the end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Collected {
    /// The value of the option.
    pub(crate) told: String,
    /// The path in the space.
    pub(crate) inside: String,
    pub(crate) host: PathBuf,
}

/// The form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    Text,
    Json,
}

pub(super) const TOLD: Told = Told { name: "run", line: "scratch run APP.wasm" };

pub(super) fn command() -> Command {
    let command = Command::new("run")
        .about("Runs a program with scratch space in memory")
        .override_usage("scratch run [OPTIONS] APP.wasm [ARGS]...")
        .after_help(
            "The exit status is the program's, except: 124 after --timeout, 134 after a trap, 130 \
            after SIGINT, 143 after SIGTERM, 2 if the arguments or the program are refused, and 1 \
            if a program ended with 0 but its files could not be collected or its changes not be \
            listed. Except with status 2, --collect, --changes and --report are done then, too; \
            a second signal, or one after the program's end, cuts them short.",
        )
        .arg(
            Arg::new("program")
                .value_name("APP.wasm")
                .required(true)
                .num_args(1..)
                .trailing_var_arg(true)
                // clap does not show a text that is not UTF-8.
                .value_parser(value_parser!(OsString))
                .help(
                    "the program, a command of WASI 0.2 or a module of preview 1, and its arguments",
                ),
        )
        .arg(
            option("dir", "HOST::GUEST")
                .action(ArgAction::Append)
                .help("let the program see the directory HOST, as GUEST"),
        )
        .arg(
            option("seed", "HOST[::GUEST]")
                .action(ArgAction::Append)
                .help("start with a copy of the file or directory HOST in the scratch space"),
        )
        .arg(
            option("collect", "GUEST::HOST")
                .action(ArgAction::Append)
                .help("copy GUEST from the scratch space to the directory HOST at the end"),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .requires("collect")
                .help("collect into a directory that is not empty"),
        )
        .arg(Arg::new("changes").long("changes").action(ArgAction::SetTrue).help(
            "list the program's changes in the scratch space at the end, on standard error or in \
            the report as json",
        ))
        .arg(option("timeout", "TIME").help(
            "end the program after this time, such as 10s; the units are ms, s, m and h, and \
            compiling does not count",
        ))
        .arg(
            Arg::new("report")
                .long("report")
                .value_name("FORM")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("text")
                .value_parser(["text", "json"])
                .help(
                    "tell at the end what was used, as the last lines of standard error; as json, \
                    as the last line",
                ),
        )
        .next_help_heading("Scratch space");
    space_arguments(command)
}

pub(super) fn read(matches: &ArgMatches) -> Result<Run, Failure> {
    let mut words = matches.get_many::<OsString>("program").expect("BUG: clap demands it");
    let program = PathBuf::from(words.next().expect("BUG: clap demands one"));
    let arguments = words.map(|word| text("the argument", word).map(str::to_owned));
    let records = space_records(matches)?;
    ensure_given_once(&records).map_err(refused)?;
    let mount = mounted_at(&records).to_owned();
    let directories = texts(matches, "dir").map(|value| directory(value?));
    let directories = directories.collect::<Result<Vec<_>, _>>()?;
    ensure_apart(&mount, &directories)?;
    let seeds = texts(matches, "seed").map(|value| seed(&mount, value?));
    let collected = texts(matches, "collect").map(|value| collect(&mount, value?));
    Ok(Run {
        seeds: seeds.collect::<Result<_, _>>()?,
        collected: collected.collect::<Result<_, _>>()?,
        force: matches.get_flag("force"),
        changes: matches.get_flag("changes"),
        program,
        arguments: arguments.collect::<Result<_, _>>()?,
        variables: variables(&records, &mount)?,
        limits: limits(&records).map_err(refused)?,
        mount,
        directories,
        timeout: texts(matches, "timeout").next().transpose()?.map(timeout).transpose()?,
        report: matches.get_one::<String>("report").map(|form| match form.as_str() {
            "json" => Report::Json,
            _ => Report::Text,
        }),
    })
}

/// Returns the variables that are not settings.
fn variables(records: &[Record], mount: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    for record in records {
        match record {
            Record::Variable(name, value) if name == "TMPDIR" && value != mount => {
                return Err(Failure::Refused(format!(
                    "--env TMPDIR={value} contradicts the mount {mount}; type --mount {value}"
                )));
            }
            Record::Variable(name, value) if !name.starts_with("TMPFS_") => {
                variables.push((name.clone(), value.clone()));
            }
            _ => {}
        }
    }
    Ok(variables)
}

fn directory(value: &str) -> Result<Directory, Failure> {
    // A path of the host may contain colons.
    match value.rsplit_once("::") {
        Some((host, guest)) if !host.is_empty() && !guest.is_empty() && !value.contains('\0') => {
            Ok(Directory { host: host.into(), guest: guest.to_owned() })
        }
        _ => Err(Failure::Refused(format!(
            "--dir {value} is invalid: type HOST::GUEST, such as .::/data"
        ))),
    }
}

fn seed(mount: &str, value: &str) -> Result<Seed, Failure> {
    let (host, guest) = match value.rsplit_once("::") {
        Some((host, guest)) => (host, Some(guest)),
        None => (value, None),
    };
    let told = format!("--seed {value}");
    if host.is_empty() || value.contains('\0') {
        return Err(Failure::Refused(format!("{told} is invalid: type HOST or HOST::GUEST")));
    }
    let inside = guest.map(|guest| inside(&told, mount, guest)).transpose()?;
    Ok(Seed { told, host: host.into(), inside })
}

fn collect(mount: &str, value: &str) -> Result<Collected, Failure> {
    let told = format!("--collect {value}");
    match value.split_once("::") {
        Some((guest, host)) if !host.is_empty() && !value.contains('\0') => {
            let inside = inside(&told, mount, guest)?;
            Ok(Collected { told, inside, host: host.into() })
        }
        _ => Err(Failure::Refused(format!(
            "{told} is invalid: type GUEST::HOST, such as {mount}::results"
        ))),
    }
}

/// Returns the path in the space for the path `guest` that the program sees.
fn inside(told: &str, mount: &str, guest: &str) -> Result<String, Failure> {
    let below = guest.strip_prefix(plain(mount));
    let below = below.filter(|below| below.is_empty() || below.starts_with('/'));
    let below = below.filter(|below| below.split('/').all(|it| it != "." && it != ".."));
    below.map(|below| format!("/{}", below.trim_matches('/'))).ok_or_else(|| {
        Failure::Refused(format!(
            "{told}: {guest:?} is not in the scratch space; type {mount} or a path below it"
        ))
    })
}

/// Refuses two directories at the same path.
fn ensure_apart(mount: &str, directories: &[Directory]) -> Result<(), Failure> {
    let mut taken = vec![names(mount)];
    for Directory { host, guest } in directories {
        if taken.contains(&names(guest)) {
            let host = host.display();
            return Err(Failure::Refused(format!(
                "--dir {host}::{guest}: the program sees something else as {guest}; type another \
                path, or another --mount"
            )));
        }
        taken.push(names(guest));
    }
    Ok(())
}

/// Returns the names in a path. C libraries compare only these, so `tmp` and `//tmp/.` are the
/// same.
fn names(path: &str) -> Vec<&str> {
    path.split('/').filter(|name| !name.is_empty() && *name != ".").collect()
}

fn plain(path: &str) -> &str {
    path.trim_end_matches('/')
}

fn timeout(value: &str) -> Result<Duration, Failure> {
    duration(value).filter(|duration| !duration.is_zero()).ok_or_else(|| {
        Failure::Refused(format!(
            "--timeout {value} is invalid: type a whole number from 1 with ms, s, m or h, such as \
            10s"
        ))
    })
}

/// Reads a duration: a number of seconds, or a number with a unit.
fn duration(value: &str) -> Option<Duration> {
    let digits = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{Directory, directory, duration, inside};

    #[test]
    fn a_time_is_seconds_or_has_a_unit() {
        for (text, told) in [
            ("10", Some(10_000)),
            ("10s", Some(10_000)),
            ("250ms", Some(250)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("0", Some(0)),
            ("", None),
            ("s", None),
            ("1.5s", None),
            ("1 s", None),
            ("1d", None),
            ("+1", None),
            ("18446744073709551615h", None),
        ] {
            assert_eq!(duration(text), told.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn a_path_that_the_program_sees_is_one_in_the_space() {
        for (mount, guest, told) in [
            ("/tmp", "/tmp", Some("/")),
            ("/tmp", "/tmp/a/b/", Some("/a/b")),
            ("/tmp/", "/tmp/a", Some("/a")),
            ("/", "/a/b", Some("/a/b")),
            ("/", "/", Some("/")),
            ("/tmp", "/tmpa", None),
            ("/tmp", "/", None),
            ("/tmp", "a", None),
            ("/tmp", "/tmp/../a", None),
        ] {
            assert_eq!(inside("--seed", mount, guest).ok().as_deref(), told, "{mount} {guest}");
        }
    }

    #[test]
    fn the_last_colons_separate_host_and_guest() {
        let Directory { host, guest } = directory("a::b::/c").unwrap();
        assert_eq!((host.as_path(), guest.as_str()), (Path::new("a::b"), "/c"));
    }
}
