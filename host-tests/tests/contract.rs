//! The exact imports and exports of `tempfile.wasm`.

use host_tests::{Ground, Library, Metering};

#[test]
fn the_component_imports_exactly_this() {
    // The interfaces of `wasi:io` are only imported for their types, which `filesystem/types` uses.
    let wasi = [
        "wasi:cli/environment@0.2.12",
        "wasi:clocks/wall-clock@0.2.12",
        "wasi:filesystem/preopens@0.2.12",
        "wasi:filesystem/types@0.2.12",
        "wasi:random/random@0.2.12",
    ];
    let imports = |library: Library| {
        let mut imports = scratch_compose::binary::imports(library.bytes()).unwrap();
        imports.sort();
        imports
    };
    assert_eq!(imports(Library::Plain), wasi);
    let audited = [&["scratch:tempfile/audit@0.1.0"][..], &wasi].concat();
    assert_eq!(imports(Library::Audited), audited);
}

#[test]
fn the_component_exports_exactly_this() {
    for library in [Library::Plain, Library::Audited] {
        let code = library.code(Ground::Host, Metering::Off);
        let exports = code.component.component_type();
        let mut exports: Vec<_> =
            exports.exports(&code.engine).map(|(name, _)| name.to_owned()).collect();
        exports.sort();
        assert_eq!(
            exports,
            [
                "scratch:tempfile/cleanup@0.1.0",
                "scratch:tempfile/descriptors@0.1.0",
                "scratch:tempfile/tempfile@0.1.0",
                "scratch:tempfile/text@0.1.0",
            ]
        );
    }
}

/// The first design asked for 100 KB, which the component exceeds: docs/design.md explains its
/// size. The component must not grow unnoticed.
#[test]
fn the_component_does_not_grow() {
    let size = Library::Plain.bytes().len();
    assert!(
        size <= 293_000,
        "tempfile.wasm has {size} bytes, more than 293,000: a method costs about 2,000, an option \
        700, an encoding 40; save them elsewhere, or raise the limit and say in the commit what it buys"
    );
}

#[test]
fn instances_share_nothing() {
    use host_tests::Sandbox;
    let (first, second) = (Sandbox::new(), Sandbox::new());
    first.set_template("first");
    first.set_tmp_max(1);
    first.set_tempdir(Some("/first"));
    assert_eq!(second.template(), "tmp");
    assert_eq!(second.tmp_max(), 10_000);
    assert_eq!(second.tempdir(), None);
}
