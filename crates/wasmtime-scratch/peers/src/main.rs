//! The crate for hosts beside other filesystems in memory for guests of wasmtime: the same guests
//! in the same run, each host in processes of its own, on one core.
//!
//! `cargo xtask peers hosts` runs it. Absolute times differ between machines and between hours.
//! Compare ratios within a round, in which all hosts run one after the other.

#![forbid(unsafe_code)]

mod driver;

fn main() -> anyhow::Result<()> {
    driver::run(&std::env::args().skip(1).collect::<Vec<_>>())
}
