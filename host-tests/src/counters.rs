//! The data of a store: the WASI context, and the counts of a running guest.

use wasmtime::component::ResourceTable;
use wasmtime::{CallHook, ResourceLimiter};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::faults::{Faults, Moment};

/// The data of a store.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) wasi: WasiCtx,
    pub(crate) scratch: ScratchCtx,
    pub(crate) table: ResourceTable,
    /// The number of calls of the host. Dropping a resource of the host counts twice: the hook sees
    /// the call and its destructor.
    pub(crate) calls: u64,
    /// True if the next call of the host is a trap.
    pub(crate) refuse_calls: bool,
    pub(crate) memory: Memory,
    pub(crate) faults: Faults,
    /// The act of another process, which happens once, and its moment.
    pub(crate) interference: Option<(Moment, Box<dyn FnOnce() + Send>)>,
    /// The number of directories that were listed.
    pub(crate) listings: u64,
}

impl Host {
    pub(crate) fn on_call(&mut self, hook: CallHook) -> wasmtime::Result<()> {
        if matches!(hook, CallHook::CallingHost) {
            self.calls += 1;
            if self.refuse_calls {
                wasmtime::bail!("the test makes this call of the host a trap");
            }
        }
        Ok(())
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ScratchView for Host {
    fn scratch(&mut self) -> ScratchCtxView<'_> {
        let Self { scratch, wasi, table, .. } = self;
        ScratchCtxView { scratch, wasi, table }
    }
}

/// The memory that the guest has taken. Linear memory never shrinks, so this is its peak too.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) bytes: usize,
    /// The most bytes that the guest may take.
    pub(crate) limit: Option<usize>,
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let bytes = self.bytes + (desired - current);
        let granted = self.limit.is_none_or(|limit| bytes <= limit);
        if granted {
            self.bytes = bytes;
        }
        Ok(granted)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
