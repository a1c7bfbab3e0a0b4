//! Clones: in constant time, and copied by pages.

use tmpfs::{DescriptorFlags, Follow, PAGE, Settings, Space, Template};

use crate::allocator::{Count, counted};
use crate::{GENEROUS, NOW, OLD, file, space, touch};

/// A template of so many files, and a file of so many pages.
fn template(files: usize, pages: usize) -> (Template, Count) {
    let (mut space, root) = space(GENEROUS);
    for at in 0..files {
        touch(&mut space, root, &format!("{at}")).unwrap();
    }
    let large = file(&mut space, root, "large").unwrap();
    space.write_at(large, 0, &vec![1; pages * PAGE], NOW).unwrap();
    space.close(large).unwrap();
    counted(|| space.freeze().expect("it stands on nothing"))
}

fn start(template: &Template) -> Space {
    let settings = Settings { limits: GENEROUS, ..Settings::seeded([1, 1], NOW) };
    template.space(settings).expect("the limits are generous")
}

#[test]
fn freezing_and_starting_cost_the_same_whatever_is_there() {
    let (small, freeze_small) = template(1, 1);
    let (large, freeze_large) = template(100_000, 1000);
    assert_eq!((freeze_small.calls, freeze_small.bytes), (freeze_large.calls, freeze_large.bytes));
    let (one, start_small) = counted(|| start(&small));
    let (other, start_large) = counted(|| start(&large));
    assert_eq!((start_small.calls, start_small.bytes), (start_large.calls, start_large.bytes));
    assert_eq!(other.usage().nodes, 100_002);
    one.audit().unwrap();
}

#[test]
fn the_first_write_copies_a_page_and_not_the_file() {
    let (template, _) = template(10_000, 1000);
    let mut space = start(&template);
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let flags = DescriptorFlags::READ_WRITE;
    let large = space.open_at(root, Follow::No, "large", OLD, flags, NOW).unwrap();
    for at in [0, 500, 999] {
        let offset = at * PAGE as u64 + 5;
        let (written, count) = counted(|| space.write_at(large, offset, b"mine", NOW));
        assert_eq!(written, Ok(4));
        assert!(count.bytes <= 4 * PAGE as u64, "{count:?}");
        let (written, count) = counted(|| space.write_at(large, offset, b"mine", NOW));
        assert_eq!((written, count.calls), (Ok(4), 0), "once");
    }
    let ((), count) = counted(|| touch(&mut space, root, "new").unwrap());
    assert!(count.bytes <= 1 << 16, "a name copies what leads to it: {count:?}");
    space.audit().unwrap();
}

#[test]
fn reading_copies_nothing() {
    let (template, _) = template(1000, 100);
    let mut space = start(&template);
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    let large = space.open_at(root, Follow::No, "large", OLD, DescriptorFlags::READ, NOW).unwrap();
    let mut bytes = vec![0; 100 * PAGE];
    let ((), count) = counted(|| {
        assert_eq!(space.read_at(large, 0, &mut bytes), Ok(100 * PAGE));
        space.stat_at(root, Follow::Yes, "999").unwrap();
    });
    assert_eq!(count.calls, 0);
}

#[test]
fn a_thousand_spaces_of_one_template_hold_little_of_their_own() {
    let (template, _) = template(1000, 100);
    let (spaces, count) = counted(|| {
        let spaces: Vec<Space> = (0..1000)
            .map(|_| {
                let mut space = start(&template);
                let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
                let flags = DescriptorFlags::WRITE;
                let large = space.open_at(root, Follow::No, "large", OLD, flags, NOW).unwrap();
                space.write_at(large, 0, b"mine", NOW).unwrap();
                space
            })
            .collect();
        spaces
    });
    assert!(count.live / 1000 <= 4 * i64::try_from(PAGE).unwrap(), "{count:?}");
    let ((), dropped) = counted(|| drop(spaces));
    assert!(count.live + dropped.live <= 1 << 10);
}
