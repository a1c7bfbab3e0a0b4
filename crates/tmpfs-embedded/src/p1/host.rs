//! The host's functions of preview 1. They write their results into the program's memory. If the
//! program gave no place for a result, some bytes of its memory are borrowed and restored.
#![expect(unsafe_code, reason = "foreign functions")]

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use tmpfs::Timestamp;

use crate::files;
use crate::p1::abi::{SOCKET_DGRAM, SOCKET_STREAM, timestamp};
use crate::program::{Area, fits, index, trap};

pub(crate) mod raw {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub(crate) safe fn clock_time_get(clock: u32, precision: u64, out: u32) -> u32;
        pub(crate) safe fn environ_get(places: u32, buffer: u32) -> u32;
        pub(crate) safe fn environ_sizes_get(count: u32, bytes: u32) -> u32;
        pub(crate) safe fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> u32;
        pub(crate) safe fn fd_allocate(fd: u32, offset: u64, length: u64) -> u32;
        pub(crate) safe fn fd_close(fd: u32) -> u32;
        pub(crate) safe fn fd_datasync(fd: u32) -> u32;
        pub(crate) safe fn fd_fdstat_get(fd: u32, out: u32) -> u32;
        pub(crate) safe fn fd_fdstat_set_flags(fd: u32, flags: u32) -> u32;
        pub(crate) safe fn fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> u32;
        pub(crate) safe fn fd_filestat_get(fd: u32, out: u32) -> u32;
        pub(crate) safe fn fd_filestat_set_size(fd: u32, size: u64) -> u32;
        pub(crate) safe fn fd_filestat_set_times(
            fd: u32,
            accessed: u64,
            modified: u64,
            flags: u32,
        ) -> u32;
        pub(crate) safe fn fd_pread(fd: u32, list: u32, count: u32, at: u64, out: u32) -> u32;
        pub(crate) safe fn fd_prestat_dir_name(fd: u32, at: u32, length: u32) -> u32;
        pub(crate) safe fn fd_prestat_get(fd: u32, out: u32) -> u32;
        pub(crate) safe fn fd_pwrite(fd: u32, list: u32, count: u32, at: u64, out: u32) -> u32;
        pub(crate) safe fn fd_read(fd: u32, list: u32, count: u32, out: u32) -> u32;
        pub(crate) safe fn fd_readdir(fd: u32, at: u32, length: u32, cookie: u64, out: u32) -> u32;
        pub(crate) safe fn fd_seek(fd: u32, offset: i64, whence: u32, out: u32) -> u32;
        pub(crate) safe fn fd_sync(fd: u32) -> u32;
        pub(crate) safe fn fd_tell(fd: u32, out: u32) -> u32;
        pub(crate) safe fn fd_write(fd: u32, list: u32, count: u32, out: u32) -> u32;
        pub(crate) safe fn path_create_directory(fd: u32, path: u32, length: u32) -> u32;
        pub(crate) safe fn path_filestat_get(
            fd: u32,
            flags: u32,
            path: u32,
            length: u32,
            out: u32,
        ) -> u32;
        pub(crate) safe fn path_filestat_set_times(
            fd: u32,
            flags: u32,
            path: u32,
            length: u32,
            accessed: u64,
            modified: u64,
            which: u32,
        ) -> u32;
        pub(crate) safe fn path_link(
            old_fd: u32,
            flags: u32,
            old: u32,
            old_length: u32,
            new_fd: u32,
            new: u32,
            new_length: u32,
        ) -> u32;
        pub(crate) safe fn path_open(
            fd: u32,
            flags: u32,
            path: u32,
            length: u32,
            open: u32,
            base: u64,
            inheriting: u64,
            fdflags: u32,
            out: u32,
        ) -> u32;
        pub(crate) safe fn path_readlink(
            fd: u32,
            path: u32,
            length: u32,
            at: u32,
            room: u32,
            out: u32,
        ) -> u32;
        pub(crate) safe fn path_remove_directory(fd: u32, path: u32, length: u32) -> u32;
        pub(crate) safe fn path_rename(
            old_fd: u32,
            old: u32,
            old_length: u32,
            new_fd: u32,
            new: u32,
            new_length: u32,
        ) -> u32;
        pub(crate) safe fn path_symlink(
            target: u32,
            target_length: u32,
            fd: u32,
            path: u32,
            length: u32,
        ) -> u32;
        pub(crate) safe fn path_unlink_file(fd: u32, path: u32, length: u32) -> u32;
        pub(crate) safe fn poll_oneoff(list: u32, events: u32, count: u32, out: u32) -> u32;
        pub(crate) safe fn random_get(at: u32, length: u32) -> u32;
        pub(crate) safe fn sock_accept(fd: u32, flags: u32, out: u32) -> u32;
        pub(crate) safe fn sock_recv(
            fd: u32,
            list: u32,
            count: u32,
            flags: u32,
            out: u32,
            out_flags: u32,
        ) -> u32;
        pub(crate) safe fn sock_send(fd: u32, list: u32, count: u32, flags: u32, out: u32) -> u32;
        pub(crate) safe fn sock_shutdown(fd: u32, how: u32) -> u32;
    }
}

/// The address of the borrowed bytes. It is not 0, since compilers take that for a null pointer.
const BORROWED: u32 = 8;

/// Runs work with some bytes of the program's memory, and restores them afterwards. The program
/// does not run meanwhile.
fn borrow<R>(length: u32, work: impl FnOnce(Area) -> R) -> R {
    let area = Area::new(BORROWED, length, 8);
    let Ok(kept) = area.to_vec() else { trap() };
    let outcome = work(area);
    area.copy_from(&kept);
    outcome
}

/// Borrows eight bytes, as [`borrow`] does, and returns the number that was written there.
fn number(work: impl FnOnce(u32)) -> u64 {
    let area = Area::new(BORROWED, 8, 8);
    let kept = area.load64(0);
    work(area.at());
    let number = area.load64(0);
    area.store64(0, kept);
    number
}

/// Splits a number into its lower and its upper half.
fn halves(number: u64) -> [u32; 2] {
    [number, number >> 32].map(|half| u32::try_from(half & 0xffff_ffff).expect("BUG: it was cut"))
}

/// Asks the host for the present time.
#[inline(never)]
pub(crate) fn now() -> Timestamp {
    timestamp(number(|at| {
        raw::clock_time_get(0, 1, at);
    }))
}

/// The host's functions for the filesystem itself, in preview 1.
pub(crate) struct Host;

impl files::Host for Host {
    fn now() -> Timestamp {
        now()
    }

    fn seed() -> [u64; 2] {
        [0; 2].map(|_: u64| {
            number(|at| {
                // With a known seed, names could be chosen that collide.
                if raw::random_get(at, 8) != 0 {
                    trap();
                }
            })
        })
    }

    /// Returns the variables. The list is empty if the host does not answer, or the program's
    /// memory cannot hold them at this moment.
    fn environment() -> Vec<(String, String)> {
        environment()
    }
}

fn environment() -> Vec<(String, String)> {
    let mut failed = 0;
    let sizes = number(|at| failed = raw::environ_sizes_get(at, at + 4));
    let [count, bytes] = halves(sizes);
    let length = count.checked_mul(4).and_then(|places| places.checked_add(bytes));
    let there = |length: &u32| failed == 0 && count > 0 && fits(BORROWED, *length);
    let Some(length) = length.filter(there) else { return Vec::new() };
    let all = borrow(length, |area| {
        let buffer = area.at() + 4 * count;
        let told = raw::environ_get(area.at(), buffer) == 0;
        told.then(|| area.to_vec().unwrap_or_else(|_| trap()))
    });
    let all = all.unwrap_or_default();
    let buffer = all.get(index(4 * count)..).unwrap_or_default();
    let variables = buffer.split(|byte| *byte == 0).filter_map(|variable| {
        let (name, value) = core::str::from_utf8(variable).ok()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    variables.collect()
}

/// Returns whether a descriptor of the host is a socket. It is false if the program does not import
/// the function that returns kinds.
pub(crate) fn is_socket(fd: u32) -> bool {
    borrow(24, |area| {
        raw::fd_fdstat_get(fd, area.at()) == 0
            && matches!(area.load8(0), SOCKET_DGRAM | SOCKET_STREAM)
    })
}

/// Returns the path of a directory that the host opened from the start.
pub(crate) fn preopened(fd: u32) -> Option<String> {
    let mut failed = 0;
    let prestat = number(|at| failed = raw::fd_prestat_get(fd, at));
    let [kind, length] = halves(prestat);
    if failed != 0 || kind & 0xff != 0 {
        return None;
    }
    let path = borrow(length, |area| {
        let told = raw::fd_prestat_dir_name(fd, area.at(), length) == 0;
        told.then(|| area.to_vec().unwrap_or_else(|_| trap()))
    });
    String::from_utf8(path?).ok()
}
