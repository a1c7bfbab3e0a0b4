//! Functions in the place of WASI's, which fail as the [faults](crate::faults::Faults) say, and let
//! other processes act in the very moment of a call.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    DirectoryEntry, ErrorCode, HostDescriptor as _, HostDirectoryEntryStream as _, PathFlags,
};
use wasmtime_wasi::p2::{FsResult, ReaddirIterator};

use crate::counters::Host;
use crate::faults::Moment;

type Outcome<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;

/// Puts functions that can fail in the place of WASI's.
pub(crate) fn install(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:filesystem/types@0.2.12")?;
    types.func_wrap("[method]descriptor.unlink-file-at", unlink_file_at)?;
    types.func_wrap("[method]descriptor.write", write)?;
    types.func_wrap("[method]descriptor.rename-at", rename_at)?;
    types.func_wrap("[method]descriptor.link-at", link_at)?;
    types.func_wrap("[method]descriptor.read-directory", read_directory)?;
    types.func_wrap("[method]descriptor.remove-directory-at", remove_directory_at)?;
    types.func_wrap("[method]descriptor.read", read)?;
    types.func_wrap("[method]directory-entry-stream.read-directory-entry", read_directory_entry)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn unlink_file_at(
    mut store: StoreContextMut<'_, Host>,
    (directory, path): (Resource<Descriptor>, String),
) -> Outcome<()> {
    let host = store.data_mut();
    if let Some(left) = host.faults.refused_unlinks.checked_sub(1) {
        host.faults.refused_unlinks = left;
        return Ok((Err(ErrorCode::Busy),));
    }
    outcome(host.filesystem().unlink_file_at(directory, path))
}

fn write(
    mut store: StoreContextMut<'_, Host>,
    (file, mut bytes, position): (Resource<Descriptor>, Vec<u8>, u64),
) -> Outcome<u64> {
    let host = store.data_mut();
    if host.faults.space == Some(0) {
        return Ok((Err(ErrorCode::InsufficientSpace),));
    }
    let limits = [host.faults.space, host.faults.longest_write];
    for limit in limits.into_iter().flatten() {
        bytes.truncate(usize::try_from(limit)?);
    }
    if let Some(space) = &mut host.faults.space {
        *space -= u64::try_from(bytes.len())?;
    }
    outcome(host.filesystem().write(file, bytes, position))
}

/// Lets another process act, if this is its moment.
fn interfere(host: &mut Host, moment: Moment) {
    if let Some((_, interference)) = host.interference.take_if(|(at, _)| *at == moment) {
        interference();
    }
}

fn remove_directory_at(
    mut store: StoreContextMut<'_, Host>,
    (directory, path): (Resource<Descriptor>, String),
) -> Outcome<()> {
    let host = store.data_mut();
    interfere(host, Moment::BeforeRemoval);
    outcome(host.filesystem().remove_directory_at(directory, path))
}

fn read(
    mut store: StoreContextMut<'_, Host>,
    (file, length, position): (Resource<Descriptor>, u64, u64),
) -> Outcome<(Vec<u8>, bool)> {
    let host = store.data_mut();
    if let Some(left) = host.faults.refused_reads.checked_sub(1) {
        host.faults.refused_reads = left;
        return Ok((Err(ErrorCode::Io),));
    }
    outcome(host.filesystem().read(file, length, position))
}

fn rename_at(
    mut store: StoreContextMut<'_, Host>,
    (from, path, to, new): (Resource<Descriptor>, String, Resource<Descriptor>, String),
) -> Outcome<()> {
    let host = store.data_mut();
    interfere(host, Moment::BeforeMove);
    let moved = outcome(host.filesystem().rename_at(from, path, to, new));
    interfere(host, Moment::AfterMove);
    moved
}

fn link_at(
    mut store: StoreContextMut<'_, Host>,
    (from, flags, path, to, new): (
        Resource<Descriptor>,
        PathFlags,
        String,
        Resource<Descriptor>,
        String,
    ),
) -> Outcome<()> {
    let host = store.data_mut();
    interfere(host, Moment::BeforeMove);
    let linked = outcome(host.filesystem().link_at(from, flags, path, to, new));
    interfere(host, Moment::AfterMove);
    linked
}

fn read_directory(
    mut store: StoreContextMut<'_, Host>,
    (directory,): (Resource<Descriptor>,),
) -> Outcome<Resource<ReaddirIterator>> {
    let host = store.data_mut();
    host.listings += 1;
    outcome(host.filesystem().read_directory(directory))
}

fn read_directory_entry(
    mut store: StoreContextMut<'_, Host>,
    (listing,): (Resource<ReaddirIterator>,),
) -> Outcome<Option<DirectoryEntry>> {
    let host = store.data_mut();
    let entry = host.filesystem().read_directory_entry(listing);
    if let Some(left) = host.faults.vanished_entries.checked_sub(1) {
        host.faults.vanished_entries = left;
        return Ok((Err(ErrorCode::NoEntry),));
    }
    outcome(entry)
}

fn outcome<T>(outcome: FsResult<T>) -> Outcome<T> {
    match outcome {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?.into()),)),
    }
}
