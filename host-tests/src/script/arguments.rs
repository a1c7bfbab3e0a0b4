//! The arguments of a line, `key=value`, as the option records of the WIT.

use crate::{
    DirectoryOptions, FileOptions, NameOptions, NamedFileOptions, ReconfigureOptions,
    SpooledFileOptions, TextOptions,
};

use crate::script::form::{guest, text};

/// The words of a line after the first.
pub(super) struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    pub(super) fn new(words: &[&'a str]) -> Self {
        Self(
            words.iter().map(|word| word.split_once('=').expect("an option has a value")).collect(),
        )
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.value(key).map(text)
    }

    pub(super) fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.value(key).map(|value| value.parse().ok().expect("a number"))
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key).map(|value| value == "1")
    }

    pub(super) fn names(&self) -> NameOptions {
        NameOptions {
            suffix: self.text_of("suffix"),
            prefix: self.text_of("prefix"),
            dir: self.value("dir").map(guest),
        }
    }

    pub(super) fn file(&self) -> FileOptions {
        FileOptions {
            mode: self.text_of("mode"),
            buffering: self.number("buffering"),
            encoding: self.text_of("encoding"),
            newline: self.text_of("newline"),
            errors: self.text_of("errors"),
            ..FileOptions::from(self.names())
        }
    }

    pub(super) fn named(&self) -> NamedFileOptions {
        let FileOptions { mode, buffering, encoding, newline, errors, .. } = self.file();
        NamedFileOptions {
            mode,
            buffering,
            encoding,
            newline,
            errors,
            delete: self.flag("delete"),
            delete_on_close: self.flag("delete-on-close"),
            ..NamedFileOptions::from(self.names())
        }
    }

    pub(super) fn spooled(&self) -> SpooledFileOptions {
        let FileOptions { mode, buffering, encoding, newline, errors, .. } = self.file();
        SpooledFileOptions {
            max_size: self.number("max-size"),
            mode,
            buffering,
            encoding,
            newline,
            errors,
            ..SpooledFileOptions::from(self.names())
        }
    }

    pub(super) fn directory(&self) -> DirectoryOptions {
        DirectoryOptions {
            ignore_cleanup_errors: self.flag("ignore-cleanup-errors"),
            delete: self.flag("delete"),
            ..DirectoryOptions::from(self.names())
        }
    }

    pub(super) fn text(&self) -> TextOptions {
        TextOptions {
            encoding: self.text_of("encoding"),
            errors: self.text_of("errors"),
            newline: self.text_of("newline"),
            line_buffering: self.flag("line-buffering"),
            write_through: self.flag("write-through"),
        }
    }

    pub(super) fn reconfigure(&self) -> ReconfigureOptions {
        let TextOptions { encoding, errors, newline, line_buffering, write_through } = self.text();
        // Python tells apart what is left out and what is `None`.
        let newline = newline.map(|newline| Some(newline).filter(|it| it != "None"));
        ReconfigureOptions { encoding, errors, newline, line_buffering, write_through }
    }
}
