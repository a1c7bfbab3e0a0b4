//! Guests that take everything that the filesystem component gives. They get an error code, all
//! data stays readable, and the instance goes on. Deleted bytes can be used again.

use host_tests::{DescriptorFlags, Filesystem, Node, OpenFlags, Refusal, Sandbox};

const PIECE: usize = 64 << 10;

/// Returns a piece of bytes that depend on their place.
fn bytes(of: u8, number: usize) -> Vec<u8> {
    let mark = u8::try_from(number % 251).unwrap();
    (0..PIECE).map(|at| of ^ mark ^ u8::try_from(at % 241).unwrap()).collect()
}

/// Writes pieces until one is refused. Returns the number of pieces and the refusal.
fn fill(file: &Node<'_>, of: u8) -> (usize, Refusal) {
    for number in 0.. {
        let piece = bytes(of, number);
        let mut written = 0;
        while written < PIECE {
            let at = u64::try_from(number * PIECE + written).unwrap();
            match file.write(&piece[written..], at) {
                Ok(more) => written += usize::try_from(more).unwrap(),
                Err(refusal) => return (number, refusal),
            }
        }
    }
    unreachable!("every filesystem is full at some time")
}

fn holds(file: &Node<'_>, of: u8, pieces: usize) {
    for number in 0..pieces {
        let at = u64::try_from(number * PIECE).unwrap();
        let (read, _) = file.read(u64::try_from(PIECE).unwrap(), at).unwrap();
        assert!(read == bytes(of, number), "piece {number}");
    }
}

/// Fills the filesystem, checks all data, deletes some, and fills the room again.
fn fill_and_fill_again(filesystem: &Filesystem) -> usize {
    let root = filesystem.root();
    let first = root.create("first").unwrap();
    let small = root.create("small").unwrap();
    small.write(b"small", 0).unwrap();
    let (pieces, refusal) = fill(&first, 1);
    assert_eq!(refusal, Refusal::InsufficientSpace);
    holds(&first, 1, pieces);
    assert_eq!(small.read(9, 0).unwrap().0, b"small");
    assert_eq!(root.names().unwrap(), ["first", "small"], "also what is listed takes memory");

    root.unlink("first").unwrap();
    drop(first);
    let second = root.create("second").unwrap();
    let (again, refusal) = fill(&second, 2);
    assert_eq!(refusal, Refusal::InsufficientSpace);
    holds(&second, 2, again);
    assert_eq!(small.read(9, 0).unwrap().0, b"small");
    assert!(again * 10 >= pieces * 9, "{again} of {pieces} pieces could be had again");
    pieces
}

#[test]
fn a_quota_below_the_stores_memory_is_what_refuses() {
    let filesystem = Sandbox::builder().memory_limit(64 << 20).filesystem(&[("TMPFS_BYTES", "8M")]);
    assert_eq!(fill_and_fill_again(&filesystem), 127, "and 64 bytes of the small file");
    assert!(filesystem.usage().bytes <= 8 << 20);
    assert!(filesystem.memory() < 12 << 20, "{} bytes", filesystem.memory());
}

#[test]
fn where_the_stores_memory_ends_first_a_refused_growth_is_no_trap() {
    for limit in [4, 8, 32].map(|mebibytes| mebibytes << 20) {
        let filesystem =
            Sandbox::builder().memory_limit(limit).filesystem(&[("TMPFS_BYTES", "1G")]);
        let stored = fill_and_fill_again(&filesystem) * PIECE;
        assert!(stored + (2 << 20) > limit, "{stored} bytes of {limit} could be used");
    }
}

#[test]
fn reading_more_than_there_is_memory_for_gives_less() {
    let filesystem = Sandbox::builder().memory_limit(8 << 20).filesystem(&[("TMPFS_BYTES", "1G")]);
    let file = filesystem.root().create("sparse").unwrap();
    file.set_size(1 << 40).unwrap();
    for at in [0, 1 << 39] {
        let (read, end) = file.read(u64::MAX, at).unwrap();
        assert!(!read.is_empty() && read.iter().all(|byte| *byte == 0) && !end);
    }
    fill(&file, 3);
    let (read, end) = file.read(u64::MAX, 0).unwrap();
    assert!(read.starts_with(&bytes(3, 0)) && !end);
}

#[test]
fn what_is_read_takes_no_more_memory_than_an_answer() {
    let filesystem = Sandbox::builder().filesystem(&[("TMPFS_BYTES", "64K")]);
    let root = filesystem.root();
    let file = root.create("sparse").unwrap();
    file.set_size(1 << 40).unwrap();
    let write_only = root.open("sparse", OpenFlags::empty(), DescriptorFlags::WRITE).unwrap();
    let before = filesystem.memory();
    assert_eq!(file.read(1 << 31, 0).unwrap().0.len(), 1 << 20);
    assert_eq!(write_only.read(1 << 31, 0), Err(Refusal::BadDescriptor));
    assert!(filesystem.memory() < before + (3 << 20), "{} bytes", filesystem.memory());
}

#[test]
fn the_largest_offsets_are_refused_or_hold() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let file = filesystem.root().create("file").unwrap();
    let last = (1 << 63) - 1;
    file.set_size(last).unwrap();
    assert_eq!(file.size(), Ok(last));
    assert_eq!(file.read(9, last), Ok((Vec::new(), true)));
    assert_eq!(file.read(9, u64::MAX), Ok((Vec::new(), true)));
    file.write(b"x", last - 1).unwrap();
    assert_eq!(file.read(9, last - 2).unwrap().0, b"\0x");
    assert_eq!(file.write(b"x", last), Err(Refusal::FileTooLarge));
    assert_eq!(file.write(b"x", u64::MAX), Err(Refusal::FileTooLarge));
    assert_eq!(file.set_size(last + 1), Err(Refusal::FileTooLarge));
    assert!(filesystem.usage().bytes <= 16 << 10, "holes cost nothing");
}

#[test]
fn empty_files_end_at_the_limit_of_nodes_and_give_everything_back() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let root = filesystem.root();
    let before = filesystem.usage();
    let made = (0..).take_while(|number| root.create(&format!("{number}")).is_ok()).count();
    assert_eq!(made, (1 << 16) - 1, "the root counts as one");
    assert_eq!(root.create("one more").map(drop), Err(Refusal::InsufficientSpace));
    let memory = filesystem.memory();
    for number in 0..made {
        root.unlink(&format!("{number}")).unwrap();
    }
    assert_eq!(filesystem.usage(), before);
    for number in 0..made {
        root.create(&format!("again{number}")).unwrap();
    }
    assert!(filesystem.memory() < memory + (1 << 20), "memory is used again");
}

#[test]
fn names_end_at_the_limit_of_metadata() {
    let filesystem = Sandbox::builder().filesystem(&[("TMPFS_METADATA", "1M")]);
    let root = filesystem.root();
    root.create("file").unwrap();
    let name = |number: usize| format!("{number:0>255}");
    let links = (0..).take_while(|number| root.link("file", &name(*number)).is_ok()).count();
    assert_eq!(root.link("file", &name(links)), Err(Refusal::InsufficientSpace));
    assert!(links > 1000 && filesystem.usage().metadata <= 1 << 20);
    let target = "t".repeat(4095);
    assert_eq!(root.symlink(&target, "link"), Err(Refusal::InsufficientSpace));
    for number in 0..links {
        root.unlink(&name(number)).unwrap();
    }
    root.symlink(&target, "link").unwrap();
    assert_eq!(root.readlink("link").unwrap(), target);
}

#[test]
fn handles_end_at_their_limit_and_are_no_ones_loss() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let root = filesystem.root();
    root.create("file").unwrap().write(b"x", 0).unwrap();
    let open = || root.open("file", OpenFlags::empty(), DescriptorFlags::READ);
    let mut opened: Vec<_> = (0..).map_while(|_: usize| open().ok()).collect();
    assert_eq!(opened.len(), (1 << 10) - 1, "the root's handle counts as one");
    assert_eq!(open().map(drop), Err(Refusal::InsufficientMemory));
    assert!(filesystem.directories().is_empty(), "the interface has no error for it");
    opened.swap_remove(500);
    assert_eq!(open().unwrap().read(9, 0).unwrap().0, b"x");
}

#[test]
fn a_deep_tree_is_only_names() {
    let filesystem = Sandbox::builder().filesystem(&[]);
    let mut at = filesystem.root();
    for depth in 0..10_000 {
        at.create_directory("d").unwrap_or_else(|refusal| panic!("{refusal:?} at {depth}"));
        at = at.open("d", OpenFlags::DIRECTORY, DescriptorFlags::MUTATE_DIRECTORY).unwrap();
    }
    at.create("file").unwrap().write(b"deep", 0).unwrap();
    assert_eq!(at.names().unwrap(), ["file"]);
    assert_eq!(filesystem.usage().nodes, 10_002);
}

#[test]
fn two_instances_share_nothing() {
    let (one, other) = (Sandbox::builder().filesystem(&[]), Sandbox::builder().filesystem(&[]));
    one.root().create("file").unwrap();
    assert_eq!(other.root().names().unwrap(), [""; 0]);
    assert_eq!(other.usage().nodes, 1);
}
