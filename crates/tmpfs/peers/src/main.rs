//! A benchmark of the filesystem engine beside other filesystems in memory, and beside Rust's
//! `tempfile` on the system's own: the same work in the same run, on one core.
//!
//! `cargo xtask peers` runs it. Absolute times differ between machines and between hours. Compare
//! ratios within a round, in which all peers run one after the other.

mod allocator;
mod arguments;
mod child;
mod crowd;
mod filesystem;
mod memory;
mod peers;
mod report;
mod template;
mod work;

use anyhow::Result;

use arguments::Arguments;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if child::is(&words)? {
        return Ok(());
    }
    let arguments = Arguments::parse(&words)?;
    println!("{}; processor time\n", measure::pin());
    for section in arguments.sections {
        section.measure(arguments.effort)?;
    }
    Ok(())
}
