//! The settings of the filesystem component as the composer knows them: the option and the variable
//! of each limit, and the limits that follow from the variables of a composition, as
//! `crates/tmpfs-component/src/settings.rs` reads them.

use anyhow::{Context as _, Result, ensure};
use tmpfs::Limits;

use crate::bake::Record;

/// The beginning of the names of settings.
pub(crate) const PREFIX: &str = "TMPFS_";

/// The path at which the program sees the filesystem, unless `TMPFS_MOUNT` names another.
const MOUNT: &str = "/tmp";

/// A limit: an option that takes a number, and a variable of the same name.
pub(crate) struct Limit {
    /// Without the hyphens.
    pub(crate) option: &'static str,
    /// The least number that makes sense.
    pub(crate) least: u64,
    /// The greatest number that the component takes.
    pub(crate) most: u64,
    set: fn(&mut Limits, u64),
}

impl Limit {
    /// Returns the variable that sets the limit.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.option.replace('-', "_").to_uppercase())
    }

    /// Reads a number that the limit can be set to.
    pub(crate) fn number(&self, value: &str) -> Option<u64> {
        number(value).filter(|number| (self.least..=self.most).contains(number))
    }
}

const U32: u64 = 0xffff_ffff;

pub(crate) const LIMITS: [Limit; 8] = [
    Limit { option: "bytes", least: 0, most: u64::MAX, set: |it, n| it.content = n },
    Limit { option: "metadata", least: 1, most: u64::MAX, set: |it, n| it.metadata = n },
    Limit { option: "nodes", least: 1, most: u64::MAX, set: |it, n| it.nodes = n },
    // The directory that the program is given, a file in it, and a stream of that.
    Limit { option: "handles", least: 3, most: U32, set: |it, n| it.handles = narrow(n) },
    Limit { option: "name", least: 1, most: U32, set: |it, n| it.name = narrow(n) },
    Limit { option: "path", least: 1, most: U32, set: |it, n| it.path = narrow(n) },
    Limit { option: "file-size", least: 0, most: u64::MAX, set: |it, n| it.file_size = n },
    Limit { option: "soft", least: 0, most: u64::MAX, set: |it, n| it.soft = n },
];

fn narrow(number: u64) -> u32 {
    u32::try_from(number).expect("BUG: the limit's greatest number fits 32 bits")
}

/// Returns the value of a variable that is baked in.
pub(crate) fn variable<'a>(records: &'a [Record], wanted: &str) -> Option<&'a str> {
    records.iter().find_map(|record| match record {
        Record::Variable(name, value) if name == wanted => Some(value.as_str()),
        _ => None,
    })
}

/// Returns the path at which the program sees the filesystem.
pub(crate) fn mount(records: &[Record]) -> &str {
    variable(records, "TMPFS_MOUNT").unwrap_or(MOUNT)
}

/// Reads the limits that hold when the host sets none.
///
/// # Errors
/// A variable is no setting, or its value is none that the component takes.
pub(crate) fn limits(records: &[Record]) -> Result<Limits> {
    let mut limits = Limits::default();
    for record in records {
        let Record::Variable(name, value) = record else { continue };
        if !name.starts_with(PREFIX) {
            continue;
        }
        if name == "TMPFS_MOUNT" {
            let plain = value.starts_with('/') && !value.contains('\0');
            ensure!(plain, "{name}={value} is no absolute path");
            continue;
        }
        let limit = LIMITS.iter().find(|limit| limit.variable() == *name);
        let limit = limit.with_context(|| format!("the filesystem has no setting {name}"))?;
        let number = limit.number(value).with_context(|| {
            format!("{name}={value} is no number from {} to {}", limit.least, limit.most)
        })?;
        (limit.set)(&mut limits, number);
    }
    Ok(limits)
}

/// Reads a number, perhaps of KiB, MiB or GiB.
fn number(value: &str) -> Option<u64> {
    let units = [('k', 10), ('K', 10), ('m', 20), ('M', 20), ('g', 30), ('G', 30)];
    let unit = units.into_iter().find(|(unit, _)| value.ends_with(*unit));
    let (digits, shift) = unit.map_or((value, 0), |(_, shift)| (&value[..value.len() - 1], shift));
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse::<u64>().ok()?.checked_mul(1 << shift)).flatten()
}

#[cfg(test)]
mod tests {
    use tmpfs::Limits;

    use super::{Record, limits};

    fn variable(name: &str, value: &str) -> Record {
        Record::Variable(name.into(), value.into())
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
}
