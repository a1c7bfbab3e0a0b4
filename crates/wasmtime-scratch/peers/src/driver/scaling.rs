//! Many instances at once on all cores: the work of all together, and the share of the slowest.

use anyhow::{Result, anyhow};
use measure::{Effort, table};

use crate::driver::arguments::Arguments;

const INSTANCES: [u32; 5] = [1, 2, 4, 16, 64];

pub(crate) fn measure(arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("rust_tempfile");
    let milliseconds: u32 = if arguments.effort == Effort::Full { 4_000 } else { 300 };
    let mut rows = Vec::new();
    for peer in arguments.peers() {
        for instances in INSTANCES {
            let words = [instances.to_string(), milliseconds.to_string()];
            let Ok(answer) = peer.ask("crowd", &guest, &[&words[0], &words[1], "anonymous"])?
            else {
                break;
            };
            let rates =
                answer.split(' ').map(|it| Ok(it.parse()?)).collect::<Result<Vec<f64>>>()?;
            let (all, each) = rates.split_first().ok_or_else(|| anyhow!("no rates"))?;
            let least = each.iter().copied().fold(f64::INFINITY, f64::min);
            let share = least * f64::from(instances) / each.iter().sum::<f64>();
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
