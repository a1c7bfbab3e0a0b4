//! A template of 100 MB: making it, starting spaces from it, and the first change in one.

use anyhow::{Result, anyhow};
use measure::{Effort, Spread, Stopwatch, table};
use tmpfs::{DescriptorFlags, Follow, Limits, OpenFlags, Settings, Space};

use crate::peers::now;

/// The number of files, of a hundred kilobytes each, in a hundred megabytes.
const FILES: u32 = 1000;

/// The number of spaces that are started in a round.
const SPACES: u32 = 10_000;

const WRITE: OpenFlags =
    OpenFlags { create: true, exclusive: false, directory: false, truncate: false };

pub(crate) fn measure(effort: Effort) -> Result<()> {
    let (mut freezing, mut starting, mut changing) = (Vec::new(), Vec::new(), Vec::new());
    let limits = Limits { content: 1 << 30, ..Limits::default() };
    let settings = Settings { limits, ..Settings::seeded([1, 2], now()) };
    for _ in 0..effort.rounds(9) {
        let mut space = Space::create(settings.clone())?;
        let root = space.root(DescriptorFlags::DIRECTORY)?;
        for file in 0..FILES {
            let (path, flags) = (file.to_string(), DescriptorFlags::WRITE);
            let file = space.open_at(root, Follow::No, &path, WRITE, flags, now())?;
            space.write_at(file, 0, &[b'x'; 100_000], now())?;
            space.close(file)?;
        }
        let start = Stopwatch::start();
        let template = space.freeze().map_err(|_| anyhow!("it stands on no other"))?;
        freezing.push(nanoseconds(start));

        let start = Stopwatch::start();
        for _ in 0..SPACES {
            drop(template.space(settings.clone())?);
        }
        starting.push(nanoseconds(start) / f64::from(SPACES));

        let start = Stopwatch::start();
        for _ in 0..SPACES {
            let mut space = template.space(settings.clone())?;
            let root = space.root(DescriptorFlags::DIRECTORY)?;
            let flags = DescriptorFlags::WRITE;
            let file = space.open_at(root, Follow::No, "500", WRITE, flags, now())?;
            space.write_at(file, 0, b"y", now())?;
        }
        changing.push(nanoseconds(start) / f64::from(SPACES));
    }
    let rows = [
        ("freezing the space", freezing),
        ("a space from it", starting),
        ("a space, and a byte changed in it", changing),
    ];
    let rows = rows.map(|(what, times)| {
        vec![what.to_owned(), table::times(Spread::of_rounds(&times), table::fine_time)]
    });
    table::print("Template of 100 MB in 1000 files", &["", "median [min .. max]"], &rows);
    Ok(())
}

fn nanoseconds(start: Stopwatch) -> f64 {
    start.elapsed().as_secs_f64() * 1e9
}
