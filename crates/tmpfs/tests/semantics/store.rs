//! Pages behind another store: what it refuses is told, and nothing is lost or leaks.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tmpfs::{
    DescriptorFlags, Error, Follow, Handle, Limits, OpenFlags, PAGE, PageStore, Result, Settings,
    SharedLimit, SharedLimits, Sink, Source, Space, Zeros,
};

use crate::fixture::{BEGINNING, EXCLUSIVE};

/// Counts its pages and fails when told to.
#[derive(Debug, Default)]
struct Failing {
    pages: usize,
    bytes: usize,
    /// The number of calls that succeed before one fails; `None` for all.
    left: Cell<Option<u32>>,
}

impl Failing {
    fn call(&self) -> Result<()> {
        match self.left.get() {
            Some(0) => Err(Error::Io),
            left => {
                self.left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

// The tests use it from one thread at a time; a lock would do as well.
struct Locked(std::sync::Mutex<Failing>);

impl std::fmt::Debug for Locked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Locked")
    }
}

impl Locked {
    fn fail_after(&self, calls: u32) {
        self.0.lock().unwrap().left.set(Some(calls));
    }

    fn relent(&self) {
        self.0.lock().unwrap().left.set(None);
    }

    fn held(&self) -> (usize, usize) {
        let failing = self.0.lock().unwrap();
        (failing.pages, failing.bytes)
    }
}

impl PageStore for Locked {
    type Page = Vec<u8>;

    fn allocate(&mut self, capacity: usize) -> Result<Vec<u8>> {
        let failing = self.0.get_mut().unwrap();
        failing.call()?;
        assert!(capacity <= PAGE);
        failing.pages += 1;
        failing.bytes += capacity;
        Ok(vec![0; capacity])
    }

    fn grow(&mut self, page: &mut Vec<u8>, capacity: usize) -> Result<()> {
        let failing = self.0.get_mut().unwrap();
        failing.call()?;
        assert!(capacity <= PAGE && capacity > page.len());
        failing.bytes += capacity - page.len();
        page.resize(capacity, 0);
        Ok(())
    }

    fn read<K: Sink>(&self, page: &Vec<u8>, at: usize, length: usize, sink: &mut K) -> Result<()> {
        self.0.lock().unwrap().call()?;
        sink.put(&page[at..at + length]);
        Ok(())
    }

    fn write<R: Source>(
        &mut self,
        page: &mut Vec<u8>,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        self.0.get_mut().unwrap().call()?;
        source.fill(&mut page[at..at + length]);
        Ok(())
    }

    fn free(&mut self, page: Vec<u8>) {
        let failing = self.0.get_mut().unwrap();
        failing.pages -= 1;
        failing.bytes -= page.len();
    }
}

fn space() -> (Space<Locked>, Handle) {
    let store = Locked(std::sync::Mutex::default());
    let mut space = Space::create_in(store, Settings::seeded([1, 1], BEGINNING)).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let flags = DescriptorFlags::READ_WRITE;
    let file = space.open_at(root, Follow::No, "file", EXCLUSIVE, flags, BEGINNING).unwrap();
    (space, file)
}

#[test]
fn what_is_stored_is_what_is_charged() {
    let (mut space, file) = space();
    let check = |space: &Space<Locked>| {
        assert_eq!(space.store().held().1 as u64, space.usage().content);
        space.audit().unwrap();
    };
    for (offset, length) in [(0, 10), (0, 100), (5000, 70_000), (1 << 40, 3), (100, 1)] {
        space.write_at(file, offset, &vec![1; length], BEGINNING).unwrap();
        check(&space);
    }
    for size in [1 << 39, 70_000, 20_000, 5000, 100, 64, 10, 0] {
        space.set_size(file, size, BEGINNING).unwrap();
        check(&space);
    }
    assert_eq!(space.store().held(), (0, 0));
}

#[test]
fn a_store_that_fails_is_an_io_error_and_costs_nothing() {
    for calls in 0..40 {
        let (mut space, file) = space();
        let bytes: Vec<u8> = (1..=255).cycle().take(3 * PAGE).collect();
        space.write_at(file, 0, &bytes, BEGINNING).unwrap();
        space.store().fail_after(calls);
        let written = space.write_at(file, PAGE as u64, &vec![7; 4 * PAGE], BEGINNING);
        let cut = space.set_size(file, 100, BEGINNING);
        let read = space.read_at(file, 0, &mut [0; 50]);
        space.store().relent();
        for outcome in [written.map(drop), cut, read.map(drop)] {
            assert!(matches!(outcome, Ok(()) | Err(Error::Io)), "{outcome:?}");
        }
        if written.is_err() {
            assert_eq!(calls, 0, "a write is as long as it could be");
        }
        space.audit().unwrap();
        assert_eq!(space.store().held().1 as u64, space.usage().content);
        space.set_size(file, 0, BEGINNING).unwrap();
        assert_eq!(space.store().held(), (0, 0));
        assert_eq!(space.usage().content, 0);
    }
}

/// A fork copies the pages that it changes to a store of its own. A shared limit is charged for the
/// pages in that store.
#[test]
fn a_store_of_a_fork_holds_what_a_shared_limit_is_charged() {
    let room = SharedLimits { bytes: 1 << 30, nodes: 100, handles: 100 };
    let (mut space, file) = space();
    let bytes: Vec<u8> = (1..=255).cycle().take(3 * PAGE + 100).collect();
    space.write_at(file, 0, &bytes, BEGINNING).unwrap();
    let template = space.freeze().unwrap();
    let mut failed = 0;
    for calls in 0..70 {
        let shared = Some(SharedLimit::new(room));
        let settings = Settings { shared: shared.clone(), ..Settings::seeded([2, 2], BEGINNING) };
        let mut fork = template.space_in(Locked(std::sync::Mutex::default()), settings).unwrap();
        let root = fork.root(DescriptorFlags::DIRECTORY).unwrap();
        let (open, flags) = (OpenFlags::default(), DescriptorFlags::READ_WRITE);
        let file = fork.open_at(root, Follow::No, "file", open, flags, BEGINNING).unwrap();
        let mut size = bytes.len() as u64;
        fork.store().fail_after(calls);
        for step in 0..5 {
            let outcome = match step {
                0 => fork.write_at(file, PAGE as u64 - 5, &[7; 10], BEGINNING).map(drop),
                1 => fork.write_at(file, 3 * PAGE as u64 + 50, &[7; 5000], BEGINNING).map(drop),
                _ => fork.set_size(file, [2 * PAGE as u64 + 9, 5000, 70][step - 2], BEGINNING),
            };
            assert!(matches!(outcome, Ok(()) | Err(Error::Io)), "{outcome:?}");
            failed += u32::from(outcome.is_err());
            match (step, outcome) {
                (1, Ok(())) => size = 3 * PAGE as u64 + 5050,
                (2.., Ok(())) => size = [2 * PAGE as u64 + 9, 5000, 70][step - 2],
                _ => (),
            }
            assert_eq!(fork.stat(file).unwrap().size, size);
            let charged = shared.as_ref().unwrap().usage().bytes;
            assert_eq!(fork.store().held().1 as u64, charged - fork.usage().metadata);
        }
        fork.store().relent();
        fork.audit().unwrap();
    }
    assert!(failed > 20, "{failed}");
}

#[test]
fn a_page_is_asked_for_after_it_is_charged() {
    let store = Locked(std::sync::Mutex::default());
    let limits = Limits { content: 0, ..Limits::default() };
    let settings = Settings { limits, ..Settings::seeded([1, 1], BEGINNING) };
    let mut space = Space::create_in(store, settings).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let flags = DescriptorFlags::WRITE;
    let file = space.open_at(root, Follow::No, "file", EXCLUSIVE, flags, BEGINNING).unwrap();
    space.store().fail_after(0);
    let written = space.write_at(file, 0, b"x", BEGINNING);
    assert_eq!(written, Err(Error::InsufficientSpace), "the store was not asked");
}

/// Has no memory for pages as long as it keeps some for later.
#[derive(Debug, Default)]
struct Keeping(AtomicBool);

impl PageStore for Keeping {
    type Page = Vec<u8>;

    fn allocate(&mut self, capacity: usize) -> Result<Vec<u8>> {
        if *self.0.get_mut() { Err(Error::InsufficientSpace) } else { Ok(vec![0; capacity]) }
    }

    fn grow(&mut self, page: &mut Vec<u8>, capacity: usize) -> Result<()> {
        if *self.0.get_mut() {
            return Err(Error::InsufficientSpace);
        }
        page.resize(capacity, 0);
        Ok(())
    }

    fn read<K: Sink>(&self, page: &Vec<u8>, at: usize, length: usize, sink: &mut K) -> Result<()> {
        sink.put(&page[at..at + length]);
        Ok(())
    }

    fn write<R: Source>(
        &mut self,
        page: &mut Vec<u8>,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        source.fill(&mut page[at..at + length]);
        Ok(())
    }

    fn free(&mut self, _: Vec<u8>) {}

    fn release(&mut self) -> bool {
        std::mem::take(self.0.get_mut())
    }
}

#[test]
fn a_store_releases_what_it_keeps_before_anything_is_refused() {
    let store = Keeping::default();
    let mut space = Space::create_in(store, Settings::seeded([1, 1], BEGINNING)).unwrap();
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let flags = DescriptorFlags::READ_WRITE;
    let file = space.open_at(root, Follow::No, "file", EXCLUSIVE, flags, BEGINNING).unwrap();
    // A new page, a larger one, and a smaller one.
    for length in [10, 1000, PAGE] {
        space.store().0.store(true, Relaxed);
        assert_eq!(space.write_at(file, 0, &vec![1; length], BEGINNING), Ok(length));
        assert!(!space.store().0.load(Relaxed));
    }
    space.store().0.store(true, Relaxed);
    space.set_size(file, 10, BEGINNING).unwrap();
    assert_eq!(space.usage().content, 64);
    space.audit().unwrap();
}

/// Neither side of a transfer needs to be a slice.
#[test]
fn a_store_serves_sinks_and_sources() {
    let (mut space, file) = space();
    let zeros = 3 * PAGE;
    assert_eq!(space.write_from(file, 0, zeros, &mut Zeros, BEGINNING), Ok(zeros));
    assert_eq!(space.store().held(), (0, 0), "a hole");
    space.append_from(file, 5, &mut &b"bytes"[..], BEGINNING).unwrap();
    space.store().fail_after(0);
    let mut ends = Ends::default();
    assert_eq!(space.read_into(file, 0, zeros, &mut ends), Ok(zeros), "without a look at a page");
    assert_eq!(space.read_into(file, 0, zeros + 1, &mut ends), Err(Error::Io));
    space.store().relent();
    let mut ends = Ends::default();
    assert_eq!(space.read_into(file, 9, 2 * zeros, &mut ends), Ok(zeros - 4));
    assert_eq!((ends.zeros, ends.bytes.as_slice()), (zeros - 9, &b"bytes"[..]));
    assert_eq!(space.write_from(file, zeros as u64, 4, &mut Zeros, BEGINNING), Ok(4));
    let mut rest = [7; 5];
    assert_eq!(space.read_at(file, zeros as u64, &mut rest), Ok(5));
    assert_eq!(&rest, b"\0\0\0\0s");
    space.audit().unwrap();
}

/// Counts zeros, and keeps bytes.
#[derive(Default)]
struct Ends {
    zeros: usize,
    bytes: Vec<u8>,
}

impl Sink for Ends {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn put_zeros(&mut self, length: usize) {
        self.zeros += length;
    }
}
