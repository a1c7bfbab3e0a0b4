//! `scratch:space`: interfaces by which a guest reads the usage of the space behind `TMPDIR`, and
//! empties it.

use tmpfs::{Limits, Usage};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, Lower};

use crate::ctx::ScratchView;
use crate::space::Space;

/// The record `amounts` of the interface.
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Amounts {
    bytes: u64,
    metadata: u64,
    nodes: u64,
    handles: u64,
}

/// The record `amounts-allowed` of the interface.
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct AmountsAllowed {
    bytes: u64,
    metadata: u64,
    nodes: u64,
    handles: u32,
    name: u32,
    path: u32,
    #[component(name = "file-size")]
    file_size: u64,
    soft: u64,
}

/// Adds the interfaces `usage` and `files`.
pub(super) fn add_to_linker<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    let mut usage = linker.instance("scratch:space/usage@0.1.0")?;
    usage.func_wrap("usage", |store: StoreContextMut<'_, T>, (): ()| {
        asked(store, |space| amounts(space.usage()))
    })?;
    usage.func_wrap("high-water", |store: StoreContextMut<'_, T>, (): ()| {
        asked(store, |space| amounts(space.high_water()))
    })?;
    usage.func_wrap("limits", |store: StoreContextMut<'_, T>, (): ()| {
        asked(store, |space| allowed(space.limits()))
    })?;
    usage.func_wrap("over-soft-limit", |store: StoreContextMut<'_, T>, (): ()| {
        asked(store, Space::over_soft_limit)
    })?;
    let mut files = linker.instance("scratch:space/files@0.1.0")?;
    files.func_wrap("clear", |store: StoreContextMut<'_, T>, (): ()| {
        asked(
            store,
            |space| if space.is_seeded() { Err(()) } else { space.clear().map_err(|_| ()) },
        )
    })
}

/// Runs `work` on the space of the guest's temporary files.
fn asked<T: ScratchView, R>(
    mut store: StoreContextMut<'_, T>,
    work: impl FnOnce(&Space) -> R,
) -> wasmtime::Result<(R,)> {
    let view = store.data_mut().scratch();
    match view.scratch.temporary_space() {
        Some(space) => Ok((work(space),)),
        None => Err(wasmtime::format_err!("no writable scratch space is mounted")),
    }
}

fn amounts(usage: Usage) -> Amounts {
    let Usage { content: bytes, metadata, nodes, handles } = usage;
    Amounts { bytes, metadata, nodes, handles }
}

fn allowed(limits: Limits) -> AmountsAllowed {
    let Limits { content: bytes, metadata, nodes, handles, name, path, file_size, soft } = limits;
    AmountsAllowed { bytes, metadata, nodes, handles, name, path, file_size, soft }
}
