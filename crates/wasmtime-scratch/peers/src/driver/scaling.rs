//! Many instances at once on all cores: what they do together, and whether each gets its turn.

use anyhow::{Result, anyhow};
use measure::{Effort, table};

use crate::driver::arguments::Arguments;

const INSTANCES: [u32; 5] = [1, 2, 4, 16, 64];

pub(crate) fn measure(arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("rust_tempfile");
    let milliseconds: u32 = if arguments.effort == Effort::Full { 3_000 } else { 300 };
    let mut rows = Vec::new();
    for peer in arguments.peers() {
        for instances in INSTANCES {
            let words = [instances.to_string(), milliseconds.to_string()];
            let Ok(answer) = peer.ask("crowd", &guest, &[&words[0], &words[1], "anonymous"])?
            else {
                break;
            };
            let done: Result<Vec<f64>> = answer.split(' ').map(|it| Ok(it.parse()?)).collect();
            let done = done?;
            let all: f64 = done.iter().sum();
            let least = done.iter().copied().reduce(f64::min).ok_or_else(|| anyhow!("nobody"))?;
            let share = least * f64::from(instances) / all;
            rows.push(vec![
                peer.label.to_owned(),
                instances.to_string(),
                format!("{all:.0}"),
                format!("{share:.2}"),
            ]);
        }
    }
    let head = ["host", "instances", "W1 a second, together", "the slowest, of the mean"];
    table::print("Instances at once, each on a thread and a space of its own", &head, &rows);
    Ok(())
}
