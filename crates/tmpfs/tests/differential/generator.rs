//! Chooses steps: few names and few handles, so that steps meet.

use tmpfs::{DescriptorFlags, Follow, Kind, NewTimestamp, OpenFlags, Timestamp};

use crate::model::Model;
use crate::operation::{At, Bytes, Operation, SLOTS, Slot};
use crate::random::Random;

/// The set of steps that a sequence is chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// All steps, also invalid ones.
    Any,
    /// All steps, with hundreds of names.
    Crowded,
    /// Steps that mean the same on Linux and in WASI: open handles with all permissions, offsets
    /// that fit an `off_t`, no NUL.
    Native,
}

const NAMES: [&str; 12] = [
    "a",
    "b",
    "c",
    "d",
    "ab",
    "name of thirty bytes, no more..",
    "ein größerer Name, länger als alle anderen",
    "e",
    "f",
    "x.tmp",
    "…",
    "k",
];

pub(crate) fn operation(random: &mut Random, model: &Model, flavour: Flavour) -> Operation {
    Generator { random, model, flavour }.operation()
}

/// A path of any shape, for fuzzing: mostly wrong.
pub(crate) fn wild_path(random: &mut Random, limit: usize) -> String {
    const PIECES: [&str; 16] =
        ["a", "b", "/", "/", ".", "..", "//", "./", "../", "a/b", " ", "\0", "\\", "é", "🦀", "s"];
    let mut path = String::new();
    for _ in 0..random.below(12) {
        path.push_str(PIECES[random.index(PIECES.len())]);
    }
    if random.one_in(16) {
        path = path.repeat(1 + random.index(1 + limit / path.len().max(1)));
    }
    path
}

struct Generator<'a> {
    random: &'a mut Random,
    model: &'a Model,
    flavour: Flavour,
}

impl Generator<'_> {
    fn operation(&mut self) -> Operation {
        if self.flavour == Flavour::Crowded && self.random.one_in(2) {
            return self.crowd();
        }
        let choice = self.random.below(100);
        // If no file is open, open one instead of writing.
        let choice = match choice {
            36..=55 if self.model.open_slots(Kind::RegularFile).next().is_none() => choice / 3,
            choice => choice,
        };
        match choice {
            0..=2 => Operation::Root { flags: self.root_flags() },
            3..=24 => self.open(),
            25..=30 => Operation::Close { handle: self.open_slot() },
            31..=33 => Operation::CreateDirectory { at: self.at() },
            34 => Operation::Flags { handle: self.slot() },
            35 => Operation::Kind { handle: self.slot() },
            36..=39 => {
                let handle = self.file();
                let (offset, length) = (self.offset(handle), self.length());
                Operation::Read { handle, offset, length }
            }
            40..=48 => {
                let handle = self.file();
                let (offset, bytes) = (self.offset(handle), self.bytes());
                Operation::Write { handle, offset, bytes }
            }
            49..=51 => Operation::Append { handle: self.file(), bytes: self.bytes() },
            52..=55 => {
                let handle = self.file();
                Operation::SetSize { handle, size: self.offset(handle) }
            }
            56..=61 => Operation::CreateDirectory { at: self.at() },
            62..=65 => {
                let (old, follow, new) = (self.at(), self.follow(), self.at());
                Operation::Link { old, follow, new }
            }
            66..=69 => Operation::Symlink { target: self.target(), at: self.at() },
            70 => Operation::Readlink { at: self.at() },
            71..=75 => Operation::Unlink { at: self.at() },
            76..=78 => Operation::RemoveDirectory { at: self.at() },
            79..=87 => Operation::Rename { old: self.at(), new: self.at() },
            88 => Operation::Stat { handle: self.slot() },
            89..=91 => Operation::StatAt { at: self.at(), follow: self.follow() },
            92 => {
                let (accessed, modified) = (self.time(), self.time());
                Operation::SetTimes { handle: self.slot(), accessed, modified }
            }
            93 => {
                let (at, follow) = (self.at(), self.follow());
                let (accessed, modified) = (self.time(), self.time());
                Operation::SetTimesAt { at, follow, accessed, modified }
            }
            94 => Operation::Same { one: self.slot(), other: self.slot() },
            95 => Operation::Hash { handle: self.slot() },
            96 => Operation::HashAt { at: self.at(), follow: self.follow() },
            _ => Operation::List { directory: self.directory() },
        }
    }

    /// One name more.
    fn crowd(&mut self) -> Operation {
        let mut at = At { directory: self.directory(), path: self.random.below(300).to_string() };
        if self.random.one_in(8) {
            at.path.push_str(", with a name longer than thirty bytes");
        }
        match self.random.below(8) {
            0 => Operation::Link { old: self.at(), follow: Follow::No, new: at },
            1 => Operation::Rename { old: self.at(), new: at },
            2..=4 => Operation::Symlink { target: self.target(), at },
            _ => Operation::CreateDirectory { at },
        }
    }

    fn open(&mut self) -> Operation {
        let at = self.at();
        let open = OpenFlags {
            create: !self.random.one_in(3),
            directory: self.random.one_in(4),
            exclusive: self.random.one_in(4),
            truncate: self.random.one_in(5),
        };
        let open = OpenFlags {
            directory: open.directory && (!open.create || self.random.one_in(8)),
            ..open
        };
        let mut flags = match self.random.below(8) {
            0..=4 => DescriptorFlags::READ_WRITE,
            5 => DescriptorFlags::WRITE,
            _ => DescriptorFlags::READ,
        };
        // Directories are opened for reading only.
        if open.directory && !self.random.one_in(8) {
            flags.write = false;
            flags.read = true;
        }
        if self.flavour != Flavour::Native {
            flags.mutate_directory = self.random.one_in(3);
            flags.read &= !self.random.one_in(16);
            flags.requested_write_sync = self.random.one_in(16);
            flags.data_integrity_sync = self.random.one_in(16);
            flags.file_integrity_sync = self.random.one_in(16);
        }
        Operation::Open { at, follow: self.follow(), open, flags }
    }

    fn root_flags(&mut self) -> DescriptorFlags {
        let mut flags = DescriptorFlags::DIRECTORY;
        if self.flavour != Flavour::Native {
            flags.mutate_directory = !self.random.one_in(4);
            flags.read = !self.random.one_in(8);
            flags.write = self.random.one_in(16);
        }
        flags
    }

    fn at(&mut self) -> At {
        let directory = self.directory();
        // Half of the names are names of something.
        let entries = if self.random.one_in(2) { self.model.entries(directory) } else { None };
        let names: Vec<String> = entries
            .into_iter()
            .flat_map(|(_, entries)| entries)
            .map(|(_, (name, _))| name)
            .collect();
        if names.is_empty() {
            return At { directory, path: self.path() };
        }
        let name = self.random.pick(&names).clone();
        let path = match self.random.below(16) {
            0 => name + "/",
            1..=4 => format!("{name}/{}", self.path()),
            _ => name,
        };
        At { directory, path }
    }

    fn path(&mut self) -> String {
        if self.random.one_in(64) {
            return self.odd_path();
        }
        let mut path = String::new();
        loop {
            path.push_str(&match self.random.below(40) {
                0 => ".".to_owned(),
                1 => "..".to_owned(),
                2..=19 if self.flavour == Flavour::Crowded => self.random.below(300).to_string(),
                _ => self.name().to_owned(),
            });
            match self.random.below(24) {
                0..=15 => return path,
                16 => return path + "/",
                17 => path.push_str("//"),
                18 => path.push_str("/./"),
                _ => path.push('/'),
            }
        }
    }

    fn name(&mut self) -> &'static str {
        let few = self.random.index(NAMES.len()) + 1;
        NAMES[self.random.index(few)]
    }

    fn odd_path(&mut self) -> String {
        let limit = usize::try_from(self.model.limits.path).expect("a u32 fits");
        let name = usize::try_from(self.model.limits.name).expect("a u32 fits");
        match self.random.below(10) {
            0 => String::new(),
            1 => format!("/{}", self.name()),
            2 => "x".repeat(name),
            3 => "x".repeat(name + 1),
            4 => format!("{}/{}", self.name(), "x".repeat(name + 1)),
            5 => format!("{}{}", "./".repeat(limit / 2 - 1), self.name()),
            6 => "./".repeat(limit),
            7 if self.flavour != Flavour::Native => format!("{}\0", self.name()),
            _ => wild_path(self.random, limit).replace('\0', "z"),
        }
    }

    /// Chooses the target of a symbolic link.
    fn target(&mut self) -> String {
        match self.random.below(12) {
            0 => format!("/{}", self.name()),
            1 => format!("../{}", self.name()),
            2 => format!("{}/{}", self.name(), self.name()),
            _ => self.path(),
        }
    }

    fn follow(&mut self) -> Follow {
        if self.random.one_in(3) { Follow::No } else { Follow::Yes }
    }

    fn slot(&mut self) -> Slot {
        if self.flavour != Flavour::Native && self.random.one_in(8) {
            self.random.index(SLOTS)
        } else {
            self.open_slot()
        }
    }

    fn open_slot(&mut self) -> Slot {
        let mut open = Vec::new();
        for kind in [Kind::Directory, Kind::RegularFile] {
            open.extend(self.model.open_slots(kind));
        }
        self.of(&open)
    }

    fn directory(&mut self) -> Slot {
        if self.random.one_in(32) {
            return self.slot();
        }
        let open: Vec<Slot> = self.model.open_slots(Kind::Directory).collect();
        self.of(&open)
    }

    fn file(&mut self) -> Slot {
        if self.random.one_in(32) {
            return self.slot();
        }
        let open: Vec<Slot> = self.model.open_slots(Kind::RegularFile).collect();
        self.of(&open)
    }

    fn of(&mut self, open: &[Slot]) -> Slot {
        if open.is_empty() { self.random.index(SLOTS) } else { *self.random.pick(open) }
    }

    /// Returns a position in a file, often one where something ends.
    fn offset(&mut self, file: Slot) -> u64 {
        let size = self.model.size_of(file);
        let edges = [0, size, 64, 128, 1024, 4096, 8192, 16384, 65536, 1 << 20];
        let edge = *self.random.pick(&edges);
        let offset = match self.random.below(16) {
            0..=3 => self.random.below(20_000),
            4..=5 => self.random.below(200),
            6 => size,
            7 => 0,
            8 => (1 << 40) + self.random.below(100),
            9 if self.random.one_in(4) => (1 << 63) - self.random.below(5000),
            10 if self.random.one_in(4) => self.random.next(),
            11 => self.model.limits.file_size.saturating_sub(self.random.below(50)),
            _ => edge.saturating_add(self.random.below(5)).saturating_sub(2),
        };
        if self.flavour == Flavour::Native { offset.min(1 << 62) } else { offset }
    }

    fn length(&mut self) -> usize {
        match self.random.below(8) {
            0 => 0,
            1..=4 => self.random.index(200),
            5..=6 => self.random.index(5000),
            _ => self.random.index(20_000),
        }
    }

    fn bytes(&mut self) -> Bytes {
        let (first, step) = match self.random.below(4) {
            0 => (0, 0),
            1 => (0, 1),
            _ => (self.random.next().to_le_bytes()[0], 7),
        };
        Bytes { first, step, length: self.length() }
    }

    fn time(&mut self) -> NewTimestamp {
        let extremes = [i64::MIN, -1, 0, 1, 4_102_444_800, i64::MAX];
        let seconds = *self.random.pick(&extremes);
        // The first and the last second have no nanoseconds on Linux.
        let whole = self.flavour == Flavour::Native && [i64::MIN, i64::MAX].contains(&seconds);
        let nanoseconds = if whole { 0 } else { *self.random.pick(&[0, 1, 999_999_999]) };
        match self.random.below(8) {
            0..=1 => NewTimestamp::NoChange,
            2..=3 => NewTimestamp::Now,
            4 if self.flavour != Flavour::Native => {
                NewTimestamp::Timestamp(Timestamp { seconds, nanoseconds: 1_000_000_000 })
            }
            _ => NewTimestamp::Timestamp(Timestamp { seconds, nanoseconds }),
        }
    }
}
