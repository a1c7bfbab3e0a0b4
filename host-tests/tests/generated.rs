//! Generated and damaged programs, through the tool that embeds the filesystem. Generated programs
//! of one shape must behave as before. Others, and damaged real programs, must be refused with an
//! error or come out valid. A test that fails prints its seed.

use std::fs;
use std::sync::LazyLock;
use std::thread;

use arbitrary::Unstructured;
use chance::Chance;
use scratch_compose::embed;
use wasm_smith::{Config, Module as Generated};
use wasmparser::{Validator, WasmFeatures};
use wasmtime::{Engine, Instance, Linker, Module, Store, Val};
use xtask::components;

static FILESYSTEM: LazyLock<Vec<u8>> =
    LazyLock::new(|| fs::read(components::build("tmpfs-embedded").unwrap()).unwrap());

/// A seed that is printed if its test panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the seed is {}", self.0);
        }
    }
}

/// Embeds the filesystem. Returns `None` if the tool refuses the program, with a line that reports
/// no bug.
fn embedded(program: &[u8], beside: bool) -> Option<Vec<u8>> {
    match embed(program, &FILESYSTEM, beside) {
        Ok(whole) => {
            let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(&whole);
            valid.expect("the outcome is valid");
            Some(whole)
        }
        Err(refusal) => {
            let words = refusal.to_string();
            assert!(!words.contains("BUG") && !words.is_empty(), "{words}");
            None
        }
    }
}

/// Generates a module from a seed, with a random number of bytes for the generator's choices.
fn generated(seed: u64, config: Config) -> Generated {
    let mut chance = Chance(seed);
    let length = 200 + chance.below(30_000);
    let bytes: Vec<u8> = (0..length).map(|_| chance.draw().to_le_bytes()[0]).collect();
    Generated::new(config, &mut Unstructured::new(&bytes)).expect("there are bytes enough")
}

/// The imports and exports of a generated program. The tool accepts it because it could ask for its
/// directory. With these seeds it never does.
const SHAPE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_prestat_get" (func (param i32 i32) (result i32)))
    (memory (export "memory") 1 4)
    (global (export "global") (mut i64) i64.const 0)
    (table (export "table") 3 9 funcref)
    (func (export "one") (param i32 i64) (result i64) unreachable)
    (func (export "two") (param f32 f64 i32) (result f64 i32) unreachable)
    (func (export "three") unreachable))"#;

/// The exported functions of the shape.
const FUNCTIONS: [&str; 3] = ["one", "two", "three"];

fn of_shape() -> Config {
    Config {
        module_shape: Some(wat::parse_str(SHAPE).unwrap()),
        canonicalize_nans: true,
        generate_custom_sections: true,
        max_table_elements: 1_000,
        // Limit the other parts, so that the generator spends its bytes on code.
        max_data_segments: 4,
        max_element_segments: 2,
        max_funcs: 8,
        max_globals: 4,
        max_types: 6,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        // wasmtime is built without a garbage collector, which `externref` needs.
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        allow_start_export: false,
        disallow_traps: true,
        ..Config::default()
    }
}

/// Runs each function of a module twice. Returns the answers, and then the content of the memory
/// and the global.
fn behaviour(engine: &Engine, wasm: &[u8], seed: u64) -> Vec<String> {
    let module = Module::new(engine, wasm).unwrap();
    let mut store = Store::new(engine, ());
    let mut told = Vec::new();
    let mut linker = Linker::new(engine);
    linker.define_unknown_imports_as_traps(&module).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let mut chance = Chance(seed);
    for name in FUNCTIONS.into_iter().chain(FUNCTIONS) {
        told.push(call(&mut store, &instance, name, &mut chance));
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let global = instance.get_global(&mut store, "global").unwrap();
        let global = format!("{:?}", global.get(&mut store));
        let bytes = memory.data(&store);
        let sum = bytes.iter().fold(7_u64, |sum, byte| {
            sum.wrapping_mul(0x100_0000_01b3).wrapping_add(u64::from(*byte))
        });
        told.push(format!("{} bytes, sum {sum}, {global}", bytes.len()));
    }
    told
}

fn call(store: &mut Store<()>, instance: &Instance, name: &str, chance: &mut Chance) -> String {
    let function = instance.get_func(&mut *store, name).unwrap();
    let ty = function.ty(&*store);
    let arguments: Vec<Val> = ty
        .params()
        .map(|kind| match kind {
            wasmtime::ValType::I32 => Val::I32(i32::from_le_bytes(low(chance.draw() % 9))),
            wasmtime::ValType::I64 => Val::I64(chance.draw().cast_signed()),
            wasmtime::ValType::F32 => Val::F32(1_f32.to_bits()),
            _ => Val::F64(chance.draw() >> 2),
        })
        .collect();
    let mut results = vec![Val::I32(0); ty.results().len()];
    match function.call(&mut *store, &arguments, &mut results) {
        Ok(()) => format!("{name} {results:?}"),
        Err(_) => format!("{name} traps"),
    }
}

fn low(number: u64) -> [u8; 4] {
    let [a, b, c, d, ..] = number.to_le_bytes();
    [a, b, c, d]
}

#[test]
fn generated_modules_behave_as_before() {
    let engine = Engine::default();
    let (mut answered, mut trapped) = (0, 0);
    for seed in 0..25 {
        let _seed = Seed(seed);
        let mut module = generated(seed, of_shape());
        module.ensure_termination(100_000).unwrap();
        let program = module.to_bytes();
        let before = behaviour(&engine, &program, seed);
        let whole = embedded(&program, seed % 2 == 0).expect("a module of that shape is accepted");
        assert_eq!(behaviour(&engine, &whole, seed), before);
        answered += before.iter().filter(|it| it.contains(" [")).count();
        trapped += before.iter().filter(|it| it.ends_with(" traps")).count();
    }
    assert!(answered > 60 && trapped > 5, "{answered} answers, {trapped} traps");
}

#[test]
fn generated_modules_of_every_kind_are_refused_or_come_out_valid() {
    let imports = wat::parse_str(
        r#"(module
            (import "wasi_snapshot_preview1" "path_open"
                (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_prestat_get" (func (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_write"
                (func (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
            (import "scratch:space/files@0.1.0" "clear" (func (result i32)))
            (import "env" "global" (global (mut i32)))
            (import "env" "table" (table 1 funcref))
            (import "env" "tag" (tag (param i32))))"#,
    )
    .unwrap();
    let exports = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..150 {
        let _seed = Seed(seed);
        let config = Config {
            available_imports: Some(imports.clone()),
            exports: (seed % 3 != 0).then(|| exports.clone()),
            min_imports: 2,
            max_memories: if seed % 5 == 0 { 3 } else { 1 },
            max_tables: 4,
            generate_custom_sections: true,
            custom_page_sizes_enabled: seed % 7 == 0,
            relaxed_simd_enabled: true,
            threads_enabled: seed % 4 == 0,
            wide_arithmetic_enabled: true,
            ..Config::default()
        };
        let program = generated(seed, config).to_bytes();
        match embedded(&program, seed % 2 == 0) {
            Some(_) => accepted += 1,
            None => refused += 1,
        }
    }
    assert!(accepted > 15 && refused > 15, "{accepted} accepted, {refused} refused");
}

/// Damages two programs: a handler, which is a component, and the filesystem's own module, which is
/// a module of preview 1 that imports files.
#[test]
fn real_programs_with_damage_are_refused_or_come_out_valid() {
    let (mut accepted, mut refused) = (0, 0);
    for (name, runs) in [("upload", 60), ("tmpfs-embedded", 60)] {
        let whole = fs::read(components::build(name).unwrap()).unwrap();
        assert!(embedded(&whole, false).is_some(), "{name} without damage is accepted");
        for seed in 0..runs {
            let _seed = Seed(seed);
            let mut chance = Chance(seed);
            let mut damaged = whole.clone();
            for _ in 0..=chance.below(3) {
                let at = chance.below(damaged.len());
                damaged[at] ^= 1 << chance.below(8);
            }
            match embedded(&damaged, seed % 2 == 0) {
                Some(_) => accepted += 1,
                None => refused += 1,
            }
        }
    }
    assert!(accepted > 5 && refused > 20, "{accepted} accepted, {refused} refused");
}
