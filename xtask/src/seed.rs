//! The records for files that a composition starts with: copies of a directory of this machine.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::bake::Record;

/// Everything below a directory, in the order of names, so that the same files give the same bytes.
///
/// # Errors
/// Something cannot be read, is named by no text, or is neither directory, file nor relative link.
pub fn records(directory: &Path) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    descend(directory, "", &mut records)?;
    Ok(records)
}

fn descend(directory: &Path, below: &str, records: &mut Vec<Record>) -> Result<()> {
    let context = || format!("reading {}", directory.display());
    let entries = fs::read_dir(directory).with_context(context)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>().with_context(context)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let file = entry.path();
        let context = || format!("reading {}", file.display());
        let name = entry.file_name();
        let name = name.to_str().with_context(|| format!("{} is no text", file.display()))?;
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().with_context(context)?;
        if kind.is_dir() {
            records.push(Record::Directory(path.clone()));
            descend(&file, &path, records)?;
        } else if kind.is_file() {
            records.push(Record::File(path, fs::read(&file).with_context(context)?));
        } else if kind.is_symlink() {
            let target = fs::read_link(&file).with_context(context)?;
            let text = target.to_str().filter(|_| target.is_relative());
            let text = text.with_context(|| format!("{} leads away", file.display()))?;
            records.push(Record::Link(path, text.to_owned()));
        } else {
            bail!("{} is neither a directory, nor a file, nor a link", file.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::records;
    use crate::bake::Record;

    #[test]
    fn a_directory_is_copied_in_the_order_of_names() {
        let folder = env::temp_dir().join(format!("xtask-seed-{}", process::id()));
        fs::create_dir_all(folder.join("b/c")).unwrap();
        fs::write(folder.join("b/c/d"), [0, 255]).unwrap();
        fs::write(folder.join("a"), "text").unwrap();
        let found = records(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            found,
            [
                Record::File("a".into(), b"text".to_vec()),
                Record::Directory("b".into()),
                Record::Directory("b/c".into()),
                Record::File("b/c/d".into(), vec![0, 255]),
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = records("/nowhere/at/all".as_ref()).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }
}
