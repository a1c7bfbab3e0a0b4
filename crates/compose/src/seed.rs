//! Seeds: records that copy a directory of this machine.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, bail, ensure};

use crate::bake::{MOST, Record, Time};
use crate::error::{Error, Result};

/// Returns records for everything below a directory.
///
/// They are ordered by name, so that the same files with the same modification times give the same
/// bytes. A file with several names is stored once.
///
/// # Errors
/// [`Error::Seed`]: a file cannot be read; a name is not UTF-8; something is neither a directory, a
/// file nor a relative symbolic link; or the files together exceed the limit of an image.
///
/// [`Error::Seed`]: crate::Error::Seed
///
/// # Security
/// Symbolic links are stored and not followed, as long as no other process changes the directory
/// meanwhile. An absolute link is refused, so that a program gets no path of this machine.
///
/// # Example
/// ```no_run
/// let records = scratch_compose::seed::records("fixtures".as_ref())?;
/// println!("{} records", records.len());
/// # Ok::<(), scratch_compose::Error>(())
/// ```
pub fn records(directory: &Path) -> Result<Vec<Record>> {
    read(directory).map_err(Error::seed)
}

fn read(directory: &Path) -> anyhow::Result<Vec<Record>> {
    let mut seed = Seed::default();
    seed.descend(directory, "")?;
    let context = || format!("reading {}", directory.display());
    let metadata = fs::metadata(directory).with_context(context)?;
    seed.modified(".", &metadata).with_context(context)?;
    Ok(seed.records)
}

#[derive(Default)]
struct Seed {
    records: Vec<Record>,
    /// The first name of each file that has several, by device and inode number.
    linked: HashMap<(u64, u64), String>,
    /// The bytes of the files so far.
    bytes: u64,
}

impl Seed {
    fn descend(&mut self, directory: &Path, below: &str) -> anyhow::Result<()> {
        let context = || format!("reading {}", directory.display());
        let entries = fs::read_dir(directory).with_context(context)?;
        let mut entries =
            entries.collect::<std::result::Result<Vec<_>, _>>().with_context(context)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let file = entry.path();
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                bail!(
                    "{file:?}: this name is not UTF-8, as names in WASI are; \
                    rename it, or leave it out of the seed"
                );
            };
            let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            let context = || format!("seeding {}", file.display());
            let metadata = fs::symlink_metadata(&file).with_context(context)?;
            if metadata.is_dir() {
                self.records.push(Record::Directory(path.clone()));
                self.descend(&file, &path)?;
                self.modified(&path, &metadata).with_context(context)?;
            } else {
                self.add(&file, path, &metadata).with_context(context)?;
            }
        }
        Ok(())
    }

    /// Adds a file or a symbolic link.
    fn add(&mut self, file: &Path, path: String, metadata: &Metadata) -> anyhow::Result<()> {
        if metadata.is_file() {
            if let Some(first) = self.earlier_name(metadata, &path) {
                self.records.push(Record::HardLink(path, first));
                return Ok(());
            }
            self.bytes = self.bytes.saturating_add(metadata.len());
            ensure!(
                self.bytes <= MOST,
                "the files up to this one, which has {} bytes, have {} bytes; a composition carries \
                at most {MOST}, holes included: seed less, or let the program make the file",
                metadata.len(),
                self.bytes
            );
            self.records.push(Record::File(path.clone(), fs::read(file)?));
        } else if metadata.is_symlink() {
            let target = fs::read_link(file)?;
            self.records.push(Record::Link(path.clone(), target_text(&target)?.to_owned()));
        } else {
            bail!("it is neither a directory, nor a file, nor a symbolic link");
        }
        self.modified(&path, metadata)
    }

    /// Returns the first name of a file with several names. Remembers `path` if it is the first.
    fn earlier_name(&mut self, metadata: &Metadata, path: &str) -> Option<String> {
        let identity = identity(metadata)?;
        let first = self.linked.get(&identity).cloned();
        if first.is_none() {
            self.linked.insert(identity, path.to_owned());
        }
        first
    }

    fn modified(&mut self, path: &str, metadata: &Metadata) -> anyhow::Result<()> {
        let time = time(metadata)?;
        self.records.push(Record::Modified(path.to_owned(), time));
        Ok(())
    }
}

fn target_text(target: &Path) -> anyhow::Result<&str> {
    let text = target.to_str();
    let text = text.with_context(|| format!("its target {target:?} is not UTF-8"))?;
    ensure!(
        target.is_relative(),
        "its target {text} is absolute: absolute symbolic links cannot be seeded"
    );
    Ok(text)
}

fn time(metadata: &Metadata) -> anyhow::Result<Time> {
    let modified = metadata.modified()?;
    let (seconds, nanoseconds) = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs())?, after.subsec_nanos()),
        Err(error) => {
            let before = error.duration();
            let seconds = -i64::try_from(before.as_secs())?;
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanoseconds => (seconds - 1, 1_000_000_000 - nanoseconds),
            }
        }
    };
    Ok(Time { seconds, nanoseconds })
}

/// Returns the device and inode number of a file with more than one name.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;

    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// Returns `None`, since std has no inode numbers here. Each name becomes a file of its own.
#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::{Path, PathBuf};
    use std::time::{Duration, UNIX_EPOCH};
    use std::{env, process};

    use super::records;
    use crate::bake::{Record, Time};

    /// A new folder, removed when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("scratch-seed-{name}-{}", process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        fn records(&self) -> Vec<Record> {
            records(&self.0).unwrap()
        }

        fn refusal(&self) -> String {
            format!("{:#}", records(&self.0).unwrap_err())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn set_modified(path: &Path, seconds: u64, nanoseconds: u32) {
        let time = UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        File::open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_directory_is_copied_in_the_order_of_names() {
        let folder = Folder::new("order");
        fs::create_dir_all(folder.path("b/c")).unwrap();
        fs::write(folder.path("b/c/d"), [0, 255]).unwrap();
        fs::write(folder.path("a"), "text").unwrap();
        let files = ["b/c/d", "b/c", "b", "a", "."];
        for (seconds, name) in (1..).zip(files) {
            set_modified(&folder.path(name), seconds, 0);
        }
        let modified =
            |name: &str, seconds| Record::Modified(name.into(), Time { seconds, nanoseconds: 0 });
        assert_eq!(
            folder.records(),
            [
                Record::File("a".into(), b"text".to_vec()),
                modified("a", 4),
                Record::Directory("b".into()),
                Record::Directory("b/c".into()),
                Record::File("b/c/d".into(), vec![0, 255]),
                modified("b/c/d", 1),
                modified("b/c", 2),
                modified("b", 3),
                modified(".", 5),
            ]
        );
    }

    #[test]
    fn a_time_keeps_its_nanoseconds_also_before_1970() {
        let folder = Folder::new("times");
        for name in ["after", "before"] {
            fs::write(folder.path(name), "").unwrap();
        }
        set_modified(&folder.path("after"), 1_700_000_000, 123_456_789);
        let before = UNIX_EPOCH - Duration::new(1, 250_000_000);
        File::open(folder.path("before")).unwrap().set_modified(before).unwrap();
        let records = folder.records();
        let time = |name: &str| {
            records.iter().find_map(|record| match record {
                Record::Modified(path, time) if path == name => Some(*time),
                _ => None,
            })
        };
        // -2 s + 0.75 s is 1.25 s before 1970.
        let before = Time { seconds: -2, nanoseconds: 750_000_000 };
        let after = Time { seconds: 1_700_000_000, nanoseconds: 123_456_789 };
        assert_eq!((time("before"), time("after")), (Some(before), Some(after)));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = records("/nowhere/at/all".as_ref()).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }

    #[test]
    #[cfg(unix)]
    fn a_file_with_two_names_is_taken_once() {
        let folder = Folder::new("links");
        fs::create_dir(folder.path("b")).unwrap();
        fs::write(folder.path("a"), "text").unwrap();
        fs::hard_link(folder.path("a"), folder.path("b/other")).unwrap();
        let records = folder.records();
        let files = records.iter().filter(|record| matches!(record, Record::File(..)));
        assert_eq!(files.count(), 1);
        assert!(records.contains(&Record::HardLink("b/other".into(), "a".into())), "{records:?}");
    }

    #[test]
    fn a_sparse_file_that_no_composition_carries_is_refused_without_being_read() {
        let folder = Folder::new("sparse");
        let file = File::create(folder.path("holes")).unwrap();
        // To read it would take more memory than any machine has.
        file.set_len(1 << 42).unwrap();
        let refusal = folder.refusal();
        for part in ["holes", "4398046511104 bytes", "at most 1072693248"] {
            assert!(refusal.contains(part), "{part} is missing in: {refusal}");
        }
        file.set_len(1 << 30).unwrap();
        assert!(folder.refusal().contains("1073741824 bytes"), "{}", folder.refusal());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn names_and_targets_that_are_not_utf_8_are_refused_and_shown() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        let folder = Folder::new("names");
        let odd = OsStr::from_bytes(b"caf\xe9");
        fs::write(folder.0.join(odd), "").unwrap();
        let refusal = folder.refusal();
        assert!(refusal.contains(r"caf\xE9") && refusal.contains("not UTF-8"), "{refusal}");
        fs::remove_file(folder.0.join(odd)).unwrap();
        std::os::unix::fs::symlink(odd, folder.path("link")).unwrap();
        let refusal = folder.refusal();
        assert!(refusal.contains(r"caf\xE9") && refusal.contains("/link"), "{refusal}");
    }

    #[test]
    #[cfg(unix)]
    fn an_absolute_link_is_refused_and_named() {
        let folder = Folder::new("absolute");
        std::os::unix::fs::symlink("/etc", folder.path("out")).unwrap();
        let refusal = folder.refusal();
        assert!(refusal.contains("/out") && refusal.contains("absolute"), "{refusal}");
    }
}
