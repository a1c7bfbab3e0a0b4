//! The program that a test plays: a memory, an allocator, and a host with a few functions.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use wasmtime::{
    AsContextMut, Caller, Engine, Error, Extern, Instance, Linker, Memory, MemoryType, Module,
    Result, Store, StoreLimits, StoreLimitsBuilder, Val, bail,
};

/// The bit that is set in the module's own handles.
pub(crate) const OURS: u32 = 1 << 30;

/// The bytes of a page of memory.
pub(crate) const PAGE: u32 = 1 << 16;

/// The address for results.
pub(crate) const OUT: u32 = 0x1000;

/// The address for paths, and below it the address for other bytes.
pub(crate) const TEXT: u32 = 0x2000;
pub(crate) const BYTES: u32 = 0x4000;

/// The behaviour of the program's allocator.
#[derive(Clone, Debug, Default)]
pub(crate) enum Allocator {
    /// Returns the next free bytes, aligned.
    #[default]
    Next,
    /// Returns the same address each time.
    Always(u32),
    /// Returns a new page of memory each time.
    Growing,
    /// Calls a function of the module with these arguments first, and then returns the next bytes.
    CallsBack(&'static str, Vec<u64>),
}

/// The program and its host.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) memory: Option<Memory>,
    /// The address of the next free byte.
    pub(crate) free: u32,
    pub(crate) allocator: Allocator,
    /// The number of the allocator that the next call names, and below it the allocators called.
    pub(crate) number: u32,
    pub(crate) asked: Vec<u32>,
    /// The variables of the host's environment.
    pub(crate) environment: Vec<(&'static str, &'static str)>,
    /// The directories of the host, in the order of their descriptors.
    pub(crate) directories: Vec<&'static str>,
    /// The number of sockets that the host of preview 1 has before its directories.
    pub(crate) sockets: u32,
    /// True if `fd_close` of the host of preview 1 answers `notsup`.
    pub(crate) closes_nothing: bool,
    /// The handles that the host reports as ready.
    pub(crate) ready: Vec<u32>,
    /// The bytes that a stream of the host gives, and below it the bytes that another took.
    pub(crate) source: Vec<u8>,
    pub(crate) sink: Vec<u8>,
    /// The calls of the host, without those of the clock and the like.
    pub(crate) calls: Vec<String>,
    /// The seconds that the clock shows. Each look adds one.
    pub(crate) seconds: u64,
    pub(crate) limits: StoreLimits,
}

impl World {
    pub(crate) fn memory(&self) -> Memory {
        self.memory.expect("the memory is made first")
    }
}

/// An instance of the module with its program.
pub(crate) struct Program {
    pub(crate) store: Store<World>,
    instance: Instance,
}

/// Returns the module, which is built and compiled once.
fn module() -> &'static Module {
    static MODULE: OnceLock<Module> = OnceLock::new();
    MODULE.get_or_init(|| {
        let file = xtask::components::embedded_for_tests().unwrap();
        Module::from_file(&Engine::default(), file).unwrap()
    })
}

impl Program {
    pub(crate) fn new() -> Self {
        Self::of(World::default(), 4, usize::MAX)
    }

    /// Makes a program in a world, with a memory of `pages`. No memory of the store can grow beyond
    /// `most` bytes.
    pub(crate) fn of(world: World, pages: u32, most: usize) -> Self {
        let module = module();
        let mut store = Store::new(module.engine(), world);
        store.data_mut().limits = StoreLimitsBuilder::new().memory_size(most).build();
        store.limiter(|world| &mut world.limits);
        let memory = Memory::new(&mut store, MemoryType::new(pages, None)).unwrap();
        let world = store.data_mut();
        world.memory = Some(memory);
        world.free = PAGE;
        let mut linker = Linker::new(module.engine());
        define_program(&mut linker).unwrap();
        crate::program::define_host(&mut linker).unwrap();
        crate::beside::define_host(&mut linker).unwrap();
        linker.define_unknown_imports_as_traps(module).unwrap();
        let instance = linker.instantiate(&mut store, module).unwrap();
        Self { store, instance }
    }

    /// Returns the names and signatures of the module's functions: `i` for 32 bits and `l` for 64.
    pub(crate) fn exports() -> BTreeMap<String, String> {
        let functions = module().exports().filter_map(|export| {
            let function = export.ty().func()?.clone();
            let letter = |kind: wasmtime::ValType| if kind.is_i64() { 'l' } else { 'i' };
            Some((export.name().to_owned(), function.params().map(letter).collect()))
        });
        functions.collect()
    }

    /// Calls a function of the module, and returns its result, or 0 if it has none.
    pub(crate) fn call(&mut self, name: &str, arguments: &[u64]) -> Result<u64> {
        call(&mut self.store, |store| self.instance.get_export(store, name), name, arguments)
    }

    /// Calls a function that must not trap.
    pub(crate) fn done(&mut self, name: &str, arguments: &[u64]) -> u64 {
        self.call(name, arguments).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Asserts that a call traps, and that the accounts are right afterwards.
    pub(crate) fn traps(&mut self, name: &str, arguments: &[u64]) {
        let outcome = self.call(name, arguments);
        assert!(outcome.is_err(), "{name} with {arguments:x?} answered {outcome:?}");
        self.audit();
    }

    /// Asserts that the accounts are right.
    pub(crate) fn audit(&mut self) {
        for books in ["audit:p1", "audit:p2"] {
            // After a trap in its allocator, the program can do nothing more.
            match self.call(books, &[]) {
                Ok(drift) => assert_eq!(drift, 0, "{books}"),
                Err(error) => panic!("{books}: {error:?}"),
            }
        }
    }

    pub(crate) fn poke(&mut self, at: u32, bytes: &[u8]) {
        let memory = self.store.data().memory();
        memory.write(&mut self.store, at as usize, bytes).unwrap();
    }

    pub(crate) fn peek(&self, at: u32, length: u32) -> Vec<u8> {
        let memory = self.store.data().memory().data(&self.store);
        memory[at as usize..][..length as usize].to_vec()
    }

    pub(crate) fn word(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.peek(at, 4).try_into().unwrap())
    }

    pub(crate) fn long(&self, at: u32) -> u64 {
        u64::from_le_bytes(self.peek(at, 8).try_into().unwrap())
    }

    /// Returns the address at which memory ends.
    pub(crate) fn end(&self) -> u64 {
        self.store.data().memory().data_size(&self.store) as u64
    }

    /// Puts a text at one of the places for paths. Returns its address and length.
    pub(crate) fn text(&mut self, place: u32, text: &str) -> [u64; 2] {
        let at = TEXT + place * 0x800;
        self.poke(at, text.as_bytes());
        [at.into(), text.len() as u64]
    }
}

fn call(
    store: &mut Store<World>,
    export: impl FnOnce(&mut Store<World>) -> Option<Extern>,
    name: &str,
    arguments: &[u64],
) -> Result<u64> {
    let export = export(store);
    invoke(store, export, name, arguments)
}

fn invoke(
    mut store: impl AsContextMut<Data = World>,
    export: Option<Extern>,
    name: &str,
    arguments: &[u64],
) -> Result<u64> {
    let function = export.and_then(Extern::into_func);
    let function = function.unwrap_or_else(|| panic!("no function {name}"));
    let kind = function.ty(&store);
    assert_eq!(kind.params().len(), arguments.len(), "{name}: {kind:?}");
    let value = |(kind, argument): (wasmtime::ValType, &u64)| {
        if kind.is_i64() { Val::I64(argument.cast_signed()) } else { Val::I32(low(*argument)) }
    };
    let arguments: Vec<Val> = kind.params().zip(arguments).map(value).collect();
    let mut results = vec![Val::I32(0); kind.results().len()];
    function.call(&mut store, &arguments, &mut results)?;
    Ok(match results.first() {
        Some(Val::I32(result)) => result.cast_unsigned().into(),
        Some(Val::I64(result)) => result.cast_unsigned(),
        _ => 0,
    })
}

fn low(number: u64) -> i32 {
    u32::try_from(number & 0xffff_ffff).unwrap().cast_signed()
}

pub(crate) type Of<'a> = Caller<'a, World>;

/// Returns the module's own memory.
fn ours(caller: &mut Of<'_>) -> Memory {
    caller.get_export("memory").and_then(Extern::into_memory).unwrap()
}

pub(crate) fn read(caller: &Of<'_>, at: u32, length: u32) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length as usize];
    caller.data().memory().read(caller, at as usize, &mut bytes)?;
    Ok(bytes)
}

pub(crate) fn write(caller: &mut Of<'_>, at: u32, bytes: &[u8]) -> Result<()> {
    let memory = caller.data().memory();
    memory.write(caller, at as usize, bytes).map_err(Error::from)
}

fn define_program(linker: &mut Linker<World>) -> Result<()> {
    linker.func_wrap("program", "copy-in", |mut of: Of<'_>, to: u32, from: u32, length: u32| {
        let bytes = read(&of, from, length)?;
        ours(&mut of).write(of, to as usize, &bytes).map_err(Error::from)
    })?;
    linker.func_wrap(
        "program",
        "copy-out",
        |mut of: Of<'_>, to: u32, from: u32, length: u32| {
            let mut bytes = vec![0; length as usize];
            ours(&mut of).read(&of, from as usize, &mut bytes)?;
            write(&mut of, to, &bytes)
        },
    )?;
    linker.func_wrap("program", "fill", |mut of: Of<'_>, at: u32, byte: u32, length: u32| {
        write(&mut of, at, &vec![byte.to_le_bytes()[0]; length as usize])
    })?;
    linker.func_wrap("program", "load8", |of: Of<'_>, at: u32| -> Result<u32> {
        Ok(read(&of, at, 1)?[0].into())
    })?;
    linker.func_wrap("program", "load32", |of: Of<'_>, at: u32| -> Result<u32> {
        Ok(u32::from_le_bytes(read(&of, at, 4)?.try_into().unwrap()))
    })?;
    linker.func_wrap("program", "load64", |of: Of<'_>, at: u32| -> Result<u64> {
        Ok(u64::from_le_bytes(read(&of, at, 8)?.try_into().unwrap()))
    })?;
    for (name, length) in [("store8", 1), ("store16", 2), ("store32", 4)] {
        linker.func_wrap("program", name, move |mut of: Of<'_>, at: u32, value: u32| {
            write(&mut of, at, &value.to_le_bytes()[..length])
        })?;
    }
    linker.func_wrap("program", "store64", |mut of: Of<'_>, at: u32, value: u64| {
        write(&mut of, at, &value.to_le_bytes())
    })?;
    linker.func_wrap("program", "size", |of: Of<'_>| -> u32 {
        u32::try_from(of.data().memory().size(&of)).unwrap()
    })?;
    linker.func_wrap("program", "realloc-number", |of: Of<'_>| of.data().number)?;
    linker.func_wrap("program", "realloc", allocate)?;
    linker.func_wrap(
        "program",
        "poll",
        |mut of: Of<'_>, number: u32, list: u32, count: u32, out: u32| {
            let call = format!("poll {number} {list} {count} {out}");
            of.data_mut().calls.push(call);
        },
    )?;
    Ok(())
}

fn allocate(
    mut of: Of<'_>,
    number: u32,
    old: u32,
    old_size: u32,
    align: u32,
    size: u32,
) -> Result<u32> {
    if (old, old_size) != (0, 0) || !align.is_power_of_two() {
        bail!("what is asked for is always new");
    }
    of.data_mut().asked.push(number);
    match of.data().allocator.clone() {
        Allocator::Next => {}
        Allocator::Always(at) => return Ok(at),
        Allocator::Growing => {
            let memory = of.data().memory();
            let pages = memory.grow(&mut of, u64::from(size.div_ceil(PAGE).max(1)))?;
            return Ok(u32::try_from(pages)? * PAGE);
        }
        Allocator::CallsBack(name, arguments) => {
            let export = of.get_export(name);
            invoke(&mut of, export, name, &arguments)?;
        }
    }
    let world = of.data_mut();
    let at = world.free.next_multiple_of(align);
    world.free = at + size;
    let pages = u64::from(world.free.div_ceil(PAGE));
    let memory = world.memory();
    let held = memory.size(&of);
    if pages > held {
        memory.grow(&mut of, pages - held)?;
    }
    Ok(at)
}

/// Lowers bytes for the module: it allocates memory in the module and fills it.
fn lower(of: &mut Of<'_>, align: u32, bytes: &[u8]) -> Result<u32> {
    let export = of.get_export("cabi_realloc");
    let size = bytes.len() as u64;
    let at = invoke(&mut *of, export, "cabi_realloc", &[0, 0, align.into(), size])?;
    ours(of).write(of, usize::try_from(at)?, bytes)?;
    Ok(u32::try_from(at)?)
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Puts a list of tuples of words into the module's memory.
fn lower_list(of: &mut Of<'_>, out: u32, tuples: &[Vec<u32>]) -> Result<()> {
    let count = u32::try_from(tuples.len())?;
    let list = lower(of, 4, &words(&tuples.concat()))?;
    ours(of).write(of, out as usize, &words(&[list, count])).map_err(Error::from)
}

fn lower_text(of: &mut Of<'_>, text: &str) -> Result<[u32; 2]> {
    Ok([lower(of, 1, text.as_bytes())?, u32::try_from(text.len())?])
}

/// Defines the host of preview 2. Its stream 5 is for reading, and its stream 6 for writing.
fn define_host(linker: &mut Linker<World>) -> Result<()> {
    linker.func_wrap("late:wasi:clocks/wall-clock", "now", |mut of: Of<'_>, out: u32| {
        of.data_mut().seconds += 1;
        let time = [of.data().seconds.to_le_bytes(), 5_u64.to_le_bytes()].concat();
        ours(&mut of).write(of, out as usize, &time).map_err(Error::from)
    })?;
    linker.func_wrap("host:wasi:random/random", "get-random-u64", || 4_u64)?;
    linker.func_wrap(
        "late:wasi:cli/environment",
        "get-environment",
        |mut of: Of<'_>, out: u32| {
            let mut tuples = Vec::new();
            for (name, value) in of.data().environment.clone() {
                let texts = [lower_text(&mut of, name)?, lower_text(&mut of, value)?];
                tuples.push(texts.concat());
            }
            lower_list(&mut of, out, &tuples)
        },
    )?;
    linker.func_wrap(
        "late:wasi:filesystem/preopens",
        "get-directories",
        |mut of: Of<'_>, out: u32| {
            let mut tuples = Vec::new();
            for (handle, path) in (3_u32..).zip(of.data().directories.clone()) {
                let [at, length] = lower_text(&mut of, path)?;
                tuples.push(vec![handle, at, length]);
            }
            lower_list(&mut of, out, &tuples)
        },
    )?;
    linker.func_wrap(
        "host:wasi:filesystem/types",
        "[resource-drop]descriptor",
        |mut of: Of<'_>, it: u32| {
            of.data_mut().calls.push(format!("close {it}"));
        },
    )?;
    linker.func_wrap("host:wasi:clocks/monotonic-clock", "subscribe-duration", |_: u64| 77_u32)?;
    linker.func_wrap(
        "host:wasi:io/poll",
        "[resource-drop]pollable",
        |mut of: Of<'_>, it: u32| {
            of.data_mut().calls.push(format!("drop {it}"));
        },
    )?;
    linker.func_wrap(
        "host:wasi:io/poll",
        "[method]pollable.block",
        |mut of: Of<'_>, it: u32| {
            of.data_mut().calls.push(format!("block {it}"));
        },
    )?;
    linker.func_wrap(
        "host:wasi:io/streams",
        "[method]output-stream.subscribe",
        |stream: u32| stream * 11,
    )?;
    linker.func_wrap(
        "late:wasi:io/poll",
        "poll",
        |mut of: Of<'_>, list: u32, count: u32, out: u32| {
            let mut bytes = vec![0; count as usize * 4];
            ours(&mut of).read(&of, list as usize, &mut bytes)?;
            let (asked, _) = bytes.as_chunks::<4>();
            let ready = of.data().ready.clone();
            let asked = (0_u32..).zip(asked.iter().map(|word| u32::from_le_bytes(*word)));
            let ready: Vec<_> = asked
                .filter(|(_, handle)| *handle == 77 || ready.contains(handle))
                .map(|(index, _)| vec![index])
                .collect();
            lower_list(&mut of, out, &ready)
        },
    )?;
    for (name, blocking) in
        [("[method]input-stream.read", false), ("[method]input-stream.blocking-read", true)]
    {
        linker.func_wrap(
            "late:wasi:io/streams",
            name,
            move |mut of: Of<'_>, stream: u32, length: u64, out: u32| {
                of.data_mut().calls.push(format!("read {stream} {length} {blocking}"));
                let length = usize::try_from(length)?.min(of.data().source.len());
                let bytes: Vec<u8> = of.data_mut().source.drain(..length).collect();
                let answer = if bytes.is_empty() {
                    [1, 1, 0]
                } else {
                    [0, lower(&mut of, 1, &bytes)?, u32::try_from(length)?]
                };
                ours(&mut of).write(of, out as usize, &words(&answer)).map_err(Error::from)
            },
        )?;
    }
    linker.func_wrap(
        "late:wasi:io/streams",
        "[method]output-stream.check-write",
        |mut of: Of<'_>, _: u32, out: u32| {
            let answer = [0_u64.to_le_bytes(), 1000_u64.to_le_bytes()].concat();
            ours(&mut of).write(of, out as usize, &answer).map_err(Error::from)
        },
    )?;
    linker.func_wrap(
        "late:wasi:io/streams",
        "[method]output-stream.write",
        |mut of: Of<'_>, stream: u32, from: u32, length: u32, out: u32| {
            let mut bytes = vec![0; length as usize];
            ours(&mut of).read(&of, from as usize, &mut bytes)?;
            // The second write fails, with an error of the host.
            let fails = !of.data().sink.is_empty();
            of.data_mut().sink.extend(bytes);
            of.data_mut().calls.push(format!("write {stream} {length}"));
            let answer = if fails { [1, 0, 9] } else { [0, 0, 0] };
            ours(&mut of).write(of, out as usize, &words(&answer)).map_err(Error::from)
        },
    )?;
    Ok(())
}
