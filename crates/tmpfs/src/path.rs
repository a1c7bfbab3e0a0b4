//! Paths as text: components, one after the other.

use crate::error::{Error, Result};
use crate::limits::Limits;

/// A component: a name, or one of the two that stand in every directory.
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

/// Refuses what no path can be.
#[inline]
pub(crate) fn check(path: &str, limits: &Limits) -> Result<()> {
    if path.is_empty() {
        return Err(Error::NoEntry);
    }
    if path.len() > usize::try_from(limits.path).unwrap_or(usize::MAX) {
        return Err(Error::NameTooLong);
    }
    if path.as_bytes().contains(&0) {
        return Err(Error::Invalid);
    }
    if path.starts_with('/') {
        return Err(Error::NotPermitted);
    }
    Ok(())
}

/// Where the component at or after `at` begins and ends; `None` where there is none.
#[inline]
pub(crate) fn next(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &text.as_bytes()[at..];
    let start = at + rest.iter().position(|byte| *byte != b'/')?;
    let rest = &text.as_bytes()[start..];
    let length = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
    Some((start, start + length))
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
        while let Some((start, end)) = next(text, at) {
            components.push(&text[start..end]);
            at = end;
        }
        assert_eq!(components, ["a", "é", ".", "..", "b"]);
        assert_eq!(next("///", 0), None);
    }
}
