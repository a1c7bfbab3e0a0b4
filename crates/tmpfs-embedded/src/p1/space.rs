//! `scratch:space`, for modules that import it in the flat form of the canonical ABI.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs_start::Space;

use crate::amounts::{put_amounts, put_limits};
use crate::p1::abi::exported;
use crate::p1::held::{change, look};
use crate::p1::host;

fn usage<const BESIDE: bool>(out: u32) {
    put_amounts(out, ask::<BESIDE, _>(Space::usage));
}

exported!(
    "wasi_snapshot_preview1:scratch:space/usage#usage",
    "beside:wasi_snapshot_preview1:scratch:space/usage#usage",
    usage(out: u32)
);

fn high_water<const BESIDE: bool>(out: u32) {
    put_amounts(out, ask::<BESIDE, _>(Space::high_water));
}

exported!(
    "wasi_snapshot_preview1:scratch:space/usage#high-water",
    "beside:wasi_snapshot_preview1:scratch:space/usage#high-water",
    high_water(out: u32)
);

fn limits<const BESIDE: bool>(out: u32) {
    put_limits(out, ask::<BESIDE, _>(|space| *space.limits()));
}

exported!(
    "wasi_snapshot_preview1:scratch:space/usage#limits",
    "beside:wasi_snapshot_preview1:scratch:space/usage#limits",
    limits(out: u32)
);

fn over_soft_limit<const BESIDE: bool>() -> u32 {
    u32::from(ask::<BESIDE, _>(Space::over_soft_limit))
}

exported!(
    "wasi_snapshot_preview1:scratch:space/usage#over-soft-limit",
    "beside:wasi_snapshot_preview1:scratch:space/usage#over-soft-limit",
    over_soft_limit() -> u32
);

fn clear<const BESIDE: bool>() -> u32 {
    let now = host::now();
    u32::from(change::<BESIDE, _>(|held| held.clear(now)).is_err())
}

exported!(
    "wasi_snapshot_preview1:scratch:space/files#clear",
    "beside:wasi_snapshot_preview1:scratch:space/files#clear",
    clear() -> u32
);

fn ask<const BESIDE: bool, R>(work: impl FnOnce(&Space) -> R) -> R {
    look::<BESIDE, _>(|held| work(&held.space))
}
