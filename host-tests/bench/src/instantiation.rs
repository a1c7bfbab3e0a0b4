//! The time until a prepared component can be called, and until it is gone again. Memory is
//! allocated when an instance asks for it.

use std::time::{Duration, Instant};

use anyhow::Result;
use measure::{Effort, Repeats, Spread, table};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Store};
use xtask::components;

use crate::guest::{self, Concurrency, State};

/// Nanoseconds per store, WASI context, instance of `tempfile.wasm`, and dropping all that.
pub(crate) struct Instantiation {
    pub(crate) default: Spread,
}

/// A component on an engine.
pub(crate) struct Prepared {
    pub(crate) label: String,
    pub(crate) engine: Engine,
    pub(crate) instance: InstancePre<State>,
}

pub(crate) fn measure(effort: Effort) -> Result<Instantiation> {
    let read = |name: &str| guest::read(&components::build(name)?);
    let tempfile = read("tempfile")?;
    let pair = scratch_compose::plug(&tempfile, &[&read("tmpfs-lite")?])?;
    let measured = [
        ("tempfile.wasm", tempfile),
        ("tempfile.wasm on tmpfs-lite.wasm", pair),
        ("tmpfs.wasm", read("tmpfs")?),
    ];
    let mut prepared = Vec::new();
    for (name, bytes) in &measured {
        for concurrency in [Concurrency::Default, Concurrency::Off] {
            let engine = concurrency.engine()?;
            let component = Component::new(&engine, bytes)?;
            let instance = guest::linker(&engine)?.instantiate_pre(&component)?;
            let label = format!("{name}{}", concurrency.suffix());
            prepared.push(Prepared { label, engine, instance });
        }
    }
    let rounds = effort.rounds(15);
    let times =
        measure::interleave(prepared.len(), rounds, Repeats::Calibrated, effort, |peer, n| {
            time(&prepared[peer], n)
        })?;
    let spreads: Vec<Spread> = times.iter().map(|phases| Spread::of_rounds(&phases[0])).collect();
    let rows = prepared.iter().zip(&spreads);
    let rows = rows.map(|(it, spread)| vec![it.label.clone(), table::times(*spread, table::time)]);
    let title = "Instantiating: store, WASI context, instance, drop";
    table::print(title, &["component", "median [min .. max]"], &rows.collect::<Vec<_>>());
    Ok(Instantiation { default: spreads[0] })
}

/// Times `n` instances.
pub(crate) fn time(prepared: &Prepared, n: u32) -> Result<Vec<Duration>> {
    let start = Instant::now();
    for _ in 0..n {
        let mut store = Store::new(&prepared.engine, State::new(guest::settings().build()));
        prepared.instance.instantiate(&mut store)?;
    }
    Ok(vec![start.elapsed()])
}
