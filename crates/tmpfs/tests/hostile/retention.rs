//! The memory that a space keeps without needing it: little, and never more than documented.

use std::collections::VecDeque;

use tmpfs::{Error, Follow, Handle, Limits, PAGE, Space, Template};

use crate::allocator::counted;
use crate::{GENEROUS, NOW, charged, file, space, touch};

/// Does `work` for every number from 0 on until the limit is reached; how often it was done.
fn until_full(mut work: impl FnMut(u32) -> Result<(), Error>) -> u32 {
    let mut done = 0;
    loop {
        match work(done) {
            Ok(()) => done += 1,
            Err(error) => {
                assert_eq!(error, Error::InsufficientSpace);
                return done;
            }
        }
    }
}

/// Numbers below `end` but for one of each `kept`.
fn most(end: u32, kept: u32) -> impl Iterator<Item = u32> {
    (0..end).filter(move |at| at % kept != 0)
}

/// Fills the space with rows of one kind after the other, as many as the limit allows, and leaves
/// one in each chunk.
fn leave_chunks(space: &mut Space, root: Handle) -> Result<(), Error> {
    touch(space, root, "file")?;
    let name = |at: u32| format!("{at:0>30}");
    let links = until_full(|at| space.link_at(root, Follow::No, "file", root, &name(at), NOW));
    most(links, 256).try_for_each(|at| space.unlink_file_at(root, &name(at), NOW))?;

    // Each page as far from the others as can be: 14 branches lead to each.
    let sparse = file(space, root, "sparse")?;
    let far = |at: u32| (u64::from(at).reverse_bits() >> 1) / PAGE as u64 * PAGE as u64;
    let pages = until_full(|at| space.write_at(sparse, far(at), b"x", NOW).map(drop));
    for at in most(pages, 18) {
        space.write_at(sparse, far(at), &[0; PAGE], NOW)?;
    }

    let dense = file(space, root, "dense")?;
    let near = |at: u32| u64::from(at) * PAGE as u64;
    let pages = until_full(|at| space.write_at(dense, near(at), b"x", NOW).map(drop));
    for at in most(pages, 512) {
        space.write_at(dense, near(at), &[0; PAGE], NOW)?;
    }

    let below = |at: u32| format!("directory{at}/file");
    let directories = until_full(|at| {
        space.create_directory_at(root, &format!("directory{at}"), NOW)?;
        space.link_at(root, Follow::No, "file", root, &below(at), NOW)
    });
    for at in most(directories, 128) {
        space.unlink_file_at(root, &below(at), NOW)?;
        space.remove_directory_at(root, &format!("directory{at}"), NOW)?;
    }
    Ok(())
}

#[test]
fn what_rows_leave_free_is_less_than_four_times_the_limit() {
    let limits = Limits { metadata: 1 << 20, ..GENEROUS };
    let limit = 1 << 20;
    let ((mut space, root), before) = counted(|| space(limits));
    let (left, count) = counted(|| leave_chunks(&mut space, root));
    left.unwrap();
    space.audit().unwrap();
    let usage = space.usage();
    assert!(usage.metadata < limit / 5, "most of it is gone: {usage:?}");
    let retained = before.live + count.live - charged(&space);
    let limit = i64::try_from(limit).unwrap();
    assert!(retained < 4 * limit, "{retained} bytes retained");
    assert!(retained > 2 * limit, "{retained}: this is meant to be the worst that can be done");
}

/// Fills the space with files, leaves one in each chunk, and makes a template of that.
fn leave_chunks_to_template(space: &mut Space, root: Handle, round: u32) -> Template {
    let name = |at: u32| format!("{round} {at}");
    let files = until_full(|at| touch(space, root, &name(at)));
    for at in most(files, 128) {
        space.unlink_file_at(root, &name(at), NOW).unwrap();
    }
    assert!(files > 1_000, "{files}: there is room for many chunks");
    space.snapshot().unwrap()
}

#[test]
fn what_rows_leave_free_in_templates_is_less_than_four_times_the_limit() {
    const LIMIT: i64 = 1 << 20;
    let limits = Limits { metadata: 1 << 20, ..GENEROUS };
    for (rounds, kept) in [(15, 15), (10, 1), (40, 1), (80, 1)] {
        let ((mut space, root), before) = counted(|| space(limits));
        let (templates, count) = counted(|| {
            let mut templates = VecDeque::new();
            for round in 0..rounds {
                if templates.len() == kept {
                    templates.pop_front();
                }
                templates.push_back(leave_chunks_to_template(&mut space, root, round));
            }
            templates
        });
        space.audit().unwrap();
        let retained = before.live + count.live - charged(&space);
        assert!(retained < 4 * LIMIT, "{retained} bytes retained after {rounds} snapshots");
        assert_eq!(templates.len(), kept);
    }
}

#[test]
fn what_comes_and_goes_where_an_index_splits_costs_no_allocation_and_leaves_no_charge() {
    for set in 0..100 {
        let (mut space, root) = space(GENEROUS);
        for at in 0..16 {
            touch(&mut space, root, &format!("{set} {at}")).unwrap();
        }
        let sixteen = space.usage();
        let mut turn = || {
            touch(&mut space, root, "one more").unwrap();
            assert!(space.usage().metadata > sixteen.metadata + 176 + 48);
            space.unlink_file_at(root, "one more", NOW).unwrap();
            assert_eq!(space.usage(), sixteen);
        };
        turn();
        let ((), count) = counted(|| (0..10).for_each(|_| turn()));
        assert_eq!(count.calls, 0);
    }
}

#[test]
fn what_the_limit_refuses_is_not_allocated_first() {
    let (mut space, root) = space(GENEROUS);
    touch(&mut space, root, "file").unwrap();
    touch(&mut space, root, "room for one more row of each kind").unwrap();
    space.unlink_file_at(root, "room for one more row of each kind", NOW).unwrap();
    let (long, target) = ("n".repeat(255), "t/".repeat(2000));
    let metadata = space.usage().metadata;
    // Room for a node, or none; and less than a long name or target takes.
    type Make<'name> = &'name dyn Fn(&mut Space, &str) -> Result<(), Error>;
    let make: [(u64, Make); 5] = [
        (176 + 48, &|space, long| touch(space, root, long)),
        (176 + 48, &|space, long| space.create_directory_at(root, long, NOW)),
        (48, &|space, long| space.link_at(root, Follow::No, "file", root, long, NOW)),
        (48, &|space, long| space.rename_at(root, "file", root, long, NOW)),
        (176 + 48, &|space, _| space.symlink_at(&target, root, "link", NOW)),
    ];
    for (room, make) in make {
        space.set_limits(Limits { metadata: metadata + room + 200, ..GENEROUS });
        let (refused, count) = counted(|| make(&mut space, &long));
        assert_eq!((refused, count.calls), (Err(Error::InsufficientSpace), 0));
    }
}
