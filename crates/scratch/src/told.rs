//! Standard error.

use std::io::{self, Write as _};

/// Tells something, if anybody listens: that nobody does is not worth another status.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Writes characters that would steer a terminal, and line ends, as escapes: a program chooses the
/// names of its files, imports and exports.
pub(crate) fn shown(text: &str) -> String {
    let shown = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_steers_a_terminal_is_an_escape() {
        assert_eq!(shown("a b\n\u{1b}[2Jé\u{9b}"), "a b\\n\\u{1b}[2Jé\\u{9b}");
    }
}
