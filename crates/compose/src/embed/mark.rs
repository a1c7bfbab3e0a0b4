//! The mark of a filesystem that is embedded already.

use anyhow::{Result, ensure};
use wasmparser::{DataKind, Parser, Payload};

use crate::bake::MARK;

/// Refuses a program that has a filesystem of ours within: its data lies in a second memory of a
/// module, and begins with the mark of the place for settings. What removes names and notes leaves
/// it there.
pub(crate) fn ensure_fresh(program: &[u8]) -> Result<()> {
    for payload in Parser::new(0).parse_all(program) {
        let Payload::DataSection(segments) = payload? else { continue };
        for segment in segments {
            let segment = segment?;
            let second = matches!(segment.kind, DataKind::Active { memory_index: 1.., .. });
            ensure!(
                !second || !segment.data.windows(MARK.len()).any(|bytes| bytes == MARK),
                "a filesystem was embedded into it already; give the program that it was made from"
            );
        }
    }
    Ok(())
}
