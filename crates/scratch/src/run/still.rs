//! A scratch space that nobody changes any more.

use wasmtime_scratch::{Limits, Space};

use crate::run::report::Account;

/// Returns the account of the space as it is now, and a fork of the same moment, without a copy of
/// its pages. A program that is left in a call of the host does not reach the fork.
pub(super) fn copy(space: &Space) -> (Account, Space) {
    loop {
        let (account, copied) = (Account::of(space), fork(space));
        // The loop ends: the call that is under way is the program's last, and changes little more.
        if Account::of(space) == account {
            return (account, copied);
        }
    }
}

/// Forks the space, without a copy of its pages.
fn fork(space: &Space) -> Space {
    let limits =
        Limits { content: u64::MAX, metadata: u64::MAX, nodes: u64::MAX, ..space.limits() };
    let copied = space.snapshot();
    let copied = copied.and_then(|now| Space::builder().limits(limits).build_from(&now));
    // Without memory for it, the call that is under way may still change what is collected.
    copied.unwrap_or_else(|_| space.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

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
        let (account, still) = copy(&space);
        space.remove_file("kept").unwrap();
        space.write("late", "text").unwrap();
        assert_eq!(still.read("kept").unwrap(), b"text");
        assert!(!still.exists("late").unwrap());
        let changes = mark.changes(&still, "/tmp").unwrap();
        let changes = changes.iter().map(|it| (it.word, it.path.as_str())).collect::<Vec<_>>();
        assert_eq!(changes, [("created", "/tmp/kept")]);
        assert_eq!(account.used, still.usage());
    }

    #[test]
    fn the_account_is_of_the_moment_of_the_copy() {
        const TIMES: usize = 5_000;
        let space = Space::builder().build().unwrap();
        let begin = Barrier::new(2);
        let found = thread::scope(|scope| {
            scope.spawn(|| {
                for time in 0..TIMES {
                    begin.wait();
                    space.write("file", vec![1; 64 * (1 + time % 2)]).unwrap();
                    begin.wait();
                }
            });
            let copies = (0..TIMES).map(|_| {
                begin.wait();
                let (account, still) = copy(&space);
                begin.wait();
                (account.used.content, still.usage().content)
            });
            copies.collect::<Vec<_>>()
        });
        assert!(found.iter().all(|(told, copied)| told == copied), "{found:?}");
    }
}
