//! `scratch:space`: usage, limits, and restoring the first state.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs_start::Space;

use crate::amounts::{put_amounts, put_limits};
use crate::files::Files;
use crate::p2::abi::{flag, lowered};
use crate::p2::held::{change, look};
use crate::p2::host;

lowered! {
    "scratch:space/usage#usage"
    fn usage(_caller, out: u32) {
        put_amounts(out, ask(Space::usage));
    }

    "scratch:space/usage#high-water"
    fn high_water(_caller, out: u32) {
        put_amounts(out, ask(Space::high_water));
    }

    "scratch:space/usage#limits"
    fn limits(_caller, out: u32) {
        put_limits(out, ask(|space| *space.limits()));
    }

    "scratch:space/usage#over-soft-limit"
    fn over_soft_limit(_caller) -> u32 {
        flag(ask(Space::over_soft_limit))
    }

    "scratch:space/files#clear"
    fn clear(_caller) -> u32 {
        let now = host::now();
        flag(change(|held| held.clear(now)).is_err())
    }
}

fn ask<R>(work: impl FnOnce(&Space) -> R) -> R {
    look(|Files { space, .. }| work(space))
}
