//! The exports of `tempfile.wasm`, called from the host. wasmtime generates them from `wit/`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "component",
    additional_derives: [PartialEq, Eq, Clone],
    with: { "wasi": wasmtime_wasi::p2::bindings::sync },
    require_store_data_send: true,
});
