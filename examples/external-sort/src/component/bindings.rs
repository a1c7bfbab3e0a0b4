//! The bindings that wit-bindgen generates for the interface.
wit_bindgen::generate!({
    path: "../../wit",
    world: "program-with-descriptors",
    additional_derives: [Default],
    additional_derives_ignore: [
        "error", "error-code", "os-error", "text-error", "unicode-error", "conversion", "kind",
        "owed-item", "unclosed-kind", "unclosed-item",
    ],
    with: {
        "wasi:clocks/wall-clock@0.2.12": ::wasi::clocks::wall_clock,
        "wasi:filesystem/types@0.2.12": ::wasi::filesystem::types,
        "wasi:io/error@0.2.12": ::wasi::io::error,
        "wasi:io/poll@0.2.12": ::wasi::io::poll,
        "wasi:io/streams@0.2.12": ::wasi::io::streams,
    },
});
