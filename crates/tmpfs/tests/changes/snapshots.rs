//! Snapshots, forks and resets.

use tmpfs::{
    Error, Limit, Limits, OpenFlags, PAGE, Settings, SharedLimit, SharedLimits, SharedUsage, Space,
    Usage,
};

use crate::fixture::Fixture;
use crate::settings;

const ROOM: SharedLimits = SharedLimits { bytes: 1 << 24, nodes: 1000, handles: 100 };

/// Room for a few files and some thousand directories.
const SMALL: SharedLimits = SharedLimits { bytes: 1 << 20, nodes: 1 << 20, handles: 100 };

fn create() -> OpenFlags {
    OpenFlags { create: true, ..OpenFlags::default() }
}

#[test]
fn handles_stay_open_and_see_what_they_saw() {
    let mut fixture = Fixture::new();
    let (kept, gone) = (fixture.open("kept", create()), fixture.open("gone", create()));
    let now = fixture.now();
    fixture.space.write_at(kept, 0, b"before", now).unwrap();
    fixture.space.write_at(gone, 0, &[7; 3 * PAGE], now).unwrap();
    fixture.unlink("gone");
    let usage = fixture.space.usage();
    let template = fixture.space.snapshot().unwrap();
    assert_eq!(fixture.space.usage(), usage, "the space is charged as before");
    let visible = Usage { handles: 0, nodes: 2, content: 64, ..template.usage() };
    assert_eq!(template.usage(), visible, "the template does not hold what has no name");

    fixture.space.write_at(kept, 0, b"behind", now).unwrap();
    let mut bytes = vec![0; 3 * PAGE];
    assert_eq!(fixture.space.read_at(gone, 0, &mut bytes), Ok(3 * PAGE));
    assert_eq!(bytes, [7; 3 * PAGE]);
    fixture.space.audit().unwrap();
    fixture.space.close(gone).unwrap();
    assert_eq!((fixture.read("kept").as_str(), fixture.space.usage().nodes), ("behind", 2));

    let mut fork = Fixture::of(template.space(settings()).unwrap());
    assert_eq!(fork.read("kept"), "before");
    assert_eq!(fork.space.usage(), Usage { handles: 1, ..template.usage() });
    assert_eq!(fork.space.stat(kept), Err(Error::BadDescriptor));
}

#[test]
fn a_fork_and_its_origin_go_on_apart() {
    let (_, mut one) = Fixture::with(&["a", "b"]);
    one.write("a", "one");
    let mark = one.space.snapshot().unwrap();
    let mut other = Fixture::of(mark.space(settings()).unwrap());
    one.write("b", "one");
    other.write("a", "other");
    assert_eq!((one.read("a").as_str(), one.read("b").as_str()), ("one", "one"));
    assert_eq!((other.read("a").as_str(), other.read("b").as_str()), ("other", "b"));
    one.assert_changes(&mark, &["M b"]);
    other.assert_changes(&mark, &["M a"]);
}

#[test]
fn a_reset_goes_back_to_any_template_below() {
    let (template, mut fixture) = Fixture::with(&["a", "d/b"]);
    let begun = template.usage();
    fixture.write("a", "first");
    let first = fixture.space.snapshot().unwrap();
    fixture.unlink("d/b");
    fixture.write("new", "second");
    let handle = fixture.open("new", OpenFlags::default());

    fixture.space.reset_to(&first).unwrap();
    assert_eq!(fixture.space.stat(handle), Err(Error::BadDescriptor));
    assert_eq!(fixture.space.usage(), first.usage());
    fixture.space.audit().unwrap();
    fixture.root = fixture.space.root(tmpfs::DescriptorFlags::DIRECTORY).unwrap();
    assert_eq!((fixture.read("a").as_str(), fixture.read("d/b").as_str()), ("first", "d/b"));
    fixture.assert_changes(&template, &["M a"]);

    fixture.space.reset_to(&template).unwrap();
    assert_eq!(fixture.space.usage(), begun);
    fixture.root = fixture.space.root(tmpfs::DescriptorFlags::DIRECTORY).unwrap();
    assert_eq!(fixture.read("a"), "a");
    assert_eq!(fixture.space.reset_to(&first), Err(Error::Invalid), "it is above now");
    assert_eq!(fixture.space.changes_since(&first).map(drop), Err(Error::Invalid));
}

#[test]
fn no_identity_is_used_again_after_a_reset() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    let inode = |fixture: &Fixture, path| {
        fixture.space.identify_at(fixture.root, tmpfs::Follow::No, path).unwrap().1
    };
    let mut seen = vec![inode(&fixture, "a")];
    for _ in 0..3 {
        fixture.write("new", "");
        seen.push(inode(&fixture, "new"));
        fixture.space.reset_to(&template).unwrap();
        fixture.root = fixture.space.root(tmpfs::DescriptorFlags::DIRECTORY).unwrap();
        assert_eq!(inode(&fixture, "a"), seen[0]);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

#[test]
fn a_reset_that_a_limit_refuses_changes_nothing() {
    let shared = SharedLimit::new(SMALL);
    let sharing = || Settings { shared: Some(shared.clone()), ..settings() };
    let mut fixture = Fixture::of(Space::create(sharing()).unwrap());
    fixture.write("large", &"x".repeat(100 << 10));
    fixture.directories(10);
    let template = fixture.space.snapshot().unwrap();
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    let mut other = Fixture::of(Space::create(sharing()).unwrap());
    assert_eq!(other.fill(), Error::Quota);
    let (usage, held) = (fixture.space.usage(), shared.usage());
    assert_eq!(fixture.space.reset_to(&template), Err(Error::Quota));
    assert_eq!(fixture.space.last_refusal().unwrap().limit, Limit::SharedBytes);
    assert_eq!((fixture.space.usage(), shared.usage()), (usage, held));
    fixture.space.stat(fixture.root).unwrap();
    fixture.space.set_limits(Limits { content: 1, ..Limits::default() });
    drop(other);
    assert_eq!(fixture.space.reset_to(&template), Err(Error::InsufficientSpace));
    fixture.space.set_limits(Limits::default());
    fixture.space.reset_to(&template).unwrap();
    assert_eq!(fixture.space.usage(), template.usage());
    fixture.root = fixture.space.root(tmpfs::DescriptorFlags::DIRECTORY).unwrap();
}

/// A shared limit counts the bytes of content and metadata together.
#[test]
fn a_reset_to_a_template_of_fewer_bytes_needs_none_of_a_shared_limit() {
    let shared = SharedLimit::new(SMALL);
    let sharing = Settings { shared: Some(shared.clone()), ..settings() };
    let mut fixture = Fixture::of(Space::create(sharing).unwrap());
    fixture.write("large", &"x".repeat(100 << 10));
    fixture.directories(10);
    let template = fixture.space.snapshot().unwrap();
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    // The space owns the pages of this content. The template has more metadata.
    fixture.write("new", &"y".repeat(100 << 10));
    fixture.fill();
    let [now_held, then] = [fixture.space.usage(), template.usage()];
    let held = shared.usage();
    fixture.space.reset_to(&template).unwrap();
    assert_eq!(fixture.space.usage(), then);
    let less = now_held.content + now_held.metadata - then.metadata;
    assert_eq!(held.bytes - shared.usage().bytes, less);
    assert_eq!(held.nodes - shared.usage().nodes, now_held.nodes - then.nodes);
    assert_eq!(held.handles - shared.usage().handles, 1);
    fixture.space.audit().unwrap();
    drop(template);
    drop(fixture);
    assert_eq!(shared.usage(), SharedUsage::default());
}

#[test]
fn a_snapshot_is_charged_for_what_it_holds_alone() {
    let shared = SharedLimit::new(ROOM);
    let sharing = || Settings { shared: Some(shared.clone()), ..settings() };
    let mut fixture = Fixture::of(Space::create(sharing()).unwrap());
    fixture.write("large", &"x".repeat(1 << 20));
    let before = shared.usage();
    let template = fixture.space.snapshot().unwrap();
    let metadata = template.usage().metadata;
    assert_eq!(shared.usage().bytes, before.bytes + metadata, "the content counts once");

    let mut marks = Vec::new();
    for at in 0..10 {
        fixture.write(&format!("{at}"), "small");
        let before = shared.usage();
        marks.push(fixture.space.snapshot().unwrap());
        let more = shared.usage().bytes - before.bytes;
        assert!((1..2_000).contains(&more), "{more} bytes for a file of 5");
    }
    let space = fixture.space.usage();
    drop(marks);
    drop(template);
    let held = shared.usage().bytes;
    assert!(held > space.content + space.metadata, "the space stands on them");
    drop(fixture);
    assert_eq!(shared.usage().bytes, 0);
}

#[test]
fn a_snapshot_that_the_shared_limit_refuses_changes_nothing() {
    let shared = SharedLimit::new(SMALL);
    let sharing = Settings { shared: Some(shared.clone()), ..settings() };
    let mut fixture = Fixture::of(Space::create(sharing).unwrap());
    fixture.write("large", &"x".repeat(100 << 10));
    let file = fixture.open("large", OpenFlags::default());
    fixture.fill();
    let (usage, held) = (fixture.space.usage(), shared.usage());
    assert_eq!(fixture.space.snapshot().map(drop), Err(Error::Quota));
    assert_eq!((fixture.space.usage(), shared.usage()), (usage, held));
    assert_eq!(fixture.space.stat(file).unwrap().size, 100 << 10);
    assert_eq!(fixture.space.last_refusal().unwrap().limit, Limit::SharedBytes);
    fixture.space.audit().unwrap();
}

#[test]
fn a_snapshot_can_be_frozen_above() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    fixture.write("b", "b");
    let mark = fixture.space.snapshot().unwrap();
    fixture.write("c", "c");
    let empty = Space::create(settings()).unwrap();
    let frozen = std::mem::replace(&mut fixture.space, empty).freeze().unwrap();
    let space = Fixture::of(frozen.space(settings()).unwrap());
    space.assert_changes(&frozen, &[]);
    space.assert_changes(&mark, &["A c"]);
    space.assert_changes(&template, &["A b", "A c"]);
}

#[test]
fn a_space_stands_on_sixteen_that_are_kept_and_on_any_number_that_are_not() {
    let shared = SharedLimit::new(ROOM);
    let sharing = Settings { shared: Some(shared.clone()), ..settings() };
    let mut fixture = Fixture::of(Space::create(sharing).unwrap());
    let file = fixture.open("open", create());
    let mut marks = Vec::new();
    for at in 0..16 {
        fixture.write("last", &format!("{at}"));
        marks.push(fixture.space.snapshot().unwrap());
    }
    let usage = fixture.space.usage();
    assert_eq!(fixture.space.snapshot().map(drop), Err(Error::Busy));
    // The last one is in use, and the others are below it.
    marks.drain(..15);
    assert_eq!(fixture.space.snapshot().map(drop), Err(Error::Busy));
    assert_eq!((fixture.space.usage(), fixture.read("last").as_str()), (usage, "15"));
    marks.clear();
    let held = shared.usage().bytes;
    for at in 16..200 {
        fixture.write("last", &format!("{at}"));
        drop(fixture.space.snapshot().unwrap());
        fixture.space.audit().unwrap();
        assert!(shared.usage().bytes <= held, "what is not in use is not charged");
    }
    assert_eq!(fixture.space.usage(), usage);
    let now = fixture.now();
    fixture.space.write_at(file, 0, b"still", now).unwrap();
    assert_eq!((fixture.read("open").as_str(), fixture.read("last").as_str()), ("still", "199"));
}
