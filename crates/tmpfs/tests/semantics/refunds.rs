//! Charges are given back exactly, by whatever way something goes.

use tmpfs::{Error, Limits, PAGE, Usage};

use crate::fixture::Fixture;

/// Returns the difference in charges after something was added and removed.
fn remains(coming_and_going: impl FnOnce(&mut Fixture)) -> Usage {
    let mut fixture = Fixture::new();
    fixture.directory("stays").unwrap();
    fixture.file_of("stays/file", &[1; 3000]);
    let before = fixture.space.usage();
    coming_and_going(&mut fixture);
    fixture.space.audit().unwrap();
    let after = fixture.space.usage();
    Usage {
        content: after.content.strict_sub(before.content),
        metadata: after.metadata.strict_sub(before.metadata),
        nodes: after.nodes.strict_sub(before.nodes),
        handles: after.handles.strict_sub(before.handles),
    }
}

const NOTHING: Usage = Usage { content: 0, metadata: 0, nodes: 0, handles: 0 };

#[test]
fn unlinking_gives_everything_back() {
    let removed = remains(|fixture| {
        fixture.file_of("file with a name that is longer than most", &vec![1; 100 * PAGE]);
        fixture.unlink("file with a name that is longer than most").unwrap();
    });
    assert_eq!(removed, NOTHING);
}

#[test]
fn renaming_over_gives_the_victim_back() {
    let replaced = remains(|fixture| {
        fixture.file_of("victim", &vec![1; 10 * PAGE]);
        fixture.rename("stays/file", "victim").unwrap();
        fixture.rename("victim", "stays/file").unwrap();
    });
    assert_eq!(replaced, NOTHING);
    let directories = remains(|fixture| {
        fixture.directory("one").unwrap();
        fixture.directory("two").unwrap();
        fixture.rename("one", "two").unwrap();
        fixture.remove_directory("two").unwrap();
    });
    assert_eq!(directories, NOTHING);
}

#[test]
fn hard_links_share_one_charge_until_the_last_goes() {
    let mut fixture = Fixture::new();
    fixture.file_of("one", &vec![1; 2 * PAGE]);
    let content = fixture.space.usage().content;
    for at in 0..50 {
        fixture.link("one", &format!("link {at}")).unwrap();
    }
    let usage = fixture.space.usage();
    assert_eq!((usage.content, usage.nodes), (content, 2));
    fixture.unlink("one").unwrap();
    for at in 0..50 {
        assert_eq!(fixture.space.usage().content, content);
        fixture.unlink(&format!("link {at}")).unwrap();
    }
    assert_eq!((fixture.space.usage().content, fixture.space.usage().nodes), (0, 1));
}

#[test]
fn truncation_gives_back_what_it_cuts() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let empty = fixture.space.usage();
    let mut last = empty;
    for size in [0, 1, 64, 65, 1000, PAGE, PAGE + 1, 10 * PAGE] {
        fixture.set_size(file, 0).unwrap();
        fixture.write(file, 0, &vec![1; size]).unwrap();
        let usage = fixture.space.usage();
        assert!(usage.content >= last.content && usage.content >= size as u64);
        fixture.write(file, 0, &vec![1; 20 * PAGE]).unwrap();
        fixture.set_size(file, size as u64).unwrap();
        assert_eq!(fixture.space.usage(), usage, "as if it had never been longer than {size}");
        last = usage;
    }
    fixture.set_size(file, 0).unwrap();
    assert_eq!(fixture.space.usage(), empty);
}

#[test]
fn sparse_files_give_back_what_they_stored() {
    let sparse = remains(|fixture| {
        let file = fixture.file("file");
        for bit in 6..62 {
            fixture.write(file, 1 << bit, b"x").unwrap();
        }
        fixture.set_size(file, 1 << 20).unwrap();
        fixture.unlink("file").unwrap();
        fixture.close(file);
    });
    assert_eq!(sparse, NOTHING);
}

#[test]
fn what_fails_is_charged_nothing() {
    let refused = remains(|fixture| {
        let usage = fixture.space.usage();
        let room = |metadata, content| Limits {
            metadata: usage.metadata + metadata,
            content: usage.content + content,
            ..Limits::default()
        };
        // With every amount of room there is a different step that fails.
        for more in 0..700 {
            fixture.space.set_limits(room(more, 0));
            if fixture.directory("stays/new").is_ok() {
                fixture.remove_directory("stays/new").unwrap();
            }
            if fixture.symlink("to nothing in particular", "new").is_ok() {
                fixture.unlink("new").unwrap();
            }
            if fixture.rename("stays", "a name that is longer than thirty bytes").is_ok() {
                fixture.space.set_limits(Limits::default());
                fixture.rename("a name that is longer than thirty bytes", "stays").unwrap();
            }
            assert_eq!(fixture.space.usage(), usage);
        }
        let file = fixture.open("stays/file").unwrap();
        for more in [0, 1, 4095, 4096] {
            fixture.space.set_limits(room(more, more));
            let written = fixture.write(file, 1 << 50, &[1; 100]);
            if written.is_ok() {
                fixture.set_size(file, 3000).unwrap();
            } else {
                assert_eq!(written, Err(Error::InsufficientSpace));
            }
        }
        fixture.close(file);
    });
    assert_eq!(refused, NOTHING);
}

#[test]
fn a_directory_of_thousands_costs_nothing_once_empty() {
    let emptied = remains(|fixture| {
        fixture.directory("many").unwrap();
        for at in 0..5000 {
            fixture.directory(&format!("many/{at}")).unwrap();
        }
        for at in (0..5000).rev().step_by(2).chain((0..5000).step_by(2)) {
            fixture.remove_directory(&format!("many/{at}")).unwrap();
        }
        fixture.remove_directory("many").unwrap();
    });
    assert_eq!(emptied, NOTHING);
}

/// Takes a step with every amount of room for metadata, until there is enough: what is refused is
/// charged nothing and leaves no trace.
fn with_less_room(mut plant: impl FnMut() -> Fixture, mut step: impl FnMut(&mut Fixture) -> bool) {
    for more in (0..).step_by(8) {
        let mut fixture = plant();
        let before = (fixture.space.usage(), fixture.names(fixture.root), fixture.stat("."));
        let metadata = before.0.metadata + more;
        fixture.space.set_limits(Limits { metadata, ..Limits::default() });
        if step(&mut fixture) {
            assert!(fixture.space.usage().metadata <= metadata);
            return;
        }
        fixture.space.audit().unwrap();
        let after = (fixture.space.usage(), fixture.names(fixture.root), fixture.stat("."));
        assert_eq!(after, before, "with {more} bytes more");
    }
}

#[test]
fn a_name_that_finds_no_room_leaves_no_trace_however_many_there_are() {
    for names in [0, 1, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 600] {
        let plant = || {
            let mut fixture = Fixture::new();
            for at in 0..names {
                fixture.symlink("x", &format!("{at}")).unwrap();
            }
            fixture
        };
        with_less_room(plant, |fixture| fixture.directory("new").is_ok());
        if names > 0 {
            with_less_room(plant, |fixture| fixture.rename("0", "new").is_ok());
        }
    }
}

/// The same for enough names that some bucket of an index, wherever its seed has it, is full.
#[test]
fn a_bucket_that_cannot_be_halved_stays_whole() {
    for name in 0..40 {
        let plant = || {
            let mut fixture = Fixture::new();
            for at in 0..name {
                fixture.symlink("x", &format!("name {at}")).unwrap();
            }
            fixture
        };
        with_less_room(plant, |fixture| fixture.symlink("x", &format!("name {name}")).is_ok());
    }
}

#[test]
fn a_page_that_finds_no_room_leaves_no_trace_however_far_it_lies() {
    let page = PAGE as u64;
    for held in [0, 1, 16, 1 << 30] {
        for offset in [0, 1, 15, 16, 17, 256, 1 << 20, 1 << 40, (1 << 48) - 1] {
            let plant = || {
                let mut fixture = Fixture::new();
                let file = fixture.file("file");
                fixture.write(file, held * page, b"x").unwrap();
                fixture.close(file);
                fixture
            };
            with_less_room(plant, |fixture| {
                let file = fixture.open("file").unwrap();
                let written = fixture.write(file, offset * page, b"y").is_ok();
                fixture.close(file);
                written
            });
        }
    }
}
