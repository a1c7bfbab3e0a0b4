//! How long it takes until `tempfile.wasm` can be called, and to get rid of it: from a prepared
//! component, with memory allocated when it is asked for.

use std::time::{Duration, Instant};

use anyhow::Result;
use wasmtime::component::Component;
use wasmtime::{Engine, Store};
use xtask::components;

use crate::bench::guest::{self, Concurrency, State};
use crate::bench::rounds::{self, Effort, Repeats};
use crate::bench::spread::Spread;
use crate::bench::table;

/// Nanoseconds per store, WASI context, instance, and dropping all that.
pub(super) struct Instantiation {
    pub(super) default: Spread,
    pub(super) concurrency_off: Spread,
}

pub(super) fn measure(effort: Effort) -> Result<Instantiation> {
    let bytes = guest::read(&components::build("tempfile")?)?;
    let [default, off] = [Concurrency::Default, Concurrency::Off].map(|concurrency| {
        let engine = concurrency.engine()?;
        let component = Component::new(&engine, &bytes)?;
        let prepared = guest::linker(&engine)?.instantiate_pre(&component)?;
        Ok::<_, anyhow::Error>((engine, prepared))
    });
    let prepared = [default?, off?];
    let rounds = effort.rounds(15);
    let measured = rounds::interleave(2, rounds, Repeats::Calibrated, effort, |peer, n| {
        let (engine, prepared) = &prepared[peer];
        time(engine, n, |store| prepared.instantiate(store).map(|_| ()).map_err(Into::into))
    })?;
    let spread = |peer: usize| {
        let rounds = measured[peer].iter().flatten().copied();
        Spread::of(rounds).expect("BUG: there is at least one round")
    };
    let measured = Instantiation { default: spread(0), concurrency_off: spread(1) };
    println!("## Instantiating tempfile.wasm: store, WASI context, instance, drop\n");
    let rows = [("default", measured.default), ("concurrency off", measured.concurrency_off)];
    let rows = rows.map(|(engine, spread)| vec![engine.to_owned(), table::times(spread)]);
    table::print_rows(&["engine", "median [min .. max]"], rows.to_vec());
    Ok(measured)
}

fn time(
    engine: &Engine,
    n: u32,
    instantiate: impl Fn(&mut Store<State>) -> Result<()>,
) -> Result<Vec<Duration>> {
    let start = Instant::now();
    for _ in 0..n {
        let mut store = Store::new(engine, State::new(guest::settings().build()));
        instantiate(&mut store)?;
    }
    Ok(vec![start.elapsed()])
}
