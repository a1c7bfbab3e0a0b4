//! The memory that files take, as the allocator counts it.

use anyhow::Result;
use measure::table;

use crate::peers::PEERS;

/// The files of a measurement: their size, and their number.
const HOLDINGS: [(usize, u32); 5] =
    [(0, 10_000), (100, 10_000), (4 << 10, 10_000), (60 << 10, 500), (64 << 20, 1)];

pub(crate) fn measure() -> Result<()> {
    let mut rows = Vec::new();
    for peer in &PEERS {
        let mut row = vec![peer.label.to_owned()];
        for (bytes, files) in HOLDINGS {
            let Some(held) = peer.hold(files, bytes) else { break };
            let each = held? as f64 / f64::from(files);
            row.push(match bytes {
                0 => format!("{each:.0}"),
                _ => format!("{:.3}", each / bytes as f64),
            });
        }
        if row.len() > 1 {
            rows.push(row);
        }
    }
    let head = [
        "bytes allocated",
        "per empty file",
        "per byte of 100",
        "of 4 KiB",
        "of 60 KiB",
        "of 64 MiB",
    ];
    table::print("Memory", &head, &rows);
    Ok(())
}
