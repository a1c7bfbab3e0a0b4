//! Temporary files that hold a sorted run.

use std::fs::File;
use std::io::{self, Read, Seek as _, Write};

/// A temporary file: it is written once, rewound and read.
pub trait Run: Read + Write {
    /// Moves to the start.
    ///
    /// # Errors
    /// The file cannot seek.
    fn rewind(&mut self) -> io::Result<()>;
}

impl Run for File {
    fn rewind(&mut self) -> io::Result<()> {
        self.seek(io::SeekFrom::Start(0)).map(drop)
    }
}
