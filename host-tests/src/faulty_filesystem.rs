//! Functions in the place of WASI's, which fail as the [faults](crate::faults::Faults) say, and let
//! other processes act in the very moment of a call.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    ErrorCode, HostDescriptor as _, HostDirectoryEntryStream as _,
};

use crate::counters::Host;
use crate::faults::Moment;

type Outcome<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;

/// Puts functions that can fail in the place of WASI's.
pub(crate) fn install(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    type Store<'a> = StoreContextMut<'a, Host>;
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:filesystem/types@0.2.12")?;
    types.func_wrap(
        "[method]descriptor.unlink-file-at",
        |mut store: Store<'_>, (directory, path)| {
            let host = store.data_mut();
            if refused(&mut host.faults.refused_unlinks) {
                return Ok((Err(ErrorCode::Busy),));
            }
            outcome(host.filesystem().unlink_file_at(directory, path))
        },
    )?;
    types.func_wrap("[method]descriptor.write", write)?;
    types.func_wrap(
        "[method]descriptor.rename-at",
        |mut store: Store<'_>, (from, path, to, new)| {
            moving(store.data_mut(), |host| host.filesystem().rename_at(from, path, to, new))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.link-at",
        |mut store: Store<'_>, (from, flags, path, to, new)| {
            moving(store.data_mut(), |host| host.filesystem().link_at(from, flags, path, to, new))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read-directory",
        |mut store: Store<'_>, (directory,)| {
            let host = store.data_mut();
            host.listings += 1;
            outcome(host.filesystem().read_directory(directory))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.remove-directory-at",
        |mut store: Store<'_>, (directory, path)| {
            let host = store.data_mut();
            interfere(host, Moment::BeforeRemoval);
            outcome(host.filesystem().remove_directory_at(directory, path))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read",
        |mut store: Store<'_>, (file, length, position)| {
            let host = store.data_mut();
            if refused(&mut host.faults.refused_reads) {
                return Ok((Err(ErrorCode::Io),));
            }
            outcome(host.filesystem().read(file, length, position))
        },
    )?;
    types.func_wrap(
        "[method]directory-entry-stream.read-directory-entry",
        |mut store: Store<'_>, (listing,)| {
            let host = store.data_mut();
            let entry = host.filesystem().read_directory_entry(listing);
            if refused(&mut host.faults.vanished_entries) {
                return Ok((Err(ErrorCode::NoEntry),));
            }
            outcome(entry)
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Takes one off the refusals that are left, if any is.
fn refused(left: &mut u32) -> bool {
    let refused = *left > 0;
    *left = left.saturating_sub(1);
    refused
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

/// Moves or links, with what another process does before and after.
fn moving(host: &mut Host, action: impl FnOnce(&mut Host) -> FsResult<()>) -> Outcome<()> {
    interfere(host, Moment::BeforeMove);
    let moved = outcome(action(host));
    interfere(host, Moment::AfterMove);
    moved
}

fn outcome<T>(outcome: FsResult<T>) -> Outcome<T> {
    match outcome {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?.into()),)),
    }
}
