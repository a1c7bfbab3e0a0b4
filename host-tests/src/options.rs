//! Short spellings of the option records: tests name only what they are about.

use crate::bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, FileOptions, MkstempOptions, NameOptions, NamedFileOptions,
    SpooledFileOptions,
};
use crate::bindings::exports::scratch::tempfile::text::{Cookie, ReconfigureOptions, TextOptions};

/// Options that say only in which directory.
pub fn dir<T: From<NameOptions>>(dir: &str) -> Option<T> {
    Some(in_dir(dir).into())
}

/// A name in `dir`, with Python's defaults.
#[must_use]
pub fn in_dir(dir: &str) -> NameOptions {
    NameOptions { dir: Some(dir.to_owned()), ..NameOptions::default() }
}

/// A name with `prefix` and `suffix` in the default directory.
#[must_use]
pub fn named(prefix: &str, suffix: &str) -> NameOptions {
    let (prefix, suffix) = (Some(prefix.to_owned()), Some(suffix.to_owned()));
    NameOptions { suffix, prefix, dir: None }
}

/// A place in a text file that is a byte position and nothing more.
#[must_use]
pub fn place(position: i64) -> Cookie {
    Cookie { position, decoder: None }
}

#[expect(clippy::derivable_impls, reason = "the type is generated")]
impl Default for NameOptions {
    fn default() -> Self {
        Self { suffix: None, prefix: None, dir: None }
    }
}

impl Default for MkstempOptions {
    fn default() -> Self {
        NameOptions::default().into()
    }
}

impl Default for FileOptions {
    fn default() -> Self {
        NameOptions::default().into()
    }
}

impl Default for NamedFileOptions {
    fn default() -> Self {
        NameOptions::default().into()
    }
}

impl Default for SpooledFileOptions {
    fn default() -> Self {
        NameOptions::default().into()
    }
}

#[expect(clippy::derivable_impls, reason = "the type is generated")]
impl Default for TextOptions {
    fn default() -> Self {
        Self {
            encoding: None,
            errors: None,
            newline: None,
            line_buffering: None,
            write_through: None,
        }
    }
}

#[expect(clippy::derivable_impls, reason = "the type is generated")]
impl Default for ReconfigureOptions {
    fn default() -> Self {
        Self {
            encoding: None,
            errors: None,
            newline: None,
            line_buffering: None,
            write_through: None,
        }
    }
}

impl Default for DirectoryOptions {
    fn default() -> Self {
        NameOptions::default().into()
    }
}

impl From<NameOptions> for MkstempOptions {
    fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
        Self { suffix, prefix, dir, text: None }
    }
}

impl From<NameOptions> for FileOptions {
    fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
        Self {
            mode: None,
            buffering: None,
            encoding: None,
            newline: None,
            suffix,
            prefix,
            dir,
            errors: None,
        }
    }
}

impl From<NameOptions> for NamedFileOptions {
    fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
        Self {
            mode: None,
            buffering: None,
            encoding: None,
            newline: None,
            suffix,
            prefix,
            dir,
            delete: None,
            errors: None,
            delete_on_close: None,
        }
    }
}

impl From<NameOptions> for SpooledFileOptions {
    fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
        Self {
            max_size: None,
            mode: None,
            buffering: None,
            encoding: None,
            newline: None,
            suffix,
            prefix,
            dir,
            errors: None,
        }
    }
}

impl From<NameOptions> for DirectoryOptions {
    fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
        Self { suffix, prefix, dir, ignore_cleanup_errors: None, delete: None }
    }
}
