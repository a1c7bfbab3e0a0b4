//! The words of a line as the arguments of a method.

use std::slice;

use crate::script::form::content;

/// The words after a method's name, which arguments are taken from one after the other.
pub(super) struct Words<'a>(slice::Iter<'a, &'a str>);

impl<'a> Words<'a> {
    pub(super) fn new(words: &'a [&'a str]) -> Self {
        Self(words.iter())
    }

    pub(super) fn next<T: Argument>(&mut self) -> T {
        T::of(self)
    }

    fn word(&mut self) -> &'a str {
        self.0.next().expect("the method has an argument more")
    }
}

pub(super) trait Argument {
    fn of(words: &mut Words<'_>) -> Self;
}

macro_rules! parsed {
    ($($number:ty),*) => {$(
        impl Argument for $number {
            fn of(words: &mut Words<'_>) -> Self {
                words.word().parse().expect("a number")
            }
        }
    )*};
}

parsed!(u32, i32, u64, i64);

impl Argument for bool {
    fn of(words: &mut Words<'_>) -> Self {
        words.word() == "1"
    }
}

impl Argument for String {
    fn of(words: &mut Words<'_>) -> Self {
        characters(words.word())
    }
}

impl Argument for Vec<u8> {
    fn of(words: &mut Words<'_>) -> Self {
        content(words.word())
    }
}

/// An argument that may be left out. It is also none if the word is `-`.
impl<T: Argument> Argument for Option<T> {
    fn of(words: &mut Words<'_>) -> Self {
        match words.0.as_slice().first() {
            None => None,
            Some(&"-") => {
                words.0.next();
                None
            }
            Some(_) => Some(T::of(words)),
        }
    }
}

/// The words that are left; `[]` is no item.
impl Argument for Vec<String> {
    fn of(words: &mut Words<'_>) -> Self {
        items(words).map(characters).collect()
    }
}

impl Argument for Vec<Vec<u8>> {
    fn of(words: &mut Words<'_>) -> Self {
        items(words).map(content).collect()
    }
}

fn items<'a>(words: &mut Words<'a>) -> impl Iterator<Item = &'a str> {
    words.0.by_ref().copied().filter(|word| *word != "[]")
}

fn characters(word: &str) -> String {
    String::from_utf8(content(word)).expect("what is not UTF-8 is written by the twins")
}
