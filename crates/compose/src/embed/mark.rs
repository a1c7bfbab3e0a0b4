//! The mark of a filesystem that is already embedded.

use anyhow::{Result, ensure};
use wasmparser::{DataKind, Parser, Payload, TypeRef};

use crate::bake::MARK;

/// Refuses a program with a filesystem of this project. Its data is in a second memory of a module,
/// or is written into a memory at the start, and contains the mark before the image. Tools that
/// remove names and notes leave it there.
pub(crate) fn ensure_fresh(program: &[u8]) -> Result<()> {
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(program) {
        let segments = match payload? {
            Payload::Version { .. } => {
                imported = 0;
                continue;
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Memory(_)));
                }
                continue;
            }
            Payload::DataSection(segments) => segments,
            _ => continue,
        };
        for segment in segments {
            let segment = segment?;
            let second = match segment.kind {
                DataKind::Active { memory_index, .. } => memory_index > 0,
                DataKind::Passive => imported > 1,
            };
            ensure!(
                !second || !segment.data.windows(MARK.len()).any(|bytes| bytes == MARK),
                "a filesystem was embedded into it already; give the program that it was made from"
            );
        }
    }
    Ok(())
}
