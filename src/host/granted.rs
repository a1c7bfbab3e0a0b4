//! What the host granted: the preopened directories, the environment, the working directory.

use alloc::{string::String, sync::Arc, vec::Vec};

use wasi::cli::environment;
use wasi::filesystem::preopens;

use crate::error::ErrorCode;
use crate::host::descriptor::Kind;
use crate::host::paths::{self, Normal};
use crate::host::place::{Place, Preopen};
use crate::lock::Lock;

/// What the host granted, asked for once.
struct Granted {
    preopens: Vec<Arc<Preopen>>,
    /// `None` where the host sets no working directory, which is wasmtime's default.
    cwd: Option<String>,
}

impl Granted {
    fn ask() -> Self {
        let cwd = environment::initial_cwd();
        let preopens = preopens::get_directories()
            .into_iter()
            .map(|(descriptor, path)| {
                let path = paths::abspath(cwd.as_deref().unwrap_or("/"), &path);
                Arc::new(Preopen { descriptor: descriptor.into(), path })
            })
            .collect();
        Self { preopens, cwd }
    }

    /// Whether a granted directory lies below `path`.
    fn is_above(&self, path: &str) -> bool {
        self.preopens.iter().any(|preopen| paths::below(path, &preopen.path).is_some())
    }

    /// The preopen with the longest path that `path` is or lies below; of two with one path the
    /// later, as in wasi-libc.
    fn resolve(&self, path: String) -> Place {
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

/// `None` until the first call that needs a path.
static GRANTED: Lock<Option<Granted>> = Lock::new(None);

/// Runs `ask` on what the host granted.
fn granted<T>(ask: impl FnOnce(&Granted) -> T) -> T {
    ask(GRANTED.lock().get_or_insert_with(Granted::ask))
}

/// The place of `path`, absolute and normal. Touches nothing.
pub(crate) fn find(path: String) -> Place {
    granted(|granted| granted.resolve(path))
}

/// The place of `path`, absolute, where `..` means what it means to the system: POSIX asks for a
/// directory before it, and for that of a symbolic link the parent of the link's target.
pub(crate) fn follow(path: &str) -> Result<Place, ErrorCode> {
    let mut normal = Normal::of_root(path);
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => step_up(&mut normal)?,
            name => normal.push(name),
        }
    }
    Ok(find(normal.into_string()))
}

/// Takes the last component off `normal`. The host itself has to follow `..` after a link.
fn step_up(normal: &mut Normal) -> Result<(), ErrorCode> {
    let place = find(String::from(normal.as_str()));
    let kind = if place.is_granted() || granted(|granted| granted.is_above(place.path())) {
        Kind::Directory
    } else {
        place.lstat()?.type_
    };
    match kind {
        Kind::Directory if normal.last() != ".." => normal.pop(),
        Kind::Directory | Kind::SymbolicLink => normal.push(".."),
        _ => return Err(ErrorCode::NotDirectory),
    }
    Ok(())
}

/// `os.path.abspath`. Where the host sets no working directory, paths are relative to `/`,
/// as wasi-libc has it.
pub(crate) fn abspath(path: &str) -> String {
    granted(|granted| paths::abspath(granted.cwd.as_deref().unwrap_or("/"), path))
}

/// `path`, absolute, with every component that it has: `..` is still to be followed.
pub(crate) fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return String::from(path);
    }
    granted(|granted| paths::join(granted.cwd.as_deref().unwrap_or("/"), path))
}

/// The guest's paths of the granted directories.
pub(crate) fn paths() -> Vec<String> {
    granted(|granted| granted.preopens.iter().map(|preopen| preopen.path.clone()).collect())
}

/// `os.getcwd()`, or `None` where it would fail.
pub(crate) fn getcwd() -> Option<String> {
    granted(|granted| granted.cwd.clone())
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
