//! `wasi:cli/environment`: the variables that were baked in, those of the host, and `TMPDIR`.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::cli::environment::Guest;
use crate::state::{environment, mount};

impl Guest for Component {
    fn get_environment() -> Vec<(String, String)> {
        let (told, mount) = (environment(), mount());
        tmpfs_start::environment(&told, &mount)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn get_arguments() -> Vec<String> {
        #[cfg(feature = "streams")]
        let arguments = crate::bindings::wasi::cli::environment::get_arguments();
        #[cfg(not(feature = "streams"))]
        let arguments = Vec::new();
        arguments
    }

    fn initial_cwd() -> Option<String> {
        #[cfg(feature = "streams")]
        let path = crate::bindings::wasi::cli::environment::initial_cwd();
        #[cfg(not(feature = "streams"))]
        let path = None;
        path
    }
}
