//! `wasi:cli/environment`: variables that were baked in, those of the host, and `TMPDIR`.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use crate::p2::abi::{lowered, put_list};
use crate::p2::held::look;
use crate::p2::host;
use crate::program::Area;

lowered! {
    "wasi:cli/environment#get-environment"
    fn get_environment(caller, out: u32) {
        let out = Area::new(out, 8, 4);
        let (told, mount) = (host::environment(), look(|held| held.mount.clone()));
        let variables = tmpfs_start::environment(&told, &mount);
        let count = u32::try_from(variables.len()).expect("BUG: memory has 32 bits");
        let list = caller.allocate(count * 16, 4);
        for (at, (name, value)) in (0..).step_by(16).zip(variables) {
            let [name, value] = [name, value].map(|text| caller.give(text.as_bytes()));
            put_list(list, at, name, name.length());
            put_list(list, at + 8, value, value.length());
        }
        put_list(out, 0, list, count);
    }

    // For a program whose host has no `wasi:cli`.
    "alone:wasi:cli/environment#get-arguments"
    fn get_arguments(caller, out: u32) {
        put_list(Area::new(out, 8, 4), 0, caller.allocate(0, 4), 0);
    }

    "alone:wasi:cli/environment#initial-cwd"
    fn initial_cwd(_caller, out: u32) {
        Area::new(out, 12, 4).store8(0, 0);
    }
}
