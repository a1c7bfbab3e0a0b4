//! Programs of preview 1 under the harness's own host.

use host_tests::preview1::Command;
use wasmtime::{Engine, Module};

/// Lists the modules that a module imports from.
pub(crate) fn imports(module: &[u8]) -> Vec<String> {
    let module = Module::new(&Engine::default(), module).unwrap();
    module.imports().map(|import| import.module().to_owned()).collect()
}

/// Runs a module to its end, and returns what it printed.
///
/// # Panics
/// It traps, or ends with another status than 0.
#[track_caller]
pub(crate) fn run(module: &[u8], arguments: &[&str]) -> String {
    let program = Command::new(&Engine::default(), module).unwrap();
    let ended = program.run(arguments, super::INPUT);
    ended.unwrap_or_else(|error| panic!("{error:?}")).printed
}
