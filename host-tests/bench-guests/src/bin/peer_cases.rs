//! Single questions to the filesystem of a host, in calls of `wasi:filesystem`: the guest prints
//! the code that it gets, or what it finds.

use std::process::ExitCode;

use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};

type Answer = Result<String, ErrorCode>;

const NONE: PathFlags = PathFlags::empty();

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u64>().expect("a number");
    let answer = match words[..] {
        ["bytes", limit] => bytes(number(limit)),
        ["files", limit] => files(number(limit)),
        ["mounts"] => rename_to_another_mount(),
        ["removed"] => read_removed(),
        ["rewritten"] => write_removed(),
        ["above"] => look_above(),
        ["loop"] => follow_loop(),
        ["hard-link"] => hard_link(),
        ["times"] => times(),
        ["far"] => write_far(),
        ["listing"] => remove_while_listing(),
        ["exclusive"] => create_twice(),
        ["fill", files, bytes] => fill(number(files), number(bytes)),
        ["remove", files] => remove(number(files)),
        ["holds"] => holds(),
        _ => {
            eprintln!("unknown case {words:?}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", answer.unwrap_or_else(|code| code.name().to_owned()));
    ExitCode::SUCCESS
}

/// Opens a directory that the host lends by this path, or that lies in a root that it lends.
fn place(name: &str) -> Result<Descriptor, ErrorCode> {
    let mut root = None;
    for (directory, path) in get_directories() {
        if path == name {
            return Ok(directory);
        }
        if path == "/" {
            root = Some(directory);
        }
    }
    let flags = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
    let root = root.ok_or(ErrorCode::NoEntry)?;
    root.open_at(NONE, name.trim_start_matches('/'), OpenFlags::DIRECTORY, flags)
}

fn temporary() -> Result<Descriptor, ErrorCode> {
    place("/tmp")
}

fn make(directory: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    directory.open_at(NONE, name, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, flags)
}

/// Writes to a file up to the refusal of a single byte, or to twice the limit.
fn bytes(limit: u64) -> Answer {
    let file = make(&temporary()?, "filled")?;
    let (mut size, mut piece) = (0, vec![b'x'; 64 << 10]);
    while size < 2 * limit {
        match file.write(&piece, size) {
            Ok(0) => return Ok(format!("nothing written at {size}")),
            Ok(written) => size += written,
            Err(code) if piece.len() == 1 => return Ok(format!("{} at {size}", code.name())),
            Err(_) => piece.truncate(1),
        }
    }
    Ok(format!("none up to {size}"))
}

/// Makes empty files up to a refusal, or twice the limit.
fn files(limit: u64) -> Answer {
    let directory = temporary()?;
    for made in 0..2 * limit {
        if let Err(code) = make(&directory, &made.to_string()) {
            return Ok(format!("{} after {made}", code.name()));
        }
    }
    Ok(format!("none up to {}", 2 * limit))
}

fn rename_to_another_mount() -> Answer {
    let (one, other) = (temporary()?, place("/other")?);
    make(&one, "file")?;
    one.rename_at("file", &other, "file")?;
    Ok(match other.stat_at(NONE, "file") {
        Ok(_) => "renamed".to_owned(),
        Err(code) => format!("done, then {}", code.name()),
    })
}

fn read_removed() -> Answer {
    let directory = temporary()?;
    let file = make(&directory, "file")?;
    file.write(b"content", 0)?;
    directory.unlink_file_at("file")?;
    Ok(match file.read(7, 0) {
        Ok((read, _)) => format!("removed, {} of 7 bytes read", read.len()),
        Err(code) => format!("removed, then {}", code.name()),
    })
}

fn write_removed() -> Answer {
    let directory = temporary()?;
    let file = make(&directory, "file")?;
    directory.unlink_file_at("file")?;
    file.write(b"content", 0)?;
    let back = directory.stat_at(NONE, "file").is_ok();
    Ok(if back { "written, and the name is back" } else { "written" }.to_owned())
}

fn look_above() -> Answer {
    temporary()?.stat_at(NONE, "../other").map(|_| "answered".to_owned())
}

fn follow_loop() -> Answer {
    let directory = temporary()?;
    directory.symlink_at("two", "one")?;
    directory.symlink_at("one", "two")?;
    let (flags, read) = (OpenFlags::empty(), DescriptorFlags::READ);
    Ok(match directory.open_at(PathFlags::SYMLINK_FOLLOW, "one", flags, read) {
        Ok(_) => "links made, opened".to_owned(),
        Err(code) => format!("links made, then {}", code.name()),
    })
}

fn hard_link() -> Answer {
    let directory = temporary()?;
    make(&directory, "file")?;
    directory.link_at(NONE, "file", &directory, "again")?;
    let count = directory.stat_at(NONE, "again")?.link_count;
    Ok(format!("link count {count}"))
}

fn times() -> Answer {
    const SECONDS: u64 = 1_000_000_000;
    let directory = temporary()?;
    make(&directory, "file")?;
    let time = wasi::filesystem::types::Datetime { seconds: SECONDS, nanoseconds: 0 };
    let time = NewTimestamp::Timestamp(time);
    directory.set_times_at(NONE, "file", time, time)?;
    let stat = directory.stat_at(NONE, "file")?;
    let kept = stat.data_modification_timestamp.is_some_and(|time| time.seconds == SECONDS);
    Ok(if kept { "set" } else { "done, but not set" }.to_owned())
}

fn write_far() -> Answer {
    let file = make(&temporary()?, "file")?;
    file.write(b"x", 1 << 40)?;
    let size = file.stat()?.size;
    let (read, _) = file.read(1, 1 << 40)?;
    Ok(format!("size {size}, {} byte read there", read.len()))
}

fn remove_while_listing() -> Answer {
    let directory = temporary()?;
    for name in 0..100 {
        make(&directory, &name.to_string())?;
    }
    let listing = directory.read_directory()?;
    let mut listed = 0;
    while let Some(entry) = listing.read_directory_entry()? {
        directory.unlink_file_at(&entry.name)?;
        listed += 1;
    }
    let mut left = 0;
    let listing = directory.read_directory()?;
    while listing.read_directory_entry()?.is_some() {
        left += 1;
    }
    Ok(format!("{listed} of 100 listed, {left} left"))
}

fn create_twice() -> Answer {
    let directory = temporary()?;
    make(&directory, "file")?;
    make(&directory, "file").map(|_| "opened".to_owned())
}

fn fill(files: u64, bytes: u64) -> Answer {
    let directory = temporary()?;
    let piece = vec![b'x'; 64 << 10];
    for name in 0..files {
        let file = make(&directory, &name.to_string())?;
        let mut size = 0;
        while size < bytes {
            let length = usize::try_from(bytes - size).map_or(piece.len(), |it| it.min(64 << 10));
            size += file.write(&piece[..length], size)?;
        }
    }
    Ok("filled".to_owned())
}

fn remove(files: u64) -> Answer {
    let directory = temporary()?;
    for name in 0..files {
        directory.unlink_file_at(&name.to_string())?;
    }
    Ok("removed".to_owned())
}

/// Counts the files and their bytes.
fn holds() -> Answer {
    let directory = temporary()?;
    let listing = directory.read_directory()?;
    let (mut files, mut bytes) = (0, 0);
    while let Some(entry) = listing.read_directory_entry()? {
        files += 1;
        bytes += directory.stat_at(NONE, &entry.name)?.size;
    }
    Ok(format!("{files} files of {bytes} bytes"))
}
