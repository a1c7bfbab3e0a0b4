//! Runs a workload of the measurements on the crate `tempfile` and std, or single calls of WASI.
//! The arguments name the workload and the number of rounds. The program does not compare the bytes
//! that it reads, since its tests count the cost of the operations alone.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::{array, env};

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let workload = arguments.next().expect("first argument: a workload");
    let rounds: u32 =
        arguments.next().and_then(|word| word.parse().ok()).expect("a number of rounds");
    let mut file = tempfile::tempfile_in("/tmp")?;
    let piece = vec![b'x'; 64 << 10];
    file.write_all(&piece)?;
    let mut content = vec![0; piece.len()];
    let found = get_directories().into_iter().find(|(_, path)| path == "/tmp");
    let (directory, _) = found.expect("the directory is there");
    make(&directory, "there").expect("making a file");
    for _ in 0..rounds {
        match workload.as_str() {
            "anonymous" => anonymous()?,
            "named" => named()?,
            "tree" => tree()?,
            "nothing" => {}
            "get-type" => drop(black_box(directory.get_type())),
            "stat-at" => drop(black_box(directory.stat_at(PathFlags::empty(), "there"))),
            "make and unlink" => {
                make(&directory, "made").expect("making a file");
                directory.unlink_file_at("made").expect("deleting a file");
            }
            "stat" => drop(black_box(file.metadata()?)),
            _ => {
                let (kind, length) = workload.split_once(' ').expect("the workload is unknown");
                let length: usize = length.parse().expect("a number of bytes");
                file.rewind()?;
                match kind {
                    "write" => file.write_all(&piece[..length])?,
                    "read" => file.read_exact(&mut content[..length])?,
                    _ => panic!("unknown workload {kind}"),
                }
            }
        }
    }
    Ok(())
}

fn make(directory: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    directory.open_at(PathFlags::empty(), name, flags, DescriptorFlags::WRITE)
}

fn anonymous() -> io::Result<()> {
    let mut content = [0; 4096];
    let mut file = tempfile::tempfile_in("/tmp")?;
    file.write_all(&[b'x'; 4096])?;
    file.rewind()?;
    file.read_exact(&mut content)?;
    black_box(&content);
    Ok(())
}

fn named() -> io::Result<()> {
    let mut content = [0; 4096];
    let mut file = tempfile::NamedTempFile::new_in("/tmp")?;
    file.write_all(&[b'x'; 4096])?;
    File::open(file.path())?.read_exact(&mut content)?;
    black_box(&content);
    file.close()
}

fn tree() -> io::Result<()> {
    let root = tempfile::tempdir_in("/tmp")?;
    let names: [String; 10] = array::from_fn(|number| number.to_string());
    for branch in &names {
        let branch = root.path().join(branch);
        fs::create_dir(&branch)?;
        for leaf in &names {
            fs::write(branch.join(leaf), [b'x'; 1024])?;
        }
    }
    root.close()
}
