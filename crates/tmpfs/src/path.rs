//! Paths as text, split into components.

use crate::error::{Error, Result};
use crate::quota::Quota;
use crate::refusal::Limit;

/// A component: a name, `.` or `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    Name,
    Dot,
    DotDot,
}

impl Component {
    #[inline]
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "." => Self::Dot,
            ".." => Self::DotDot,
            _ => Self::Name,
        }
    }
}

/// Refuses a text that cannot be a path.
#[inline]
pub(crate) fn check(path: &str, quota: &Quota) -> Result<()> {
    if path.is_empty() {
        return Err(Error::NoEntry);
    }
    if length(path) > u64::from(quota.limits.path) {
        return Err(quota.refuse(Limit::Path, length(path), 0));
    }
    if path.as_bytes().contains(&0) {
        return Err(Error::Invalid);
    }
    if path.starts_with('/') {
        return Err(Error::NotPermitted);
    }
    Ok(())
}

/// Returns the number of bytes of a text, as limits count it.
#[inline]
pub(crate) fn length(text: &str) -> u64 {
    u64::try_from(text.len()).expect("BUG: a length fits 64 bits")
}

/// Returns the end of the component that begins at `start`, and the beginning of the next
/// component, or the end of the text if there is none.
#[inline]
pub(crate) fn component(text: &str, start: usize) -> (usize, usize) {
    let rest = &text.as_bytes()[start..];
    let length = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
    let slashes = rest[length..].iter().take_while(|byte| **byte == b'/').count();
    #[cfg(test)]
    steps::count(length + slashes);
    (start + length, start + length + slashes)
}

/// Returns a component by its bounds. Indexing would add the message of a panic to the binary.
#[inline]
pub(crate) fn cut(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).expect("BUG: a component lies within its text")
}

/// The number of bytes that this thread read to find components, for tests.
#[cfg(test)]
pub(crate) mod steps {
    extern crate std;
    use core::cell::Cell;

    std::thread_local!(static TAKEN: Cell<usize> = const { Cell::new(0) });

    pub(super) fn count(more: usize) {
        TAKEN.set(TAKEN.get() + more);
    }

    /// Returns the count since the last call.
    pub(crate) fn taken() -> usize {
        TAKEN.replace(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn empty_components_are_skipped() {
        let text = "a//é/./../b///";
        let mut at = 0;
        let mut components = Vec::new();
        while at < text.len() {
            let (end, next) = component(text, at);
            components.push(&text[at..end]);
            at = next;
        }
        assert_eq!(components, ["a", "é", ".", "..", "b"]);
        assert_eq!(component("last", 0), (4, 4));
    }
}
