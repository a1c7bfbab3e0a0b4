//! A filesystem of a few functions, and programs that use it.

use std::sync::LazyLock;

use wasmparser::{Parser, Payload};

use crate::embed::embed;
use crate::embed::items::Item;
use crate::embed::shape::Shape;

/// The filesystem.
pub(super) static FILESYSTEM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    wat::parse_str(
        r#"(module $filesystem
            (import "program" "store8" (func $store8 (param i32 i32)))
            (import "program" "realloc" (func $realloc (param i32 i32 i32 i32 i32) (result i32)))
            (import "program" "realloc-number" (func $number (result i32)))
            (import "program" "poll" (func $poll (param i32 i32 i32 i32)))
            (import "late:wasi:clocks/wall-clock" "now" (func $now (param i32)))
            (import "late:wasi:filesystem/preopens" "get-directories" (func $theirs (param i32)))
            (import "late:wasi:cli/environment" "get-environment" (func $variables (param i32)))
            (import "host:wasi:random/random" "get-random-u64" (func $random (result i64)))
            (import "host:wasi:io/poll" "[method]pollable.ready"
                (func $ready (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_sync" (func $fd_sync (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "random_get"
                (func $random_get (param i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 1024) "scratch:tmpfs@01\00\00\00\00\00\00\00\00")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 2048)
            (func $directories (export "wasi:filesystem/preopens#get-directories") (param i32)
                (drop (call $random))
                (drop (call $realloc (call $number)
                    (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 12))))
            (func (export "beside:wasi:filesystem/preopens#get-directories") (param i32)
                (call $theirs (i32.const 512))
                (call $directories (local.get 0)))
            (func (export "alone:wasi:cli/environment#get-arguments") (param i32))
            (func (export "wasi:cli/environment#get-environment") (param i32)
                (call $variables (i32.const 512)))
            (func (export "scratch:space/usage#over-soft-limit") (result i32) i32.const 0)
            (func (export "wasi_snapshot_preview1:scratch:space/usage#over-soft-limit")
                (result i32) i32.const 0)
            (func (export "wasi:filesystem/types#[method]descriptor.sync") (param i32 i32)
                (call $now (i32.const 16))
                (call $store8 (local.get 1) (i32.const 0)))
            (func (export "wasi:filesystem/types#[method]descriptor.is-same-object")
                (param i32 i32) (result i32) i32.const 0)
            (func (export "wasi:filesystem/types#[method]descriptor.read-via-stream")
                (param i32 i64 i32))
            (func (export "wasi:filesystem/types#[resource-drop]descriptor") (param i32))
            (func (export "wasi:io/streams#[resource-drop]input-stream") (param i32))
            (func (export "wasi:io/streams#[method]input-stream.subscribe")
                (param i32) (result i32) i32.const 0)
            (func (export "wasi:io/poll#poll") (param i32 i32 i32)
                (drop (call $ready (i32.const 0)))
                (call $poll (call $number) (local.get 0) (local.get 1) (local.get 2)))
            (func (export "wasi_snapshot_preview1#path_open")
                (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)
                (drop (call $random_get (i32.const 0) (i32.const 0)))
                (call $unused_path)
                i32.const 0)
            (func (export "wasi_snapshot_preview1#fd_close") (param i32) (result i32)
                (i32.or (call $fd_close (local.get 0)) (call $fd_sync (local.get 0))))
            (func $unused_path)
            (func $dead (export "wasi_snapshot_preview1#fd_tell") (param i32 i32) (result i32)
                i32.const 77777777))"#,
    )
    .unwrap()
});

/// The interfaces of a program: those that every one here imports.
pub(super) const IMPORTS: &str = r#"
    (import "wasi:io/streams@0.2.6" (instance $streams
        (export "input-stream" (type (sub resource)))))
    (alias export $streams "input-stream" (type $input-stream))
    (import "wasi:filesystem/types@0.2.6" (instance $types
        (alias outer 1 $input-stream (type $stream))
        (export "descriptor" (type $descriptor (sub resource)))
        (type $code (enum "access" "again"))
        (export "error-code" (type $error-code (eq $code)))
        (type $synced (result (error $error-code)))
        (export "[method]descriptor.sync"
            (func (param "self" (borrow $descriptor)) (result $synced)))
        (type $read (result (own $stream) (error $error-code)))
        (export "[method]descriptor.read-via-stream"
            (func (param "self" (borrow $descriptor)) (param "offset" u64) (result $read)))
        (export "[method]descriptor.is-same-object" (func (param "self" (borrow $descriptor))
            (param "other" (borrow $descriptor)) (result bool)))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
        (alias outer 1 $descriptor (type $outer))
        (export "descriptor" (type $own (eq $outer)))
        (export "get-directories" (func (result (list (tuple (own $own) string)))))))"#;

/// A module that has the memory and two allocators.
pub(super) const MODULE: &str = r#"
    (core module $module
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
        (func (export "other-realloc") (param i32 i32 i32 i32) (result i32) i32.const 128)
        (func (export "run")))
    (core instance $main (instantiate $module))
    (alias core export $main "run" (core func $run))
    (alias core export $main "memory" (core memory $memory))
    (alias core export $main "realloc" (core func $realloc))"#;

/// Lowers what lists directories, and a function without an allocator.
pub(super) const LOWERED: &str = r#"
    (core func $directories (canon lower (func $preopens "get-directories")
        (memory $memory) (realloc $realloc)))
    (core func $sync (canon lower (func $types "[method]descriptor.sync") (memory $memory)))"#;

/// A module that takes lowered functions, so that they are used.
pub(super) const USER: &str = r#"
    (core module $user
        (import "files" "directories" (func (param i32)))
        (import "files" "sync" (func (param i32 i32))))
    (core instance (instantiate $user (with "files" (instance
        (export "directories" (func $directories)) (export "sync" (func $sync))))))
    (func (export "run") (canon lift (core func $run)))"#;

/// Makes a program of its parts.
pub(super) fn component(parts: &[&str]) -> Vec<u8> {
    let text = format!("(component {})", parts.concat());
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// A program that everything fits.
pub(super) fn plain() -> Vec<u8> {
    component(&[IMPORTS, MODULE, LOWERED, USER])
}

/// Embeds the filesystem.
#[track_caller]
pub(super) fn embedded(program: &[u8]) -> Vec<u8> {
    embed(program, &FILESYSTEM, false).unwrap()
}

/// Returns the words by which a program is refused.
#[track_caller]
pub(super) fn refusal(program: &[u8]) -> String {
    let words = embed(program, &FILESYSTEM, false).expect_err("it is refused").to_string();
    assert!(!words.contains('\n') && !words.contains("BUG"), "{words}");
    words
}

/// Lists the imports of a component.
pub(super) fn imports(component: &[u8]) -> Vec<String> {
    crate::binary::imports(component).unwrap()
}

/// Lists the core modules of a component that are not within another.
pub(super) fn modules(component: &[u8]) -> Vec<Vec<u8>> {
    let shape = Shape::read(component).unwrap();
    let modules = shape.items.iter().filter_map(|item| match item {
        Item::Module(bytes) => Some(bytes.to_vec()),
        _ => None,
    });
    modules.collect()
}

/// Finds the filesystem's module in a component.
pub(super) fn library(component: &[u8]) -> Vec<u8> {
    let modules = modules(component);
    let is_library = |module: &&Vec<u8>| names(module).0.contains(&"program memory".to_owned());
    modules.iter().find(is_library).expect("it is there").clone()
}

/// Lists the imports and exports of a core module.
pub(super) fn names(module: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::ImportSection(section) => imports.extend(section.into_imports().map(|it| {
                let it = it.unwrap();
                format!("{} {}", it.module, it.name)
            })),
            Payload::ExportSection(section) => {
                exports.extend(section.into_iter().map(|it| it.unwrap().name.to_owned()));
            }
            _ => {}
        }
    }
    (imports, exports)
}
