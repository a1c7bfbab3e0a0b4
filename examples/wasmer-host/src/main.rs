//! Runs a module of WASI preview 1 under wasmer. The host grants no directory: `scratch compose`
//! has put a filesystem with a limit into the module.
//!
//! ```text
//! scratch compose app.wasm --bytes 16M -o whole.wasm
//! cargo run -- whole.wasm [ARGUMENT]...
//! ```

use std::env;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use wasmer::sys::{Cranelift, EngineBuilder, Features};
use wasmer::{Engine, Module};
use wasmer_types::ModuleHash;
use wasmer_wasix::runners::wasi::{RuntimeOrEngine, WasiRunner};
use wasmer_wasix::{WasiError, WasiRuntimeError};

fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().context("usage: wasmer-host MODULE.wasm [ARGUMENT]...")?;
    let code = fs::read(&file).with_context(|| format!("reading {file}"))?;
    run(&code, arguments)
}

/// Runs a module to its end, and returns its status.
fn run(code: &[u8], arguments: impl Iterator<Item = String>) -> Result<ExitCode> {
    let engine = engine();
    let module = Module::new(&engine, code).context("compiling the module")?;
    let mut runner = WasiRunner::new();
    runner.with_args(arguments);
    let engine = RuntimeOrEngine::Engine(engine);
    let outcome = runner.run_wasm(engine, "program", module, ModuleHash::sha256(code));
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => status(&error).map(ExitCode::from).ok_or(error),
    }
}

/// Makes an engine that takes a module with a second memory: the filesystem's.
fn engine() -> Engine {
    let mut features = Features::default();
    features.multi_memory(true);
    EngineBuilder::new(Cranelift::default()).set_features(Some(features)).engine().into()
}

/// Returns the exit status of a program that called `exit`.
fn status(error: &anyhow::Error) -> Option<u8> {
    match error.downcast_ref()? {
        WasiRuntimeError::Wasi(WasiError::Exit(code)) => u8::try_from(code.raw()).ok(),
        _ => None,
    }
}
