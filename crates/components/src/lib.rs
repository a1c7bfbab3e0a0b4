//! The files that `scratch compose` puts under a program, as bytes: four components and one core
//! module. `scratch-compose` takes them by name.
//!
//! ```
//! let tmpfs = scratch_components::COMPONENTS.iter().find(|it| it.name == "tmpfs");
//! assert!(tmpfs.is_some());
//! ```
//!
//! In a clone of the project they are built by `cargo xtask build`, and empty before.

#![no_std]

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A component or the module, with its notices.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name of the file without `.wasm`.
    pub name: &'static str,
    /// The bytes. In a clone they are empty until `cargo xtask build` has run.
    pub wasm: &'static [u8],
    /// The notices of the third parties whose software it contains. They must go with the file, and
    /// with every composition that contains it.
    pub notices: &'static str,
}

macro_rules! shipped {
    ($name:literal) => {
        Shipped {
            name: $name,
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
            notices: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".notices.txt")),
        }
    };
}

/// The components that are composed with a program.
pub const COMPONENTS: [Shipped; 4] =
    [shipped!("tempfile"), shipped!("tempfile-audited"), shipped!("tmpfs"), shipped!("tmpfs-lite")];

/// The core module that is embedded into a program.
pub const EMBEDDED: Shipped = shipped!("tmpfs-embedded");
