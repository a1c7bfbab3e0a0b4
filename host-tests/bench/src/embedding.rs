//! The costs of making the filesystem a part of a program: bytes, time of the tool, and time of
//! each instance.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use measure::{Effort, Repeats, Spread, table};
use scratch_compose::{embed, plug};
use wasmtime::component::Component;
use xtask::components::{self, Profile};

use crate::guest::{self, Concurrency};
use crate::instantiation::{Prepared, time};

/// The package and the program of the measured guests.
const GUEST: (&str, &str) = ("host-tests-bench-guests", "rust_tempfile");

/// Additional costs of a Rust std program with the filesystem in it.
pub(crate) struct Embedding {
    /// Bytes.
    pub(crate) growth: f64,
    /// Nanoseconds of each instance.
    pub(crate) instance: f64,
}

/// Measures and prints.
pub(crate) fn measure(effort: Effort) -> Result<Embedding> {
    let (package, name) = GUEST;
    let guests = components::programs(package, Profile::Optimised)?;
    let program = guest::read(guests.get(name).context("the guest is not built")?)?;
    let filesystem = guest::read(&components::build("tmpfs-embedded")?)?;
    let tmpfs = guest::read(&components::build("tmpfs")?)?;
    let forms = [
        ("alone", program.clone()),
        ("embedded", embed(&program, &filesystem, false)?),
        ("embedded, beside the host's directories", embed(&program, &filesystem, true)?),
        ("composed with tmpfs.wasm", plug(&program, &[&tmpfs])?),
    ];
    let engine = Concurrency::Default.engine()?;
    let mut prepared = Vec::new();
    for (form, bytes) in &forms {
        let component = Component::new(&engine, bytes)?;
        let instance = guest::linker(&engine)?.instantiate_pre(&component)?;
        prepared.push(Prepared { label: (*form).to_owned(), engine: engine.clone(), instance });
    }
    let tool = prepared.len();
    let rounds = effort.rounds(15);
    let times =
        measure::interleave(
            tool + 1,
            rounds,
            Repeats::Calibrated,
            effort,
            |peer, n| match prepared.get(peer) {
                Some(prepared) => time(prepared, n),
                None => embedding(&program, &filesystem, n),
            },
        )?;
    let spreads: Vec<Spread> = times.iter().map(|phases| Spread::of_rounds(&phases[0])).collect();
    let rows = forms.iter().zip(&spreads).map(|((form, bytes), spread)| {
        let growth = format!("{:+}", bytes.len().cast_signed() - program.len().cast_signed());
        let times = table::times(*spread, table::time);
        vec![(*form).to_owned(), bytes.len().to_string(), growth, times]
    });
    table::print(
        "A Rust std program and the filesystem as a part of it",
        &["form", "bytes", "growth", "store, WASI context, instance, drop"],
        &rows.collect::<Vec<_>>(),
    );
    let megabytes = f64::from(u32::try_from(program.len())?) / 1e6;
    let each = spreads[tool].median;
    println!("The tool takes {}, {} per MB.\n", table::time(each), table::time(each / megabytes));
    let growth = forms[1].1.len().saturating_sub(program.len());
    let growth = f64::from(u32::try_from(growth)?);
    Ok(Embedding { growth, instance: spreads[1].median - spreads[0].median })
}

fn embedding(program: &[u8], filesystem: &[u8], n: u32) -> Result<Vec<Duration>> {
    let start = Instant::now();
    for _ in 0..n {
        embed(program, filesystem, false)?;
    }
    Ok(vec![start.elapsed()])
}
