//! A host that lends a component two directories, logs what the component makes in them, and
//! refuses some of it. The component is `tempfile-audited.wasm`, which asks its host before every
//! attempt.

use std::path::Path;

use anyhow::Result;
use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "component-audited",
        with: { "wasi": wasmtime_wasi::p2::bindings::sync },
    });
}

use bindings::ComponentAudited;
use bindings::exports::scratch::tempfile::tempfile::{Error, NameOptions};
use bindings::scratch::tempfile::audit;

/// The data of one component's store.
struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
    /// Attempts that the component may still make.
    attempts: u32,
}

impl audit::Host for Host {
    fn hook(&mut self, event: String, path: String) -> Result<(), String> {
        println!("  {event} {path}");
        // The path of a directory is as the caller wrote it: `..` could lead out again.
        if !path.starts_with("/tmp/") || path.contains("/../") {
            return Err(format!("{path} is not in /tmp"));
        }
        let left = self.attempts.checked_sub(1);
        self.attempts = left.ok_or("three attempts were enough")?;
        Ok(())
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, xtask::components::build("tempfile-audited")?)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    audit::add_to_linker::<_, HasSelf<Host>>(&mut linker, |host| host)?;

    let (tmp, data) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let mut wasi = WasiCtxBuilder::new();
    wasi.preopened_dir(tmp.path(), "/tmp", FsPerms::ReadWrite)?;
    wasi.preopened_dir(data.path(), "/data", FsPerms::ReadWrite)?;
    let host = Host { wasi: wasi.build(), table: ResourceTable::new(), attempts: 3 };
    let mut store = Store::new(&engine, host);
    let component = ComponentAudited::instantiate(&mut store, &component, &linker)?;
    let guest = component.scratch_tempfile_tempfile();

    println!("mkstemp");
    tell(guest.call_mkstemp(&mut store, None)?);
    println!("mkdtemp");
    tell(guest.call_mkdtemp(&mut store, None)?);
    for dir in ["/data", "/tmp/../data"] {
        println!("mkdtemp in {dir}");
        let options = NameOptions { suffix: None, prefix: None, dir: Some(dir.to_owned()) };
        tell(guest.call_mkdtemp(&mut store, Some(&options))?);
    }
    println!("temporary-file");
    tell(guest.call_temporary_file(&mut store, None)?);
    println!("named-temporary-file");
    tell(guest.call_named_temporary_file(&mut store, None)?);

    println!("left: {} in /tmp, {} in /data", count(tmp.path())?, count(data.path())?);
    Ok(())
}

/// Prints the answer that the component's caller gets.
fn tell<T>(outcome: Result<T, Error>) {
    match outcome {
        Ok(_) => println!("  made"),
        Err(Error::Other(reason)) => println!("  refused: {reason}"),
        Err(error) => println!("  failed: {error:?}"),
    }
}

fn count(directory: &Path) -> Result<usize> {
    Ok(directory.read_dir()?.count())
}
