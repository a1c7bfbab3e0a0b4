//! The exports of `tmpfs-lite.wasm`, called from the host, as wasmtime generates them.

wasmtime::component::bindgen!({
    path: [
        "../wit/deps/io.wit",
        "../wit/deps/clocks.wit",
        "../wit/deps/random.wit",
        "../wit/deps/filesystem.wit",
        "../wit/deps/sockets.wit",
        "../wit/deps/cli.wit",
        "../wit/space",
    ],
    inline: "
        package host:tests;
        world filesystem {
            export wasi:cli/environment@0.2.12;
            export wasi:filesystem/types@0.2.12;
            export wasi:filesystem/preopens@0.2.12;
            export scratch:space/usage@0.1.0;
            export scratch:space/files@0.1.0;
        }
    ",
    world: "host:tests/filesystem",
    additional_derives: [PartialEq, Eq, Clone],
    with: {
        "wasi:io": wasmtime_wasi::p2::bindings::sync::io,
    },
    require_store_data_send: true,
});
