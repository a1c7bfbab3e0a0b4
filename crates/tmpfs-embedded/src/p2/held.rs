//! The resources that were handed out, by their handles.

use alloc::string::String;

use component_rt::refusing;
use tmpfs::{Cursor, Error, Handle, Result as Outcome, Timestamp};
use tmpfs_start::Space;

use crate::files::Files;
use crate::p2::abi::{Code, OURS, Result};
use crate::p2::host::{self, Host};
use crate::program::{self, Area, Unreadable, trap};
use crate::single::Single;
use crate::streams::{Reader, Writer};
use crate::table::Room;

/// A resource of this module.
pub(crate) enum Resource {
    Descriptor(Handle),
    /// A `directory-entry-stream`.
    Listing {
        directory: Handle,
        cursor: Cursor,
    },
    Reader(Reader),
    Writer(Writer),
    /// A pollable of a file, which is always ready.
    Pollable,
    /// The reason why a stream failed.
    Error(Error),
}

pub(crate) type Held = Files<Resource>;

static HELD: Single<Held> = Single::new();

/// Runs work that may allocate, and that fails with an error if there is no memory.
#[inline]
pub(crate) fn change<R>(work: impl FnOnce(&mut Held) -> R) -> R {
    HELD.with(Held::start::<Host>, |held| refusing(|| work(held)))
}

/// Runs work that allocates nothing, or only for a moment.
#[inline]
pub(crate) fn look<R>(work: impl FnOnce(&mut Held) -> R) -> R {
    HELD.with(Held::start::<Host>, work)
}

/// Changes the file or directory of a descriptor, with the present time.
pub(crate) fn touch<R>(
    descriptor: u32,
    work: impl FnOnce(&mut Space, Handle, Timestamp) -> Outcome<R>,
) -> Result<R> {
    let now = host::now();
    change(|held| {
        let handle = held.descriptor(descriptor);
        work(&mut held.space, handle, now)
    })
    .map_err(Code::from)
}

/// Reads the file or directory of a descriptor.
pub(crate) fn ask<R>(
    descriptor: u32,
    work: impl FnOnce(&Space, Handle) -> Outcome<R>,
) -> Result<R> {
    look(|held| {
        let handle = held.descriptor(descriptor);
        work(&held.space, handle)
    })
    .map_err(Code::from)
}

/// Copies a path of the program, see [`program::text`].
#[inline(never)]
pub(crate) fn path(path: Area) -> Result<String> {
    let most = look(|held| held.space.limits().path);
    program::text(path, most).map_err(|unreadable| match unreadable {
        Unreadable::NotUtf8 => trap(),
        Unreadable::Refused(error) => Code::from(error),
    })
}

/// Opens something and hands it out, if there is memory for it.
pub(crate) fn hand_out(open: impl FnOnce(&mut Held) -> Outcome<Resource>) -> Result<u32> {
    change(|held| {
        let room = held.table.reserve()?;
        let resource = open(held)?;
        Ok(held.put(room, resource))
    })
    .map_err(|error: Error| Code::from(error))
}

impl Held {
    pub(crate) fn put(&mut self, room: Room, resource: Resource) -> u32 {
        self.table.put(room, resource) | OURS
    }

    /// Returns the resource of a handle.
    #[inline]
    pub(crate) fn resource(&mut self, handle: u32) -> &mut Resource {
        // A handle without bit 30, or with a higher bit set, is beyond the end of every table.
        self.table.get_mut(handle ^ OURS).unwrap_or_else(|| trap())
    }

    #[inline]
    pub(crate) fn descriptor(&mut self, handle: u32) -> Handle {
        match self.resource(handle) {
            Resource::Descriptor(handle) => *handle,
            _ => trap(),
        }
    }

    #[inline]
    pub(crate) fn reader(&mut self, handle: u32) -> (&Space, &mut Reader) {
        match self.table.get_mut(handle ^ OURS) {
            Some(Resource::Reader(reader)) => (&self.space, reader),
            _ => trap(),
        }
    }

    #[inline]
    pub(crate) fn writer(&mut self, handle: u32) -> (&mut Space, &mut Writer) {
        match self.table.get_mut(handle ^ OURS) {
            Some(Resource::Writer(writer)) => (&mut self.space, writer),
            _ => trap(),
        }
    }

    #[inline]
    pub(crate) fn listing(&mut self, handle: u32) -> (&Space, Handle, &mut Cursor) {
        match self.table.get_mut(handle ^ OURS) {
            Some(Resource::Listing { directory, cursor }) => (&self.space, *directory, cursor),
            _ => trap(),
        }
    }

    /// Drops a resource. Traps unless `is` returns true for it.
    fn drop(&mut self, handle: u32, is: impl FnOnce(&Resource) -> bool) {
        if !is(self.resource(handle)) {
            trap();
        }
        let open = match self.table.take(handle ^ OURS) {
            Some(Resource::Descriptor(handle) | Resource::Listing { directory: handle, .. }) => {
                handle
            }
            Some(Resource::Reader(Reader { file, .. }) | Resource::Writer(Writer { file, .. })) => {
                file
            }
            Some(Resource::Pollable | Resource::Error(_)) | None => return,
        };
        self.space.close(open).expect("BUG: it is open as long as the resource lives");
    }
}

/// Drops a resource.
pub(crate) fn drop(handle: u32, is: impl FnOnce(&Resource) -> bool) {
    change(|held| held.drop(handle, is));
}
