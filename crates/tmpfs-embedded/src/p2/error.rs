//! `wasi:io/error`: reasons why streams of this module failed, and their codes in other interfaces.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::string::ToString as _;

use tmpfs::Error;

use crate::p2::abi::{Code, OURS, lowered, put_list};
use crate::p2::held::{Resource, drop, look};
use crate::program::{Area, trap};

lowered! {
    "wasi:io/error#[method]error.to-debug-string"
    fn to_debug_string(caller, error: u32, out: u32) {
        let out = Area::new(out, 8, 4);
        let text = caller.give(reason(error).to_string().as_bytes());
        put_list(out, 0, text, text.length());
    }

    /// Returns the code of an error of a file. Without the host's directories, an error of the host
    /// never is one. It may still come here, since nothing separates the two before.
    "wasi:filesystem/types#filesystem-error-code"
    fn filesystem_error_code(_caller, error: u32, out: u32) {
        let out = Area::new(out, 2, 1);
        if error & OURS == 0 {
            return out.store8(0, 0);
        }
        let code = Code::from(reason(error));
        out.store8(0, 1);
        out.store8(1, code.number());
    }

    /// Returns none, since no error of this module is one of HTTP.
    "wasi:http/types#http-error-code"
    fn http_error_code(_caller, error: u32, out: u32) {
        let out = Area::new(out, 40, 8);
        reason(error);
        out.store8(0, 0);
    }

    /// Returns none, since no error of this module is one of a network.
    "wasi:sockets/network#network-error-code"
    fn network_error_code(_caller, error: u32, out: u32) {
        let out = Area::new(out, 2, 1);
        reason(error);
        out.store8(0, 0);
    }

    "wasi:io/error#[resource-drop]error"
    fn drop_error(_caller, error: u32) {
        drop(error, |resource| matches!(resource, Resource::Error(_)));
    }
}

fn reason(error: u32) -> Error {
    look(|held| match held.resource(error) {
        Resource::Error(error) => *error,
        _ => trap(),
    })
}
