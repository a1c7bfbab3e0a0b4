//! The bindings that wit-bindgen generates for a program that uses `wit/`.
#![expect(missing_docs, reason = "generated; the documentation is in wit/")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "program-with-descriptors",
    with: {
        "wasi:clocks/wall-clock@0.2.12": ::wasip2::clocks::wall_clock,
        "wasi:filesystem/types@0.2.12": ::wasip2::filesystem::types,
        "wasi:io/error@0.2.12": ::wasip2::io::error,
        "wasi:io/poll@0.2.12": ::wasip2::io::poll,
        "wasi:io/streams@0.2.12": ::wasip2::io::streams,
    },
    generate_all,
    additional_derives: [Default],
    additional_derives_ignore: [
        "error", "error-code", "os-error", "text-error", "unicode-error", "conversion", "kind",
        "owed-item", "unclosed-kind", "unclosed-item",
    ],
});

/// The interfaces `scratch:space`, which a filesystem in memory serves.
pub mod space {
    wit_bindgen::generate!({ path: "../../wit/space", world: "scratch:space/program" });
}
