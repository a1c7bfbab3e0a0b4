//! The reference: the crate `tempfile`, on files of the system in memory. Its names are its own.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use measure::Stopwatch;
use tempfile::{Builder, TempDir};

use crate::work::{PIECE, SMALL, Work};

/// A filesystem in memory, on Linux.
const PARENT: &str = "/dev/shm";

pub(super) fn run(work: Work, times: u32) -> Result<Vec<Duration>> {
    let directory = tempfile::tempdir_in(PARENT)?;
    let mut content = vec![0; SMALL.len()];
    let repeat = |work: &mut dyn FnMut(&Path) -> Result<()>| {
        let start = Stopwatch::start();
        for _ in 0..times {
            work(directory.path())?;
        }
        Ok(vec![start.elapsed()])
    };
    match work {
        Work::Anonymous => repeat(&mut |directory| anonymous(directory, &mut content)),
        Work::Named => repeat(&mut |directory| named(directory, &mut content)),
        Work::Tree => repeat(&mut tree),
        Work::Bulk { pieces } => repeat(&mut |directory| bulk(directory, pieces)),
        Work::Crowd { files } => {
            let mut phases = vec![Duration::ZERO; 3];
            for _ in 0..times {
                let phase = crowd(tempfile::tempdir_in(PARENT)?, files)?;
                phases.iter_mut().zip(phase).for_each(|(all, one)| *all += one);
            }
            Ok(phases)
        }
    }
}

fn anonymous(directory: &Path, content: &mut [u8]) -> Result<()> {
    let mut file = tempfile::tempfile_in(directory)?;
    file.write_all(black_box(&SMALL))?;
    file.rewind()?;
    file.read_exact(content)?;
    assert_eq!(black_box(&*content).last(), Some(&b'x'));
    Ok(())
}

fn named(directory: &Path, content: &mut [u8]) -> Result<()> {
    let mut file = Builder::new().tempfile_in(directory)?;
    file.write_all(black_box(&SMALL))?;
    File::open(file.path())?.read_exact(content)?;
    assert_eq!(black_box(&*content).last(), Some(&b'x'));
    Ok(file.close()?)
}

fn tree(directory: &Path) -> Result<()> {
    let root = tempfile::tempdir_in(directory)?;
    for branch in 0..10 {
        let branch = root.path().join(format!("branch{branch}"));
        fs::create_dir(&branch)?;
        for leaf in 0..10 {
            fs::write(branch.join(format!("leaf{leaf}")), &SMALL[..1024])?;
        }
    }
    Ok(root.close()?)
}

fn bulk(directory: &Path, pieces: u32) -> Result<()> {
    let (content, mut read) = (vec![b'x'; PIECE], vec![0; PIECE]);
    let mut file = tempfile::tempfile_in(directory)?;
    for _ in 0..pieces {
        file.write_all(black_box(&content))?;
    }
    file.rewind()?;
    for _ in 0..pieces {
        file.read_exact(&mut read)?;
        assert_eq!(black_box(&read)[PIECE - 1], b'x');
    }
    Ok(())
}

fn crowd(directory: TempDir, files: u32) -> Result<[Duration; 3]> {
    let mut paths = Vec::new();
    let start = Stopwatch::start();
    for _ in 0..files {
        paths.push(Builder::new().tempfile_in(directory.path())?.into_temp_path());
    }
    let created = start.elapsed();
    let start = Stopwatch::start();
    for entry in fs::read_dir(directory.path())? {
        black_box(entry?.file_name());
    }
    let listed = start.elapsed();
    let start = Stopwatch::start();
    for path in paths {
        path.close()?;
    }
    let deleted = start.elapsed();
    directory.close()?;
    Ok([created, listed, deleted])
}
