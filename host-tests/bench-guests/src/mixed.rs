//! The text that the text workloads write: mostly ASCII, some of every other length in UTF-8.

/// A line of 80 bytes.
const LINE: &str = "Temporäre Dateien, временные файлы, 一時ファイル 🗂 and mostly ASCII.\n";

/// 64 KiB of whole lines, as far as they fit.
pub(crate) fn piece() -> String {
    LINE.repeat((64 << 10) / LINE.len())
}

/// How many pieces are about a mebibyte.
pub(crate) const PIECES: u32 = 16;
