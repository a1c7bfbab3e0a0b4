//! Copies of a filled filesystem: a template of it, and a filesystem that begins with that.

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use measure::{Repeats, Spread, table};

use crate::driver::arguments::Arguments;
use crate::driver::peer::Peer;

pub(crate) fn measure(arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("peer_cases");
    let peers: Vec<&Peer> = arguments.peers().filter(|peer| !peer.again).collect();
    let mut templates = vec![Vec::new(); peers.len()];
    let effort = arguments.effort;
    let copies = measure::interleave(
        peers.len(),
        effort.rounds(5),
        Repeats::Calibrated,
        effort,
        |at, times| {
            let answer = peers[at].ask("fork", &guest, &["100", "1000000", &times.to_string()])?;
            let answer = answer.map_err(|it| anyhow!("{}: {}", peers[at].label, it.said))?;
            let mut words = answer.splitn(3, ' ');
            let mut next = || words.next().ok_or_else(|| anyhow!("a short answer: {answer}"));
            let (template, copied, holds) = (next()?, next()?, next()?);
            ensure!(holds == "100 files of 100000000 bytes", "the copy has {holds}");
            templates[at].push(template.parse::<f64>()?);
            Ok(vec![Duration::from_nanos(copied.parse()?)])
        },
    )?;
    let ours = &copies[0];
    let rows = peers.iter().zip(&copies).zip(&templates).map(|((peer, copies), templates)| {
        let times = |times: &[f64]| table::times(Spread::of_rounds(times), table::time);
        let ratio = Spread::ratio(&copies[0], &ours[0]).median;
        vec![peer.label.to_owned(), times(templates), times(&copies[0]), format!("{ratio:.0}")]
    });
    let head = ["host", "making the template", "a copy, and dropping it", "times as long as ours"];
    table::print("Fork of 100 files of 1 MB", &head, &rows.collect::<Vec<_>>());
    Ok(())
}
