//! The arguments of a line, `key=value`, as the option records of the WIT: `build/calls.rs` writes
//! how each record is made of them, field by field.

use crate::bindings::exports::scratch::tempfile::{tempfile, text};
use crate::script::form::{guest, text as text_of};

/// The words of a line after the first.
pub(super) struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    pub(super) fn new(words: &[&'a str]) -> Self {
        let pair = |word: &&'a str| word.split_once('=').expect("an option has a value");
        Self(words.iter().map(pair).collect())
    }

    pub(super) fn record<T: Record>(&self) -> T {
        T::of(self)
    }

    pub(super) fn get<T: Value>(&self, key: &str) -> Option<T> {
        self.0.iter().find(|(name, _)| *name == key).map(|(name, value)| T::of(name, value))
    }
}

pub(super) trait Record {
    fn of(arguments: &Arguments<'_>) -> Self;
}

include!(concat!(env!("OUT_DIR"), "/records.rs"));

pub(super) trait Value {
    fn of(key: &str, value: &str) -> Self;
}

impl Value for bool {
    fn of(_: &str, value: &str) -> Self {
        value == "1"
    }
}

impl Value for i32 {
    fn of(_: &str, value: &str) -> Self {
        value.parse().expect("a number")
    }
}

impl Value for i64 {
    fn of(_: &str, value: &str) -> Self {
        value.parse().expect("a number")
    }
}

impl Value for String {
    fn of(key: &str, value: &str) -> Self {
        if key == "dir" { guest(value) } else { text_of(value) }
    }
}

/// Python tells apart what is left out and what is `None`.
impl Value for Option<String> {
    fn of(_: &str, value: &str) -> Self {
        Some(text_of(value)).filter(|it| it != "None")
    }
}
