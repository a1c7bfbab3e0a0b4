//! A file that was just made and that no object has yet.

use crate::error::Result;
use crate::file::closed::{self, Method, State};
use crate::file::lifecycle::Lifecycle;
use crate::stream::Stream;
use crate::stream::memory::Memory;
use crate::stream::mode::Mode;

/// A new file: its stream, and its name where it has one.
pub(crate) struct Made {
    pub(crate) stream: Stream,
    pub(crate) mode: Mode,
    pub(crate) lifecycle: Lifecycle,
}

impl Made {
    /// Closes it, and deletes it if that is owed: a later check failed. Nobody is left to hear of
    /// another error.
    pub(crate) fn discard(self) {
        let _ = self.stream.close();
        self.lifecycle.abandon();
    }

    /// The file with what `memory` holds, at the same position. Discards it where that fails.
    pub(crate) fn filled(mut self, memory: &Memory) -> Result<Self> {
        match self.fill(memory) {
            Ok(()) => Ok(self),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    fn fill(&mut self, memory: &Memory) -> Result<()> {
        let stream = &mut self.stream;
        closed::check(Method::Write, stream.class(), self.mode, State::Open)?;
        let signed = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
        for (start, bytes) in memory.pieces() {
            stream.seek(signed(start), 0)?;
            let mut rest = bytes;
            while !rest.is_empty() {
                rest = &rest[stream.write(rest)?..];
            }
        }
        // The last bytes may be zeros that no page holds.
        if stream.seek(0, 2)? < memory.size() {
            stream.truncate(Some(signed(memory.size())))?;
        }
        stream.seek(signed(memory.position()), 0)?;
        Ok(())
    }
}
