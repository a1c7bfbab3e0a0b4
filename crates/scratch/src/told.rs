//! Standard error.

use std::io::{self, Write as _};

/// Tells something, if anybody listens: that nobody does is not worth another status.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
