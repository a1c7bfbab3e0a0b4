//! The text that the text workloads write: mostly ASCII, with some characters of every other length
//! in UTF-8.

/// A line of 93 bytes.
const LINE: &str = "Temporäre Dateien, временные файлы, 一時ファイル 🗂 and mostly ASCII.\n";

/// Returns the whole lines that fit into 64 KiB.
pub(crate) fn piece() -> String {
    LINE.repeat((64 << 10) / LINE.len())
}

/// The number of pieces in about a mebibyte.
pub(crate) const PIECES: u32 = 16;
