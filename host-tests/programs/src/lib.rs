//! What the programs share: the imported interfaces of `scratch:tempfile`.

pub mod bindings;
pub mod made;

pub use bindings::scratch::tempfile::{cleanup, descriptors, tempfile};
