//! The arguments of a line, `key=value`, as the option records of the WIT.

use host_tests::{DirectoryOptions, FileOptions, NameOptions, ReconfigureOptions, TextOptions};

use crate::form::text;
use crate::places::guest;

/// The words of a line after the first.
pub(crate) struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    pub(crate) fn new(words: &[&'a str]) -> Self {
        Self(
            words.iter().map(|word| word.split_once('=').expect("an option has a value")).collect(),
        )
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    pub(crate) fn text_of(&self, key: &str) -> Option<String> {
        self.value(key).map(text)
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.value(key).map(|value| value.parse().ok().expect("a number"))
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key).map(|value| value == "1")
    }

    pub(crate) fn names(&self) -> NameOptions {
        NameOptions {
            suffix: self.text_of("suffix"),
            prefix: self.text_of("prefix"),
            dir: self.value("dir").map(guest),
        }
    }

    pub(crate) fn file(&self) -> FileOptions {
        FileOptions {
            mode: self.text_of("mode"),
            buffering: self.number("buffering"),
            encoding: self.text_of("encoding"),
            newline: self.text_of("newline"),
            errors: self.text_of("errors"),
            ..FileOptions::from(self.names())
        }
    }

    pub(crate) fn directory(&self) -> DirectoryOptions {
        DirectoryOptions {
            ignore_cleanup_errors: self.flag("ignore-cleanup-errors"),
            delete: self.flag("delete"),
            ..DirectoryOptions::from(self.names())
        }
    }

    pub(crate) fn text(&self) -> TextOptions {
        TextOptions {
            encoding: self.text_of("encoding"),
            errors: self.text_of("errors"),
            newline: self.text_of("newline"),
            line_buffering: self.flag("line-buffering"),
            write_through: self.flag("write-through"),
        }
    }

    pub(crate) fn reconfigure(&self) -> ReconfigureOptions {
        let TextOptions { encoding, errors, newline, line_buffering, write_through } = self.text();
        // Python tells apart what is left out and what is `None`.
        let newline = newline.map(|newline| Some(newline).filter(|it| it != "None"));
        ReconfigureOptions { encoding, errors, newline, line_buffering, write_through }
    }
}
