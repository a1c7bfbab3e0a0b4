//! `wasi:filesystem/preopens`: the root of the space, with the path of its mount.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::string::String;
use alloc::vec::Vec;

use tmpfs::DescriptorFlags;

use crate::files::is_same_path;
use crate::p2::abi::{lowered, put_list};
use crate::p2::held::{Resource, hand_out, look};
use crate::p2::host;
use crate::program::{Area, Caller};

lowered! {
    "wasi:filesystem/preopens#get-directories"
    fn get_directories(caller, out: u32) {
        list(caller, Area::new(out, 8, 4), Vec::new());
    }

    /// Also lists the host's directories, except one with the path of the mount.
    "beside:wasi:filesystem/preopens#get-directories"
    fn get_directories_beside(caller, out: u32) {
        let out = Area::new(out, 8, 4);
        let mut directories = host::directories();
        let mount = look(|held| held.mount.clone());
        directories.retain(|(handle, path)| {
            let other = !is_same_path(path, &mount);
            if !other {
                host::close(*handle);
            }
            other
        });
        list(caller, out, directories);
    }
}

/// Lists directories and the root. The root is left out if no more handles may be opened, since the
/// function has no error.
fn list(caller: Caller, out: Area, mut directories: Vec<(u32, String)>) {
    let root =
        hand_out(|held| held.space.root(DescriptorFlags::DIRECTORY).map(Resource::Descriptor));
    if let Ok(root) = root {
        directories.push((root, look(|held| held.mount.clone())));
    }
    let count = u32::try_from(directories.len()).expect("BUG: memory has 32 bits");
    let list = caller.allocate(count * 12, 4);
    for (at, (handle, path)) in (0..).step_by(12).zip(directories) {
        let path = caller.give(path.as_bytes());
        list.store32(at, handle);
        put_list(list, at + 4, path, path.length());
    }
    put_list(out, 0, list, count);
}
