//! Runs a function of a query on several partitions at once. What its files take comes from the
//! memory of the query.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, io, thread};

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_scratch::{Pool, Refusal, SharedLimit, SharedLimits};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView, Space};
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

/// The memory of a query, from which its sorts and joins take theirs, too.
#[derive(Clone, Debug)]
pub(crate) struct QueryMemory(Arc<AtomicU64>);

impl QueryMemory {
    pub(crate) fn new(bytes: u64) -> Self {
        Self(Arc::new(AtomicU64::new(bytes)))
    }

    pub(crate) fn free(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Pool for QueryMemory {
    fn grow(&self, bytes: u64) -> bool {
        let left = |free: u64| free.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok()
    }

    fn shrink(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    scratch: ScratchCtx,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ScratchView for State {
    fn scratch(&mut self) -> ScratchCtxView<'_> {
        ScratchCtxView { scratch: &mut self.scratch, wasi: &mut self.wasi, table: &mut self.table }
    }
}

/// The answer of the function for one partition.
pub(crate) struct Answer {
    pub(crate) output: String,
    /// The last refusal of a limit, if there was one.
    pub(crate) refusal: Option<Refusal>,
}

/// The spaces of one partition.
struct Partition {
    /// Rows, which the function can only read.
    input: Space,
    scratch: Space,
}

impl Partition {
    fn new(rows: &[u8], query: &SharedLimit) -> Result<Self> {
        let input = Space::builder().shared_limit(query).build()?;
        input.write("rows", rows)?;
        Ok(Self { input, scratch: Space::builder().shared_limit(query).build()? })
    }

    /// Runs the function, and gives back the memory of the partition.
    fn run(self, function: &CommandPre<State>, arguments: &[String]) -> Result<Answer> {
        let Self { input, scratch } = self;
        let output = MemoryOutputPipe::new(1 << 20);
        let mut wasi = WasiCtx::builder();
        let state = State {
            wasi: wasi.arg("function").args(arguments).stdout(output.clone()).build(),
            table: ResourceTable::new(),
            scratch: ScratchCtx::new().mount("/tmp", &scratch).mount_read_only("/input", &input),
        };
        let mut store = Store::new(function.engine(), state);
        let command = function.instantiate(&mut store)?;
        match command.wasi_cli_run().call_run(&mut store) {
            Ok(ended) => ended.map_err(|()| format_err!("the function reports a failure"))?,
            // To exit, with whatever status, is an error to wasmtime.
            Err(error) if matches!(error.downcast_ref(), Some(I32Exit(0))) => {}
            Err(error) => return Err(error),
        }
        let output = String::from_utf8(output.contents().to_vec())?;
        Ok(Answer { output, refusal: scratch.last_refusal() })
    }
}

/// Runs the function on every partition, each in a thread of its own.
pub(crate) fn run(
    function: &Path,
    arguments: &[String],
    partitions: &[Vec<u8>],
    memory: &QueryMemory,
) -> Result<Vec<Answer>> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;
    let component = Component::from_file(&engine, function)?;
    let function = CommandPre::new(linker.instantiate_pre(&component)?)?;

    let limits = SharedLimits { bytes: u64::MAX, nodes: 1_000_000, handles: 10_000 };
    let query = SharedLimit::with_pool(limits, memory.clone());
    // Make all spaces first, since a function that runs could leave no room for them.
    let partitions = partitions.iter().map(|rows| Partition::new(rows, &query));
    let partitions = partitions.collect::<Result<Vec<_>>>()?;
    thread::scope(|scope| {
        let function = &function;
        let start = |partition: Partition| scope.spawn(move || partition.run(function, arguments));
        let threads: Vec<_> = partitions.into_iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    })
}

fn main() -> Result<()> {
    let mut files = env::args().skip(1);
    let function = files.next().ok_or_else(|| format_err!("missing FUNCTION.wasm"))?;
    let partitions = files.map(fs::read).collect::<io::Result<Vec<_>>>()?;
    let memory = QueryMemory::new(64 << 20);
    let arguments = ["/input/rows".to_owned()];
    for answer in run(Path::new(&function), &arguments, &partitions, &memory)? {
        print!("{}", answer.output);
        if let Some(refusal) = answer.refusal {
            println!("a limit refused: {refusal}");
        }
    }
    println!("{} bytes of the query's memory are free", memory.free());
    Ok(())
}
