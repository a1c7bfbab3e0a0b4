//! Refusals tell the host which limit it was, how much was asked for and how much was held.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tmpfs::{
    DescriptorFlags, Error, Follow, Limit, Limits, PAGE, PageStore, Refusal, Result, Settings,
    SharedLimit, SharedLimits, Sink, Source, Space, prices,
};

use crate::fixture::{BEGINNING, EXCLUSIVE, Fixture, settings};

fn last(fixture: &Fixture) -> Option<Refusal> {
    fixture.space.last_refusal()
}

fn refusal(limit: Limit, asked: u64, held: u64, allowed: u64) -> Option<Refusal> {
    Some(Refusal { limit, asked, held, allowed })
}

/// Sets the default limits, but for what `change` does to them.
fn tighten(fixture: &mut Fixture, change: impl FnOnce(&mut Limits)) {
    let mut limits = Limits::default();
    change(&mut limits);
    fixture.space.set_limits(limits);
}

#[test]
fn nothing_was_refused_at_first_and_other_errors_are_no_refusals() {
    let mut fixture = Fixture::new();
    assert_eq!(last(&fixture), None);
    assert_eq!(fixture.stat("missing").map(drop), Err(Error::NoEntry));
    assert_eq!(fixture.unlink("."), Err(Error::IsDirectory));
    assert_eq!(last(&fixture), None);
}

#[test]
fn content_is_asked_for_in_pages() {
    let page = PAGE as u64;
    let mut fixture = Fixture::with(Limits { content: 2 * page + 100, ..Limits::default() });
    let file = fixture.file("file");
    assert_eq!(fixture.write(file, 0, &[1; 2 * PAGE]), Ok(2 * PAGE));
    assert_eq!(last(&fixture), None);
    assert_eq!(fixture.append(file, b"x"), Err(Error::InsufficientSpace));
    let expected = refusal(Limit::Content, 4096, 2 * page, 2 * page + 100);
    assert_eq!(last(&fixture), expected);
    assert_eq!(fixture.stat("missing").map(drop), Err(Error::NoEntry));
    fixture.file_of("small", &[1; 64]);
    assert_eq!(last(&fixture), expected, "it stays until the next one");
}

#[test]
fn a_write_that_a_limit_cuts_short_was_refused_its_rest() {
    let page = PAGE as u64;
    let limits = Limits { content: page, file_size: 3 * page, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    let file = fixture.file("file");
    assert_eq!(fixture.write(file, 0, &[1; 2 * PAGE]), Ok(PAGE));
    assert_eq!(last(&fixture), refusal(Limit::Content, page, page, page));
    assert_eq!(fixture.write(file, 3 * page - 1, &[0; 10]), Ok(1));
    assert_eq!(last(&fixture), refusal(Limit::FileSize, 3 * page + 9, page, 3 * page));
}

#[test]
fn metadata_is_asked_for_in_rows() {
    let mut fixture = Fixture::new();
    let held = fixture.space.usage().metadata;
    tighten(&mut fixture, |limits| limits.metadata = held + prices::NODE - 1);
    assert_eq!(fixture.directory("x"), Err(Error::InsufficientSpace));
    let allowed = held + prices::NODE - 1;
    assert_eq!(last(&fixture), refusal(Limit::Metadata, prices::NODE, held, allowed));
    let allowed = held + prices::NODE + 40;
    tighten(&mut fixture, |limits| limits.metadata = allowed);
    assert_eq!(fixture.directory("x"), Err(Error::InsufficientSpace));
    let held_meanwhile = held + prices::NODE;
    let expected = refusal(Limit::Metadata, prices::ENTRY, held_meanwhile, allowed);
    assert_eq!(last(&fixture), expected, "the node was there for a moment");
    let long = "n".repeat(prices::SHORT + 1);
    assert_eq!(fixture.directory(&long), Err(Error::InsufficientSpace));
    let asked = prices::ENTRY + prices::ALLOCATION + long.len() as u64;
    assert_eq!(last(&fixture), refusal(Limit::Metadata, asked, held_meanwhile, allowed));
}

#[test]
fn nodes_are_asked_for_one_by_one() {
    let mut fixture = Fixture::with(Limits { nodes: 2, ..Limits::default() });
    fixture.directory("one").unwrap();
    assert_eq!(fixture.symlink("target", "two"), Err(Error::InsufficientSpace));
    assert_eq!(last(&fixture), refusal(Limit::Nodes, 1, 2, 2));
    // Above a lowered limit more is held than allowed.
    tighten(&mut fixture, |limits| limits.nodes = 1);
    assert_eq!(fixture.directory("two"), Err(Error::InsufficientSpace));
    assert_eq!(last(&fixture), refusal(Limit::Nodes, 1, 2, 1));
}

#[test]
fn handles_are_asked_for_one_by_one() {
    let mut fixture = Fixture::with(Limits { handles: 2, ..Limits::default() });
    let file = fixture.file("file");
    let expected = refusal(Limit::Handles, 1, 2, 2);
    assert_eq!(fixture.space.duplicate(file), Err(Error::InsufficientMemory));
    assert_eq!(last(&fixture), expected);
    assert_eq!(fixture.open("file"), Err(Error::InsufficientMemory));
    assert_eq!(last(&fixture), expected);
}

#[test]
fn names_and_paths_are_asked_for_with_their_length() {
    let limits = Limits { name: 10, path: 20, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    assert_eq!(fixture.directory("12345678901"), Err(Error::NameTooLong));
    assert_eq!(last(&fixture), refusal(Limit::Name, 11, 0, 10));
    assert_eq!(fixture.directory(&"x/".repeat(11)), Err(Error::NameTooLong));
    assert_eq!(last(&fixture), refusal(Limit::Path, 22, 0, 20));
    // What only looks is refused, too.
    assert_eq!(fixture.stat("1234567890é").map(drop), Err(Error::NameTooLong));
    assert_eq!(last(&fixture), refusal(Limit::Name, 12, 0, 10));
    assert_eq!(fixture.symlink(&"t".repeat(21), "link"), Err(Error::NameTooLong));
    assert_eq!(last(&fixture), refusal(Limit::Path, 21, 0, 20), "the target of a link");
}

#[test]
fn a_file_is_asked_for_with_the_size_that_it_would_have() {
    let mut fixture = Fixture::with(Limits { file_size: 1000, ..Limits::default() });
    let file = fixture.file("file");
    fixture.write(file, 0, &[1; 700]).unwrap();
    assert_eq!(fixture.set_size(file, 1001), Err(Error::FileTooLarge));
    assert_eq!(last(&fixture), refusal(Limit::FileSize, 1001, 700, 1000));
    assert_eq!(fixture.write(file, 1000, b"xy"), Err(Error::FileTooLarge));
    assert_eq!(last(&fixture), refusal(Limit::FileSize, 1002, 700, 1000));
    assert_eq!(fixture.write(file, u64::MAX, b"xy"), Err(Error::FileTooLarge));
    assert_eq!(last(&fixture), refusal(Limit::FileSize, u64::MAX, 700, 1000));
}

const ROOM: SharedLimits = SharedLimits { bytes: 100_000, nodes: 3, handles: 3 };

fn sharing(shared: &SharedLimit) -> Fixture {
    let shared = Some(shared.clone());
    let settings = Settings { shared, ..settings(Limits::default()) };
    Fixture::of(Space::create(settings).unwrap())
}

#[test]
fn a_shared_limit_tells_what_all_hold_also_when_the_space_has_gone() {
    let shared = SharedLimit::new(ROOM);
    let (mut one, mut other) = (sharing(&shared), sharing(&shared));
    assert_eq!(shared.last_refusal(), None);
    one.file("file");
    let expected = refusal(Limit::SharedNodes, 1, 3, 3);
    assert_eq!(other.directory("x"), Err(Error::Quota));
    assert_eq!((last(&other), last(&one)), (expected, None));
    assert_eq!(shared.last_refusal(), expected);

    let expected = refusal(Limit::SharedHandles, 1, 3, 3);
    assert_eq!(other.space.root(DescriptorFlags::READ), Err(Error::Quota));
    assert_eq!((last(&other), shared.last_refusal()), (expected, expected));

    drop((one, other));
    assert_eq!(shared.last_refusal(), expected);
}

#[test]
fn bytes_of_a_shared_limit_are_content_and_metadata_together() {
    let shared = SharedLimit::new(SharedLimits { nodes: 10, handles: 10, ..ROOM });
    let mut one = sharing(&shared);
    let file = one.file("file");
    let before = shared.usage().bytes;
    let row = PAGE as u64 + prices::PAGE;
    assert_eq!(one.write(file, 0, &[1; PAGE]), Ok(PAGE));
    assert_eq!(shared.usage().bytes, before + row);
    let mut rest = sharing(&shared);
    let held = shared.usage().bytes;
    let filling = rest.file("filling");
    let refused = rest.write(filling, 0, &[1; 10 * PAGE]);
    assert!(refused.is_ok_and(|written| written < 10 * PAGE));
    let told = shared.last_refusal().unwrap();
    assert_eq!((told.limit, told.allowed), (Limit::SharedBytes, ROOM.bytes));
    assert!(told.held > held && told.held <= ROOM.bytes);
    assert_eq!(told.asked, row, "a page, with what it costs beside its bytes");
    assert!(told.held + told.asked > told.allowed);
    assert_eq!(rest.space.last_refusal(), Some(told));
    drop((one, rest));
    let asked = std::thread::scope(|scope| scope.spawn(|| shared.last_refusal()).join().unwrap());
    assert_eq!(asked, Some(told), "from another thread, after both spaces");
}

#[test]
fn spaces_of_a_template_remember_refusals_of_their_own() {
    let mut fixture = Fixture::with(Limits { nodes: 1, ..Limits::default() });
    assert_eq!(fixture.directory("x"), Err(Error::InsufficientSpace));
    let template = fixture.into_space().freeze().unwrap();
    let limits = Limits { nodes: 1, ..Limits::default() };
    let (mut one, other) = (
        Fixture::of(template.space(settings(limits)).unwrap()),
        Fixture::of(template.space(settings(limits)).unwrap()),
    );
    assert_eq!(last(&one), None);
    assert_eq!(one.directory("x"), Err(Error::InsufficientSpace));
    assert_eq!(last(&one), refusal(Limit::Nodes, 1, 1, 1));
    assert_eq!(last(&other), None);
}

#[test]
fn a_refusal_is_told_whole_while_another_thread_is_refused() {
    const TURNS: u32 = 300_000;
    let fixture = Fixture::with(Limits { name: 10, path: 50, ..Limits::default() });
    let [name, path] = ["n".repeat(20), "p".repeat(60)];
    let look = |path: &str| {
        let looked = fixture.space.stat_at(fixture.root, Follow::No, path);
        assert_eq!(looked.map(drop), Err(Error::NameTooLong));
    };
    look(&name);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..TURNS {
                look(&path);
                look(&name);
            }
            done.store(true, Relaxed);
        });
        let either = [refusal(Limit::Name, 20, 0, 10), refusal(Limit::Path, 60, 0, 50)];
        while !done.load(Relaxed) {
            let told = last(&fixture);
            assert!(either.contains(&told), "{told:?}");
        }
    });
}

/// A store without room.
struct Full;

impl PageStore for Full {
    type Page = ();

    fn allocate(&mut self, _: usize) -> Result<()> {
        Err(Error::InsufficientSpace)
    }

    fn grow(&mut self, (): &mut (), _: usize) -> Result<()> {
        Err(Error::InsufficientSpace)
    }

    fn read<K: Sink>(&self, (): &(), _: usize, _: usize, _: &mut K) -> Result<()> {
        Ok(())
    }

    fn write<R: Source>(&mut self, (): &mut (), _: usize, _: usize, _: &mut R) -> Result<()> {
        Ok(())
    }

    fn free(&mut self, (): ()) {}
}

#[test]
fn a_store_without_room_is_no_limit() {
    let limits = Limits { nodes: 2, ..Limits::default() };
    let mut space = Space::create_in(Full, settings(limits)).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let flags = DescriptorFlags::READ_WRITE;
    let file = space.open_at(root, Follow::No, "file", EXCLUSIVE, flags, BEGINNING).unwrap();
    let made = space.open_at(root, Follow::No, "more", EXCLUSIVE, flags, BEGINNING);
    assert_eq!(made, Err(Error::InsufficientSpace));
    assert_eq!(space.last_refusal(), refusal(Limit::Nodes, 1, 2, 2));
    assert_eq!(space.write_at(file, 0, b"x", BEGINNING), Err(Error::InsufficientSpace));
    assert_eq!(space.last_refusal(), None, "the same code, and no limit is the reason");
}

#[test]
fn a_refusal_is_a_line_for_a_log() {
    let refusal = Refusal { limit: Limit::FileSize, asked: 1002, held: 700, allowed: 1000 };
    assert_eq!(refusal.to_string(), "file size: asked 1002, held 700, allowed 1000");
    assert_eq!(refusal.limit.error(), Error::FileTooLarge);
}
