//! Short spellings of the option records: tests name only what they are about.

use crate::bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, FileOptions, MkstempOptions, NameOptions, NamedFileOptions,
    SpooledFileOptions,
};
use crate::bindings::exports::scratch::tempfile::text::Cookie;

/// Makes options that only name a directory.
pub fn dir<T: From<NameOptions>>(dir: &str) -> Option<T> {
    Some(in_dir(dir).into())
}

/// Makes the options for a name in `dir`, with Python's defaults.
pub fn in_dir(dir: &str) -> NameOptions {
    NameOptions { dir: Some(dir.to_owned()), ..NameOptions::default() }
}

/// Makes the options for a name with `prefix` and `suffix` in the default directory.
pub fn named(prefix: &str, suffix: &str) -> NameOptions {
    let (prefix, suffix) = (Some(prefix.to_owned()), Some(suffix.to_owned()));
    NameOptions { suffix, prefix, dir: None }
}

/// Makes a place in a text file that is a byte position and nothing more.
pub fn place(position: i64) -> Cookie {
    Cookie { position, decoder: None }
}

macro_rules! from_names {
    ($($options:ident),*) => {$(
        impl From<NameOptions> for $options {
            fn from(NameOptions { suffix, prefix, dir }: NameOptions) -> Self {
                Self { suffix, prefix, dir, ..Self::default() }
            }
        }
    )*};
}

from_names!(MkstempOptions, FileOptions, NamedFileOptions, SpooledFileOptions, DirectoryOptions);
