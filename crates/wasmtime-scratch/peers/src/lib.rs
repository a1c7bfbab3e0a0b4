//! What the measured hosts have in common: the driver starts each as a process and asks it for one
//! piece of work, in words; what it measures goes to standard output, and what went wrong to
//! standard error.

#![forbid(unsafe_code)]

mod crowd;
mod host;
mod memory;
mod serve;

pub use host::{Host, Limits};
pub use serve::serve;
