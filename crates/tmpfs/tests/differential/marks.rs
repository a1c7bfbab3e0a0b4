//! Refuses, one after the other, every allocation of a snapshot, of a comparison with it and of a
//! reset.

use tmpfs::{
    Change, DescriptorFlags, Error, Follow, Handle, Limit, Limits, OpenFlags, PAGE, Settings,
    SharedLimit, SharedLimits, Space, Template, Timestamp,
};

use crate::allocator;

const NOW: Timestamp = Timestamp { seconds: 5, nanoseconds: 0 };

fn open(space: &mut Space, root: Handle, path: &str) -> Handle {
    let open = OpenFlags { create: true, ..OpenFlags::default() };
    space.open_at(root, Follow::No, path, open, DescriptorFlags::READ_WRITE, NOW).unwrap()
}

fn write(space: &mut Space, root: Handle, path: &str, byte: u8) {
    let file = open(space, root, path);
    space.write_at(file, 0, &[byte; PAGE + 1], NOW).unwrap();
    space.close(file).unwrap();
}

/// A space with open handles, one of them of a file that has no name any more, and a template that
/// it stands on.
fn changed() -> (Space, Template, Handle) {
    // With a shared limit, `audit` also compares the usage of that limit.
    let shared = Some(shared());
    let settings = Settings { shared, ..Settings::seeded([1, 2], NOW) };
    let mut space = Space::create(settings).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    for directory in ["a", "b", "gone"] {
        space.create_directory_at(root, directory, NOW).unwrap();
        for file in 0..20 {
            write(&mut space, root, &format!("{directory}/{file}"), 1);
        }
    }
    space.link_at(root, Follow::No, "a/1", root, "b/link", NOW).unwrap();
    let template = space.snapshot().unwrap();
    for file in 0..20 {
        write(&mut space, root, &format!("a/{file}"), 2);
        write(&mut space, root, &format!("a/new {file}"), 2);
        space.unlink_file_at(root, &format!("gone/{file}"), NOW).unwrap();
    }
    space.remove_directory_at(root, "gone", NOW).unwrap();
    space.rename_at(root, "b", root, "a directory with a name of many bytes", NOW).unwrap();
    let file = open(&mut space, root, "unlinked");
    space.append(file, &[1; 3 * PAGE], NOW).unwrap();
    space.unlink_file_at(root, "unlinked", NOW).unwrap();
    for file in 0..5 {
        open(&mut space, root, &format!("a/{file}"));
    }
    (space, template, file)
}

fn changes(space: &Space, template: &Template) -> Result<Vec<Change>, Error> {
    space.changes_since(template)?.collect()
}

/// Repeats a call with one more allowed allocation each time, until it has enough, and checks the
/// state after each refusal. Returns the number of refusals, and the outcome.
fn starve<C, T>(
    first: u64,
    context: &mut C,
    call: impl Fn(&mut C) -> Result<T, Error>,
    refused: impl Fn(&mut C),
) -> (u64, T) {
    for allowed in first.. {
        allocator::allow(allowed);
        let outcome = allocator::guarded(|| call(context));
        let was_refused = allocator::relent();
        match outcome {
            Ok(done) => return (allowed - first, done),
            Err(error) => {
                assert_eq!((error, was_refused), (Error::InsufficientSpace, true));
                refused(context);
            }
        }
    }
    unreachable!("some number of allocations is enough")
}

#[test]
fn changes_that_find_no_memory_are_an_error() {
    let (mut space, template, _) = changed();
    let expected = changes(&space, &template).unwrap();
    // Lists that grow in a collection of the standard library would not be refused.
    let count = |space: &mut Space| {
        let mut count = 0;
        for change in space.changes_since(&template)? {
            change?;
            count += 1;
        }
        Ok(count)
    };
    let (refused, count) = starve(0, &mut space, count, |_| ());
    assert_eq!(count, expected.len());
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_snapshot_that_finds_no_memory_changes_nothing() {
    let (mut space, template, unlinked) = changed();
    let (usage, expected) = (space.usage(), changes(&space, &template).unwrap());
    let unchanged = |space: &mut Space| {
        assert_eq!(space.usage(), usage);
        space.audit().unwrap();
        assert_eq!(changes(space, &template).as_ref(), Ok(&expected));
        let mut bytes = vec![0; 3 * PAGE];
        assert_eq!(space.read_at(unlinked, 0, &mut bytes), Ok(3 * PAGE));
    };
    // The allocation of the template itself, which comes second, cannot be refused.
    let (refused, mark) = starve(2, &mut space, Space::snapshot, unchanged);
    assert!(refused > 2, "{refused}");
    assert_eq!(changes(&space, &mark), Ok(Vec::new()));
    assert_eq!(changes(&space, &template), Ok(expected));
    space.audit().unwrap();
}

#[test]
fn a_reset_needs_no_memory() {
    let (mut space, template, unlinked) = changed();
    allocator::allow(0);
    allocator::guarded(|| space.reset_to(&template)).unwrap();
    allocator::relent();
    assert_eq!(space.stat(unlinked), Err(Error::BadDescriptor));
    assert_eq!(space.usage(), template.usage());
    space.audit().unwrap();
}

fn shared() -> SharedLimit {
    SharedLimit::new(SharedLimits { bytes: 1 << 30, nodes: 1 << 20, handles: 1 << 20 })
}

/// Returns a space without handles that is based on as many templates as possible, the lowest of
/// these, and two limits. Nothing else uses the other templates. The next to the lowest has a page,
/// and is charged to the second limit. The page is small, since a store keeps spare ones of the
/// greatest size.
fn folding() -> (Space, Template, [SharedLimit; 2]) {
    let [limit, other] = [(); 2].map(|()| shared());
    let settings = |shared: &SharedLimit| {
        let shared = Some(shared.clone());
        Settings { shared, ..Settings::seeded([1, 2], NOW) }
    };
    let mut space = Space::create(settings(&other)).unwrap();
    let lowest = space.snapshot().unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let file = open(&mut space, root, "file");
    space.write_at(file, 0, &[1; 100], NOW).unwrap();
    let mut space = space.freeze().unwrap().space(settings(&limit)).unwrap();
    for at in 0..14 {
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        space.symlink_at(&format!("{at}"), root, &format!("{at}"), NOW).unwrap();
        space.symlink_at(&format!("{at}"), root, "next", NOW).unwrap();
        space.rename_at(root, "next", root, &format!("{}", at / 2), NOW).unwrap();
        space.close(root).unwrap();
        drop(space.snapshot().unwrap());
    }
    // An earlier refusal, to be told from the next one.
    space.set_limits(Limits { handles: 0, ..Limits::default() });
    assert_eq!(space.root(DescriptorFlags::READ), Err(Error::InsufficientMemory));
    space.set_limits(Limits::default());
    assert_eq!(space.last_refusal().unwrap().limit, Limit::Handles);
    (space, lowest, [limit, other])
}

/// Returns the targets of the symbolic links.
fn targets(space: &mut Space) -> Vec<String> {
    let root = space.root(DescriptorFlags::READ).unwrap();
    let read = |at| space.readlink_at(root, &format!("{at}")).unwrap().to_owned();
    let targets = (0..14).map(read).collect();
    space.close(root).unwrap();
    targets
}

#[test]
fn templates_that_cannot_become_one_for_want_of_memory_stay() {
    const ENOUGH: u64 = 1_000;
    let (mut space, ..) = folding();
    let (usage, expected) = (space.usage(), targets(&mut space));
    // The root has a copy now.
    let (mut space, lowest, limits) = folding();
    allocator::allow(ENOUGH);
    allocator::guarded(|| space.snapshot().map(drop)).unwrap();
    let taken = ENOUGH - allocator::left().unwrap();
    allocator::relent();
    space.audit().unwrap();
    assert_eq!((space.usage(), targets(&mut space)), (usage, expected.clone()));
    assert!(taken > 10, "{taken}");
    let rest = limits[1].usage();
    assert_eq!(rest.bytes, lowest.usage().metadata, "the other one is a part of the space");
    // The last allocation is that of the template itself, which cannot be refused.
    for allowed in 0..taken - 1 {
        let (mut space, _lowest, limits) = folding();
        let held = limits.clone().map(|limit| limit.usage());
        allocator::allow(allowed);
        let outcome = allocator::guarded(|| space.snapshot().map(drop));
        assert!(allocator::relent());
        assert_eq!(outcome, Err(Error::InsufficientSpace), "{allowed} of {taken}");
        assert_eq!(space.last_refusal(), None, "{allowed} of {taken}: no limit was the reason");
        space.audit().unwrap();
        if limits[1].usage() != rest {
            assert_eq!(limits.clone().map(|limit| limit.usage()), held, "{allowed} of {taken}");
        }
        assert_eq!((space.usage(), targets(&mut space)), (usage, expected.clone()));
        assert_eq!(space.snapshot().map(drop), Ok(()));
    }
}
