//! Scratch space for programs that wasmtime hosts.

mod convert;
mod ctx;
mod open;
pub mod p2;
mod space;
mod streams;

pub use ctx::{ScratchCtx, ScratchCtxView, ScratchView};
pub use space::{Builder, Space};
pub use tmpfs::{
    Drift, Error, Limit, Limits, Refusal, Result, SharedLimit, SharedLimits, SharedUsage, Usage,
};
