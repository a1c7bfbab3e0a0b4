//! What files take of the memory of a host's process, and what it keeps of that: as the system
//! counts it, so that what is given back to the allocator, and kept there, is among it.

use anyhow::Result;
use measure::table;

use crate::driver::arguments::Arguments;

/// So many files of so many bytes.
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
