//! The host: what it granted, and every call of it. The only floor that names WASI.

pub(crate) mod audit;
#[cfg(feature = "component")]
pub(crate) mod bindings;
pub(crate) mod candidate;
pub(crate) mod descriptor;
pub(crate) mod names;
pub(crate) mod paths;
pub(crate) mod place;
pub(crate) mod recycle;
pub(crate) mod refused;
pub(crate) mod remove;
pub(crate) mod storage;
