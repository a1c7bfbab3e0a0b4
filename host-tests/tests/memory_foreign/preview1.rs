//! A host for core modules of preview 1 without files. It has arguments, standard streams, a clock
//! and random numbers. wasmtime's own host would need wiggle, and a new build of all of wasmtime.

use wasmtime::{Caller, Config, Engine, Extern, Linker, Memory, Module, Result, Store, bail};

/// The numbers of preview 1's errors.
const BAD_DESCRIPTOR: i32 = 8;
const SEEK_IN_A_PIPE: i32 = 70;

/// The input and output of the module.
struct Host {
    arguments: Vec<String>,
    input: Vec<u8>,
    printed: Vec<u8>,
    status: Option<i32>,
}

type Call<'a> = Caller<'a, Host>;

fn memory(caller: &mut Call<'_>) -> Memory {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.expect("a program of preview 1 exports its memory")
}

fn put(caller: &mut Call<'_>, at: i32, bytes: &[u8]) {
    let at = usize::try_from(at.cast_unsigned()).unwrap();
    memory(caller).write(caller, at, bytes).unwrap();
}

fn get(caller: &mut Call<'_>, at: i32, length: i32) -> Vec<u8> {
    let [at, length] = [at, length].map(|it| usize::try_from(it.cast_unsigned()).unwrap());
    memory(caller).data(&*caller)[at..][..length].to_vec()
}

/// Returns the pieces of memory that a list of buffers names.
fn pieces(caller: &mut Call<'_>, list: i32, count: i32) -> Vec<[i32; 2]> {
    let list = get(caller, list, 8 * count);
    let words = list.chunks_exact(4).map(|it| i32::from_le_bytes(it.try_into().unwrap()));
    let words: Vec<_> = words.collect();
    words.chunks_exact(2).map(|it| [it[0], it[1]]).collect()
}

fn number(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap().to_le_bytes()
}

fn write(mut caller: Call<'_>, descriptor: i32, list: i32, count: i32, out: i32) -> i32 {
    if !(1..=2).contains(&descriptor) {
        return BAD_DESCRIPTOR;
    }
    let mut written = 0;
    for [at, length] in pieces(&mut caller, list, count) {
        let bytes = get(&mut caller, at, length);
        written += bytes.len();
        caller.data_mut().printed.extend(bytes);
    }
    put(&mut caller, out, &number(written));
    0
}

fn read(mut caller: Call<'_>, descriptor: i32, list: i32, count: i32, out: i32) -> i32 {
    if descriptor != 0 {
        return BAD_DESCRIPTOR;
    }
    let mut taken = 0;
    for [at, length] in pieces(&mut caller, list, count) {
        let input = &mut caller.data_mut().input;
        let length = usize::try_from(length).unwrap().min(input.len());
        let bytes: Vec<u8> = input.drain(..length).collect();
        put(&mut caller, at, &bytes);
        taken += length;
    }
    put(&mut caller, out, &number(taken));
    0
}

/// Writes texts with a zero after each, and the list of their addresses.
fn put_texts(caller: &mut Call<'_>, addresses: i32, texts: i32) {
    let (mut address, mut text) = (addresses, texts);
    for argument in caller.data().arguments.clone() {
        put(caller, address, &text.to_le_bytes());
        put(caller, text, &[argument.as_bytes(), &[0]].concat());
        address += 4;
        text += i32::try_from(argument.len()).unwrap() + 1;
    }
}

/// Describes a standard stream: a character device with every right.
fn describe(mut caller: Call<'_>, descriptor: i32, out: i32) -> i32 {
    if !(0..=2).contains(&descriptor) {
        return BAD_DESCRIPTOR;
    }
    put(&mut caller, out, &[&[2, 0, 0, 0, 0, 0, 0, 0], &[0xff; 16][..]].concat());
    0
}

fn linker(engine: &Engine) -> Result<Linker<Host>> {
    const SYSTEM: &str = "wasi_snapshot_preview1";
    let mut linker = Linker::new(engine);
    linker.func_wrap(SYSTEM, "fd_write", write)?;
    linker.func_wrap(SYSTEM, "fd_read", read)?;
    linker.func_wrap(SYSTEM, "fd_fdstat_get", describe)?;
    linker.func_wrap(SYSTEM, "fd_close", |_: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(SYSTEM, "fd_prestat_get", |_: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(SYSTEM, "fd_seek", |_: i32, _: i64, _: i32, _: i32| SEEK_IN_A_PIPE)?;
    linker.func_wrap(SYSTEM, "args_sizes_get", |mut caller: Call<'_>, count: i32, size: i32| {
        let arguments = caller.data().arguments.clone();
        put(&mut caller, count, &number(arguments.len()));
        put(&mut caller, size, &number(arguments.iter().map(|it| it.len() + 1).sum()));
        0
    })?;
    linker.func_wrap(SYSTEM, "args_get", |mut caller: Call<'_>, at: i32, texts: i32| {
        put_texts(&mut caller, at, texts);
        0
    })?;
    linker.func_wrap(
        SYSTEM,
        "environ_sizes_get",
        |mut caller: Call<'_>, count: i32, size: i32| {
            put(&mut caller, count, &number(0));
            put(&mut caller, size, &number(0));
            0
        },
    )?;
    linker.func_wrap(SYSTEM, "environ_get", |_: i32, _: i32| 0)?;
    linker.func_wrap(
        SYSTEM,
        "clock_time_get",
        |mut caller: Call<'_>, _: i32, _: i64, out: i32| {
            let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
            put(&mut caller, out, &u64::try_from(now).unwrap().to_le_bytes());
            0
        },
    )?;
    linker.func_wrap(SYSTEM, "random_get", |mut caller: Call<'_>, at: i32, length: i32| {
        // Any bytes will do: no output depends on them.
        put(&mut caller, at, &vec![7; usize::try_from(length).unwrap()]);
        0
    })?;
    linker.func_wrap(SYSTEM, "proc_exit", |mut caller: Call<'_>, status: i32| -> Result<()> {
        caller.data_mut().status = Some(status);
        bail!("the program exits")
    })?;
    Ok(linker)
}

/// Lists the modules from which a module imports.
pub(crate) fn imports(module: &[u8]) -> Vec<String> {
    let module = Module::new(&engine(), module).unwrap();
    module.imports().map(|import| import.module().to_owned()).collect()
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_multi_memory(true);
    Engine::new(&config).unwrap()
}

/// Runs a module to its end, and returns its output.
///
/// # Panics
/// The module traps, or ends with a status other than 0.
#[track_caller]
pub(crate) fn run(module: &[u8], arguments: &[&str]) -> String {
    let engine = engine();
    let module = Module::new(&engine, module).unwrap();
    let mut linker = linker(&engine).unwrap();
    linker.define_unknown_imports_as_traps(&module).unwrap();
    let arguments = [&["program"], arguments].concat();
    let host = Host {
        arguments: arguments.into_iter().map(str::to_owned).collect(),
        input: super::INPUT.to_vec(),
        printed: Vec::new(),
        status: None,
    };
    let mut store = Store::new(&engine, host);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").unwrap();
    let outcome = start.call(&mut store, ());
    let Host { printed, status, .. } = store.into_data();
    let printed = String::from_utf8(printed).unwrap();
    assert!(outcome.is_ok() || status == Some(0), "{outcome:?}\n{printed}");
    printed
}
