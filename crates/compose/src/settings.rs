//! The settings of the filesystem: the options for limits, and the limits that follow from the
//! variables of a composition. `crates/tmpfs-start/src/settings.rs` reads the same variables.

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow, ensure};
use tmpfs::{Limits, NamedLimit, parse_number, prices};

use crate::bake::Record;
use crate::error::{Error, Result};

/// The prefix of the names of settings.
const PREFIX: &str = "TMPFS_";

/// The path at which the program sees the filesystem, unless `TMPFS_MOUNT` names another.
const MOUNT: &str = "/tmp";

/// A limit, which an option of the command sets.
#[derive(Debug)]
pub struct Limit {
    limit: NamedLimit,
    help: &'static str,
    /// The smallest number that the filesystem accepts.
    least: u64,
    /// The smallest number that lets a program keep one byte in a file.
    useful: u64,
}

impl Limit {
    /// Returns the name of the option, without hyphens.
    #[must_use]
    pub fn option(&self) -> &'static str {
        self.limit.option()
    }

    /// Returns a line about the limit, for the help of the command.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }

    /// Reads a number of bytes, or one with the unit K, M or G, and returns the record that sets
    /// the limit.
    ///
    /// # Errors
    /// [`Error::Setting`]: the text is not a number, or the filesystem would be of no use with it.
    ///
    /// # Example
    /// ```
    /// use scratch_compose::{LIMITS, Record};
    ///
    /// let bytes = LIMITS.iter().find(|limit| limit.option() == "bytes").unwrap();
    /// let record = Record::Variable("TMPFS_BYTES".into(), "16M".into());
    /// assert_eq!(bytes.record("16M")?, record);
    /// assert!(bytes.record("plenty").is_err());
    /// # Ok::<(), scratch_compose::Error>(())
    /// ```
    pub fn record(&self, value: &str) -> Result<Record> {
        if self.number(value).is_some_and(|number| number >= self.useful) {
            return Ok(Record::Variable(self.limit.variable().into(), value.into()));
        }
        Err(Error::setting(anyhow!(
            "--{} {value} is invalid: type a whole number from {} to {}, perhaps with K, M or G, \
            such as {}",
            self.option(),
            self.useful,
            self.limit.greatest(),
            self.example()
        )))
    }

    fn example(&self) -> &'static str {
        match self.limit {
            NamedLimit::Bytes | NamedLimit::Metadata | NamedLimit::FileSize | NamedLimit::Soft => {
                "64M"
            }
            NamedLimit::Nodes => "64K",
            NamedLimit::Handles | NamedLimit::Name | NamedLimit::Path => "255",
        }
    }

    /// Reads a number that the filesystem accepts.
    fn number(&self, value: &str) -> Option<u64> {
        let taken = self.least..=self.limit.greatest();
        parse_number(value).filter(|number| taken.contains(number))
    }
}

/// The limits of the filesystem, in the order of the table in docs/compose.md.
pub const LIMITS: [Limit; 8] = [
    Limit {
        limit: NamedLimit::Bytes,
        help: "bytes of content, by default 64M; pages of nothing but zeros are free",
        least: 0,
        useful: SMALLEST,
    },
    Limit {
        limit: NamedLimit::Metadata,
        help: "bytes of names, entries and nodes, by default 32M",
        least: 1,
        useful: 1,
    },
    Limit {
        limit: NamedLimit::Nodes,
        help: "files, directories and links, by default 65536",
        least: 1,
        useful: 1,
    },
    // A program needs three handles: its directory, a file in it, and a stream of that file.
    Limit {
        limit: NamedLimit::Handles,
        help: "open files, directories and streams, by default 1024",
        least: 3,
        useful: 3,
    },
    Limit { limit: NamedLimit::Name, help: "bytes of a name, by default 255", least: 1, useful: 1 },
    Limit {
        limit: NamedLimit::Path,
        help: "bytes of a path below the mount, by default 4095",
        least: 1,
        useful: 1,
    },
    Limit {
        limit: NamedLimit::FileSize,
        help: "bytes of one file, holes included, by default 2^63 - 1",
        least: 0,
        useful: 1,
    },
    Limit {
        limit: NamedLimit::Soft,
        help: "bytes of content and metadata beyond which over-soft-limit is true",
        least: 0,
        useful: 0,
    },
];

const SMALLEST: u64 = prices::SMALLEST_PAGE as u64;

/// Returns the record that mounts the filesystem at a path instead of `/tmp`.
///
/// # Errors
/// [`Error::Setting`]: the path is not absolute, or contains `.` or `..`.
///
/// # Example
/// ```
/// use scratch_compose::{mount, mounted_at};
///
/// let records = [mount("/scratch")?];
/// assert_eq!(mounted_at(&records), "/scratch");
/// # Ok::<(), scratch_compose::Error>(())
/// ```
pub fn mount(path: &str) -> Result<Record> {
    let plain = path.starts_with('/') && path.split('/').all(|it| it != "." && it != "..");
    if plain && !path.contains('\0') {
        return Ok(Record::Variable(format!("{PREFIX}MOUNT"), path.into()));
    }
    Err(Error::setting(anyhow!(
        "--mount {path} is invalid: type an absolute path without `.` and `..`, such as /scratch"
    )))
}

/// Returns the record that sets a variable of the program's environment, from `NAME=VALUE`.
///
/// # Errors
/// [`Error::Setting`]: the text has no `=` or no name, or the name is that of a setting.
///
/// # Example
/// ```
/// use scratch_compose::{Record, environment};
///
/// assert_eq!(environment("LANG=C")?, Record::Variable("LANG".into(), "C".into()));
/// assert!(environment("TMPFS_BYTES=1M").is_err(), "it has an option");
/// # Ok::<(), scratch_compose::Error>(())
/// ```
pub fn environment(text: &str) -> Result<Record> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Err(Error::setting(anyhow!("--env {text} is invalid: type NAME=VALUE")));
    };
    match name.strip_prefix(PREFIX) {
        Some(option) => {
            let option = option.to_lowercase().replace('_', "-");
            Err(Error::setting(anyhow!(
                "--env {text}: settings have options; type --{option} {value}"
            )))
        }
        None => Ok(Record::Variable(name.into(), value.into())),
    }
}

/// Returns the value of a variable that is baked in.
pub(crate) fn variable<'a>(records: &'a [Record], wanted: &str) -> Option<&'a str> {
    records.iter().find_map(|record| match record {
        Record::Variable(name, value) if name == wanted => Some(value.as_str()),
        _ => None,
    })
}

/// Returns the path at which the program sees the filesystem.
#[must_use]
pub fn mounted_at(records: &[Record]) -> &str {
    variable(records, "TMPFS_MOUNT").unwrap_or(MOUNT)
}

/// Returns the limits that apply if the host sets none.
///
/// # Errors
/// [`Error::Setting`]: a variable is not a setting, its value is invalid, or two variables
/// contradict each other.
///
/// # Example
/// ```
/// use scratch_compose::{Record, limits};
///
/// let bytes = Record::Variable("TMPFS_BYTES".into(), "1M".into());
/// assert_eq!(limits(&[bytes])?.content, 1 << 20);
/// # Ok::<(), scratch_compose::Error>(())
/// ```
pub fn limits(records: &[Record]) -> Result<Limits> {
    read(records).map_err(Error::setting)
}

fn read(records: &[Record]) -> anyhow::Result<Limits> {
    let mut variables = Vec::new();
    for record in records {
        let Record::Variable(name, value) = record else { continue };
        if !name.starts_with(PREFIX) {
            continue;
        }
        variables.push((name.clone(), value.clone()));
        if name == "TMPFS_MOUNT" {
            let plain = value.starts_with('/') && !value.contains('\0');
            ensure!(plain, "{name}={value} is not an absolute path");
            continue;
        }
        let row = LIMITS.iter().find(|row| row.limit.variable() == name);
        let row = row.with_context(|| format!("the filesystem has no setting {name}"))?;
        row.number(value).with_context(|| {
            let (least, greatest) = (row.least, row.limit.greatest());
            format!("{name}={value} is not a number from {least} to {greatest}")
        })?;
    }
    let settings = tmpfs_start::settings(&variables);
    let settings = settings.map_err(|invalid| anyhow!("BUG: {invalid:?} was taken"))?;
    let limits = settings.limits;
    ensure_consistent(&limits, records)?;
    Ok(limits)
}

/// Refuses a second record for the same variable or file.
///
/// # Errors
/// [`Error::Setting`] names it.
pub fn ensure_given_once(records: &[Record]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for record in records {
        let once = match (record, record.made()) {
            (Record::Variable(name, _), _) => Some(("variable", name.as_str())),
            (_, Some(path)) => Some(("file", path)),
            _ => None,
        };
        if let Some((kind, name)) = once.filter(|once| !seen.insert(*once)) {
            return Err(Error::setting(anyhow!("the {kind} {name} is given twice")));
        }
    }
    Ok(())
}

/// Refuses a soft limit that cannot be exceeded. It is compared only with a limit of bytes that is
/// baked in, since the host may set others.
fn ensure_consistent(limits: &Limits, records: &[Record]) -> anyhow::Result<()> {
    let [soft, bytes] = ["TMPFS_SOFT", "TMPFS_BYTES"].map(|name| variable(records, name));
    if let (Some(soft), Some(bytes)) = (soft, bytes) {
        let (content, metadata) = (limits.content, limits.metadata);
        ensure!(
            limits.soft <= content.saturating_add(metadata),
            "--soft {soft} contradicts --bytes {bytes}: content and metadata are never more than \
            {content} + {metadata} bytes; type a lower --soft"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tmpfs::{Limits, NamedLimit};

    use super::{LIMITS, Record, environment, limits, mount};

    fn variable(name: &str, value: &str) -> Record {
        Record::Variable(name.into(), value.into())
    }

    #[test]
    fn every_limit_of_the_engine_has_an_option() {
        assert!(LIMITS.iter().map(|row| row.limit).eq(NamedLimit::all()));
    }

    #[test]
    fn every_limit_is_read_and_the_rest_are_the_engines() {
        let records = [
            ("TMPFS_BYTES", "1M"),
            ("TMPFS_METADATA", "2k"),
            ("TMPFS_NODES", "3"),
            ("TMPFS_HANDLES", "4"),
            ("TMPFS_NAME", "5"),
            ("TMPFS_PATH", "6"),
            ("TMPFS_FILE_SIZE", "7G"),
            ("TMPFS_SOFT", "8"),
            ("TMPFS_MOUNT", "/scratch"),
            ("HOME", "/"),
        ];
        let expected = Limits {
            content: 1 << 20,
            metadata: 2 << 10,
            nodes: 3,
            handles: 4,
            name: 5,
            path: 6,
            file_size: 7 << 30,
            soft: 8,
        };
        let records = records.map(|(name, value)| variable(name, value));
        assert_eq!(limits(&records).unwrap(), expected);
        assert_eq!(limits(&[]).unwrap(), Limits::default());
    }

    #[test]
    fn the_soft_limit_follows_the_bytes_as_the_component_has_it() {
        let bytes = variable("TMPFS_BYTES", "400");
        assert_eq!(limits(std::slice::from_ref(&bytes)).unwrap().soft, 300);
        assert_eq!(limits(&[bytes, variable("TMPFS_SOFT", "7")]).unwrap().soft, 7);
    }

    #[test]
    fn a_variable_that_the_component_would_trap_on_is_refused() {
        for (name, value) in [
            ("TMPFS_BYTES", "much"),
            ("TMPFS_BYTES", ""),
            ("TMPFS_BYTES", "+1"),
            ("TMPFS_HANDLES", "4294967296"),
            ("TMPFS_MOUNT", "tmp"),
            ("TMPFS_BITES", "1"),
        ] {
            let error = limits(&[variable(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[track_caller]
    fn option(name: &str, value: &str) -> Result<Record, String> {
        let limit = LIMITS.iter().find(|limit| limit.option() == name).unwrap();
        limit.record(value).map_err(|error| error.to_string())
    }

    #[test]
    fn an_option_takes_what_is_of_use_and_says_what_that_is() {
        assert_eq!(option("bytes", "64M").unwrap(), variable("TMPFS_BYTES", "64M"));
        assert_eq!(option("file-size", "1").unwrap(), variable("TMPFS_FILE_SIZE", "1"));
        option("soft", "0").unwrap();
        for value in
            ["0", "63", "0G", "-1", "1.5G", "99999999T", "18446744073709551616", "", "much"]
        {
            let words = option("bytes", value).unwrap_err();
            assert!(words.starts_with(&format!("--bytes {value} is invalid: type ")), "{words}");
            assert!(words.contains("from 64 to 18446744073709551615"), "{words}");
        }
        option("bytes", "64").unwrap();
        for (name, value) in [("file-size", "0"), ("handles", "2"), ("nodes", "0")] {
            option(name, value).unwrap_err();
        }
    }

    #[test]
    fn a_soft_limit_that_is_never_passed_is_refused() {
        let soft =
            |soft: &str| limits(&[variable("TMPFS_BYTES", "1M"), variable("TMPFS_SOFT", soft)]);
        // 1 MiB of content, and 32 MiB of metadata by default.
        soft("33M").unwrap();
        assert!(soft("34M").unwrap_err().to_string().contains("--soft 34M contradicts --bytes 1M"));
        limits(&[variable("TMPFS_SOFT", "1G")]).unwrap();
    }

    #[test]
    fn a_mount_and_a_variable_are_records() {
        assert_eq!(mount("/a/b").unwrap(), variable("TMPFS_MOUNT", "/a/b"));
        for path in ["", "tmp", "/a/../b", "/a/.", "/a\0"] {
            assert!(mount(path).unwrap_err().to_string().contains("absolute path"), "{path}");
        }
        assert_eq!(environment("A=b=c").unwrap(), variable("A", "b=c"));
        assert_eq!(environment("A=").unwrap(), variable("A", ""));
        for text in ["NAME", "=x", ""] {
            assert!(environment(text).unwrap_err().to_string().contains("NAME=VALUE"), "{text}");
        }
        let words = environment("TMPFS_FILE_SIZE=1M").unwrap_err().to_string();
        assert!(words.contains("type --file-size 1M"), "{words}");
    }
}
