//! Every allocation of every kind of step refused, one after the other: in a fresh space, and in
//! one that shares all it has with a template.

use tmpfs::{
    DescriptorFlags, Follow, Limits, NewTimestamp, OpenFlags, PAGE, Settings, SharedLimits, Space,
};

use crate::allocator;
use crate::generator::Flavour;
use crate::operation::{At, Bytes, Operation, moment};
use crate::survey;
use crate::world::{Step, World};

const SHARED: SharedLimits = SharedLimits { bytes: 1 << 40, nodes: 1 << 20, handles: 1 << 20 };

fn at(path: &str) -> At {
    At { directory: 0, path: path.to_owned() }
}

fn open(path: &str, open: OpenFlags) -> Operation {
    let flags = DescriptorFlags::READ_WRITE;
    Operation::Open { at: at(path), follow: Follow::Yes, open, flags }
}

fn long(start: &str) -> String {
    format!("{start}, a name that is longer than thirty bytes")
}

/// A tree with a little of everything; its last handle is of the file, in place 1.
fn planted() -> Vec<Operation> {
    let create = OpenFlags { create: true, ..OpenFlags::default() };
    let bytes = Bytes { first: 1, step: 3, length: 3 * PAGE };
    let mut steps = vec![
        Operation::Root { flags: DescriptorFlags::DIRECTORY },
        Operation::CreateDirectory { at: at("d") },
        Operation::CreateDirectory { at: at("e") },
        Operation::Symlink { target: "d/f".to_owned(), at: at("s") },
        open("d/g", create),
        Operation::Close { handle: 1 },
        open("d/f", create),
        Operation::Write { handle: 1, offset: 0, bytes },
        Operation::Link { old: at("d/f"), follow: Follow::No, new: at(&long("l")) },
    ];
    // Enough names for the index of the root to be nearly full.
    steps.extend((0..9).map(|name| Operation::CreateDirectory { at: at(&format!("{name}")) }));
    steps
}

/// Steps that may need memory, each taken in the tree as it was planted.
fn hungry() -> Vec<Operation> {
    let new = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
    let cut = OpenFlags { truncate: true, ..OpenFlags::default() };
    let write = |offset, length, first| {
        let bytes = Bytes { first, step: 0, length };
        Operation::Write { handle: 1, offset, bytes }
    };
    let times =
        Operation::SetTimes { handle: 1, accessed: NewTimestamp::Now, modified: NewTimestamp::Now };
    let page = PAGE as u64;
    vec![
        Operation::Root { flags: DescriptorFlags::DIRECTORY },
        Operation::Close { handle: 1 },
        open("new", new),
        open(&long("new"), new),
        open("d/f", cut),
        open("s", OpenFlags::default()),
        Operation::CreateDirectory { at: at("e/new") },
        Operation::Symlink { target: long("target"), at: at(&long("new")) },
        Operation::Link { old: at("d/f"), follow: Follow::No, new: at("e/new") },
        Operation::Unlink { at: at("d/f") },
        Operation::Unlink { at: at("s") },
        Operation::RemoveDirectory { at: at("e") },
        Operation::Rename { old: at("d/f"), new: at("d/g") },
        Operation::Rename { old: at("d/f"), new: at("s") },
        Operation::Rename { old: at("d/f"), new: at("e/new") },
        Operation::Rename { old: at("d/f"), new: at(&long("d/new")) },
        Operation::Rename { old: at("d"), new: at("e") },
        Operation::Rename { old: at("d"), new: at("e/new") },
        write(5, 10, 9),
        write(page - 5, 10, 9),
        write(0, 3 * PAGE, 0),
        write(page, PAGE, 0),
        write(2 * page, 5 * PAGE, 9),
        write(1 << 40, 2 * PAGE, 9),
        write((1 << 62) - 3, 10, 9),
        Operation::Append { handle: 1, bytes: Bytes { first: 9, step: 0, length: 100 } },
        Operation::SetSize { handle: 1, size: 0 },
        Operation::SetSize { handle: 1, size: 100 },
        Operation::SetSize { handle: 1, size: page + 100 },
        Operation::SetSize { handle: 1, size: 1 << 50 },
        times,
        Operation::SetTimesAt {
            at: at("d"),
            follow: Follow::No,
            accessed: NewTimestamp::Now,
            modified: NewTimestamp::NoChange,
        },
    ]
}

/// The steps that lead to the tree: made here, or begun from a template, where handles are new.
fn before(from_template: bool) -> Vec<Step> {
    let limits = Limits::default();
    let mut steps = vec![Step::Create { space: 0, limits, shares: true, seed: 5 }];
    steps.extend(planted().into_iter().map(|operation| Step::In { space: 0, operation }));
    if from_template {
        steps.push(Step::Freeze { space: 0, template: 0 });
        steps.push(Step::Start { template: 0, space: 0, limits, shares: true, seed: 6 });
        let root = Operation::Root { flags: DescriptorFlags::DIRECTORY };
        for operation in [root, open("d/f", OpenFlags::default())] {
            steps.push(Step::In { space: 0, operation });
        }
    }
    steps
}

fn refuse_each(from_template: bool) {
    for operation in hungry() {
        for allowed in 0..40 {
            let mut world = World::new(SHARED, Flavour::Any);
            let steps = before(from_template).into_iter().chain([
                Step::Starved { space: 0, operation: operation.clone(), allowed },
                // It goes on as if nothing had happened, or as far as it went.
                Step::In { space: 0, operation: operation.clone() },
            ]);
            for step in steps {
                world.step(&step).unwrap_or_else(|failure| panic!("{allowed} {failure}"));
            }
            survey::end(world)
                .unwrap_or_else(|failure| panic!("{operation:?} {allowed}: {failure}"));
        }
    }
}

#[test]
fn refused_memory_changes_nothing_in_a_space() {
    refuse_each(false);
}

#[test]
fn refused_memory_changes_nothing_in_a_space_of_a_template() {
    refuse_each(true);
}

#[test]
fn a_space_is_refused_where_there_is_no_memory_for_it() {
    let mut refused = 0;
    for allowed in 0..10 {
        allocator::allow(allowed);
        let created = allocator::guarded(|| Space::create(Settings::seeded([1, 2], moment(0))));
        if allocator::relent() {
            refused += 1;
            assert_eq!(created.map(drop), Err(tmpfs::Error::InsufficientSpace));
        } else {
            created.expect("nothing was refused").audit().expect("it is empty");
        }
    }
    assert!(refused > 0, "a space takes some memory");
}

#[test]
fn a_space_of_a_template_is_refused_or_whole() {
    for allowed in 0..10 {
        let space = Space::create(Settings::seeded([1, 2], moment(0))).expect("there is memory");
        let template = space.freeze().expect("it stands on nothing");
        allocator::allow(allowed);
        let settings = Settings::seeded([3, 4], moment(0));
        let started = allocator::guarded(|| template.space(settings));
        match (allocator::relent(), started) {
            (true, started) => {
                assert_eq!(started.map(drop), Err(tmpfs::Error::InsufficientSpace));
            }
            (false, started) => started.expect("nothing was refused").audit().expect("it is empty"),
        }
    }
}
