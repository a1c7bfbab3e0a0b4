//! Spare files: a closed anonymous file serves the next one, which must not show.

use std::fs;

use host_tests::{FileOptions, Sandbox, dir};

fn unbuffered() -> Option<FileOptions> {
    Some(FileOptions { buffering: Some(0), ..FileOptions::default() })
}

const SECRET: u8 = 0xee;

/// Starts a sandbox with one spare file that was filled with secret bytes.
fn with_spare(bytes: usize) -> Sandbox {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.write(&vec![SECRET; bytes]).unwrap();
    drop(file);
    sandbox
}

#[test]
fn bytes_of_an_earlier_use_are_never_readable() {
    // Each row: a name, a use of the file by the next holder, and the expected bytes.
    type Attempt = fn(&host_tests::File<'_>) -> Vec<u8>;
    let attempts: [(&str, Attempt, Vec<u8>); 12] = [
        ("read", |it| it.read(None).unwrap(), vec![]),
        ("read a few", |it| it.read(Some(10)).unwrap(), vec![]),
        ("readall", |it| it.readall().unwrap(), vec![]),
        ("readinto", |it| it.readinto(10).unwrap(), vec![]),
        ("readline", |it| it.readline(None).unwrap(), vec![]),
        ("seek to the end", |it| it.seek(0, 2).unwrap().to_le_bytes().to_vec(), vec![0; 8]),
        (
            "read behind what was written",
            |it| {
                it.write(b"ab").unwrap();
                it.seek(0, 0).unwrap();
                it.read(None).unwrap()
            },
            b"ab".to_vec(),
        ),
        (
            "a gap",
            |it| {
                it.seek(5, 0).unwrap();
                it.write(b"x").unwrap();
                it.seek(0, 0).unwrap();
                it.read(None).unwrap()
            },
            b"\0\0\0\0\0x".to_vec(),
        ),
        (
            "a gap behind what was written",
            |it| {
                it.write(b"ab").unwrap();
                it.seek(4, 0).unwrap();
                it.write(b"x").unwrap();
                it.seek(0, 0).unwrap();
                it.read(None).unwrap()
            },
            b"ab\0\0x".to_vec(),
        ),
        (
            "truncate up",
            |it| {
                assert_eq!(it.truncate(Some(4)).unwrap(), 4);
                it.read(None).unwrap()
            },
            vec![0; 4],
        ),
        (
            "truncate down and up",
            |it| {
                it.write(b"abcd").unwrap();
                it.truncate(Some(2)).unwrap();
                it.truncate(Some(5)).unwrap();
                it.seek(0, 0).unwrap();
                it.read(None).unwrap()
            },
            b"ab\0\0\0".to_vec(),
        ),
        (
            "beyond the end",
            |it| {
                it.write(b"ab").unwrap();
                it.seek(3, 0).unwrap();
                it.read(None).unwrap()
            },
            vec![],
        ),
    ];
    for (attempt, read, expected) in attempts {
        for options in [None, unbuffered()] {
            for bytes in [10, 5_000, 60_000, 200_000] {
                let sandbox = with_spare(bytes);
                let file = sandbox.temporary_file(options.clone()).unwrap();
                assert_eq!(read(&file), expected, "{attempt}, {bytes} bytes");
            }
        }
    }
}

#[test]
fn a_descriptor_that_is_handed_out_shows_nothing_of_an_earlier_use() {
    for bytes in [10, 60_000, 200_000] {
        let sandbox = with_spare(bytes);
        let descriptor = sandbox.open_temporary(None).unwrap();
        assert_eq!(descriptor.stat().size, 0);
        assert_eq!(descriptor.read(100, 0), b"");
        drop(descriptor);
        let sandbox = with_spare(bytes);
        let file = sandbox.temporary_file(None).unwrap();
        file.write(b"ab").unwrap();
        let descriptor = sandbox.take(&file).unwrap();
        assert_eq!(descriptor.stat().size, 2);
        assert_eq!(descriptor.read(100, 0), b"ab");
    }
}

#[test]
fn a_file_whose_descriptor_was_taken_never_becomes_a_spare() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    let descriptor = sandbox.take(&file).unwrap();
    drop(file);
    let next = sandbox.temporary_file(None).unwrap();
    next.write(b"mine").unwrap();
    next.flush().unwrap();
    assert_eq!(descriptor.read(100, 0), b"");
}

#[test]
fn two_open_files_never_share_a_spare() {
    let sandbox = with_spare(10);
    let files = [(); 6].map(|()| sandbox.temporary_file(None).unwrap());
    for (file, byte) in files.iter().zip(1..) {
        file.write(&[byte; 100]).unwrap();
        file.flush().unwrap();
    }
    for (file, byte) in files.iter().zip(1..) {
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(None).unwrap(), [byte; 100]);
    }
}

#[test]
fn closing_and_dropping_give_a_file_back_once() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.close().unwrap();
    file.close().unwrap();
    drop(file);
    let (first, second) =
        (sandbox.temporary_file(None).unwrap(), sandbox.temporary_file(None).unwrap());
    first.write(b"first").unwrap();
    first.flush().unwrap();
    assert_eq!(second.read(None).unwrap(), b"");
}

#[test]
fn a_detached_stream_gives_the_file_back_when_it_is_closed() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.write(&[SECRET; 10]).unwrap();
    let raw = file.detach().unwrap();
    drop(file);
    let other = sandbox.temporary_file(None).unwrap();
    other.write(b"other").unwrap();
    other.flush().unwrap();
    raw.seek(0, 0).unwrap();
    assert_eq!(raw.read(None).unwrap(), [SECRET; 10]);
    drop(raw);
    assert_eq!(sandbox.temporary_file(None).unwrap().read(None).unwrap(), b"");
}

#[test]
fn a_spare_serves_only_the_directory_it_was_made_in() {
    // With a spare file of /tmp, the error for the missing directory would not come.
    let sandbox = with_spare(10);
    let directory = sandbox.mkdtemp(None).unwrap();
    fs::remove_dir(sandbox.host_path(&directory)).unwrap();
    sandbox.temporary_file(dir(&directory)).unwrap_err();
    let other = tempfile::TempDir::new().unwrap();
    let sandbox = Sandbox::builder().tmp("/tmp").preopen(other.path(), "/other").start();
    sandbox.temporary_file(dir("/tmp")).unwrap().close().unwrap();
    let (_file, calls) = sandbox.calls(|| sandbox.temporary_file(dir("/other")).unwrap());
    // The calls: a name, open, unlink, and the making of the resource, which the hook counts.
    assert_eq!(calls, 4, "it is a new file");
}

#[test]
fn bad_options_are_refused_also_where_a_spare_is_at_hand() {
    let sandbox = with_spare(10);
    let options = FileOptions { prefix: Some("../".to_owned()), ..FileOptions::default() };
    sandbox.temporary_file(Some(options)).unwrap_err();
    let options = FileOptions { mode: Some("z".to_owned()), ..FileOptions::default() };
    sandbox.temporary_file(Some(options)).unwrap_err();
}

/// Lists the anonymous files below `directory` that this process holds open.
#[cfg(target_os = "linux")]
fn unlinked_files(directory: &std::path::Path) -> Vec<u64> {
    let handles = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| {
        let entry = entry.ok()?.path();
        let target = fs::read_link(&entry).ok()?;
        let gone = target.to_str()?.ends_with(" (deleted)") && target.starts_with(directory);
        let size = fs::metadata(&entry).ok()?.len();
        gone.then_some(size)
    });
    handles.collect()
}

#[test]
#[cfg(target_os = "linux")]
fn at_most_four_spares_of_64_kilobytes_are_kept_and_none_where_none_are_wanted() {
    let sandbox = Sandbox::new();
    let files = [(); 10].map(|()| sandbox.temporary_file(None).unwrap());
    for file in &files {
        file.write(&[1; 100_000]).unwrap();
    }
    drop(files);
    let kept = unlinked_files(sandbox.tmp());
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().all(|size| *size <= 64 << 10), "{kept:?}");
    sandbox.set_spare_files(1);
    assert_eq!(unlinked_files(sandbox.tmp()).len(), 1);
    sandbox.set_spare_files(0);
    assert_eq!(unlinked_files(sandbox.tmp()).len(), 0);
    drop(sandbox.temporary_file(None).unwrap());
    assert_eq!(unlinked_files(sandbox.tmp()).len(), 0);
}
