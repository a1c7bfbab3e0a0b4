//! `scratch:space`, for modules that import it in the flat form of the canonical ABI.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs_start::Space;

use crate::amounts::{put_amounts, put_limits};
use crate::p1::held::{change, look};
use crate::p1::host;

/// Exports functions twice, as [`answered`](crate::p1::abi::answered) does.
macro_rules! told {
    ($(
        $ours:literal, $beside:literal
        fn $function:ident($($parameter:ident: u32)?) $(-> $result:ty)?
        $body:block
    )*) => {$(
        fn $function<const BESIDE: bool>($($parameter: u32)?) $(-> $result)? $body

        const _: () = {
            #[unsafe(export_name = $ours)]
            extern "C" fn ours($($parameter: u32)?) $(-> $result)? {
                $function::<false>($($parameter)?)
            }

            #[unsafe(export_name = $beside)]
            extern "C" fn beside($($parameter: u32)?) $(-> $result)? {
                $function::<true>($($parameter)?)
            }
        };
    )*};
}

told! {
    "wasi_snapshot_preview1:scratch:space/usage#usage",
    "beside:wasi_snapshot_preview1:scratch:space/usage#usage"
    fn usage(out: u32) {
        put_amounts(out, ask::<BESIDE, _>(Space::usage));
    }

    "wasi_snapshot_preview1:scratch:space/usage#high-water",
    "beside:wasi_snapshot_preview1:scratch:space/usage#high-water"
    fn high_water(out: u32) {
        put_amounts(out, ask::<BESIDE, _>(Space::high_water));
    }

    "wasi_snapshot_preview1:scratch:space/usage#limits",
    "beside:wasi_snapshot_preview1:scratch:space/usage#limits"
    fn limits(out: u32) {
        put_limits(out, ask::<BESIDE, _>(|space| *space.limits()));
    }

    "wasi_snapshot_preview1:scratch:space/usage#over-soft-limit",
    "beside:wasi_snapshot_preview1:scratch:space/usage#over-soft-limit"
    fn over_soft_limit() -> u32 {
        u32::from(ask::<BESIDE, _>(Space::over_soft_limit))
    }

    "wasi_snapshot_preview1:scratch:space/files#clear",
    "beside:wasi_snapshot_preview1:scratch:space/files#clear"
    fn clear() -> u32 {
        let now = host::now();
        u32::from(change::<BESIDE, _>(|held| held.clear(now)).is_err())
    }
}

fn ask<const BESIDE: bool, R>(work: impl FnOnce(&Space) -> R) -> R {
    look::<BESIDE, _>(|held| work(&held.space))
}
