//! The workloads, in terms of any filesystem. A native filesystem in memory has no file without a
//! name, so its files get a random name and lose it after they are closed.

use std::hint::black_box;
use std::time::Duration;

use anyhow::Result;
use chance::Chance;
use measure::Stopwatch;

use crate::filesystem::Filesystem;

/// Kinds of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// W1: an anonymous file, written and read back.
    Anonymous,
    /// W2: a named file, written, opened again by its name, read and deleted.
    Named,
    /// W3: a tree of 111 nodes, removed again.
    Tree,
    /// W5: a piece of a large file of `pieces` pieces, written and read back.
    Bulk { pieces: u32 },
    /// W6: each of `files` empty files in one directory: made, listed, deleted.
    Crowd { files: u32 },
}

/// A small file.
pub(crate) static SMALL: [u8; 4096] = [b'x'; 4096];

/// The bytes of a piece of a large file.
pub(crate) const PIECE: usize = 64 << 10;

impl Work {
    pub(crate) fn title(self) -> String {
        match self {
            Self::Anonymous => {
                "W1 anonymous file: create, write 4 KiB, read back, close".to_owned()
            }
            Self::Named => {
                "W2 named file: create, write 4 KiB, reopen by name, read, delete".to_owned()
            }
            Self::Tree => {
                "W3 tree: 11 directories, 100 files of 1 KiB, recursive delete".to_owned()
            }
            Self::Bulk { pieces } => format!(
                "W5 bulk, {} MiB: a piece of 64 KiB written and read back",
                (u64::from(pieces) * PIECE as u64) >> 20
            ),
            Self::Crowd { files } => format!("W6 scale: {files} empty files in one directory"),
        }
    }

    /// Returns the words for it on a command line: its name and its number.
    pub(crate) fn words(self) -> [String; 2] {
        let (word, number) = match self {
            Self::Anonymous => ("anonymous", 1),
            Self::Named => ("named", 1),
            Self::Tree => ("tree", 1),
            Self::Bulk { pieces } => ("bulk", pieces),
            Self::Crowd { files } => ("crowd", files),
        };
        [word.to_owned(), number.to_string()]
    }

    /// Returns the work that [`words`](Self::words) described.
    pub(crate) fn of(word: &str, number: u32) -> Option<Self> {
        let all = [
            Self::Anonymous,
            Self::Named,
            Self::Tree,
            Self::Bulk { pieces: number },
            Self::Crowd { files: number },
        ];
        all.into_iter().find(|work| work.words()[0] == word)
    }

    /// Returns the number of operations that it consists of.
    pub(crate) fn operations(self) -> f64 {
        match self {
            Self::Anonymous | Self::Named | Self::Tree => 1.0,
            Self::Bulk { pieces: number } | Self::Crowd { files: number } => f64::from(number),
        }
    }
}

/// Runs `work` a number of times, each on a new filesystem, and returns the time of each phase.
pub(crate) fn run<F: Filesystem>(
    new: impl Fn() -> Result<F>,
    work: Work,
    times: u32,
) -> Result<Vec<Duration>> {
    match work {
        Work::Anonymous => {
            let mut content = vec![0; SMALL.len()];
            on(new()?, times, |space, names| anonymous(space, names, &mut content))
        }
        Work::Named => {
            let mut content = vec![0; SMALL.len()];
            on(new()?, times, |space, names| named(space, names, &mut content))
        }
        Work::Tree => on(new()?, times, tree),
        Work::Bulk { pieces } => on(new()?, times, |space, names| bulk(space, names, pieces)),
        Work::Crowd { files } => {
            let paths: Vec<String> = (0..files).map(|file| format!("/{file:07x}")).collect();
            let mut phases = vec![Duration::ZERO; 3];
            for _ in 0..times {
                let phase = crowd(&mut new()?, &paths)?;
                phases.iter_mut().zip(phase).for_each(|(all, one)| *all += one);
            }
            Ok(phases)
        }
    }
}

fn on<F: Filesystem>(
    mut space: F,
    times: u32,
    mut work: impl FnMut(&mut F, &mut Names) -> Result<()>,
) -> Result<Vec<Duration>> {
    let mut names = Names::default();
    let start = Stopwatch::start();
    for _ in 0..times {
        work(&mut space, &mut names)?;
    }
    Ok(vec![start.elapsed()])
}

fn anonymous<F: Filesystem>(space: &mut F, names: &mut Names, content: &mut [u8]) -> Result<()> {
    let path = names.random();
    let mut file = space.create(path)?;
    space.write(&mut file, black_box(&SMALL))?;
    space.rewind(&mut file, path)?;
    space.read(&mut file, content)?;
    assert_eq!(black_box(&*content).last(), Some(&b'x'));
    space.close(file)?;
    space.unlink(path)
}

fn named<F: Filesystem>(space: &mut F, names: &mut Names, content: &mut [u8]) -> Result<()> {
    let path = names.random();
    let mut file = space.create(path)?;
    space.write(&mut file, black_box(&SMALL))?;
    space.close(file)?;
    let mut file = space.open(path)?;
    space.read(&mut file, content)?;
    assert_eq!(black_box(&*content).last(), Some(&b'x'));
    space.close(file)?;
    space.unlink(path)
}

fn tree<F: Filesystem>(space: &mut F, names: &mut Names) -> Result<()> {
    let root = names.random();
    space.create_directory(root)?;
    let branches = || (0..10).map(|branch| format!("{root}/branch{branch}"));
    let leaves = |branch: &str| {
        let branch = branch.to_owned();
        (0..10).map(move |leaf| format!("{branch}/leaf{leaf}"))
    };
    for branch in branches() {
        space.create_directory(&branch)?;
        for leaf in leaves(&branch) {
            let mut file = space.create(&leaf)?;
            space.write(&mut file, &SMALL[..1024])?;
            space.close(file)?;
        }
    }
    // As in a recursive delete, each directory is listed before it is emptied.
    space.list(root)?;
    for branch in branches() {
        space.list(&branch)?;
        for leaf in leaves(&branch) {
            space.unlink(&leaf)?;
        }
        space.remove_directory(&branch)?;
    }
    space.remove_directory(root)
}

fn bulk<F: Filesystem>(space: &mut F, names: &mut Names, pieces: u32) -> Result<()> {
    let path = names.random();
    let (content, mut read) = (vec![b'x'; PIECE], vec![0; PIECE]);
    let mut file = space.create(path)?;
    for _ in 0..pieces {
        space.write(&mut file, black_box(&content))?;
    }
    space.rewind(&mut file, path)?;
    for _ in 0..pieces {
        space.read(&mut file, &mut read)?;
        assert_eq!(black_box(&read)[PIECE - 1], b'x');
    }
    space.close(file)?;
    space.unlink(path)
}

fn crowd<F: Filesystem>(space: &mut F, paths: &[String]) -> Result<[Duration; 3]> {
    let start = Stopwatch::start();
    for path in paths {
        let file = space.create(path)?;
        space.close(file)?;
    }
    let created = start.elapsed();
    let start = Stopwatch::start();
    assert_eq!(space.list("/")?, 7 * paths.len());
    let listed = start.elapsed();
    let start = Stopwatch::start();
    for path in paths {
        space.unlink(path)?;
    }
    Ok([created, listed, start.elapsed()])
}

/// A source of random names, with the same small cost for every peer.
pub(crate) struct Names {
    chance: Chance,
    path: [u8; 9],
}

impl Default for Names {
    fn default() -> Self {
        Self { chance: Chance(1), path: [b'/'; 9] }
    }
}

impl Names {
    pub(crate) fn random(&mut self) -> &str {
        for (letter, byte) in self.path[1..].iter_mut().zip(self.chance.draw().to_le_bytes()) {
            *letter = b"abcdefghijklmnopqrstuvwxyz012345"[usize::from(byte & 31)];
        }
        str::from_utf8(&self.path).expect("BUG: letters are text")
    }
}
