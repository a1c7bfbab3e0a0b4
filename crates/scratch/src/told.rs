//! Standard error.

use std::io::{self, Write as _};

/// Prints a text to standard error, and ignores an error of that.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Escapes line ends and characters that would control a terminal, since the program chooses the
/// names of its files, imports and exports.
pub(crate) fn shown(text: &str) -> String {
    escaped(text, |letter| letter.escape_default().to_string())
}

/// Replaces each character that would control a terminal.
pub(crate) fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    let shown = |letter: char| match letter.is_control() {
        true => escape(letter),
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
