//! `wasi:cli/environment`: what was baked in, then what the host set, and `TMPDIR`.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::cli::environment::Guest;
use crate::state::{environment, mount, variables};

/// Where temporary files go, as every program knows it (POSIX, XBD 8.3).
const TMPDIR: &str = "TMPDIR";

impl Guest for Component {
    fn get_environment() -> Vec<(String, String)> {
        let baked = variables().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let baked: Vec<_> = baked.collect();
        let told = environment().into_iter().filter(|(name, _)| {
            // The host's TMPDIR names a directory of the host, even if it begins with the mount.
            name != TMPDIR && !baked.iter().any(|(known, _)| known == name)
        });
        let told: Vec<_> = told.collect();
        let mut variables = baked;
        variables.extend(told);
        if !variables.iter().any(|(known, _)| known == TMPDIR) {
            variables.push((TMPDIR.to_owned(), mount()));
        }
        variables
    }

    fn get_arguments() -> Vec<String> {
        #[cfg(feature = "environment")]
        let arguments = crate::bindings::wasi::cli::environment::get_arguments();
        #[cfg(not(feature = "environment"))]
        let arguments = Vec::new();
        arguments
    }

    fn initial_cwd() -> Option<String> {
        #[cfg(feature = "environment")]
        let path = crate::bindings::wasi::cli::environment::initial_cwd();
        #[cfg(not(feature = "environment"))]
        let path = None;
        path
    }
}
