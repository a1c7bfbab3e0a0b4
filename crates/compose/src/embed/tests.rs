//! Small components and modules through the tool. The filesystem is a few functions here; the
//! harness runs programs with the one that ships (`host-tests/tests/embedded_*.rs`).

mod adapted;
mod beginning;
mod components;
mod fixtures;
mod nested;
mod preview1;
mod refusals;
mod wiring;
