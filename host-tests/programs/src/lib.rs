//! The parts that the programs share: the imported interfaces of `scratch:tempfile` and
//! `scratch:space`.

pub mod bindings;
pub mod hostile;
pub mod made;

pub use bindings::scratch::tempfile::{cleanup, descriptors, tempfile};
pub use bindings::space::scratch::space;
