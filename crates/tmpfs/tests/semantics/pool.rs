//! A pool of the host behind a shared limit.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use chance::Chance;
use tmpfs::{
    DescriptorFlags, Error, Follow, Limit, OpenFlags, PAGE, Pool, Refusal, Settings, SharedLimit,
    SharedLimits, Space, Template,
};

use crate::fixture::{BEGINNING, Fixture, settings};

const GENEROUS: SharedLimits = SharedLimits { bytes: 1 << 40, nodes: 1 << 40, handles: 1 << 40 };

/// A pool that counts what it granted, and refuses by chance, or always.
struct Counting {
    granted: AtomicU64,
    refusing: AtomicBool,
    chance: Mutex<Chance>,
    /// One of so many requests is refused; none where it is 0.
    refused: usize,
    asked: AtomicU64,
}

#[derive(Clone)]
struct Shared(Arc<Counting>);

impl Shared {
    fn refusing_one_of(refused: usize, seed: u64) -> Self {
        Self(Arc::new(Counting {
            granted: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            chance: Mutex::new(Chance(seed)),
            refused,
            asked: AtomicU64::new(0),
        }))
    }

    fn granted(&self) -> u64 {
        self.0.granted.load(Relaxed)
    }

    fn limit(&self, limits: SharedLimits) -> SharedLimit {
        SharedLimit::with_pool(limits, self.clone())
    }
}

impl Pool for Shared {
    fn grow(&self, bytes: u64) -> bool {
        assert!(bytes > 0);
        self.0.asked.fetch_add(1, Relaxed);
        let refused = self.0.refused;
        if self.0.refusing.load(Relaxed)
            || refused > 0 && self.0.chance.lock().unwrap().below(refused) == 0
        {
            return false;
        }
        self.0.granted.fetch_add(bytes, Relaxed);
        true
    }

    fn shrink(&self, bytes: u64) {
        assert!(bytes > 0);
        let held = self.0.granted.fetch_sub(bytes, Relaxed);
        assert!(held >= bytes, "{bytes} given back of {held}");
    }
}

fn sharing(shared: &SharedLimit) -> Settings {
    Settings { shared: Some(shared.clone()), ..settings(tmpfs::Limits::default()) }
}

#[test]
fn the_pool_grants_what_is_held_and_gets_it_back() {
    let pool = Shared::refusing_one_of(0, 1);
    let shared = pool.limit(GENEROUS);
    let mut fixture = Fixture::of(Space::create(sharing(&shared)).unwrap());
    fixture.file_of("file", &[1; 100]);
    let usage = fixture.space.usage();
    assert_eq!(pool.granted(), usage.content + usage.metadata);
    let before = pool.granted();
    fixture.file_of("large", &vec![1; 3 * PAGE]);
    fixture.unlink("large").unwrap();
    assert_eq!(pool.granted(), before);
    drop(fixture);
    assert_eq!(pool.granted(), 0);
}

#[test]
fn a_refusal_has_the_code_and_the_reason_of_the_shared_limit() {
    let pool = Shared::refusing_one_of(0, 1);
    let shared = pool.limit(GENEROUS);
    let mut fixture = Fixture::of(Space::create(sharing(&shared)).unwrap());
    let file = fixture.file("file");
    pool.0.refusing.store(true, Relaxed);
    let (usage, held) = (fixture.space.usage(), shared.usage());
    assert_eq!(fixture.write(file, 0, b"more"), Err(Error::Quota));
    assert_eq!(fixture.directory("directory"), Err(Error::Quota));
    assert_eq!((fixture.space.usage(), shared.usage()), (usage, held));
    let refusal =
        Refusal { limit: Limit::SharedBytes, asked: 176, held: held.bytes, allowed: held.bytes };
    assert_eq!(fixture.space.last_refusal(), Some(refusal));
    assert_eq!(shared.last_refusal(), Some(refusal));
    // Handles are no bytes.
    fixture.space.root(DescriptorFlags::READ).unwrap();
    pool.0.refusing.store(false, Relaxed);
    assert_eq!(fixture.write(file, 0, b"more"), Ok(4));
}

#[test]
fn the_pool_is_not_asked_for_what_the_limits_do_not_allow() {
    let pool = Shared::refusing_one_of(0, 1);
    let shared = pool.limit(SharedLimits { nodes: 1, ..GENEROUS });
    let mut fixture = Fixture::of(Space::create(sharing(&shared)).unwrap());
    let asked = pool.0.asked.load(Relaxed);
    assert_eq!(fixture.directory("directory"), Err(Error::Quota));
    assert_eq!(fixture.space.last_refusal().unwrap().limit, Limit::SharedNodes);
    fixture.space.set_limits(tmpfs::Limits { content: 0, ..tmpfs::Limits::default() });
    assert_eq!(pool.0.asked.load(Relaxed), asked);
}

/// Does something by chance, which may be refused.
fn step(chance: &mut Chance, space: &mut Space, templates: &mut Vec<Template>, base: &Settings) {
    let Ok(root) = space.root(DescriptorFlags::DIRECTORY) else { return };
    let name = |chance: &mut Chance| format!("{}", chance.below(6));
    let (one, other, now) = (name(chance), name(chance), BEGINNING);
    match chance.below(12) {
        0..5 => {
            let open = OpenFlags { create: true, ..OpenFlags::default() };
            let flags = DescriptorFlags::WRITE;
            if let Ok(file) = space.open_at(root, Follow::No, &one, open, flags, now) {
                let offset = chance.draw() % (3 * PAGE as u64);
                let _ = space.write_at(file, offset, &vec![1; chance.below(2 * PAGE)], now);
                let _ = space.set_size(file, offset, now);
                space.close(file).unwrap();
            }
        }
        5 => drop(space.create_directory_at(root, &one, now)),
        6 => drop(space.symlink_at(&"target/".repeat(20), root, &one, now)),
        7 => drop(space.rename_at(root, &one, root, &other, now)),
        8 => drop(space.unlink_file_at(root, &one, now)),
        9 => templates.extend(space.snapshot()),
        10 if !templates.is_empty() => {
            let template = templates.swap_remove(chance.below(templates.len()));
            if chance.below(2) == 0 {
                let _ = space.reset_to(&template);
                return;
            }
            if let Ok(other) = template.space(base.clone()) {
                *space = other;
                return;
            }
        }
        _ => {}
    }
    // After a reset or in a fork the handle is of no space.
    let _ = space.close(root);
}

fn work(seed: u64, shared: &SharedLimit, steps: usize) {
    let base = sharing(shared);
    let Ok(mut space) = Space::create(base.clone()) else { return };
    let (mut chance, mut templates) = (Chance(seed), Vec::new());
    for _ in 0..steps {
        step(&mut chance, &mut space, &mut templates, &base);
    }
    space.audit().unwrap();
}

#[test]
fn what_a_pool_granted_is_given_back_whatever_it_refuses() {
    for seed in 0..300 {
        let pool = Shared::refusing_one_of(1 + usize::try_from(seed % 30).unwrap() * 2, seed);
        let shared = pool.limit(GENEROUS);
        let base = sharing(&shared);
        let Ok(mut space) = Space::create(base.clone()) else { continue };
        let (mut chance, mut templates) = (Chance(seed), Vec::new());
        for _ in 0..150 {
            step(&mut chance, &mut space, &mut templates, &base);
            assert_eq!(pool.granted(), shared.usage().bytes, "seed {seed}");
        }
        space.audit().unwrap();
        drop((space, templates));
        assert_eq!(pool.granted(), 0, "seed {seed}");
    }
}

#[test]
fn a_pool_serves_threads() {
    let pool = Shared::refusing_one_of(50, 3);
    let shared = pool.limit(SharedLimits { bytes: 400_000, ..GENEROUS });
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let shared = shared.clone();
            scope.spawn(move || work(seed, &shared, 500));
        }
    });
    assert_eq!((pool.granted(), shared.usage().bytes), (0, 0));
}

/// A pool that has another space make a directory while it is asked, as another thread may.
struct Meddling {
    pool: Shared,
    other: Mutex<Option<Fixture>>,
}

#[derive(Clone)]
struct Meddler(Arc<Meddling>);

impl Pool for Meddler {
    fn grow(&self, bytes: u64) -> bool {
        let other = self.0.other.lock().unwrap().take();
        if let Some(mut other) = other {
            other.directory("directory").unwrap();
            *self.0.other.lock().unwrap() = Some(other);
        }
        self.0.pool.grow(bytes)
    }

    fn shrink(&self, bytes: u64) {
        self.0.pool.shrink(bytes);
    }
}

#[test]
fn what_is_taken_while_the_pool_is_asked_is_refused_and_given_back() {
    let pool = Shared::refusing_one_of(0, 1);
    let meddler = Meddler(Arc::new(Meddling { pool: pool.clone(), other: Mutex::new(None) }));
    let limits = SharedLimits { nodes: 3, ..GENEROUS };
    let shared = SharedLimit::with_pool(limits, meddler.clone());
    let fixture = || Fixture::of(Space::create(sharing(&shared)).unwrap());
    let (mut one, other) = (fixture(), fixture());
    *meddler.0.other.lock().unwrap() = Some(other);
    assert_eq!(one.directory("directory"), Err(Error::Quota));
    assert_eq!(shared.last_refusal().unwrap().limit, Limit::SharedNodes);
    assert_eq!(pool.granted(), shared.usage().bytes);
    meddler.0.other.lock().unwrap().take().unwrap().space.audit().unwrap();
    drop(one);
    assert_eq!((pool.granted(), shared.usage().bytes), (0, 0));
}
