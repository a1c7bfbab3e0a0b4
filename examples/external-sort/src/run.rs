//! Temporary files that hold a sorted run.

use std::io::{Read, Seek, Write};

/// A temporary file: it is written once, rewound and read.
pub trait Run: Read + Write + Seek {}

impl<F: Read + Write + Seek> Run for F {}
