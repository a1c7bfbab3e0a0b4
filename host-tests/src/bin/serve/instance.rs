//! Instances of the component, with what `wasmtime serve` links and nothing else.

use std::future::{self, Future};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use host_tests::NoRequests;
use wasmtime::component::{Component, GuestTaskId, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p2::{add_to_linker_async, bindings};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Makes an instance whenever none is there to take a request.
pub(crate) struct Instances {
    engine: Engine,
    component: ProxyPre<Host>,
    /// The number of requests that each answers.
    requests: usize,
}

impl Instances {
    pub(crate) fn of(component: &Path, requests: usize) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker_async(&mut linker)?;
        let component = linker.instantiate_pre(&Component::from_file(&engine, component)?)?;
        let component = ProxyPre::P2(bindings::ProxyPre::new(component)?);
        Ok(Self { engine, component, requests })
    }
}

impl HandlerState for Instances {
    type StoreData = Host;
    type WorkerExpiration = Never;
    type WorkerState = Turns;

    async fn instantiate(&self) -> Result<Instance<Host, Never, Turns>> {
        let mut store = Store::new(&self.engine, Host::default());
        let proxy = self.component.instantiate_async(&mut store).await?;
        let state = Turns(self.requests);
        Ok(Instance { store, proxy, view: Host::http, expiration: Never, state })
    }
}

/// The number of requests that an instance answers, one after the other.
pub(crate) struct Turns(usize);

impl WorkerState for Turns {
    type StoreData = Host;
    type RequestData = ();

    fn should_accept_request(&self, at_once: usize, so_far: usize) -> ShouldAccept {
        match (at_once, so_far) {
            (_, so_far) if so_far >= self.0 => ShouldAccept::Never,
            (0, _) => ShouldAccept::Yes,
            _ => ShouldAccept::No,
        }
    }

    /// Returns a future that would end when the request has waited for too long, and never does.
    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Host>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(future::pending())
    }

    fn drop(&self, _: Store<Host>, outcome: Result<()>) {
        if let Err(error) = outcome {
            eprintln!("worker failed: {error:?}");
        }
    }
}

/// Ends no instance before its turns are over.
pub(crate) struct Never;

impl WorkerExpiration for Never {
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>, _: WorkerStatus, _: Instant) -> Poll<()> {
        Poll::Pending
    }
}

/// The host's part of an instance.
#[derive(Default)]
pub(crate) struct Host {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing: NoRequests,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outgoing, table: &mut self.table, ctx: &mut self.http }
    }
}
