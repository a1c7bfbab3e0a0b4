//! Limits that are shared by spaces based on one template. The bytes of a page count once.

use tmpfs::{Error, Limit, OpenFlags, PAGE, Settings, SharedLimit, SharedLimits, Space, Template};

use crate::fixture::Fixture;
use crate::settings;

const PAGES: usize = 64;

fn limit(bytes: usize) -> SharedLimit {
    let bytes = u64::try_from(bytes).unwrap();
    SharedLimit::new(SharedLimits { bytes, nodes: 1 << 20, handles: 1 << 20 })
}

fn sharing(limit: &SharedLimit) -> Settings {
    Settings { shared: Some(limit.clone()), ..settings() }
}

fn made_in(limit: &SharedLimit) -> Fixture {
    Fixture::of(Space::create(sharing(limit)).unwrap())
}

fn started(template: &Template, limit: &SharedLimit) -> Fixture {
    Fixture::of(template.space(sharing(limit)).unwrap())
}

fn bytes(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap()
}

/// Makes a template with one file of full pages, charged to `limit`.
fn template_in(limit: &SharedLimit) -> Template {
    let mut seed = made_in(limit);
    seed.write("large", &"x".repeat(PAGES * PAGE));
    seed.space.snapshot().unwrap()
}

#[test]
fn forks_cost_what_differs() {
    const FORKS: usize = 100;
    let shared = limit(3 * PAGES * PAGE);
    let template = template_in(&shared);
    let metadata = template.usage().metadata;
    let mut forks: Vec<_> = (0..FORKS).map(|_| started(&template, &shared)).collect();
    let each = metadata * bytes(FORKS);
    assert_eq!(shared.usage().bytes, bytes(PAGES * PAGE) + metadata + each);
    let before = shared.usage().bytes;
    for fork in &mut forks {
        let (file, now) = (fork.open("large", OpenFlags::default()), fork.now());
        // A byte of one page, twice, and the end of another.
        fork.space.write_at(file, bytes(3 * PAGE + 5), b"y", now).unwrap();
        fork.space.write_at(file, bytes(3 * PAGE + 7), b"y", now).unwrap();
        fork.space.close(file).unwrap();
        assert_eq!(fork.space.usage().content, template.usage().content);
        fork.space.audit().unwrap();
    }
    assert_eq!(shared.usage().bytes - before, bytes(FORKS * PAGE));
    for fork in &mut forks {
        let (file, now) = (fork.open("large", OpenFlags::default()), fork.now());
        // The copy is removed, and a part of the page before it is copied: 4,096 bytes.
        let metadata = fork.space.usage().metadata;
        let held = shared.usage().bytes;
        fork.space.set_size(file, bytes(2 * PAGE + 10), now).unwrap();
        let less = metadata - fork.space.usage().metadata;
        assert_eq!(held - shared.usage().bytes, bytes(PAGE - 4096) + less);
        fork.space.close(file).unwrap();
        fork.space.audit().unwrap();
    }
    drop(forks);
    assert_eq!(shared.usage().bytes, bytes(PAGES * PAGE) + metadata);
    drop(template);
    assert_eq!(shared.usage().bytes, 0);
}

#[test]
fn a_full_limit_refuses_copies_and_allows_everything_else() {
    let shared = limit(3 * PAGES * PAGE / 2);
    let template = template_in(&shared);
    let mut fork = started(&template, &shared);
    fork.directories(3);
    fork.write("own", "text");
    let (file, now) = (fork.open("large", OpenFlags::default()), fork.now());
    let mut other = made_in(&shared);
    assert_eq!(other.fill(), Error::Quota);
    let (usage, held) = (fork.space.usage(), shared.usage());
    for (offset, text) in [(0, &b"y"[..]), (bytes(7 * PAGE - 1), b"yy")] {
        assert_eq!(fork.space.write_at(file, offset, text, now), Err(Error::Quota));
        assert_eq!(fork.space.last_refusal().unwrap().limit, Limit::SharedBytes);
    }
    for size in [300, PAGE + 1, 2 * PAGE - 1] {
        assert_eq!(fork.space.set_size(file, bytes(size), now), Err(Error::Quota));
        assert_eq!(fork.space.last_refusal().unwrap().limit, Limit::SharedBytes);
    }
    assert_eq!((fork.space.usage(), shared.usage()), (usage, held));
    assert_eq!(fork.space.stat(file).unwrap().size, bytes(PAGES * PAGE));
    fork.space.audit().unwrap();

    // None of these operations needs a copy of a page.
    assert_eq!(fork.read("large"), "x".repeat(PAGES * PAGE));
    fork.space.set_size(file, bytes(2 * PAGE), now).unwrap();
    fork.space.set_size(file, bytes(PAGES * PAGE), now).unwrap();
    assert_eq!(fork.read("large")[..2 * PAGE], "x".repeat(2 * PAGE));
    fork.unlink("own");
    fork.unlink("large");
    fork.space.close(file).unwrap();
    fork.space.clear(now).unwrap();
    fork.space.audit().unwrap();
    drop((fork, other, template));
    assert_eq!(shared.usage().bytes, 0);
}

#[test]
fn the_pages_of_a_template_are_charged_to_the_limit_of_the_space_that_made_it() {
    let (one, other) = (limit(1 << 30), limit(1 << 30));
    let template = template_in(&one);
    let held = one.usage();
    let mut fork = started(&template, &other);
    assert_eq!((one.usage(), other.usage().bytes), (held, template.usage().metadata));
    fork.write("large", &"y".repeat(PAGES * PAGE));
    assert_eq!(other.usage().bytes, bytes(PAGES * PAGE) + template.usage().metadata);
    fork.space.audit().unwrap();
    drop(template);
    assert_eq!(one.usage(), held);
    drop(fork);
    assert_eq!((one.usage().bytes, other.usage().bytes), (0, 0));
}

/// Makes 40 snapshots, so that templates become a part of the space.
fn snapshots(fixture: &mut Fixture) -> Result<(), Error> {
    for at in 0..40 {
        fixture.write("last", &format!("{at}"));
        drop(fixture.space.snapshot()?);
        fixture.space.audit().unwrap();
    }
    Ok(())
}

#[test]
fn a_template_that_becomes_part_of_a_space_is_charged_to_its_limit() {
    let (one, other) = (limit(1 << 30), limit(1 << 30));
    let template = template_in(&one);
    let mut fork = started(&template, &other);
    drop(template);
    assert_ne!(one.usage().bytes, 0);
    snapshots(&mut fork).unwrap();
    assert_eq!(one.usage().bytes, 0);
    assert!(other.usage().bytes > bytes(PAGES * PAGE));
    fork.unlink("large");
    drop(fork);
    assert_eq!(other.usage().bytes, 0);
}

#[test]
fn a_template_of_another_limit_stays_if_the_own_one_refuses_its_pages() {
    let (one, other) = (limit(1 << 30), limit(PAGES * PAGE / 2));
    let template = template_in(&one);
    let held = one.usage();
    let mut fork = started(&template, &other);
    drop(template);
    assert_eq!(snapshots(&mut fork), Err(Error::Quota));
    assert_eq!(fork.space.last_refusal().unwrap().limit, Limit::SharedBytes);
    assert_eq!(one.usage(), held);
    let mine = (fork.space.usage(), other.usage());
    assert_eq!(fork.space.snapshot().map(drop), Err(Error::Quota));
    assert_eq!((fork.space.usage(), other.usage()), mine);
    fork.space.audit().unwrap();
    assert_eq!(fork.read("large"), "x".repeat(PAGES * PAGE));
    drop(fork);
    assert_eq!((one.usage().bytes, other.usage().bytes), (0, 0));
}

#[test]
fn a_template_without_a_limit_is_charged_once_it_is_part_of_a_space_with_one() {
    let shared = limit(1 << 30);
    let mut seed = Fixture::new();
    seed.write("large", &"x".repeat(PAGES * PAGE));
    let template = seed.space.snapshot().unwrap();
    let mut fork = started(&template, &shared);
    drop((seed, template));
    assert!(shared.usage().bytes < bytes(PAGE));
    snapshots(&mut fork).unwrap();
    assert!(shared.usage().bytes > bytes(PAGES * PAGE));
    fork.space.audit().unwrap();
    drop(fork);
    assert_eq!(shared.usage().bytes, 0);
}
