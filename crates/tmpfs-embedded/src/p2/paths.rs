//! `wasi:filesystem/types`: operations on paths that start at a directory.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::borrow::ToOwned as _;

use tmpfs::{Handle, Result as Outcome, Timestamp};
use tmpfs_start::Space;

use crate::p2::abi::{
    Code, OURS, Out, Result, descriptor_flags, follow, lowered, new_timestamp, open_flags,
    put_hash, put_list, put_stat,
};
use crate::p2::held::{Resource, ask, change, hand_out, look, path, touch};
use crate::p2::host;
use crate::program::Area;

lowered! {
    "wasi:filesystem/types#[method]descriptor.open-at"
    fn open_at(
        _caller,
        directory: u32,
        path_flags: u32,
        at: u32,
        length: u32,
        open: u32,
        flags: u32,
        out: u32,
    ) {
        let (out, text) = (Out::handle(out), Area::new(at, length, 1));
        let (open, flags) = (open_flags(open), descriptor_flags(flags));
        let opened = || {
            let path = path(text)?;
            // The present time is only used for a file that is made or truncated.
            let timed = open.create || open.truncate;
            let now = if timed { host::now() } else { Timestamp::default() };
            hand_out(|held| {
                let base = held.descriptor(directory);
                let opened =
                    held.space.open_at(base, follow(path_flags), &path, open, flags, now)?;
                Ok(Resource::Descriptor(opened))
            })
        };
        out.put_handle(opened());
    }

    "wasi:filesystem/types#[method]descriptor.create-directory-at"
    fn create_directory_at(_caller, directory: u32, at: u32, length: u32, out: u32) {
        touch_at(directory, at, length, out, &|space, base, path, now| {
            space.create_directory_at(base, path, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.remove-directory-at"
    fn remove_directory_at(_caller, directory: u32, at: u32, length: u32, out: u32) {
        touch_at(directory, at, length, out, &|space, base, path, now| {
            space.remove_directory_at(base, path, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.unlink-file-at"
    fn unlink_file_at(_caller, directory: u32, at: u32, length: u32, out: u32) {
        touch_at(directory, at, length, out, &|space, base, path, now| {
            space.unlink_file_at(base, path, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.stat-at"
    fn stat_at(_caller, directory: u32, flags: u32, at: u32, length: u32, out: u32) {
        let (out, text) = (Out::new(out, 104, 8), Area::new(at, length, 1));
        let stat = path(text).and_then(|path| {
            ask(directory, |space, base| space.stat_at(base, follow(flags), &path))
        });
        out.put(stat, put_stat);
    }

    "wasi:filesystem/types#[method]descriptor.metadata-hash-at"
    fn metadata_hash_at(_caller, directory: u32, flags: u32, at: u32, length: u32, out: u32) {
        let (out, text) = (Out::new(out, 24, 8), Area::new(at, length, 1));
        let hash = path(text).and_then(|path| {
            ask(directory, |space, base| space.metadata_hash_at(base, follow(flags), &path))
        });
        out.put(hash, put_hash);
    }

    "wasi:filesystem/types#[method]descriptor.set-times-at"
    fn set_times_at(
        _caller,
        directory: u32,
        flags: u32,
        at: u32,
        length: u32,
        accessed: u32,
        accessed_seconds: u64,
        accessed_nanoseconds: u32,
        modified: u32,
        modified_seconds: u64,
        modified_nanoseconds: u32,
        out: u32,
    ) {
        let accessed = new_timestamp(accessed, accessed_seconds, accessed_nanoseconds);
        let modified = new_timestamp(modified, modified_seconds, modified_nanoseconds);
        touch_at(directory, at, length, out, &|space, base, path, now| {
            space.set_times_at(base, follow(flags), path, accessed, modified, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.link-at"
    fn link_at(
        _caller,
        old_directory: u32,
        flags: u32,
        old: u32,
        old_length: u32,
        new_directory: u32,
        new: u32,
        new_length: u32,
        out: u32,
    ) {
        let texts = [Area::new(old, old_length, 1), Area::new(new, new_length, 1)];
        touch_two([old_directory, new_directory], texts, out, &|space, bases, paths, now| {
            let ([from, to], [old, new]) = (bases, paths);
            space.link_at(from, follow(flags), old, to, new, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.rename-at"
    fn rename_at(
        _caller,
        old_directory: u32,
        old: u32,
        old_length: u32,
        new_directory: u32,
        new: u32,
        new_length: u32,
        out: u32,
    ) {
        let texts = [Area::new(old, old_length, 1), Area::new(new, new_length, 1)];
        touch_two([old_directory, new_directory], texts, out, &|space, bases, paths, now| {
            let ([from, to], [old, new]) = (bases, paths);
            space.rename_at(from, old, to, new, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.symlink-at"
    fn symlink_at(
        _caller,
        directory: u32,
        target: u32,
        target_length: u32,
        at: u32,
        length: u32,
        out: u32,
    ) {
        let texts = [Area::new(target, target_length, 1), Area::new(at, length, 1)];
        touch_two([directory, directory], texts, out, &|space, [base, _], [target, path], now| {
            space.symlink_at(target, base, path, now)
        });
    }

    "wasi:filesystem/types#[method]descriptor.readlink-at"
    fn readlink_at(caller, directory: u32, at: u32, length: u32, out: u32) {
        let (out, text) = (Out::new(out, 12, 4), Area::new(at, length, 1));
        let target = path(text).and_then(|path| {
            ask(directory, |space, base| space.readlink_at(base, &path).map(str::to_owned))
        });
        out.put(target.map(|target| caller.give(target.as_bytes())), |area, at, target| {
            put_list(area, at, target, target.length());
        });
    }
}

/// Changes the file or directory that a path names. This function is not generic, and neither are
/// similar ones, since each copy would add its size to the module.
#[inline(never)]
fn touch_at(
    directory: u32,
    at: u32,
    length: u32,
    out: u32,
    work: &dyn Fn(&mut Space, Handle, &str, Timestamp) -> Outcome<()>,
) {
    let (out, text) = (Out::small(out), Area::new(at, length, 1));
    let touched = path(text)
        .and_then(|path| touch(directory, |space, base, now| work(space, base, &path, now)));
    out.put_nothing(touched);
}

/// A change with two directories and two texts as parameters.
type ChangeOfTwo<'a> = dyn Fn(&mut Space, [Handle; 2], [&str; 2], Timestamp) -> Outcome<()> + 'a;

/// Makes a change with two paths, each relative to a directory. A directory of the host is on
/// another device.
#[inline(never)]
fn touch_two(directories: [u32; 2], texts: [Area; 2], out: u32, work: &ChangeOfTwo<'_>) {
    let out = Out::small(out);
    let touched = || -> Result<()> {
        let [one, other] = [path(texts[0])?, path(texts[1])?];
        if let Some(ours) = across(directories) {
            look(|held| held.descriptor(ours));
            return Err(Code::CROSS_DEVICE);
        }
        let now = host::now();
        let touched = change(|held| {
            let bases = directories.map(|directory| held.descriptor(directory));
            work(&mut held.space, bases, [&one, &other], now)
        });
        touched.map_err(Code::from)
    };
    out.put_nothing(touched());
}

/// Returns the directory of this module if the other one is the host's.
fn across([one, other]: [u32; 2]) -> Option<u32> {
    match (one & OURS, other & OURS) {
        (0, OURS) => Some(other),
        (OURS, 0) => Some(one),
        _ => None,
    }
}
