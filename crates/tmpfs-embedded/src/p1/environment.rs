//! The environment: variables that were baked in, those of the host, and `TMPDIR`.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::p1::abi::{Errno, Result, answered};
use crate::p1::held::look;
use crate::program::{Area, length};

answered! {
    "wasi_snapshot_preview1#environ_sizes_get", "beside:wasi_snapshot_preview1#environ_sizes_get"
    fn environ_sizes_get(count: u32, bytes: u32) {
        let (count, bytes) = (Area::new(count, 4, 4), Area::new(bytes, 4, 4));
        let variables = variables::<BESIDE>();
        bytes.store32(0, size(&variables)?);
        count.store32(0, u32::try_from(variables.len()).map_err(|_| Errno::OVERFLOW)?);
        Ok(())
    }

    "wasi_snapshot_preview1#environ_get", "beside:wasi_snapshot_preview1#environ_get"
    fn environ_get(places: u32, buffer: u32) {
        let variables = variables::<BESIDE>();
        let count = u32::try_from(variables.len()).map_err(|_| Errno::OVERFLOW)?;
        let places = Area::list(places, count, 4, 4);
        let buffer = Area::new(buffer, size(&variables)?, 1);
        let mut used = 0;
        for (place, variable) in (0..).step_by(4).zip(variables) {
            places.store32(place, buffer.at() + used);
            used += buffer.copy_at(used, variable.as_bytes());
        }
        Ok(())
    }
}

/// Lists the variables, each as `NAME=VALUE` with a NUL at the end.
fn variables<const BESIDE: bool>() -> Vec<String> {
    look::<BESIDE, _>(|held| {
        tmpfs_start::environment(&held.told, &held.mount)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}\0"))
            .collect()
    })
}

fn size(variables: &[String]) -> Result<u32> {
    variables
        .iter()
        .try_fold(0_u32, |size, variable| size.checked_add(length(variable.as_bytes())))
        .ok_or(Errno::OVERFLOW)
}
