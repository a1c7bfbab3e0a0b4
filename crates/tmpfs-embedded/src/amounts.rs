//! The records of `scratch:space/usage` in the program's memory.

use tmpfs::{Limits, Usage};

use crate::program::Area;

/// Writes the record `amounts`, of 32 bytes.
pub(crate) fn put_amounts(out: u32, usage: Usage) {
    let out = Area::new(out, 32, 8);
    let Usage { content, metadata, nodes, handles } = usage;
    for (at, number) in (0..).step_by(8).zip([content, metadata, nodes, handles]) {
        out.store64(at, number);
    }
}

/// Writes the record `amounts-allowed`, of 56 bytes.
pub(crate) fn put_limits(out: u32, limits: Limits) {
    let out = Area::new(out, 56, 8);
    let Limits { content, metadata, nodes, handles, name, path, file_size, soft } = limits;
    for (at, number) in (0..).step_by(8).zip([content, metadata, nodes]) {
        out.store64(at, number);
    }
    for (at, number) in (24..).step_by(4).zip([handles, name, path]) {
        out.store32(at, number);
    }
    out.store64(40, file_size);
    out.store64(48, soft);
}
