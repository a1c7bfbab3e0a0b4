//! The removal of trees that are deep, wide, or changed by others meanwhile. It must use few file
//! handles and bounded memory.
#![cfg(target_os = "linux")]

use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::{env, fs, thread};

use host_tests::{Sandbox, Tree};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

/// The variable that tells a test's second process that it is the inner one.
const INNER: &str = "HOST_TESTS_FEW_HANDLES";

/// Runs `body` in another process, which may hold 256 files open.
fn with_few_handles(test: &str, body: impl FnOnce()) {
    if env::var_os(INNER).is_some() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: Some(256), maximum }).unwrap();
        return body();
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INNER, "1")
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "the inner process ran no test: {stdout}");
}

fn open_handles() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Returns the most handles that `body` opened at once in this process. Another thread counts them
/// without a pause.
fn most_handles(body: impl FnOnce()) -> usize {
    let before = open_handles();
    let (done, most) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                most.fetch_max(open_handles(), Ordering::Relaxed);
            }
        });
        body();
        done.store(true, Ordering::Release);
    });
    most.into_inner().saturating_sub(before)
}

/// Fills a temporary directory by `fill` and removes it, within bounds of handles and memory.
fn removes_within_bounds(fill: impl FnOnce(&Path)) {
    let sandbox = Sandbox::new();
    // Take the memory that is only taken once.
    drop(sandbox.temporary_directory(None).unwrap());
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    fill(&host);
    let memory = sandbox.memory();
    // One of the handles lists /proc/self/fd.
    let handles = most_handles(|| directory.cleanup().unwrap()) - 1;
    let grown = sandbox.memory() - memory;
    assert!(!host.exists());
    assert!(handles <= 64, "{handles} handles were open at once");
    assert!(grown <= 1 << 20, "memory grew by {grown} bytes");
    eprintln!("at most {handles} handles and {grown} bytes of new memory");
}

#[test]
fn a_tree_of_five_thousand_levels_is_removed() {
    with_few_handles("a_tree_of_five_thousand_levels_is_removed", || {
        removes_within_bounds(|host| dig(host, 5_000));
    });
}

/// Makes a chain of directories with a file in each, longer than any path may be.
fn dig(host: &Path, depth: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut at: OwnedFd = rustix::fs::open(host, flags, Mode::empty()).unwrap();
    for _ in 0..depth {
        let file = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        rustix::fs::openat(&at, "file", file, Mode::RUSR | Mode::WUSR).unwrap();
        rustix::fs::mkdirat(&at, "down", Mode::RWXU).unwrap();
        at = rustix::fs::openat(&at, "down", flags, Mode::empty()).unwrap();
    }
}

#[test]
fn a_deep_tree_is_removed_also_where_no_names_may_be_tried() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    dig(&host, 100);
    sandbox.set_tmp_max(0);
    directory.cleanup().unwrap();
    assert!(!host.exists());
}

#[test]
fn a_hundred_thousand_files_are_removed() {
    with_few_handles("a_hundred_thousand_files_are_removed", || {
        removes_within_bounds(|host| {
            (0..100_000).for_each(|number| {
                fs::File::create(host.join(format!("file number {number}"))).unwrap();
            });
        });
    });
}

#[test]
fn twenty_thousand_subdirectories_are_removed() {
    with_few_handles("twenty_thousand_subdirectories_are_removed", || {
        removes_within_bounds(|host| {
            (0..20_000).for_each(|number| {
                fs::create_dir(host.join(format!("directory number {number}"))).unwrap();
            });
        });
    });
}

#[test]
fn every_directory_is_listed_once_however_many_there_are() {
    let sandbox = Sandbox::new();
    let mut costs = Vec::new();
    for number in [0, 1, 10, 1000, 4000] {
        let directory = sandbox.temporary_directory(None).unwrap();
        let host = sandbox.host_path(&directory.name());
        for name in 0..number {
            fs::create_dir(host.join(format!("{name:>60}"))).unwrap();
        }
        let ((outcome, listings), calls) =
            sandbox.calls(|| sandbox.listings(|| directory.cleanup()));
        outcome.unwrap();
        assert_eq!(listings, number + 1, "{number} subdirectories");
        costs.push((number, calls));
    }
    // The calls for a subdirectory: an entry; open, list, the end, close both (4), remove.
    let each = |(number, calls): (u64, u64)| (calls - costs[0].1) - 9 * number;
    assert!(costs.iter().all(|cost| each(*cost) == 0), "{costs:?}");
}

#[test]
fn directories_that_were_moved_up_are_removed_also_where_more_are_than_can_be_remembered() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    let deep = host.join((0..40).map(|_| "d").collect::<PathBuf>());
    fs::create_dir_all(&deep).unwrap();
    // These names of eight bytes take more than 8 KiB.
    (0..3000).for_each(|number| fs::create_dir_all(deep.join(format!("{number}/x"))).unwrap());
    let memory = sandbox.memory();
    directory.cleanup().unwrap();
    assert!(sandbox.memory() - memory <= 1 << 20);
    assert!(!host.exists());
}

#[test]
fn a_tree_both_deep_and_wide_is_removed() {
    with_few_handles("a_tree_both_deep_and_wide_is_removed", || {
        removes_within_bounds(|host| {
            for branch in 0..20 {
                let branch = host.join(format!("branch {branch}"));
                fs::create_dir(&branch).unwrap();
                dig(&branch, 100);
            }
        });
    });
}

/// Swaps directories of a tree for links to the outside and back, as fast as possible. It ends when
/// the tree is gone or after `limit` swaps, and counts the swaps in `swapped`.
fn swap(targets: &[PathBuf], outside: &Path, done: &AtomicBool, swapped: &AtomicU64, limit: u64) {
    for target in targets.iter().cycle() {
        if done.load(Ordering::Acquire) || swapped.load(Ordering::Relaxed) == limit {
            break;
        }
        let aside = target.with_extension("aside");
        if fs::rename(target, &aside).is_ok() {
            if symlink(outside, target).is_ok() {
                swapped.fetch_add(1, Ordering::Relaxed);
            }
            // Swap back, unless the link was removed meanwhile.
            let _ = fs::remove_file(target);
            let _ = fs::rename(&aside, target);
        }
    }
}

/// Removes trees whose directories are swapped for links meanwhile. `base` is the path in the tree
/// at which these directories stand.
fn is_not_led_astray(base: &Path, rounds: u32) {
    let outside = TempDir::new().unwrap();
    for number in 0..20 {
        fs::create_dir(outside.path().join(format!("{number}"))).unwrap();
        fs::write(outside.path().join(format!("{number}/secret")), "secret").unwrap();
    }
    let before = Tree::of(outside.path());
    let mut swapped = 0;
    for _ in 0..rounds {
        let sandbox = Sandbox::new();
        let directory = sandbox.temporary_directory(None).unwrap();
        let host = sandbox.host_path(&directory.name());
        let base = host.join(base);
        let targets: Vec<_> = (0..20).map(|number| base.join(format!("{number}"))).collect();
        for target in &targets {
            fs::create_dir_all(target.join("deep/deeper")).unwrap();
            (0..20).for_each(|number| {
                fs::write(target.join(format!("deep/{number}")), "").unwrap();
            });
        }
        let (done, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
        thread::scope(|scope| {
            scope.spawn(|| swap(&targets, outside.path(), &done, &swaps, 100_000));
            // The removal begins after the first swap.
            while swaps.load(Ordering::Relaxed) == 0 {
                thread::yield_now();
            }
            // Under an endless attack, the removal may fail, but must not leave the tree.
            let _ = directory.cleanup();
            done.store(true, Ordering::Release);
        });
        swapped += swaps.into_inner();
        assert_eq!(Tree::of(outside.path()), before);
        directory.cleanup().unwrap();
        assert!(!host.exists());
    }
    assert!(swapped > 0, "nothing was ever swapped");
    eprintln!("{swapped} swaps");
}

#[test]
fn directories_that_are_swapped_for_links_meanwhile_lead_nowhere() {
    is_not_led_astray(Path::new(""), 20);
}

#[test]
fn directories_too_deep_to_be_held_open_are_not_led_astray_either() {
    // The component holds at most thirty directories open.
    for depth in [27, 28, 29] {
        is_not_led_astray(&(0..depth).map(|_| "d").collect::<PathBuf>(), 5);
    }
    is_not_led_astray(&(0..46).map(|_| "d").collect::<PathBuf>(), 10);
    is_not_led_astray(&(0..60).map(|_| "d").collect::<PathBuf>(), 10);
}

#[test]
fn files_that_appear_meanwhile_are_removed_or_reported() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    (0..50).for_each(|number| fs::create_dir(host.join(format!("{number}"))).unwrap());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..20_000 {
                if done.load(Ordering::Acquire) {
                    break;
                }
                let _ = fs::write(host.join(format!("{}/{number}", number % 50)), "");
            }
        });
        let outcome = directory.cleanup();
        done.store(true, Ordering::Release);
        assert!(outcome.is_err() == host.exists(), "{outcome:?}");
    });
    directory.cleanup().unwrap();
    assert!(!host.exists());
}
