//! A limit that several spaces share.

use tmpfs::{
    DescriptorFlags, Error, Limits, Settings, SharedLimit, SharedLimits, SharedUsage, Space,
};

use crate::fixture::{Fixture, settings};

const ROOM: SharedLimits = SharedLimits { bytes: 100_000, nodes: 10, handles: 6 };

fn sharing(shared: &SharedLimit) -> Settings {
    Settings { shared: Some(shared.clone()), ..settings(Limits::default()) }
}

fn fixture(shared: &SharedLimit) -> Fixture {
    Fixture::of(Space::create(sharing(shared)).unwrap())
}

#[test]
fn what_one_space_holds_the_other_cannot() {
    let shared = SharedLimit::new(ROOM);
    let (mut one, mut other) = (fixture(&shared), fixture(&shared));
    one.file_of("file", &vec![1; 60_000]);
    let file = other.file("file");
    let written = other.write(file, 0, &vec![1; 60_000]).unwrap();
    assert!((1..60_000).contains(&written));
    assert_eq!(other.append(file, &vec![1; 60_000]), Err(Error::Quota));
    one.unlink("file").unwrap();
    assert!(other.append(file, &[1; 30_000]).is_ok());
    let [a, b] = [one.space.usage(), other.space.usage()];
    let bytes = a.content + a.metadata + b.content + b.metadata;
    assert_eq!(shared.usage(), SharedUsage { bytes, nodes: 3, handles: 3 });
}

#[test]
fn nodes_and_handles_are_shared_too() {
    let shared = SharedLimit::new(ROOM);
    let (mut one, mut other) = (fixture(&shared), fixture(&shared));
    for at in 0..8 {
        one.directory(&format!("{at}")).unwrap();
    }
    assert_eq!(other.directory("more"), Err(Error::Quota));
    one.remove_directory("0").unwrap();
    other.directory("more").unwrap();
    for _ in 0..4 {
        one.space.root(DescriptorFlags::READ).unwrap();
    }
    assert_eq!(other.space.root(DescriptorFlags::READ), Err(Error::Quota));
}

#[test]
fn the_spaces_own_limit_has_the_spaces_own_code() {
    let shared = SharedLimit::new(ROOM);
    let limits = Limits { nodes: 1, handles: 1, content: 10, ..Limits::default() };
    let mut one = Fixture::of(Space::create(Settings { limits, ..sharing(&shared) }).unwrap());
    assert_eq!(one.directory("x"), Err(Error::InsufficientSpace));
    assert_eq!(one.space.root(DescriptorFlags::READ), Err(Error::InsufficientMemory));
}

#[test]
fn a_space_that_goes_gives_back_all_of_it() {
    let shared = SharedLimit::new(ROOM);
    {
        let mut one = fixture(&shared);
        let file = one.file("open and unlinked");
        one.write(file, 0, &[1; 5000]).unwrap();
        one.unlink("open and unlinked").unwrap();
        one.file_of("file", b"content");
        assert_ne!(shared.usage(), SharedUsage::default());
    }
    assert_eq!(shared.usage(), SharedUsage::default());
}

#[test]
fn a_space_that_finds_no_room_is_not_made() {
    let shared = SharedLimit::new(SharedLimits { nodes: 1, ..ROOM });
    let one = fixture(&shared);
    let before = shared.usage();
    assert_eq!(Space::create(sharing(&shared)).map(drop), Err(Error::Quota));
    assert_eq!(shared.usage(), before);
    drop(one);
    assert!(Space::create(sharing(&shared)).is_ok());
}

#[test]
fn threads_share_a_limit_exactly() {
    let shared = SharedLimit::new(SharedLimits { nodes: 1000, ..ROOM });
    let made: usize = std::thread::scope(|scope| {
        let fixtures: [Fixture; 4] = std::array::from_fn(|_| fixture(&shared));
        let threads: Vec<_> = fixtures
            .into_iter()
            .map(|mut fixture| {
                scope.spawn(move || {
                    let made = (0..).take_while(|at| fixture.directory(&format!("{at}")).is_ok());
                    (made.count(), fixture)
                })
            })
            .collect();
        let done: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let held: u64 = done.iter().map(|(_, fixture)| fixture.space.usage().nodes).sum();
        assert_eq!(shared.usage().nodes, held);
        assert!(shared.usage().bytes <= ROOM.bytes);
        done.iter().map(|(made, _)| made).sum()
    });
    assert!(made > 100);
    assert_eq!(shared.usage(), SharedUsage::default());
}

/// A space that cannot be made, because there is one node too many, would need bytes as well. The
/// writer has all other bytes.
#[test]
fn a_charge_that_is_refused_takes_nothing_from_others_for_a_moment() {
    const TURNS: u32 = 300_000;
    let alone = SharedLimit::new(ROOM);
    let mut writer = fixture(&alone);
    let file = writer.file("file");
    writer.write(file, 0, &[1; 100]).unwrap();
    let SharedUsage { bytes, nodes, .. } = alone.usage();

    let shared = SharedLimit::new(SharedLimits { bytes, nodes, ..ROOM });
    let mut writer = fixture(&shared);
    let file = writer.file("file");
    let refused = std::sync::atomic::AtomicU32::new(0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(relaxed) {
                assert_eq!(Space::create(sharing(&shared)).map(drop), Err(Error::Quota));
                refused.fetch_add(1, relaxed);
            }
        });
        while refused.load(relaxed) == 0 {
            std::hint::spin_loop();
        }
        let fits = |writer: &mut Fixture| {
            writer.write(file, 0, &[1; 100]).is_ok() && writer.set_size(file, 0).is_ok()
        };
        let lost = (0..TURNS).filter(|_| !fits(&mut writer)).count();
        done.store(true, relaxed);
        assert_eq!(lost, 0, "of {TURNS}, beside {} refused", refused.load(relaxed));
    });
}

#[test]
#[should_panic(expected = "the store is one of spaces that share no limit")]
fn a_store_of_spaces_that_share_no_limit_is_not_taken_for_another() {
    let alone = tmpfs::MemoryPages::<false>::default();
    let _ = Space::create_in(alone, sharing(&SharedLimit::new(ROOM)));
}
