//! FIFOs in the place of a directory. A host that opens one waits for its other end, so the
//! component must never open one. The tests watch the other end, and release a host that waits.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use host_tests::{DirectoryOptions, Error, ErrorCode, Sandbox, code_of, dir, names_in, os_at};
use rustix::fs::{CWD, Mode, OFlags, mkfifoat};

fn make_fifo(path: &Path) {
    mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).unwrap();
}

/// Runs `action`, and returns true with its result if anybody waited for a FIFO's other end.
fn waits_for_any<T>(fifos: &[&Path], action: impl FnOnce() -> T) -> (T, bool) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut waited = false;
            while !done.load(Ordering::Acquire) {
                for fifo in fifos {
                    // POSIX answers ENXIO while nobody has the FIFO open for reading.
                    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
                    waited |= rustix::fs::open(*fifo, flags, Mode::empty()).is_ok();
                }
            }
            waited
        });
        let result = action();
        done.store(true, Ordering::Release);
        (result, watcher.join().unwrap())
    })
}

#[test]
fn the_watch_notices_who_waits() {
    let host = tempfile::TempDir::new().unwrap();
    let fifo = host.path().join("fifo");
    make_fifo(&fifo);
    let (opened, waited) = waits_for_any(&[&fifo], || fs::File::open(&fifo));
    opened.unwrap();
    assert!(waited);
}

#[test]
fn a_fifo_in_the_place_of_the_directory_is_refused_and_stays() {
    type End = fn(&Sandbox, host_tests::Directory<'_>, &str);
    fn refused(name: &str) -> Error {
        // CPython 3.13.0 raises NotADirectoryError with this path.
        os_at(ErrorCode::NotDirectory, "Not a directory", name)
    }
    let ends: [End; 4] = [
        |_, directory, name| assert_eq!(directory.cleanup().unwrap_err(), refused(name)),
        |_, directory, name| assert_eq!(directory.exit().unwrap_err(), refused(name)),
        |_, directory, _| drop(directory),
        |sandbox, _directory, name| {
            let leftovers = sandbox.cleanup();
            assert_eq!(leftovers.len(), 1);
            assert_eq!(leftovers[0].path.as_deref(), Some(name));
        },
    ];
    for end in ends {
        for below in [false, true] {
            let sandbox = Sandbox::new();
            let parent = if below { sandbox.mkdtemp(None).unwrap() } else { "/tmp".to_owned() };
            let directory = sandbox.temporary_directory(dir(&parent)).unwrap();
            let name = directory.name();
            let host = sandbox.host_path(&name);
            fs::remove_dir(&host).unwrap();
            make_fifo(&host);
            let ((), waited) = waits_for_any(&[&host], || end(&sandbox, directory, &name));
            assert!(!waited, "the host waited for the other end");
            assert!(host.exists());
        }
    }
}

#[test]
fn a_fifo_in_the_place_of_the_parent_is_refused_and_stays() {
    for ignore in [false, true] {
        let sandbox = Sandbox::new();
        let parent = sandbox.mkdtemp(None).unwrap();
        let options = DirectoryOptions {
            ignore_cleanup_errors: Some(ignore),
            dir: Some(parent.clone()),
            ..DirectoryOptions::default()
        };
        let directory = sandbox.temporary_directory(Some(options)).unwrap();
        let host = sandbox.host_path(&parent);
        fs::remove_dir_all(&host).unwrap();
        make_fifo(&host);
        let (outcome, waited) = waits_for_any(&[&host], || directory.cleanup());
        assert!(!waited, "the host waited for the other end");
        let code = outcome.as_ref().err().and_then(code_of);
        assert_eq!(code, (!ignore).then_some(ErrorCode::NotDirectory));
        let ((), waited) = waits_for_any(&[&host], || drop(directory));
        assert!(!waited && host.exists());
    }
}

#[test]
fn fifos_inside_a_directory_are_removed() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    let fifos = [host.join("a"), host.join("sub/b"), host.join("sub/deep/c")];
    fs::create_dir_all(host.join("sub/deep")).unwrap();
    fifos.iter().for_each(|fifo| make_fifo(fifo));
    let watched: Vec<&Path> = fifos.iter().map(AsRef::as_ref).collect();
    let (outcome, waited) = waits_for_any(&watched, || directory.cleanup());
    outcome.unwrap();
    assert!(!waited && names_in(sandbox.tmp()).is_empty());
}

#[test]
fn a_fifo_in_the_place_of_a_named_file_is_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let host = sandbox.host_path(&file.name().unwrap());
    fs::remove_file(&host).unwrap();
    make_fifo(&host);
    let (again, waited) = waits_for_any(&[&host], || file.reopen(Some("rb"), None).map(drop));
    assert_eq!(code_of(&again.unwrap_err()), Some(ErrorCode::NoEntry));
    // `reopen` opens the FIFO in both directions, which waits for nobody, so the watcher may see it
    // open.
    let _ = waited;
    let (moved, waited) = waits_for_any(&[&host], || file.persist("/tmp/final"));
    assert_eq!(code_of(&moved.unwrap_err()), Some(ErrorCode::NoEntry));
    assert!(!waited && host.exists());
}
