//! Prints a line for each file that it finds under `TMPDIR` at the start, with the modification
//! time. With the argument `count` it prints only their number.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

fn main() -> io::Result<()> {
    let root = PathBuf::from(std::env::var("TMPDIR").expect("TMPDIR is set"));
    let mut files = Vec::new();
    descend(&root, &mut files)?;
    if std::env::args().any(|argument| argument == "count") {
        println!("{}", files.len());
        return Ok(());
    }
    println!(". {}", time(&fs::metadata(&root)?));
    for file in &files {
        let below = file.strip_prefix(&root).expect("it is below the root");
        println!("{} {}", below.display(), described(file)?);
    }
    shared(&root)
}

fn descend(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        let is_directory = fs::symlink_metadata(&entry)?.is_dir();
        files.push(entry.clone());
        if is_directory {
            descend(&entry, files)?;
        }
    }
    Ok(())
}

fn described(file: &Path) -> io::Result<String> {
    let metadata = fs::symlink_metadata(file)?;
    let kind = if metadata.is_dir() {
        "directory".to_owned()
    } else if metadata.is_symlink() {
        format!("link to {}", fs::read_link(file)?.display())
    } else {
        let mut content = Vec::new();
        File::open(file)?.read_to_end(&mut content)?;
        let sum = content.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
        format!("file of {} bytes, sum {sum}", metadata.len())
    };
    Ok(format!("{kind}, {}", time(&metadata)))
}

fn time(metadata: &Metadata) -> String {
    let modified = metadata.modified().expect("WASI tells times").duration_since(UNIX_EPOCH);
    modified.map_or_else(|_| "before 1970".to_owned(), |modified| format!("{modified:?}"))
}

/// Appends to a file by one of its two names, if both are there, and prints the content under the
/// other.
fn shared(root: &Path) -> io::Result<()> {
    let (one, other) = (root.join("one name"), root.join("deep/other name"));
    if one.exists() && other.exists() {
        OpenOptions::new().append(true).open(&one)?.write_all(b" and more")?;
        println!("the other name has {:?}", fs::read_to_string(&other)?);
    }
    Ok(())
}
