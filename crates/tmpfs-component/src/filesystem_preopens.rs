//! `wasi:filesystem/preopens`: the root of the space, with the path of its mount.

use alloc::string::String;
use alloc::vec::Vec;

use tmpfs::DescriptorFlags;

use crate::Component;
use crate::bindings::exports::wasi::filesystem::preopens::{Descriptor as Exported, Guest};
use crate::convert;
use crate::descriptor::Descriptor;
use crate::filesystem_types::hand_out;
use crate::state::{change, mount};

impl Guest for Component {
    /// Returns an empty list if no more handles may be opened, since the function has no error.
    fn get_directories() -> Vec<(Exported, String)> {
        let open = || {
            let root = change(|space| space.root(DescriptorFlags::DIRECTORY));
            root.map(Descriptor::of).map_err(convert::code)
        };
        let root = hand_out(open, Exported::new).ok();
        root.map(|root| (root, mount())).into_iter().collect()
    }
}
