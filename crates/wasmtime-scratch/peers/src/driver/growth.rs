//! The memory of a host's process that files take, and the part that stays after they are deleted.
//! The system counts it, so memory that the allocator keeps is included.

use anyhow::Result;
use measure::table;

use crate::driver::arguments::Arguments;

/// The files of a measurement: their number, and the bytes of each.
const HOLDINGS: [(u32, u32); 3] = [(64, 1 << 20), (10_000, 4096), (10_000, 100)];

pub(crate) fn measure(arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("peer_cases");
    for (files, bytes) in HOLDINGS {
        let mut rows = Vec::new();
        for peer in arguments.peers().filter(|peer| !peer.again) {
            let words = [files.to_string(), bytes.to_string()];
            let answer = peer.ask("memory", &guest, &[&words[0], &words[1]])?;
            let cells = match answer {
                Ok(grown) => {
                    let each = |it: &str| {
                        let grown: i32 = it.parse()?;
                        let share = f64::from(grown) / (f64::from(files) * f64::from(bytes));
                        anyhow::Ok(format!("{share:.3}"))
                    };
                    grown.split(' ').map(each).collect::<Result<Vec<_>>>()?
                }
                Err(failure) => vec![failure.said, String::new(), String::new()],
            };
            rows.push([vec![peer.label.to_owned()], cells].concat());
        }
        let title =
            format!("Resident memory of the process per byte: {files} files of {bytes} bytes");
        let head = ["host", "filled", "after deletion", "after the drop"];
        table::print(&title, &head, &rows);
    }
    Ok(())
}
