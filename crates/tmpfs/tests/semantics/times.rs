//! Times: which change when, set, and kept.

use tmpfs::{DescriptorFlags, Error, Follow, NewTimestamp, OpenFlags, Stat, Timestamp};

use crate::fixture::{EXISTING, Fixture};

/// The times of a node that a step changed.
#[derive(Debug, PartialEq, Eq)]
struct Moved {
    accessed: bool,
    modified: bool,
    changed: bool,
}

const NOTHING: Moved = Moved { accessed: false, modified: false, changed: false };
const CHANGED: Moved = Moved { changed: true, ..NOTHING };
const TOUCHED: Moved = Moved { modified: true, ..CHANGED };

fn moved(before: Stat, after: Stat) -> Moved {
    Moved {
        accessed: before.accessed != after.accessed,
        modified: before.modified != after.modified,
        changed: before.changed != after.changed,
    }
}

fn planted() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.directory("d").unwrap();
    fixture.directory("e").unwrap();
    fixture.file_of("d/file", b"content");
    fixture.file_of("d/other", b"");
    fixture
}

/// Returns the times that a step changed: of the file, of its directory `d`, and of `e`.
fn step(step: impl FnOnce(&mut Fixture)) -> [Moved; 3] {
    let mut fixture = planted();
    let file = fixture.open("d/file").unwrap();
    let stats = |fixture: &Fixture| {
        let of = |path| fixture.stat(path).unwrap();
        [fixture.space.stat(file).unwrap(), of("d"), of("e")]
    };
    let before = stats(&fixture);
    step(&mut fixture);
    let after = stats(&fixture);
    std::array::from_fn(|at| moved(before[at], after[at]))
}

#[test]
fn what_is_new_has_the_present_moment_for_all_times() {
    let mut fixture = planted();
    let now = fixture.now();
    let space = &mut fixture.space;
    space.create_directory_at(fixture.root, "new", now).unwrap();
    space.symlink_at("x", fixture.root, "link", now).unwrap();
    for path in ["new", "link"] {
        let Stat { accessed, modified, changed, .. } = fixture.stat(path).unwrap();
        assert_eq!([accessed, modified, changed], [now; 3]);
    }
    let root = fixture.stat(".").unwrap();
    assert_eq!([root.modified, root.changed], [now; 2]);
}

#[test]
fn content_touches_the_file_alone() {
    let write = step(|fixture| {
        let file = fixture.open("d/file").unwrap();
        fixture.write(file, 0, b"x").unwrap();
    });
    assert_eq!(write, [TOUCHED, NOTHING, NOTHING]);
    let nothing_written = step(|fixture| {
        let file = fixture.open("d/file").unwrap();
        fixture.write(file, 100, b"").unwrap();
        fixture.read(file, 0, 10);
    });
    assert_eq!(nothing_written, [NOTHING; 3]);
    let sized = step(|fixture| {
        let file = fixture.open("d/file").unwrap();
        fixture.set_size(file, 7).unwrap();
    });
    assert_eq!(
        sized,
        [TOUCHED, NOTHING, NOTHING],
        "as ftruncate(2) on Linux, to the same size too"
    );
    let cut = step(|fixture| {
        let open = OpenFlags { truncate: true, ..EXISTING };
        fixture.open_with("d/file", Follow::No, open, DescriptorFlags::WRITE).unwrap();
    });
    assert_eq!(cut, [TOUCHED, NOTHING, NOTHING]);
}

#[test]
fn names_touch_directories_and_change_what_they_name() {
    let linked = step(|fixture| fixture.link("d/file", "e/again").unwrap());
    assert_eq!(linked, [CHANGED, NOTHING, TOUCHED]);
    let unlinked = step(|fixture| fixture.unlink("d/file").unwrap());
    assert_eq!(unlinked, [CHANGED, TOUCHED, NOTHING]);
    let moved = step(|fixture| fixture.rename("d/file", "e/file").unwrap());
    assert_eq!(moved, [CHANGED, TOUCHED, TOUCHED]);
    let replaced = step(|fixture| fixture.rename("d/other", "d/file").unwrap());
    assert_eq!(replaced, [CHANGED, TOUCHED, NOTHING], "what is replaced loses a name");
    let same = step(|fixture| fixture.rename("d/file", "d/file").unwrap());
    assert_eq!(same, [NOTHING; 3]);
    let below = step(|fixture| fixture.directory("e/new").unwrap());
    assert_eq!(below, [NOTHING, NOTHING, TOUCHED]);
}

#[test]
fn refusals_change_no_time() {
    let refused = step(|fixture| {
        fixture.directory("d/file").unwrap_err();
        fixture.unlink("d/nothing").unwrap_err();
        fixture.rename("d", "d/below").unwrap_err();
        fixture.remove_directory("d").unwrap_err();
        fixture.link("d/file", "d/other").unwrap_err();
        fixture.open("d/nothing").unwrap_err();
    });
    assert_eq!(refused, [NOTHING; 3]);
}

#[test]
fn times_are_set_and_kept_however_extreme() {
    let mut fixture = planted();
    let (root, file) = (fixture.root, fixture.open("d/file").unwrap());
    for seconds in [i64::MIN, -1, 0, 1, i64::from(u32::MAX) + 1, i64::MAX] {
        for nanoseconds in [0, 1, 999_999_999] {
            let time = Timestamp { seconds, nanoseconds };
            let now = fixture.now();
            let set = NewTimestamp::Timestamp(time);
            fixture.space.set_times(file, set, NewTimestamp::NoChange, now).unwrap();
            let stat = fixture.stat("d/file").unwrap();
            assert_eq!((stat.accessed, stat.changed), (time, now));
            let now = fixture.now();
            let set_at =
                fixture.space.set_times_at(root, Follow::No, "d/file", NewTimestamp::Now, set, now);
            set_at.unwrap();
            let stat = fixture.stat("d/file").unwrap();
            assert_eq!((stat.accessed, stat.modified, stat.changed), (now, time, now));
        }
    }
}

#[test]
fn impossible_times_are_refused_whole() {
    let mut fixture = planted();
    let file = fixture.open("d/file").unwrap();
    let before = fixture.stat("d/file").unwrap();
    for nanoseconds in [1_000_000_000, u32::MAX] {
        let impossible = NewTimestamp::Timestamp(Timestamp { seconds: 0, nanoseconds });
        let now = fixture.now();
        let set = fixture.space.set_times(file, NewTimestamp::Now, impossible, now);
        assert_eq!(set, Err(Error::Invalid));
    }
    let none = NewTimestamp::NoChange;
    let now = fixture.now();
    fixture.space.set_times(file, none, none, now).unwrap();
    assert_eq!(fixture.stat("d/file").unwrap(), before, "setting nothing changes nothing");
}

#[test]
fn times_of_a_link_itself_or_of_what_it_leads_to() {
    let mut fixture = planted();
    fixture.symlink("d/file", "link").unwrap();
    let time = NewTimestamp::Timestamp(Timestamp { seconds: 9, nanoseconds: 9 });
    let (root, now) = (fixture.root, fixture.now());
    let before = fixture.stat("d/file").unwrap();
    fixture.space.set_times_at(root, Follow::No, "link", time, time, now).unwrap();
    assert_eq!(fixture.stat("link").unwrap().modified.seconds, 9);
    assert_eq!(fixture.stat("d/file").unwrap(), before);
    fixture.space.set_times_at(root, Follow::Yes, "link", time, time, now).unwrap();
    assert_eq!(fixture.stat("d/file").unwrap().modified.seconds, 9);
}
