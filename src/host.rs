//! What the host granted: the preopened directories, the environment, the working directory.

use alloc::{string::String, sync::Arc, vec::Vec};

use wasi::cli::environment;
use wasi::filesystem::preopens;
use wasi::filesystem::types::Descriptor;

use crate::paths;
use crate::place::Place;
use crate::state::STATE;

/// A directory that the host granted, and the guest's absolute path for it.
pub(crate) struct Preopen {
    pub(crate) descriptor: Descriptor,
    path: String,
}

/// What the host granted, asked for once.
pub(crate) struct Host {
    preopens: Vec<Arc<Preopen>>,
    /// `None` where the host sets no working directory, which is wasmtime's default.
    cwd: Option<String>,
}

impl Host {
    pub(crate) fn ask() -> Self {
        let cwd = environment::initial_cwd();
        let preopens = preopens::get_directories()
            .into_iter()
            .map(|(descriptor, path)| {
                let path = paths::abspath(cwd.as_deref().unwrap_or("/"), &path);
                Arc::new(Preopen { descriptor, path })
            })
            .collect();
        Self { preopens, cwd }
    }

    /// Whether a granted directory lies below `path`.
    pub(crate) fn is_above(&self, path: &str) -> bool {
        self.preopens.iter().any(|preopen| paths::below(path, &preopen.path).is_some())
    }

    /// The preopen with the longest path that `path` is or lies below; of two with one path the
    /// later, as in wasi-libc.
    pub(crate) fn resolve(&self, path: String) -> Place {
        let mut best: Option<(&Arc<Preopen>, usize)> = None;
        for preopen in &self.preopens {
            if let Some(cut) = paths::below(&preopen.path, &path)
                && best.is_none_or(|(_, longest)| cut >= longest)
            {
                best = Some((preopen, cut));
            }
        }
        let (preopen, cut) = best.unzip();
        Place::new(preopen.cloned(), path, cut.unwrap_or_default())
    }
}

/// `os.path.abspath`. Where the host sets no working directory, paths are relative to `/`,
/// as wasi-libc has it.
pub(crate) fn abspath(path: &str) -> String {
    paths::abspath(STATE.lock().host().cwd.as_deref().unwrap_or("/"), path)
}

/// `path`, absolute, with every component that it has: `..` is still to be followed.
pub(crate) fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return String::from(path);
    }
    paths::join(STATE.lock().host().cwd.as_deref().unwrap_or("/"), path)
}

/// The guest's paths of the granted directories.
pub(crate) fn granted() -> Vec<String> {
    let mut state = STATE.lock();
    state.host().preopens.iter().map(|preopen| preopen.path.clone()).collect()
}

/// `os.getcwd()`, or `None` where it would fail.
pub(crate) fn getcwd() -> Option<String> {
    STATE.lock().host().cwd.clone()
}

/// `os.getenv` for each of `names` that is set and not empty, in their order.
pub(crate) fn getenv(names: &[&str]) -> Vec<String> {
    let environment = environment::get_environment();
    names
        .iter()
        .filter_map(|name| environment.iter().find(|(key, _)| key == name))
        .map(|(_, value)| value.clone())
        .filter(|value| !value.is_empty())
        .collect()
}
