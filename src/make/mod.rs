//! Making files and directories: the functions and classes of Python's module.

pub(crate) mod create;
pub(crate) mod defaults;
pub(crate) mod directory;
pub(crate) mod spooled;
pub(crate) mod temporary_file;
pub(crate) mod temporary_text_file;
