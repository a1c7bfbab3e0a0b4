//! Changes files, clears the space, and shows the files each time. With the argument `held` it
//! keeps a file open that takes nearly all of the space, so that the seeded files have no room.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use host_tests_programs::space::{files, usage};

const ROOT: &str = "/tmp";

fn main() -> io::Result<()> {
    if std::env::args().any(|argument| argument == "held") {
        return held();
    }
    let root = Path::new(ROOT);
    show("at the start", root)?;
    let before = usage::usage();

    let mut open = OpenOptions::new().read(true).write(true).open(root.join("d/seed"))?;
    open.seek(SeekFrom::End(0))?;
    open.write_all(b", changed")?;
    let directory = fs::read_dir(root.join("d"))?;
    fs::rename(root.join("d"), root.join("moved"))?;
    fs::create_dir_all(root.join("new/er"))?;
    for number in 0..100 {
        fs::write(root.join(format!("new/er/{number}")), vec![1; 1000 * number])?;
    }
    fs::remove_file(root.join("link"))?;
    let changed = usage::usage();
    assert!(changed.bytes > before.bytes + 4_900_000 && changed.nodes == before.nodes + 101);

    files::clear().expect("there is room for what was seeded");
    show("begun anew", root)?;
    let mut text = String::new();
    open.rewind()?;
    open.read_to_string(&mut text)?;
    println!("open still: {text:?}");
    open.write_all(b", and again")?;
    println!("and {} bytes long", open.metadata()?.len());
    println!("the directory lists {}", directory.count());
    drop(open);
    let after = usage::usage();
    assert_eq!(
        (after.bytes, after.metadata, after.nodes, after.handles),
        (before.bytes, before.metadata, before.nodes, before.handles),
    );
    assert!(usage::high_water().bytes >= changed.bytes);

    fs::write(root.join("d/more"), "more")?;
    files::clear().expect("there is room for what was seeded");
    show("once more", root)
}

fn held() -> io::Result<()> {
    let root = Path::new(ROOT);
    // The file is there if the space was seeded.
    let _ = fs::remove_file(root.join("zeros"));
    let (mut large, most) = (File::create(root.join("large"))?, usage::limits().bytes);
    let free = usize::try_from(most - usage::usage().bytes).expect("the space is small");
    large.write_all(&vec![1; free / 16384 * 16384])?;
    println!("begins anew: {:?}", files::clear());
    show("then", root)?;
    drop(large);
    println!("begins anew: {:?}", files::clear());
    show("and then", root)
}

fn seconds(metadata: &fs::Metadata) -> u64 {
    let modified = metadata.modified().expect("WASI tells times").duration_since(UNIX_EPOCH);
    modified.expect("nothing here is that old").as_secs()
}

fn show(when: &str, root: &Path) -> io::Result<()> {
    println!("{when}:");
    descend(root, root)
}

fn descend(root: &Path, directory: &Path) -> io::Result<()> {
    let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        let name = entry.strip_prefix(root).expect("it is below the root").display();
        let metadata = fs::symlink_metadata(&entry)?;
        if metadata.is_dir() {
            println!("{name}/");
            descend(root, &entry)?;
        } else if metadata.is_symlink() {
            println!("{name} -> {}", fs::read_link(&entry)?.display());
        } else {
            let mut text = fs::read_to_string(&entry)?;
            text.truncate(20);
            println!("{name} {text:?} of {}", seconds(&metadata));
        }
    }
    Ok(())
}
