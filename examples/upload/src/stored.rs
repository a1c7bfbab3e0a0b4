//! An upload in a temporary file.

use alloc::vec::Vec;

use sha2::digest::Output;
use sha2::{Digest as _, Sha256};
use wasi_tempfile::cleanup::{UnclosedKind, unclosed};
use wasi_tempfile::{BinaryFile, SpooledOptions, spooled_temporary_file};

use crate::body::Body;
use crate::refusal::Refusal;

/// The longest upload that stays in the memory of this instance.
const IN_MEMORY: i64 = 64 << 10;

/// The most bytes that are read back at once.
const PIECE: i64 = 64 << 10;

/// A whole upload. Dropping it deletes its file.
pub(crate) struct Stored {
    file: BinaryFile,
    pub(crate) size: u64,
    /// The digest of the bytes received, not of the bytes read back: comparing it also checks the
    /// file.
    pub(crate) sha256: Output<Sha256>,
}

impl Stored {
    /// Receives the body until it ends.
    pub(crate) fn receive(body: &mut Body) -> Result<Self, Refusal> {
        let file = spooled_temporary_file(&SpooledOptions::new().max_size(IN_MEMORY))?;
        let mut sha256 = Sha256::new();
        for piece in body {
            let piece = piece?;
            sha256.update(&piece);
            file.write(&piece)?;
        }
        let size = file.tell()?;
        // Write what waits in the buffer now: this may fail, and the handler can still report a
        // failure.
        file.seek(0, 0)?;
        Ok(Self { file, size, sha256: sha256.finalize() })
    }

    /// Returns true if the upload stayed in the memory of this instance.
    pub(crate) fn in_memory(&self) -> bool {
        unclosed().iter().any(|open| open.kind == UnclosedKind::SpooledFile)
    }

    /// Reads the upload back, piece by piece. It can be read once.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = wasi_tempfile::Result<Vec<u8>>> {
        let piece =
            || self.file.read(Some(PIECE)).map(|piece| Some(piece).filter(|it| !it.is_empty()));
        core::iter::from_fn(move || piece().transpose())
    }
}
