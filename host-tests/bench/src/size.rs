//! The sizes of the components, and the imports of `tempfile.wasm`.

use anyhow::Result;
use scratch_compose::binary;
use xtask::components;

use crate::guest;

/// The size and the imports of `tempfile.wasm`.
pub(crate) struct Size {
    pub(crate) bytes: usize,
    pub(crate) imports: Vec<String>,
}

pub(crate) fn of_the_components() -> Result<Size> {
    println!("## Size\n");
    for name in ["tmpfs-lite", "tmpfs"] {
        let bytes = guest::read(&components::build(name)?)?;
        println!(
            "{name}.wasm: {} bytes, {} imports\n",
            bytes.len(),
            binary::imports(&bytes)?.len()
        );
    }
    let bytes = guest::read(&components::build("tempfile")?)?;
    let size = Size { bytes: bytes.len(), imports: binary::imports(&bytes)? };
    println!("tempfile.wasm: {} bytes; imports\n", size.bytes);
    for import in &size.imports {
        println!("- {import}");
    }
    println!();
    Ok(size)
}
