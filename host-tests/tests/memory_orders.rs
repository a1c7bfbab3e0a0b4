//! Small stores that are full. In any order of opening, writing and deleting, deleted bytes can be
//! used again at once.

use chance::Chance;
use host_tests::{DescriptorFlags, Draws, Filesystem, Node, OpenFlags, Refusal, Sandbox};

const SIZES: [usize; 8] = [64, 100, 1000, 4096, 5000, 16_384, 40_000, 100_000];

/// A file that was written, and its handle if that is kept.
struct File<'a> {
    name: String,
    size: usize,
    kept: Option<Node<'a>>,
}

fn bytes(name: &str, size: usize) -> Vec<u8> {
    name.bytes().cycle().take(size).collect()
}

/// Writes a new file whole. If a call fails, it leaves no file.
fn write<'a>(root: &Node<'a>, name: &str, size: usize) -> Result<Node<'a>, Refusal> {
    let file = root.create(name)?;
    let (bytes, mut written) = (bytes(name, size), 0);
    while written < size {
        let piece = &bytes[written..size.min(written + (64 << 10))];
        match file.write(piece, u64::try_from(written).unwrap()) {
            Ok(more) => written += usize::try_from(more).unwrap(),
            Err(refusal) => {
                drop(file);
                root.unlink(name).unwrap();
                return Err(refusal);
            }
        }
    }
    Ok(file)
}

fn holds(root: &Node<'_>, file: &File<'_>) {
    let flags = DescriptorFlags::READ;
    holds_at(file, &root.open(&file.name, OpenFlags::empty(), flags).unwrap());
}

fn holds_at(file: &File<'_>, node: &Node<'_>) {
    let (mut read, size) = (Vec::new(), u64::try_from(file.size).unwrap());
    while read.len() < file.size {
        read.extend(node.read(size, u64::try_from(read.len()).unwrap()).unwrap().0);
    }
    assert!(read == bytes(&file.name, file.size), "{}", file.name);
}

/// Writes files of all sizes until even the smallest is refused, and keeps some of their handles.
fn fill<'a>(root: &Node<'a>, chance: &mut Chance) -> Vec<File<'a>> {
    let mut files = Vec::new();
    let mut largest = SIZES.len();
    while largest > 0 {
        let (name, size) = (format!("{}", files.len()), SIZES[chance.below(largest)]);
        match write(root, &name, size) {
            Ok(node) => {
                let kept = (files.is_empty() || chance.below(4) == 0).then_some(node);
                files.push(File { name, size, kept });
            }
            Err(refusal) => {
                assert!(matches!(
                    refusal,
                    Refusal::InsufficientSpace | Refusal::InsufficientMemory
                ));
                largest -= 1;
            }
        }
    }
    files
}

/// Deletes one file after the other, and writes another of its size each time. Another file may
/// have to go if a table must grow, or if the free memory is in pieces: one for every ten turns at
/// most.
fn replace<'a>(root: &Node<'a>, chance: &mut Chance, files: &mut Vec<File<'a>>) {
    let turns = 2 * files.len();
    let mut more = 0;
    // Keep the first file, whose handle stays open.
    let mut delete = |files: &mut Vec<File<'a>>| {
        let File { name, size, kept } = files.swap_remove(1 + chance.below(files.len() - 1));
        root.unlink(&name).unwrap();
        (size, kept.is_some())
    };
    for turn in 0..turns {
        let (size, keep) = delete(files);
        let name = format!("again {turn}");
        let node = loop {
            match write(root, &name, size) {
                Ok(node) => break node,
                Err(refusal) => {
                    more += 1;
                    assert!(more <= turns / 10, "{size} bytes: {refusal:?} in turn {turn}");
                    delete(files);
                }
            }
        };
        files.push(File { name, size, kept: keep.then_some(node) });
    }
}

fn filesystem(store: usize, seed: u64) -> Filesystem {
    let limits = [("TMPFS_BYTES", "1G"), ("TMPFS_METADATA", "1G"), ("TMPFS_HANDLES", "100K")];
    Sandbox::builder().memory_limit(store).draws(Draws::Seeded(seed)).filesystem(&limits)
}

#[test]
fn what_is_deleted_can_be_had_again_in_any_order_in_any_small_store() {
    for store in [24, 32, 40, 48, 64].map(|pages| pages * (64 << 10)) {
        for seed in 0..8 {
            let filesystem = filesystem(store, seed);
            let (root, mut chance) = (filesystem.root(), Chance(seed));
            let mut files = fill(&root, &mut chance);
            replace(&root, &mut chance, &mut files);
            files.iter().for_each(|file| holds(&root, file));
            let mut sizes = Vec::new();
            for File { name, size, kept } in files {
                drop(kept);
                root.unlink(&name).unwrap();
                sizes.push(size);
            }
            let held: usize = sizes.iter().sum();
            let mut again = 0;
            for number in 0..sizes.len() {
                let size = sizes.swap_remove(chance.below(sizes.len()));
                let written = write(&root, &format!("{number}"), size);
                again += if written.is_ok() { size } else { 0 };
            }
            assert!(again * 10 >= held * 9, "{again} bytes where there were {held}");
        }
    }
}

#[test]
fn where_memory_ends_handles_are_refused_and_everything_else_goes_on() {
    for store in [24, 32, 64].map(|pages| pages * (64 << 10)) {
        let filesystem = filesystem(store, 1);
        let (root, mut chance) = (filesystem.root(), Chance(1));
        let mut files = fill(&root, &mut chance);
        let open = || root.open("0", OpenFlags::empty(), DescriptorFlags::READ);
        let mut opened: Vec<_> = (0..).map_while(|_: usize| open().ok()).collect();
        assert_eq!(open().map(drop), Err(Refusal::InsufficientMemory));
        assert!(opened.len() < 100 << 10, "the limit of handles is not reached");
        for node in files[0].kept.iter().chain(&opened).take(3) {
            holds_at(&files[0], node);
        }
        // A deleted file and a closed handle make room for other files and for a listing.
        let last = files.pop().expect("there are many");
        drop(last.kept.or_else(|| opened.pop()));
        root.unlink(&last.name).unwrap();
        assert_eq!(root.names().unwrap().len(), files.len());
        drop(opened);
        files.iter().for_each(|file| holds(&root, file));
        drop(write(&root, &last.name, last.size).unwrap());
    }
}
