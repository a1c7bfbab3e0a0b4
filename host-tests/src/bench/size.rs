//! How large `tempfile.wasm` is and what it asks of its host.

use anyhow::Result;
use xtask::{binary, components};

use crate::bench::guest;

pub(super) struct Size {
    pub(super) bytes: usize,
    pub(super) imports: Vec<String>,
}

pub(super) fn of_the_component() -> Result<Size> {
    let bytes = guest::read(&components::build("tempfile")?)?;
    let size = Size { bytes: bytes.len(), imports: binary::imports(&bytes)? };
    println!("## Size\n\ntempfile.wasm: {} bytes; imports\n", size.bytes);
    for import in &size.imports {
        println!("- {import}");
    }
    println!();
    Ok(size)
}
