//! A host for core modules of preview 1 that offers no files: arguments, standard streams, a clock
//! and random numbers. wasmtime's own would need wiggle and all of wasmtime built anew.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime};

use wasmtime::{
    CallHook, Caller, Engine, Extern, InstancePre, Linker, Memory, Module, Result, Store, bail,
};

/// Error codes of preview 1.
const BAD_DESCRIPTOR: i32 = 8;
const SEEK_IN_A_PIPE: i32 = 70;

/// The input and the output of a module.
#[derive(Default)]
struct Host {
    arguments: Vec<String>,
    input: Vec<u8>,
    printed: Vec<u8>,
    status: Option<i32>,
    calls: u64,
}

/// A command of preview 1, compiled, with its host.
pub struct Command {
    engine: Engine,
    instance: InstancePre<Host>,
}

/// The end of a command.
pub struct Ended {
    /// The output of the command, errors too.
    pub printed: String,
    /// The number of calls of the host, if the run counted them.
    pub calls: u64,
    /// The instructions that it executed, if the engine counts them.
    pub fuel: Option<u64>,
}

impl Command {
    /// Compiles a module.
    ///
    /// # Errors
    /// The bytes are no module, or the engine lacks something that it needs.
    pub fn new(engine: &Engine, module: &[u8]) -> Result<Self> {
        let module = Module::new(engine, module)?;
        let mut linker = linker(engine)?;
        linker.define_unknown_imports_as_traps(&module)?;
        Ok(Self { engine: engine.clone(), instance: linker.instantiate_pre(&module)? })
    }

    /// Runs the command to its end, and counts no calls.
    ///
    /// # Errors
    /// The command traps, or ends with another status than 0.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Ended> {
        self.end(self.store(arguments, input))
    }

    /// Runs the command to its end, and counts its calls of the host.
    ///
    /// # Errors
    /// As [`Command::run`].
    pub fn count(&self, arguments: &[&str]) -> Result<Ended> {
        let mut store = self.store(arguments, &[]);
        store.call_hook(|mut context, hook| {
            context.data_mut().calls += u64::from(matches!(hook, CallHook::CallingHost));
            Ok(())
        });
        self.end(store)
    }

    fn store(&self, arguments: &[&str], input: &[u8]) -> Store<Host> {
        let arguments = ["program"].iter().chain(arguments).map(|it| (*it).to_owned()).collect();
        let host = Host { arguments, input: input.to_vec(), ..Host::default() };
        let mut store = Store::new(&self.engine, host);
        // An error means that the engine counts no fuel.
        let _ = store.set_fuel(u64::MAX);
        store
    }

    fn end(&self, mut store: Store<Host>) -> Result<Ended> {
        let instance = self.instance.instantiate(&mut store)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        let outcome = start.call(&mut store, ());
        let fuel = store.get_fuel().ok().map(|left| u64::MAX - left);
        let Host { printed, status, calls, .. } = store.into_data();
        let printed = String::from_utf8(printed)?;
        match outcome {
            Err(error) if status != Some(0) => Err(error.context(printed)),
            _ => Ok(Ended { printed, calls, fuel }),
        }
    }
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

/// Returns the pieces of memory that a list of them names.
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

/// Puts texts with a zero after each, and their addresses.
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

/// Returns the nanoseconds that a clock shows.
fn now(clock: i32) -> u64 {
    const REALTIME: i32 = 0;
    static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
    let now = if clock == REALTIME {
        SystemTime::UNIX_EPOCH.elapsed().expect("this is after 1970")
    } else {
        BEGINNING.elapsed()
    };
    u64::try_from(now.as_nanos()).expect("this is before 2554")
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
        |mut caller: Call<'_>, clock: i32, _: i64, out: i32| {
            put(&mut caller, out, &now(clock).to_le_bytes());
            0
        },
    )?;
    linker.func_wrap(SYSTEM, "random_get", |mut caller: Call<'_>, at: i32, length: i32| {
        // Any bytes do: nothing that is printed depends on them.
        put(&mut caller, at, &vec![7; usize::try_from(length).unwrap()]);
        0
    })?;
    linker.func_wrap(SYSTEM, "proc_exit", |mut caller: Call<'_>, status: i32| -> Result<()> {
        caller.data_mut().status = Some(status);
        bail!("the program exits")
    })?;
    Ok(linker)
}
