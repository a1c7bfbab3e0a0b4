//! The spaces of a store, each mounted at a path.

use tmpfs::Kind;
use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::WasiCliCtxView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};

use crate::open::Open;
use crate::space::Space;

/// The spaces that a store gives to its guest, each mounted at a path.
///
/// Directories that the host granted with `WasiCtxBuilder::preopened_dir` stay visible. Renaming or
/// linking from one mount to another fails with `cross-device`, in POSIX `EXDEV`.
///
/// The guest's `TMPDIR` is the path of the first space that it may write to, whatever the host's
/// own `TMPDIR` is. If that path is `/`, `TMPDIR` is `/tmp`. C libraries and Rust's std resolve
/// relative paths from a space at `/`.
///
/// ```
/// use wasmtime_scratch::{ScratchCtx, Space};
///
/// let (input, tmp) = (Space::builder().build()?, Space::builder().build()?);
/// let scratch = ScratchCtx::new().mount("/tmp", &tmp).mount_read_only("/input", &input);
/// # Ok::<(), wasmtime_scratch::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScratchCtx {
    mounts: Vec<Mount>,
}

#[derive(Clone, Debug)]
struct Mount {
    path: String,
    space: Space,
    writable: bool,
}

impl ScratchCtx {
    /// Makes a context without spaces.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Mounts a space at `path` for reading and writing. A space at `/` also gets a directory
    /// `tmp`, unless that name is taken or the limits do not allow it.
    ///
    /// A guest's C library takes the longest mount that a path begins with, and of two at the same
    /// path the last one; those of the host come first. Give `path` without a slash at the end:
    /// with one, the guest finds what is in the mount and not the mount itself, as on a directory
    /// of the host.
    ///
    /// # Panics
    /// If `path` does not begin with a slash: a guest would not find it.
    #[must_use]
    pub fn mount(self, path: impl Into<String>, space: &Space) -> Self {
        let path = path.into();
        if path == ROOT {
            // If the directory cannot be made, it is not needed: `TMPDIR` is then the root.
            let _ = space.create_dir_all(TEMPORARY);
        }
        self.with(path, space, true)
    }

    /// Mounts a space at `path` for reading only. A guest that tries to change something gets
    /// `read-only`, in POSIX `EROFS`.
    ///
    /// # Panics
    /// If `path` does not begin with a slash.
    #[must_use]
    pub fn mount_read_only(self, path: impl Into<String>, space: &Space) -> Self {
        self.with(path.into(), space, false)
    }

    fn with(mut self, path: String, space: &Space, writable: bool) -> Self {
        assert!(path.starts_with('/'), "the path of a mount begins with a slash, and not {path:?}");
        self.mounts.push(Mount { path, space: space.clone(), writable });
        self
    }

    /// Returns the guest's directory for temporary files, or `None` if the guest may not write
    /// anywhere.
    pub(crate) fn temporary(&self) -> Option<&str> {
        let Mount { path, space, .. } = self.first_writable()?;
        Some(if path == ROOT && has_temporary(space) { TEMPORARY } else { path })
    }

    /// Returns the space of the guest's temporary files, or `None` if the guest may not write
    /// anywhere.
    pub(crate) fn temporary_space(&self) -> Option<&Space> {
        self.first_writable().map(|mount| &mount.space)
    }

    fn first_writable(&self) -> Option<&Mount> {
        self.mounts.iter().find(|mount| mount.writable)
    }
}

/// The mount point that is the root of every path.
const ROOT: &str = "/";

/// The directory for temporary files in a space at the root.
const TEMPORARY: &str = "/tmp";

fn has_temporary(space: &Space) -> bool {
    space.metadata(TEMPORARY).is_ok_and(|entry| entry.kind == Kind::Directory)
}

/// References to the parts of a store's state that the linker's functions use.
pub struct ScratchCtxView<'a> {
    /// The spaces.
    pub scratch: &'a mut ScratchCtx,
    /// The state of wasmtime-wasi, for the host's own directories and the environment.
    pub wasi: &'a mut WasiCtx,
    /// The table of open files, the same that wasmtime-wasi uses.
    pub table: &'a mut ResourceTable,
}

/// Access to the spaces in the state of a store.
///
/// The example of [the crate](crate) implements it, together with
/// [wasmtime-wasi's trait](wasmtime_wasi::WasiView).
pub trait ScratchView: Send {
    /// Borrows the spaces, the state of wasmtime-wasi, and the table that both use.
    fn scratch(&mut self) -> ScratchCtxView<'_>;
}

/// The type that gives wasmtime's linker a [`ScratchCtxView`].
pub(crate) struct HasScratch;

impl HasData for HasScratch {
    type Data<'a> = ScratchCtxView<'a>;
}

impl ScratchCtxView<'_> {
    /// Returns the open file of a space behind a descriptor, or `None` for a descriptor of the
    /// host.
    pub(crate) fn ours(&self, descriptor: &Resource<Descriptor>) -> Option<&Open> {
        self.table.get(&Resource::new_borrow(descriptor.rep())).ok()
    }

    /// Borrows the state that serves the host's own directories.
    pub(crate) fn host(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView { ctx: self.wasi.filesystem(), table: self.table }
    }

    /// Borrows the state that serves the host's environment.
    pub(crate) fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView { ctx: self.wasi.cli(), table: self.table }
    }

    /// Opens the roots in the order of the mounts. A root is left out if its space may open no more
    /// handles, since the function of WASI has no error.
    pub(crate) fn roots(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let mut roots = Vec::new();
        for Mount { path, space, writable } in &self.scratch.mounts {
            let Ok(root) = Open::root(space, *writable) else { continue };
            roots.push((Resource::new_own(self.table.push(root)?.rep()), path.clone()));
        }
        Ok(roots)
    }
}

#[cfg(test)]
mod tests {
    use super::ScratchCtx;
    use crate::Space;

    #[test]
    #[should_panic(expected = "begins with a slash, and not \"tmp\"")]
    fn a_mount_that_no_guest_would_find_is_refused() {
        let _ = ScratchCtx::new().mount("tmp", &Space::builder().build().unwrap());
    }
}
