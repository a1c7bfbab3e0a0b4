//! The hook that the host gives to `tempfile-audited.wasm`.

use wasmtime::component::Linker;

use crate::counters::Host;

/// The answer of a hook: the inner error refuses, the outer one is a trap.
pub type Answer = wasmtime::Result<Result<(), String>>;

/// Asked with the event and the path.
pub(crate) type Hook = Box<dyn Fn(&str, &str) -> Answer + Send + Sync>;

pub(crate) fn install(linker: &mut Linker<Host>, hook: Hook) -> wasmtime::Result<()> {
    let mut audit = linker.instance("scratch:tempfile/audit@0.1.0")?;
    audit.func_wrap("hook", move |_, (event, path): (String, String)| Ok((hook(&event, &path)?,)))
}
