//! The bindings that wit-bindgen makes of the worlds.
#![expect(unsafe_code, reason = "the canonical ABI is made of raw pointers")]

macro_rules! generate {
    ($world:literal) => {
        wit_bindgen::generate!({
            path: [
                "../../wit/deps/io.wit",
                "../../wit/deps/clocks.wit",
                "../../wit/deps/random.wit",
                "../../wit/deps/filesystem.wit",
                "../../wit/deps/sockets.wit",
                "../../wit/deps/cli.wit",
                "../../wit/space",
                "wit",
            ],
            world: $world,
            generate_all,
        });
    };
}

#[cfg(not(feature = "streams"))]
generate!("scratch:tmpfs/tmpfs-lite");
#[cfg(feature = "streams")]
generate!("scratch:tmpfs/tmpfs");

export!(Component);

use crate::Component;
