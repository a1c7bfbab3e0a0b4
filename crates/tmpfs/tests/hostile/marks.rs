//! Snapshots, forks and changes: what they cost follows from what differs.

use std::sync::atomic::{AtomicUsize, Ordering};

use tmpfs::{
    DescriptorFlags, Difference, Follow, Handle, MemoryPages, PAGE, PageStore, Result, Settings,
    Sink, Source, Space, Template,
};

use crate::allocator::{Count, counted};
use crate::{GENEROUS, NEW, NOW, OLD, file, space, touch};

const LATER: tmpfs::Timestamp = tmpfs::Timestamp { seconds: 9, nanoseconds: 0 };

/// A space with so many files, a hundred in each directory.
fn tree(files: usize) -> (Space, Handle) {
    let (mut space, root) = space(GENEROUS);
    for at in 0..files {
        if at % 100 == 0 {
            space.create_directory_at(root, &format!("{}", at / 100), NOW).unwrap();
        }
        touch(&mut space, root, &format!("{}/{at}", at / 100)).unwrap();
    }
    (space, root)
}

fn start(template: &Template) -> (Space, Handle) {
    let settings = Settings { limits: GENEROUS, ..Settings::seeded([1, 1], NOW) };
    let mut space = template.space(settings).expect("the limits are generous");
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    (space, root)
}

fn write(space: &mut Space, root: Handle, path: &str, offset: u64) {
    let flags = DescriptorFlags::WRITE;
    let file = space.open_at(root, Follow::No, path, OLD, flags, LATER).unwrap();
    space.write_at(file, offset, b"mine", LATER).unwrap();
    space.close(file).unwrap();
}

/// Counts what it allocates to tell the changes of ten files among so many.
fn ten_changed(files: usize) -> Count {
    let template = tree(files).0.freeze().unwrap();
    let (mut space, root) = start(&template);
    for at in 0..10 {
        write(&mut space, root, &format!("{}/{}", at * 7 % 10, at * 7 % 10 * 100), 0);
    }
    let (count, allocated) = counted(|| space.changes_since(&template).unwrap().count());
    assert_eq!(count, 10);
    allocated
}

#[test]
fn changes_cost_the_same_however_much_there_is_else() {
    let (few, many) = (ten_changed(1_000), ten_changed(100_000));
    assert_eq!((few.calls, few.bytes), (many.calls, many.bytes));
    assert!(many.bytes <= 16 << 10, "{many:?}");
}

/// Pages in memory, whose bytes are counted when they are read.
#[derive(Default)]
struct Counting(MemoryPages);

static READ: AtomicUsize = AtomicUsize::new(0);

impl PageStore for Counting {
    type Page = Vec<u8>;

    fn allocate(&mut self, capacity: usize) -> Result<Vec<u8>> {
        self.0.allocate(capacity)
    }

    fn grow(&mut self, page: &mut Vec<u8>, capacity: usize) -> Result<()> {
        self.0.grow(page, capacity)
    }

    fn read<K: Sink>(&self, page: &Vec<u8>, at: usize, length: usize, sink: &mut K) -> Result<()> {
        READ.fetch_add(length, Ordering::Relaxed);
        self.0.read(page, at, length, sink)
    }

    fn write<R: Source>(
        &mut self,
        page: &mut Vec<u8>,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        self.0.write(page, at, length, source)
    }

    fn free(&mut self, page: Vec<u8>) {
        self.0.free(page);
    }
}

/// Otherwise a program could have gigabytes compared with megabytes of content.
#[test]
fn content_is_read_once_however_many_names_it_has() {
    const NAMES: usize = 500;
    const SIZE: usize = 20 * PAGE;
    let settings = Settings { limits: GENEROUS, ..Settings::seeded([1, 1], NOW) };
    let mut space = Space::create_in(Counting::default(), settings).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let named = |space: &mut Space<Counting>, name: &str| {
        let file = space.open_at(root, Follow::No, name, NEW, DescriptorFlags::WRITE, NOW).unwrap();
        assert_eq!(space.write_at(file, 0, &[1; SIZE], NOW), Ok(SIZE));
        space.close(file).unwrap();
        for at in 0..NAMES {
            space.link_at(root, Follow::No, name, root, &format!("{name} {at}"), NOW).unwrap();
        }
    };
    named(&mut space, "one");
    let template = space.snapshot_in(Counting::default()).unwrap();
    named(&mut space, "two");
    for at in 0..NAMES {
        let (old, new) = (format!("two {at}"), format!("one {at}"));
        space.rename_at(root, &old, root, &new, NOW).unwrap();
    }
    READ.store(0, Ordering::Relaxed);
    let changes = space.changes_since(&template).unwrap();
    assert_eq!(READ.load(Ordering::Relaxed), 2 * SIZE);
    let metadata = changes.filter(|change| {
        change.as_ref().is_ok_and(|change| change.difference == Difference::Metadata)
    });
    assert_eq!(metadata.count(), NAMES);
}

#[test]
fn a_snapshot_costs_what_is_new_since_the_last() {
    let costs = |files| {
        let (mut space, root) = tree(files);
        let (first, one) = counted(|| space.snapshot().unwrap());
        write(&mut space, root, "3/333", 0);
        let (second, other) = counted(|| space.snapshot().unwrap());
        assert_eq!(space.changes_since(&first).unwrap().count(), 1);
        assert_eq!(space.changes_since(&second).unwrap().count(), 0);
        [one.calls, one.bytes, other.calls, other.bytes]
    };
    assert_eq!(costs(1_000), costs(100_000));
}

#[test]
fn a_hundred_forks_hold_what_differs() {
    let (mut space, root) = tree(1_000);
    let large = file(&mut space, root, "large").unwrap();
    space.write_at(large, 0, &vec![1; 2_000 * PAGE], NOW).unwrap();
    let (forks, count) = counted(|| {
        let mark = space.snapshot().unwrap();
        let mut forks: Vec<_> = (0..100).map(|_| start(&mark)).collect();
        for (fork, root) in &mut forks {
            write(fork, *root, "large", 700 * PAGE as u64);
        }
        write(&mut space, root, "large", 0);
        forks
    });
    assert!(count.live / 101 <= 4 * i64::try_from(PAGE).unwrap(), "{count:?}");
    let mut bytes = [0; 4];
    space.read_at(large, 700 * PAGE as u64, &mut bytes).unwrap();
    assert_eq!(bytes, [1; 4], "a fork changed it for itself");
    let ((), dropped) = counted(|| drop(forks));
    assert!(count.live + dropped.live <= 4 * i64::try_from(PAGE).unwrap());
}

#[test]
fn a_reset_gives_back_all_that_was_new() {
    let template = tree(1_000).0.freeze().unwrap();
    let (mut space, root) = start(&template);
    let ((), count) = counted(|| {
        let new = file(&mut space, root, "new").unwrap();
        space.write_at(new, 0, &vec![1; 2_000 * PAGE], NOW).unwrap();
        for at in 0..1_000 {
            touch(&mut space, root, &format!("3/new {at}")).unwrap();
        }
        space.reset_to(&template).unwrap();
    });
    assert!(count.live <= crate::RETAINED, "{count:?}");
    assert_eq!(space.usage(), template.usage());
    space.audit().unwrap();
}

#[test]
fn a_template_keeps_no_pages_for_later_ones() {
    let spare = || {
        let (mut space, root) = space(GENEROUS);
        let large = file(&mut space, root, "large").unwrap();
        space.write_at(large, 0, &vec![1; 100 * PAGE], NOW).unwrap();
        space.set_size(large, 0, NOW).unwrap();
        space
    };
    let (mut one, other) = (spare(), spare());
    let (mark, count) = counted(|| one.snapshot().unwrap());
    let (template, frozen) = counted(|| other.freeze().unwrap());
    for count in [count, frozen] {
        assert!(count.live <= -(1 << 20) + (32 << 10), "{count:?}");
    }
    drop((mark, template));
}

#[test]
fn snapshots_that_are_given_up_leave_nothing() {
    let (mut space, root) = tree(100);
    let large = file(&mut space, root, "large").unwrap();
    let mut round = |at: u64| {
        space.write_at(large, 0, &[1; 20 * PAGE], NOW).unwrap();
        touch(&mut space, root, &format!("0/{at} and a name that is longer than an entry"))
            .unwrap();
        space
            .unlink_file_at(root, &format!("0/{at} and a name that is longer than an entry"), NOW)
            .unwrap();
        drop(space.snapshot().unwrap());
    };
    // As many as there are at the most, once more made one.
    (100..132).for_each(&mut round);
    let ((), count) = counted(|| (132..132 + 15 * 20).for_each(&mut round));
    assert!(count.live <= crate::RETAINED, "{count:?}");
    space.audit().unwrap();
}

const NAME: &str = "a directory of thirty bytes...";

/// Opens the directory of that name in another.
fn below(space: &mut Space, directory: Handle) -> Handle {
    let flags = DescriptorFlags::DIRECTORY;
    space.open_at(directory, Follow::No, NAME, OLD, flags, NOW).unwrap()
}

/// Counts the changes, which are all of this kind.
fn told(space: &Space, template: &Template, difference: &Difference, depth: usize) -> usize {
    let (changes, count) = counted(|| space.changes_since(template).unwrap());
    // A record and an ancestor of each, and the path.
    let most = i64::try_from(128 * depth + 4 * (NAME.len() + 1) * depth).unwrap();
    assert!(count.live <= most, "{count:?}");
    let (paths, count) = counted(|| {
        changes.fold(0, |paths, change| {
            let change = change.unwrap();
            assert_eq!(change.difference, *difference);
            paths + change.path.len()
        })
    });
    assert!(count.live <= most, "{count:?}");
    paths
}

/// The paths of a deep tree are together as long as the square of its depth.
#[test]
fn changes_of_a_deep_tree_are_told_without_holding_all_paths() {
    const DEPTH: usize = 2_000;
    let (mut space, root) = space(GENEROUS);
    let empty = space.snapshot().unwrap();
    let mut at = vec![root];
    for _ in 0..DEPTH {
        let last = *at.last().unwrap();
        space.create_directory_at(last, NAME, NOW).unwrap();
        at.push(below(&mut space, last));
    }
    let paths: usize = (1..=DEPTH).map(|depth| depth * (NAME.len() + 1) - 1).sum();
    assert_eq!(told(&space, &empty, &Difference::Created, DEPTH), paths);
    let full = space.snapshot().unwrap();
    while let (Some(_), Some(directory)) = (at.pop(), at.last()) {
        space.remove_directory_at(*directory, NAME, NOW).unwrap();
    }
    assert_eq!(told(&space, &full, &Difference::Removed, DEPTH), paths);
    assert_eq!(told(&space, &empty, &Difference::Created, DEPTH), 0);
}
