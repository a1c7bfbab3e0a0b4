//! The bindings that wit-bindgen generates for a program that uses all of `wit/`.
#![expect(missing_docs, reason = "the text of the WIT stands where WIT has a place for it")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "program-with-descriptors",
    with: {
        "wasi:clocks/wall-clock@0.2.12": ::wasi::clocks::wall_clock,
        "wasi:filesystem/types@0.2.12": ::wasi::filesystem::types,
        "wasi:io/error@0.2.12": ::wasi::io::error,
        "wasi:io/poll@0.2.12": ::wasi::io::poll,
        "wasi:io/streams@0.2.12": ::wasi::io::streams,
    },
    additional_derives: [Default],
    additional_derives_ignore: [
        "error", "error-code", "os-error", "text-error", "unicode-error", "conversion", "kind",
        "owed-item", "unclosed-kind", "unclosed-item",
    ],
});

pub use scratch::tempfile::{descriptors, tempfile, text};
