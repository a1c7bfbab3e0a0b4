//! The common part of the measured hosts. The driver starts each as a process and names one piece
//! of work on its command line. The host prints its measurement to standard output, and an error to
//! standard error.

#![forbid(unsafe_code)]

mod crowd;
mod host;
mod memory;
mod serve;

pub use host::{Host, Limits};
pub use serve::serve;
