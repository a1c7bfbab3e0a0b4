//! `wasi:filesystem/types`: listings of directories.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::borrow::ToOwned as _;

use tmpfs::{Cursor, Error, Kind};

use crate::p2::abi::{Code, Out, flag, kind, lowered, put_list};
use crate::p2::held::{Resource, drop, hand_out, look};

lowered! {
    "wasi:filesystem/types#[method]descriptor.read-directory"
    fn read_directory(_caller, descriptor: u32, out: u32) {
        let out = Out::handle(out);
        out.put_handle(hand_out(|held| {
            let handle = held.descriptor(descriptor);
            if held.space.kind(handle)? != Kind::Directory {
                return Err(Error::NotDirectory);
            }
            let directory = held.space.duplicate(handle)?;
            Ok(Resource::Listing { directory, cursor: Cursor::default() })
        }));
    }

    "wasi:filesystem/types#[method]directory-entry-stream.read-directory-entry"
    fn read_directory_entry(caller, listing: u32, out: u32) {
        let out = Out::new(out, 20, 4);
        let entry = look(|held| {
            let (space, directory, cursor) = held.listing(listing);
            let entry = space.list(directory, cursor)?;
            Ok(entry.map(|entry| (entry.kind, entry.name.to_owned())))
        });
        out.put(entry.map_err(|error: Error| Code::from(error)), |area, at, entry| {
            area.store8(at, flag(entry.is_some()));
            if let Some((of, name)) = entry {
                let name = caller.give(name.as_bytes());
                area.store8(at + 4, kind(of));
                put_list(area, at + 8, name, name.length());
            }
        });
    }

    "wasi:filesystem/types#[resource-drop]directory-entry-stream"
    fn drop_listing(_caller, listing: u32) {
        drop(listing, |resource| matches!(resource, Resource::Listing { .. }));
    }
}
