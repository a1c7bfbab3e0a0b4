//! The settings of the filesystem, read from variables: its limits and the path of its mount.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use tmpfs::{Limits, NamedLimit, parse_number};

/// The default path of the mount.
const MOUNT: &str = "/tmp";

/// The path of a mount that is the root of every path.
pub(crate) const ROOT: &str = "/";

/// The directory for temporary files if the mount is `/`.
pub(crate) const TEMPORARY: &str = "/tmp";

/// The settings of a filesystem.
#[derive(Debug, PartialEq, Eq)]
pub struct Settings {
    /// The limits of the space.
    pub limits: Limits,
    /// The absolute path of the mount, from `TMPFS_MOUNT`.
    pub mount: String,
}

/// A variable that is not a setting, or whose value is invalid.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidSetting<'a> {
    /// The name of the variable.
    pub name: &'a str,
    /// The value of the variable.
    pub value: &'a str,
}

/// Returns the directory for temporary files of a mount.
pub(crate) fn temporary(mount: &str) -> &str {
    if mount == ROOT { TEMPORARY } else { mount }
}

impl Settings {
    /// Reads the variables that were baked in, and then those of the host that have other names.
    /// Names without the prefix `TMPFS_` are ignored.
    pub(crate) fn read<'a>(
        baked: &[(&'a str, &'a str)],
        told: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, InvalidSetting<'a>> {
        let told = told.filter(|(name, _)| !baked.iter().any(|(known, _)| known == name));
        let mut limits = Limits::default();
        let mut soft_is_set = false;
        let mut mount = MOUNT;
        for (name, value) in baked.iter().copied().chain(told) {
            if !name.starts_with("TMPFS_") {
                continue;
            }
            let invalid = InvalidSetting { name, value };
            if name == "TMPFS_MOUNT" {
                if !value.starts_with('/') || value.contains('\0') {
                    return Err(invalid);
                }
                mount = value;
                continue;
            }
            let Some(limit) = NamedLimit::of_variable(name) else { return Err(invalid) };
            let set = parse_number(value).and_then(|number| limit.set(&mut limits, number));
            set.ok_or(invalid)?;
            soft_is_set |= limit == NamedLimit::Soft;
        }
        // As in the default: three quarters of the content.
        if !soft_is_set {
            limits.soft = limits.content - limits.content / 4;
        }
        Ok(Self { limits, mount: mount.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use tmpfs::Limits;

    use super::{InvalidSetting, Settings, temporary};

    fn read<'a>(told: &[(&'a str, &'a str)]) -> Result<Settings, InvalidSetting<'a>> {
        Settings::read(&[], told.iter().copied())
    }

    #[test]
    fn without_variables_the_limits_are_the_engines() {
        let settings = read(&[("HOME", "/")]).unwrap();
        assert_eq!(settings, Settings { limits: Limits::default(), mount: "/tmp".into() });
    }

    #[test]
    fn every_limit_has_a_variable() {
        let settings = read(&[
            ("TMPFS_BYTES", "1M"),
            ("TMPFS_METADATA", "2k"),
            ("TMPFS_NODES", "3"),
            ("TMPFS_HANDLES", "4"),
            ("TMPFS_NAME", "5"),
            ("TMPFS_PATH", "6"),
            ("TMPFS_FILE_SIZE", "7G"),
            ("TMPFS_SOFT", "8"),
            ("TMPFS_MOUNT", "/scratch"),
        ]);
        let limits = Limits {
            content: 1 << 20,
            metadata: 2 << 10,
            nodes: 3,
            handles: 4,
            name: 5,
            path: 6,
            file_size: 7 << 30,
            soft: 8,
        };
        assert_eq!(settings.unwrap(), Settings { limits, mount: "/scratch".into() });
    }

    #[test]
    fn what_is_baked_in_counts_whatever_the_host_says() {
        let told = [("TMPFS_NODES", "many"), ("TMPFS_HANDLES", "5")];
        let settings = Settings::read(&[("TMPFS_NODES", "10")], told.into_iter()).unwrap();
        assert_eq!((settings.limits.nodes, settings.limits.handles), (10, 5));
    }

    #[test]
    fn a_root_of_everything_has_a_directory_for_temporary_files() {
        assert_eq!(temporary("/"), "/tmp");
        assert_eq!(["/scratch", "/tmp/", "//"].map(temporary), ["/scratch", "/tmp/", "//"]);
    }

    #[test]
    fn the_soft_limit_follows_the_bytes() {
        assert_eq!(read(&[("TMPFS_BYTES", "400")]).unwrap().limits.soft, 300);
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_named() {
        for (name, value) in [
            ("TMPFS_BYTES", "much"),
            ("TMPFS_BYTES", ""),
            ("TMPFS_BYTES", "-1"),
            ("TMPFS_BYTES", "+1"),
            ("TMPFS_BYTES", "1é"),
            ("TMPFS_HANDLES", "4294967296"),
            ("TMPFS_MOUNT", "tmp"),
            ("TMPFS_MOUNT", "/a\0b"),
            ("TMPFS_BITES", "1"),
        ] {
            assert_eq!(read(&[(name, value)]), Err(InvalidSetting { name, value }));
        }
    }
}
