//! Random programs on spaces that are snapshotted, reset and forked. Their changes are compared
//! with the naive comparison.

use chance::Chance;
use tmpfs::{
    Change, DescriptorFlags, Error, Follow, Handle, NewTimestamp, OpenFlags, PAGE, Space, Template,
    Timestamp,
};

use crate::oracle::{self, Tree};
use crate::settings;

/// A template, and the tree that it holds.
struct Mark {
    template: Template,
    tree: Tree,
}

struct Program {
    chance: Chance,
    space: Space,
    root: Handle,
    open: Vec<Handle>,
    marks: Vec<Mark>,
    now: i64,
}

impl Program {
    fn new(seed: u64) -> Self {
        let mut space = Space::create(settings()).unwrap();
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        let chance = Chance(seed);
        Self { chance, space, root, open: Vec::new(), marks: Vec::new(), now: 1_000 }
    }

    fn below(&mut self, end: usize) -> usize {
        self.chance.below(end)
    }

    /// Returns a time, which is often the last one again.
    fn moment(&mut self) -> Timestamp {
        self.now += i64::from(self.below(3) == 0);
        Timestamp { seconds: self.now, nanoseconds: 0 }
    }

    /// Returns a path of few names, so that paths meet.
    fn path(&mut self) -> String {
        let depth = 1 + self.below(3);
        let names = ["a", "a-b", "c", "a name that does not lie in its entry"];
        let name = |program: &mut Self| names[program.below(4)];
        let path: Vec<_> = (0..depth).map(|_| name(self)).collect();
        path.join("/")
    }

    /// Does something, which may fail.
    fn step(&mut self) {
        let (one, other, now) = (self.path(), self.path(), self.moment());
        let root = self.root;
        match self.below(22) {
            0..4 => {
                let _ = self.space.create_directory_at(root, &one, now);
            }
            4..9 => self.write(&one, now),
            9..13 => {
                let _ = self.space.rename_at(root, &one, root, &other, now);
            }
            13 | 14 => {
                let _ = self.space.unlink_file_at(root, &one, now);
            }
            15 => {
                let _ = self.space.remove_directory_at(root, &one, now);
            }
            16 => {
                let _ = self.space.link_at(root, Follow::No, &one, root, &other, now);
            }
            17 => {
                let target = if self.below(2) == 0 { "a" } else { "c" };
                let _ = self.space.symlink_at(target, root, &one, now);
            }
            18 => self.set_times(&one, now),
            19 => self.remove(&one, now),
            20 => {
                let flags = DescriptorFlags::READ_WRITE;
                let open = OpenFlags::default();
                let opened = self.space.open_at(root, Follow::Yes, &one, open, flags, now);
                self.open.extend(opened);
            }
            _ if !self.open.is_empty() => {
                let at = self.chance.below(self.open.len());
                let offset = self.chance.draw() % 9;
                if self.below(2) == 0 {
                    let _ = self.space.write_at(self.open[at], offset, b"through", now);
                } else {
                    self.space.close(self.open.swap_remove(at)).unwrap();
                }
            }
            _ => {}
        }
    }

    /// Writes one of few contents, so that the same content is often written again.
    fn write(&mut self, path: &str, now: Timestamp) {
        let truncate = self.below(2) == 0;
        let open = OpenFlags { create: true, truncate, ..OpenFlags::default() };
        let flags = DescriptorFlags::WRITE;
        let opened = self.space.open_at(self.root, Follow::Yes, path, open, flags, now);
        let Ok(file) = opened else { return };
        let offset = [0, 3, 5 * PAGE as u64][self.below(3)];
        let byte = u8::try_from(self.below(3)).unwrap();
        self.space.write_at(file, offset, &[byte; 5], now).unwrap();
        if self.below(4) == 0 {
            let size = self.chance.draw() % 12;
            self.space.set_size(file, size, now).unwrap();
        }
        self.space.close(file).unwrap();
    }

    fn set_times(&mut self, path: &str, now: Timestamp) {
        let path = if self.below(8) == 0 { "." } else { path };
        let time = |seconds| NewTimestamp::Timestamp(Timestamp { seconds, nanoseconds: 0 });
        let seconds = i64::try_from(self.below(2)).unwrap();
        let (one, other) = match self.below(3) {
            0 => (time(seconds), NewTimestamp::NoChange),
            1 => (NewTimestamp::NoChange, time(seconds)),
            _ => (NewTimestamp::Now, NewTimestamp::Now),
        };
        let _ = self.space.set_times_at(self.root, Follow::No, path, one, other, now);
    }

    /// Removes a tree, as `rm -r` does.
    fn remove(&mut self, path: &str, now: Timestamp) {
        let below = format!("{path}/");
        let tree = oracle::tree(&mut self.space);
        for found in tree.keys().rev().filter(|found| *found == path || found.starts_with(&below)) {
            let _ = self.space.unlink_file_at(self.root, found, now);
            let _ = self.space.remove_directory_at(self.root, found, now);
        }
    }

    fn mark(&mut self) {
        self.try_mark().unwrap();
    }

    fn try_mark(&mut self) -> Result<(), Error> {
        let usage = self.space.usage();
        let template = self.space.snapshot()?;
        assert_eq!(self.space.usage(), usage);
        let tree = held(&template);
        self.marks.push(Mark { template, tree });
        Ok(())
    }

    /// Compares the changes since every mark.
    fn check(&mut self) {
        let changes: Vec<Vec<Change>> =
            self.marks.iter().map(|mark| changes(&self.space, &mark.template)).collect();
        self.space.audit().unwrap();
        let tree = oracle::tree(&mut self.space);
        for (mark, changes) in self.marks.iter().zip(changes) {
            assert_eq!(changes, oracle::compare(&mark.tree, &tree));
        }
    }

    fn reset(&mut self) {
        let length = 1 + self.chance.below(self.marks.len());
        self.marks.truncate(length);
        let Mark { template, tree } = &self.marks[length - 1];
        self.space.reset_to(template).unwrap();
        self.open.clear();
        assert_eq!(self.space.stat(self.root), Err(Error::BadDescriptor));
        assert_eq!(changes(&self.space, template), []);
        assert_eq!(self.space.usage(), template.usage());
        assert_eq!(oracle::tree(&mut self.space), *tree);
        self.root = self.space.root(DescriptorFlags::DIRECTORY).unwrap();
    }

    /// Continues in a fork. Its marks are those of the space.
    fn fork(&mut self) {
        self.mark();
        let fork = self.marks.last().unwrap().template.space(settings()).unwrap();
        self.space = fork;
        self.open.clear();
        self.root = self.space.root(DescriptorFlags::DIRECTORY).unwrap();
    }
}

pub(crate) fn changes(space: &Space, template: &Template) -> Vec<Change> {
    space.changes_since(template).unwrap().map(Result::unwrap).collect()
}

fn held(template: &Template) -> Tree {
    let mut space = template.space(settings()).unwrap();
    space.audit().unwrap();
    oracle::tree(&mut space)
}

#[test]
fn changes_are_those_that_a_naive_comparison_finds() {
    for seed in 0..3_000 {
        let mut program = Program::new(seed);
        for _ in 0..program.below(40) {
            program.step();
        }
        program.mark();
        for _ in 0..1 + program.below(4) {
            for _ in 0..program.below(25) {
                program.step();
            }
            program.check();
            match program.below(5) {
                0 => program.reset(),
                1 => program.fork(),
                2 => program.mark(),
                _ => {}
            }
        }
        program.check();
        for mark in &program.marks {
            assert_eq!(held(&mark.template), mark.tree, "a template never changes");
        }
    }
}

/// Makes more snapshots than a space may be based on, and keeps few of them.
#[test]
fn snapshots_one_after_the_other_never_end() {
    for seed in 0..60 {
        let mut program = Program::new(seed);
        for _ in 0..60 {
            for _ in 0..program.below(12) {
                program.step();
            }
            if program.below(20) == 0 {
                program.marks.clear();
            }
            // If all are in use, drop the newest until those below can be merged.
            while program.try_mark() == Err(Error::Busy) {
                let kept = program.below(program.marks.len());
                program.marks.truncate(kept);
            }
            program.check();
            if program.below(10) == 0 {
                program.reset();
            }
        }
        let Program { space, marks, .. } = program;
        drop(marks);
        space.audit().unwrap();
    }
}
