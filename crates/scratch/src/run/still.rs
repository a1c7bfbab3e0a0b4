//! A scratch space that nobody changes any more.

use wasmtime_scratch::{Limits, Space};

/// Forks the space, without a copy of its pages. A program that is left in a call of the host
/// cannot change the fork.
pub(super) fn copy(space: &Space) -> Space {
    let limits =
        Limits { content: u64::MAX, metadata: u64::MAX, nodes: u64::MAX, ..space.limits() };
    let copied = space.snapshot();
    let copied = copied.and_then(|now| Space::builder().limits(limits).build_from(&now));
    // Without memory for it, the call that is under way may still change what is collected.
    copied.unwrap_or_else(|_| space.clone())
}

#[cfg(test)]
mod tests {
    use wasmtime_scratch::{Limits, Space};

    use super::copy;
    use crate::run::changes::Mark;

    #[test]
    fn what_is_changed_later_is_neither_in_the_copy_nor_among_its_changes() {
        // A space that is full.
        let limits = Limits { content: 64, nodes: 2, ..Limits::default() };
        let space = Space::builder().limits(limits).build().unwrap();
        let mark = Mark::new(&space).unwrap();
        space.write("kept", "text").unwrap();
        let still = copy(&space);
        space.remove_file("kept").unwrap();
        space.write("late", "text").unwrap();
        assert_eq!(still.read("kept").unwrap(), b"text");
        assert!(!still.exists("late").unwrap());
        let changes = mark.changes(&still, "/tmp").unwrap();
        let changes = changes.iter().map(|it| (it.word, it.path.as_str())).collect::<Vec<_>>();
        assert_eq!(changes, [("created", "/tmp/kept")]);
    }
}
