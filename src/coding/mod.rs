//! Text over a binary stream: Python's encodings, line ends and places.

pub(crate) mod codec;
pub(crate) mod cookie;
pub(crate) mod newlines;
pub(crate) mod stream;
pub(crate) mod string;
pub(crate) mod utf8;
