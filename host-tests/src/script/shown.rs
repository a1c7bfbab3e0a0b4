//! Results and errors of the component as outcomes show them.

use crate::{Conversion, Cookie, ErrorCode, OsError, TextError};

use crate::script::form::{escaped_but, in_short, list_in_short};

/// A value that has a form in an outcome.
pub(super) trait Shown {
    fn shown(&self) -> String;

    /// Formats bytes that are text in WTF-8.
    fn as_text(&self) -> String {
        self.shown().replacen("b:", "s:", 1)
    }
}

impl Shown for () {
    fn shown(&self) -> String {
        "None".to_owned()
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Shown for $number {
            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

numbers!(u32, i32, u64, i64);

impl Shown for Vec<u8> {
    fn shown(&self) -> String {
        format!("b:{}", in_short(self))
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        format!("s:{}", in_short(self.as_bytes()))
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), Shown::shown)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> String {
        list_in_short(&self.iter().map(Shown::shown).collect::<Vec<_>>())
    }

    fn as_text(&self) -> String {
        list_in_short(&self.iter().map(Shown::as_text).collect::<Vec<_>>())
    }
}

impl Shown for Cookie {
    fn shown(&self) -> String {
        let state = if self.decoder.is_some() { "+" } else { "" };
        format!("cookie {}{state}", self.position)
    }
}

/// Formats an error, with paths as `path` shows them.
pub(super) fn failure(error: &TextError, path: impl Fn(&str) -> String) -> String {
    let readable = |text: &str| escaped_but(text.as_bytes(), " '(),:;?!=[]<>+*\"&");
    match error {
        TextError::Os(OsError { code, message, path: at }) => {
            let at = at.as_deref().map(path).unwrap_or_default();
            format!("!os {}|{message}|{at}", code_shown(*code))
        }
        TextError::Value(text) => format!("!value {}", readable(text)),
        TextError::Unsupported(text) => format!("!unsupported {}", readable(text)),
        TextError::Type(text) => format!("!type {}", readable(text)),
        TextError::Lookup(text) => format!("!lookup {}", readable(text)),
        TextError::Unicode(error) => {
            let operation = match error.operation {
                Conversion::Encode => "encode",
                Conversion::Decode => "decode",
            };
            let object = in_short(&error.object);
            let (start, end) = (error.start, error.end);
            let (encoding, reason) = (&error.encoding, &error.reason);
            format!("!unicode {operation}|{encoding}|{start}|{end}|{reason}|{object}")
        }
        TextError::Other(text) => format!("!other {}", readable(text)),
    }
}

/// Returns the code as the WIT spells it.
fn code_shown(code: ErrorCode) -> String {
    let mut shown = String::new();
    for letter in format!("{code:?}").split("::").last().unwrap_or_default().chars() {
        if letter.is_uppercase() && !shown.is_empty() {
            shown.push('-');
        }
        shown.extend(letter.to_lowercase());
    }
    shown
}
