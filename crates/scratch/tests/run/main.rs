//! The command `scratch run` from outside, with programs of the harness. Statuses are those of
//! timeout(1) and of shells (POSIX, *Exit Status for Commands*: more than 128 for a signal).

#![cfg(target_os = "linux")]

mod copies;
mod endings;
mod folder;
mod grants;
mod module;
mod refusals;
mod reports;
mod terminal;
