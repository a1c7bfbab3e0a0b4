//! `wasi:filesystem/types`: reads, writes and attributes of an open file or directory.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs::{Error, Kind};

use crate::p2::abi::{
    Code, MOST, OURS, Out, Result, case, flag, kind, lowered, new_timestamp, put_hash, put_list,
    put_stat, told_flags,
};
use crate::p2::held::{Resource, ask, drop, hand_out, look, touch};
use crate::program::{Area, Caller, Piece, index};
use crate::streams::{Position, Reader, Writer};

lowered! {
    "wasi:filesystem/types#[method]descriptor.read-via-stream"
    fn read_via_stream(_caller, descriptor: u32, offset: u64, out: u32) {
        let out = Out::handle(out);
        out.put_handle(hand_out(|held| {
            let descriptor = held.descriptor(descriptor);
            let file = held.space.duplicate_file(descriptor, |flags| flags.read)?;
            Ok(Resource::Reader(Reader::new(file, offset)))
        }));
    }

    "wasi:filesystem/types#[method]descriptor.write-via-stream"
    fn write_via_stream(_caller, descriptor: u32, offset: u64, out: u32) {
        writer(descriptor, Position::At(offset), out);
    }

    "wasi:filesystem/types#[method]descriptor.append-via-stream"
    fn append_via_stream(_caller, descriptor: u32, out: u32) {
        writer(descriptor, Position::End, out);
    }

    /// Accepts advice without effect: nothing is read ahead.
    "wasi:filesystem/types#[method]descriptor.advise"
    fn advise(_caller, descriptor: u32, _offset: u64, _length: u64, advice: u32, out: u32) {
        let out = Out::small(out);
        case(advice, 6);
        out.put_nothing(match ask(descriptor, |space, handle| space.kind(handle)) {
            Ok(Kind::RegularFile) => Ok(()),
            Ok(Kind::Directory | Kind::SymbolicLink) => Err(Code::from(Error::BadDescriptor)),
            Err(code) => Err(code),
        });
    }

    "wasi:filesystem/types#[method]descriptor.sync-data"
    fn sync_data(_caller, descriptor: u32, out: u32) {
        settled(descriptor, out);
    }

    "wasi:filesystem/types#[method]descriptor.sync"
    fn sync(_caller, descriptor: u32, out: u32) {
        settled(descriptor, out);
    }

    "wasi:filesystem/types#[method]descriptor.get-flags"
    fn get_flags(_caller, descriptor: u32, out: u32) {
        let out = Out::small(out);
        out.put_byte(ask(descriptor, |space, handle| space.flags(handle)).map(told_flags));
    }

    "wasi:filesystem/types#[method]descriptor.get-type"
    fn get_type(_caller, descriptor: u32, out: u32) {
        let out = Out::small(out);
        out.put_byte(ask(descriptor, |space, handle| space.kind(handle)).map(kind));
    }

    "wasi:filesystem/types#[method]descriptor.set-size"
    fn set_size(_caller, descriptor: u32, size: u64, out: u32) {
        let out = Out::small(out);
        out.put_nothing(touch(descriptor, |space, handle, now| space.set_size(handle, size, now)));
    }

    "wasi:filesystem/types#[method]descriptor.set-times"
    fn set_times(
        _caller,
        descriptor: u32,
        accessed: u32,
        accessed_seconds: u64,
        accessed_nanoseconds: u32,
        modified: u32,
        modified_seconds: u64,
        modified_nanoseconds: u32,
        out: u32,
    ) {
        let out = Out::small(out);
        let accessed = new_timestamp(accessed, accessed_seconds, accessed_nanoseconds);
        let modified = new_timestamp(modified, modified_seconds, modified_nanoseconds);
        out.put_nothing(touch(descriptor, |space, handle, now| {
            space.set_times(handle, accessed, modified, now)
        }));
    }

    "wasi:filesystem/types#[method]descriptor.read"
    fn read(caller, descriptor: u32, length: u64, offset: u64, out: u32) {
        let out = Out::new(out, 16, 4);
        out.put(read_list(caller, descriptor, length, offset), |area, at, (list, end)| {
            put_list(area, at, list, list.length());
            area.store8(at + 8, flag(end));
        });
    }

    "wasi:filesystem/types#[method]descriptor.write"
    fn write(_caller, descriptor: u32, from: u32, length: u32, offset: u64, out: u32) {
        let out = Out::number(out);
        let bytes = Piece::Program(Area::new(from, length, 1).bytes());
        let written = touch(descriptor, |space, handle, now| {
            space.write_from(handle, offset, index(length), &mut { bytes }, now)
        });
        out.put_number(written.map(|written| u64::try_from(written).unwrap_or(u64::MAX)));
    }

    "wasi:filesystem/types#[method]descriptor.stat"
    fn stat(_caller, descriptor: u32, out: u32) {
        let out = Out::new(out, 104, 8);
        out.put(ask(descriptor, |space, handle| space.stat(handle)), put_stat);
    }

    "wasi:filesystem/types#[method]descriptor.metadata-hash"
    fn metadata_hash(_caller, descriptor: u32, out: u32) {
        let out = Out::new(out, 24, 8);
        out.put(ask(descriptor, |space, handle| space.metadata_hash(handle)), put_hash);
    }

    /// Returns whether two descriptors are of one object. One of this module and one of the host
    /// never are.
    "wasi:filesystem/types#[method]descriptor.is-same-object"
    fn is_same_object(_caller, descriptor: u32, other: u32) -> u32 {
        if descriptor & other & OURS == 0 {
            return 0;
        }
        look(|held| {
            let (one, other) = (held.descriptor(descriptor), held.descriptor(other));
            flag(held.space.is_same_object(one, other).unwrap_or(false))
        })
    }

    "wasi:filesystem/types#[resource-drop]descriptor"
    fn drop_descriptor(_caller, descriptor: u32) {
        drop(descriptor, |resource| matches!(resource, Resource::Descriptor(_)));
    }
}

fn writer(descriptor: u32, position: Position, out: u32) {
    let out = Out::handle(out);
    out.put_handle(hand_out(|held| {
        let descriptor = held.descriptor(descriptor);
        let file = held.space.duplicate_file(descriptor, |flags| flags.write)?;
        Ok(Resource::Writer(Writer::new(file, position)))
    }));
}

/// Answers that everything is synchronized, since files are in memory only.
fn settled(descriptor: u32, out: u32) {
    let out = Out::small(out);
    look(|held| held.descriptor(descriptor));
    out.put_nothing(Ok(()));
}

/// Reads into a list of the program, and returns whether the file ends there: as in wasmtime,
/// exactly if nothing was read. The length is known before the program allocates the list, and
/// stays the same, since no other code runs in between.
fn read_list(caller: Caller, descriptor: u32, length: u64, offset: u64) -> Result<(Area, bool)> {
    let size = ask(descriptor, |space, handle| {
        // Check first that the file may be read at all.
        space.read_into(handle, offset, 0, &mut Area::EMPTY.bytes())?;
        Ok(space.stat(handle)?.size)
    })?;
    let wanted = length.min(size.saturating_sub(offset)).min(MOST);
    let wanted = u32::try_from(wanted).expect("BUG: it was cut");
    let list = caller.allocate(wanted, 1);
    ask(descriptor, |space, handle| {
        space.read_into(handle, offset, index(wanted), &mut list.bytes())
    })?;
    Ok((list, wanted == 0))
}
