//! The workloads on the crate `tempfile`. The host includes this source as the native peer, and a
//! guest includes it as the peer inside wasm.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::{Builder, SpooledTempFile};

#[path = "mixed.rs"]
mod mixed;

type Phases = io::Result<Vec<Duration>>;

/// Runs `workload` `n` times in `directory`. Returns `None` for an unknown workload.
pub(crate) fn run(directory: &Path, workload: &str, n: u32) -> Option<Phases> {
    Some(match workload {
        "anonymous" => timed(n, || anonymous(directory)),
        "named" => timed(n, || named(directory)),
        "tree" => timed(n, || tree(directory)),
        "scale" => scale(directory, n),
        "names" => timed(n, || name(directory)),
        "mktemp" => timed(n, || unused_name(directory)),
        "spooled" => timed(n, spooled),
        "bytes" => bytes(directory, n),
        "again" => bytes_again(directory, n),
        "named-bytes" => named_bytes(directory, n),
        "stat" => stat(directory, n),
        _ => {
            let (kind, length) = workload.split_once('-')?;
            let length = length.parse().ok()?;
            match kind {
                "piece" => pieces(directory, n, length),
                "copy" => copies(n, length),
                _ => return None,
            }
        }
    })
}

fn timed(n: u32, mut work: impl FnMut() -> io::Result<()>) -> Phases {
    let start = Instant::now();
    for _ in 0..n {
        work()?;
    }
    Ok(vec![start.elapsed()])
}

fn anonymous(directory: &Path) -> io::Result<()> {
    let mut content = [0; 4096];
    let mut file = tempfile::tempfile_in(directory)?;
    file.write_all(&[b'x'; 4096])?;
    file.rewind()?;
    file.read_exact(&mut content)?;
    debug_assert!(content == [b'x'; 4096]);
    black_box(&content);
    Ok(())
}

fn spooled() -> io::Result<()> {
    let mut file = SpooledTempFile::new(usize::MAX);
    for _ in 0..64 {
        file.write_all(&[b'x'; 1024])?;
    }
    file.rewind()?;
    let mut content = vec![0; 64 << 10];
    file.read_exact(&mut content)?;
    black_box(&content);
    Ok(())
}

fn bytes(directory: &Path, n: u32) -> Phases {
    write_and_read(tempfile::tempfile_in(directory)?, n)
}

/// Does so in a filesystem that has just lost a file of the same length.
fn bytes_again(directory: &Path, n: u32) -> Phases {
    bytes(directory, n)?;
    bytes(directory, n)
}

/// Does so in a file that keeps its name until the end.
fn named_bytes(directory: &Path, n: u32) -> Phases {
    let (file, path) = Builder::new().tempfile_in(directory)?.into_parts();
    let phases = write_and_read(file, n)?;
    path.close()?;
    Ok(phases)
}

fn write_and_read(mut file: File, n: u32) -> Phases {
    let piece = mixed::piece();
    let start = Instant::now();
    for _ in 0..n * mixed::PIECES {
        file.write_all(piece.as_bytes())?;
    }
    file.rewind()?;
    let written = start.elapsed();
    let start = Instant::now();
    let mut content = vec![0; 64 << 10];
    while black_box(file.read(&mut content)?) > 0 {}
    Ok(vec![written, start.elapsed()])
}

/// Writes a piece `n` times over the beginning of a file, and then reads it `n` times.
fn pieces(directory: &Path, n: u32, length: usize) -> Phases {
    let mut file = tempfile::tempfile_in(directory)?;
    let (piece, mut content) = (vec![b'x'; length], vec![0; length]);
    let write = timed(n, || {
        file.rewind()?;
        file.write_all(black_box(&piece))
    })?;
    let read = timed(n, || {
        file.rewind()?;
        file.read_exact(&mut content)?;
        black_box(&content);
        Ok(())
    })?;
    Ok([write, read].concat())
}

/// Copies a piece within memory `n` times, and again `n` times. No file can be faster.
fn copies(n: u32, length: usize) -> Phases {
    let (piece, mut content) = (vec![b'x'; length], vec![0; length]);
    let mut copy = || {
        timed(n, || {
            content.copy_from_slice(black_box(&piece));
            black_box(&content);
            Ok(())
        })
    };
    Ok([copy()?, copy()?].concat())
}

fn stat(directory: &Path, n: u32) -> Phases {
    let file = tempfile::tempfile_in(directory)?;
    timed(n, || {
        black_box(file.metadata()?);
        Ok(())
    })
}

fn named(directory: &Path) -> io::Result<()> {
    let mut content = [0; 4096];
    let mut file = Builder::new().tempfile_in(directory)?;
    file.write_all(&[b'x'; 4096])?;
    File::open(file.path())?.read_exact(&mut content)?;
    debug_assert!(content == [b'x'; 4096]);
    black_box(&content);
    file.close()
}

fn tree(directory: &Path) -> io::Result<()> {
    let root = tempfile::tempdir_in(directory)?;
    for branch in 0..10 {
        let branch = root.path().join(format!("branch{branch}"));
        fs::create_dir(&branch)?;
        for leaf in 0..10 {
            fs::write(branch.join(format!("leaf{leaf}")), [b'x'; 1024])?;
        }
    }
    root.close()
}

fn scale(directory: &Path, n: u32) -> Phases {
    let root = tempfile::tempdir_in(directory)?;
    let mut paths = Vec::with_capacity(usize::try_from(n).expect("BUG: a u32 fits"));
    let start = Instant::now();
    for _ in 0..n {
        paths.push(Builder::new().tempfile_in(root.path())?.into_temp_path());
    }
    let created = start.elapsed();
    let start = Instant::now();
    for path in paths {
        path.close()?;
    }
    let deleted = start.elapsed();
    root.close()?;
    Ok(vec![created, deleted])
}

fn name(directory: &Path) -> io::Result<()> {
    let named = Builder::new().disable_cleanup(true).make_in(directory, |_| Ok(()))?;
    black_box(named.path());
    Ok(())
}

fn unused_name(directory: &Path) -> io::Result<()> {
    let named = Builder::new().disable_cleanup(true).make_in(directory, |path| {
        match path.symlink_metadata() {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    })?;
    black_box(named.path());
    Ok(())
}
