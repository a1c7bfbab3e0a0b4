//! The bindings that wit-bindgen generates from `wit/`, for the component only.

macro_rules! generate {
    ($world:literal) => {
        wit_bindgen::generate!({
            path: "wit",
            world: $world,
            default_bindings_module: "crate::host::bindings",
            with: {
                "wasi:cli/environment@0.2.12": ::wasi::cli::environment,
                "wasi:clocks/wall-clock@0.2.12": ::wasi::clocks::wall_clock,
                "wasi:filesystem/preopens@0.2.12": ::wasi::filesystem::preopens,
                "wasi:filesystem/types@0.2.12": ::wasi::filesystem::types,
                "wasi:io/error@0.2.12": ::wasi::io::error,
                "wasi:io/poll@0.2.12": ::wasi::io::poll,
                "wasi:io/streams@0.2.12": ::wasi::io::streams,
                "wasi:random/random@0.2.12": ::wasi::random::random,
            },
        });
    };
}

#[cfg(not(feature = "audited"))]
generate!("component");
#[cfg(feature = "audited")]
generate!("component-audited");
