//! Open files: their methods, and when they are closed and deleted.

pub(crate) mod closed;
pub(crate) mod lifecycle;
pub(crate) mod register;
pub(crate) mod spool;

pub(crate) mod open;

pub(crate) mod binary;
pub(crate) mod ending;
pub(crate) mod reading;
pub(crate) mod text;

#[cfg(feature = "std")]
mod io;
