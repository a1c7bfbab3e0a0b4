//! `wasi:cli/environment`: the host's variables, with `TMPDIR` replaced if the guest may write
//! anywhere.

use wasmtime_wasi::p2::bindings::cli::environment::Host;

use crate::ctx::ScratchCtxView;

/// The variable that names the directory for temporary files (POSIX, environment variables).
const TMPDIR: &str = "TMPDIR";

impl Host for ScratchCtxView<'_> {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let mut variables = self.cli().get_environment()?;
        if let Some(path) = self.scratch.temporary() {
            // The host's own value would name a directory that the guest does not have, and reveal
            // a path of the host.
            variables.retain(|(name, _)| name != TMPDIR);
            variables.push((TMPDIR.to_owned(), path.to_owned()));
        }
        Ok(variables)
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        self.cli().get_arguments()
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        self.cli().initial_cwd()
    }
}
