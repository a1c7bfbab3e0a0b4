//! The CPython of hyperlight-sandbox, as it is published. The component runs code, and besides
//! files it imports HTTP requests and a tool of its host.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use host_tests::kept::foreign;
use host_tests::{Ground, Library, Metering, NoRequests, component_of};
use tempfile::TempDir;
use wasmtime::Store;
use wasmtime::component::{ComponentType, Lift, Linker, ResourceTable, TypedFunc};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView, p2};
use wasmtime_wasi_http::p2::add_only_http_to_linker_sync;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::{made, merged, toolchains};

/// The component's answer to a piece of code.
#[derive(ComponentType, Lift)]
#[component(record)]
struct Outcome {
    stdout: String,
    stderr: String,
    #[component(name = "exit-code")]
    exit_code: i32,
}

/// The data of the store.
struct Host {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoRequests,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Host {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Runs a piece of code in the component on a ground, and returns its output.
#[track_caller]
fn printed(component: &Path, ground: Ground, wasi: WasiCtx, code: &str) -> String {
    let compiled = component_of(component, Library::Plain, ground, Metering::Off);
    let mut linker: Linker<Host> = Linker::new(&compiled.engine);
    p2::add_to_linker_sync(&mut linker).unwrap();
    add_only_http_to_linker_sync(&mut linker).unwrap();
    let mut tools = linker.instance("hyperlight:sandbox/tools").unwrap();
    // The only tool returns its argument.
    tools
        .func_wrap("dispatch", |_, (_, arguments): (String, String)| {
            Ok((Ok::<String, String>(arguments),))
        })
        .unwrap();
    let (table, http) = (ResourceTable::new(), WasiHttpCtx::new());
    let mut store = Store::new(&compiled.engine, Host { table, wasi, http, hooks: NoRequests });
    let instance = linker.instantiate(&mut store, &compiled.component).unwrap();
    let executor = instance.get_export_index(&mut store, None, "hyperlight:sandbox/executor");
    let run = instance.get_export_index(&mut store, executor.as_ref(), "run").unwrap();
    let run: TypedFunc<(&str,), (Outcome,)> = instance.get_typed_func(&mut store, run).unwrap();
    let (outcome,) = run.call(&mut store, (code,)).unwrap();
    let Outcome { stdout, stderr, exit_code } = outcome;
    assert_eq!((exit_code, stderr.as_str()), (0, ""), "{stdout}");
    stdout
}

/// Returns the program `sandbox.py`, followed by calls of these functions.
fn code(calls: &[&str]) -> String {
    let code = fs::read_to_string(foreign().join("python/sandbox.py")).unwrap();
    calls.iter().fold(code, |code, call| format!("{code}\n{call}()\n"))
}

/// Grants a directory of the host.
fn granted(folder: &TempDir, path: &str) -> WasiCtx {
    let mut wasi = WasiCtx::builder();
    wasi.preopened_dir(folder.path(), path, FsPerms::ReadWrite).unwrap();
    wasi.build()
}

#[test]
fn does_with_files_what_it_does_on_a_directory_of_the_host() {
    const TEST: &str = "hyperlight::does_with_files_what_it_does_on_a_directory_of_the_host";
    let Some(component) = made(TEST, toolchains::hyperlight()) else { return };
    let code = code(&["whole_files", "places", "tree", "failures", "host"]);
    let folder = TempDir::new().unwrap();
    let expected = printed(&component, Ground::Host, granted(&folder, "/tmp"), &code);
    assert!(expected.starts_with("write: 5\nread: 'hello'\n"), "{expected}");
    assert!(expected.lines().count() > 40, "{expected}");
    let nothing = WasiCtx::builder().build();
    assert_eq!(printed(&component, Ground::Embedded, nothing, &code), expected);
    let folder = TempDir::new().unwrap();
    let beside = granted(&folder, "/data");
    assert_eq!(printed(&component, Ground::Beside, beside, &code), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "all files were in memory");
}

/// The program's output on a full filesystem. The filesystem answers ENOSPC. For a failed stream,
/// the C library in CPython makes EIO of it.
const FULL: &str = "\
    much: True all: False\n\
    until: OSError ENOSPC\n\
    close: None\n\
    stream: OSError EIO\n\
    remove: None\n\
    again: 4\n\
    read: 'fits'\n";

#[test]
fn a_small_filesystem_ends() {
    const TEST: &str = "hyperlight::a_small_filesystem_ends";
    let Some(component) = made(TEST, toolchains::hyperlight()) else { return };
    let mut small = WasiCtx::builder();
    small.env("TMPFS_BYTES", "256K");
    let told = printed(&component, Ground::Embedded, small.build(), &code(&["full"]));
    assert_eq!(told, FULL);
}

/// Lists the interfaces that a component imports, without their versions.
fn imports(component: &[u8]) -> BTreeSet<String> {
    let names = scratch_compose::binary::imports(component).unwrap();
    names.iter().map(|name| name.split('@').next().unwrap().to_owned()).collect()
}

#[test]
fn imports_all_but_files_afterwards() {
    const TEST: &str = "hyperlight::imports_all_but_files_afterwards";
    let Some(component) = made(TEST, toolchains::hyperlight()) else { return };
    let program = fs::read(component).unwrap();
    let before = imports(&program);
    let after = imports(&merged(&program, false, &[]));
    let files = ["wasi:filesystem/preopens", "wasi:filesystem/types"].map(str::to_owned);
    assert_eq!(after, &before - &files.into());
    for kept in ["hyperlight:sandbox/tools", "wasi:http/outgoing-handler", "wasi:http/types"] {
        assert!(after.contains(kept), "{after:?}");
    }
}
