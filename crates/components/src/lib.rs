//! The components that `scratch compose` puts under a program, and the module that it puts into
//! one, as bytes.
//!
//! In a clone they are what `cargo xtask build` made, and empty before it ran.

#![no_std]

/// A component that ships, or the module.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The name of its file, without `.wasm`.
    pub name: &'static str,
    /// The bytes; empty in a clone in which it was not built.
    pub wasm: &'static [u8],
    /// The notices of the third parties whose software is in it. They go with the component, and
    /// with every composition that it is in.
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

/// Every component.
pub const COMPONENTS: [Shipped; 4] =
    [shipped!("tempfile"), shipped!("tempfile-audited"), shipped!("tmpfs"), shipped!("tmpfs-lite")];

/// The module that is a filesystem in memory.
pub const EMBEDDED: Shipped = shipped!("tmpfs-embedded");
