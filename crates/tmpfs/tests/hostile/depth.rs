//! Trees as deep as one likes, on a stack that is small.

use tmpfs::{DescriptorFlags, Error, Follow, Handle, Space};

use crate::allocator::counted;
use crate::{GENEROUS, NOW, OLD, space, touch};

const DEPTH: usize = 10_000;

/// Runs a test on a stack that recursion as deep as the tree would overflow.
fn on_a_small_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(test);
    thread.expect("a thread can be started").join().expect("the stack is enough");
}

fn down(space: &mut Space, from: Handle) -> Handle {
    let below = space.open_at(from, Follow::No, "d", OLD, DescriptorFlags::READ, NOW).unwrap();
    space.close(from).unwrap();
    below
}

/// A directory within a directory and so on, and a handle of the innermost.
fn deep() -> (Space, Handle, Handle) {
    let (mut space, root) = space(GENEROUS);
    let mut at = space.root(DescriptorFlags::DIRECTORY).unwrap();
    for _ in 0..DEPTH {
        space.create_directory_at(at, "d", NOW).unwrap();
        at = down(&mut space, at);
    }
    (space, root, at)
}

#[test]
fn deep_trees_are_made_counted_and_dropped() {
    on_a_small_stack(|| {
        let (mut space, root, innermost) = deep();
        touch(&mut space, innermost, "file").unwrap();
        space.audit().unwrap();
        assert_eq!(space.usage().nodes, DEPTH as u64 + 2);
        let path = "d/".repeat(2047);
        assert_eq!(space.stat_at(root, Follow::No, &path).unwrap().link_count, 3);
    });
}

#[test]
fn deep_trees_are_removed_from_within() {
    on_a_small_stack(|| {
        let ((mut space, root), _) = counted(|| space(GENEROUS));
        let empty = space.usage();
        let mut handles = vec![root];
        for _ in 0..DEPTH {
            let at = handles[handles.len() - 1];
            space.create_directory_at(at, "d", NOW).unwrap();
            let read = DescriptorFlags::READ;
            handles.push(space.open_at(at, Follow::No, "d", OLD, read, NOW).unwrap());
        }
        while let Some(innermost) = handles.pop() {
            let Some(parent) = handles.last() else { break };
            space.close(innermost).unwrap();
            space.remove_directory_at(*parent, "d", NOW).unwrap();
        }
        assert_eq!(space.usage(), empty);
    });
}

#[test]
fn deep_trees_are_cleared_without_memory() {
    on_a_small_stack(|| {
        let (mut space, root, innermost) = deep();
        touch(&mut space, innermost, "file").unwrap();
        space.close(innermost).unwrap();
        let (cleared, count) = counted(|| space.clear(NOW));
        assert_eq!((cleared, count.calls), (Ok(()), 0));
        assert_eq!(space.usage().nodes, 1);
        space.close(root).unwrap();
        space.audit().unwrap();
    });
}

#[test]
fn nothing_is_renamed_into_its_depths() {
    on_a_small_stack(|| {
        let (mut space, root, innermost) = deep();
        assert_eq!(space.rename_at(root, "d", innermost, "d", NOW), Err(Error::Invalid));
        touch(&mut space, innermost, "file").unwrap();
        let (renamed, count) = counted(|| space.rename_at(innermost, "file", root, "file", NOW));
        assert_eq!(renamed, Ok(()));
        assert!(count.calls < 10, "{count:?}");
        assert_eq!(space.rename_at(root, "file", root, "d", NOW), Err(Error::IsDirectory));
        assert_eq!(space.rename_at(innermost, "file", root, "d", NOW), Err(Error::NoEntry));
    });
}

#[test]
fn a_tree_whose_root_is_gone_is_only_as_large_as_what_is_open() {
    on_a_small_stack(|| {
        let (mut space, root, innermost) = deep();
        assert_eq!(space.remove_directory_at(root, "d", NOW), Err(Error::NotEmpty));
        space.close(innermost).unwrap();
        space.audit().unwrap();
    });
}
