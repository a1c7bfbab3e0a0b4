//! The functions of a measured program: a filesystem in memory for guests of wasmtime.

use anyhow::Result;

/// Limits of a space, as far as a host can set them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of content.
    pub bytes: u64,
    /// Files, directories and links.
    pub nodes: u64,
    /// Bytes of one file.
    pub file_size: u64,
}

impl Limits {
    /// More than any measured work takes.
    pub const GENEROUS: Self = Self { bytes: 1 << 30, nodes: 2 << 20, file_size: 1 << 50 };
}

/// A host of one program, which it has compiled.
pub trait Host: Send + Sized + Sync {
    /// A filesystem that a guest sees as `/tmp`. Beside it is `/other`: another mount, or a
    /// directory of the same filesystem if the host has only one mount.
    type Space: Send;
    /// The content of a space at one moment.
    type Template;

    /// Compiles the program.
    ///
    /// # Errors
    /// Those of wasmtime.
    fn prepare(program: &[u8]) -> Result<Self>;

    /// Makes an empty filesystem.
    ///
    /// # Errors
    /// Those of the filesystem.
    fn space(&self, limits: Limits) -> Result<Self::Space>;

    /// Makes a template of the content of a filesystem.
    ///
    /// # Errors
    /// Those of the filesystem.
    fn template(&self, space: &Self::Space) -> Result<Self::Template>;

    /// Makes a filesystem that begins with the content of a template.
    ///
    /// # Errors
    /// Those of the filesystem.
    fn fork(&self, template: &Self::Template) -> Result<Self::Space>;

    /// Runs the program in an instance of its own, and returns what it printed.
    ///
    /// # Errors
    /// The message of the guest if it fails, and the trap if it traps.
    fn run(&self, space: &Self::Space, arguments: &[&str]) -> Result<String>;
}
