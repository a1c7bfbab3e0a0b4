//! Runs of programs to their end, and their output.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use wasmtime::component::Instance;
use wasmtime::{Store, component::TypedFunc};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use tempfile::TempDir;

use crate::builder::Builder;
use crate::counters::Host;
use crate::programs::Built;
use crate::{Leftover, component};

const OUTPUT: usize = 1 << 20;

/// A program and the grants of the host to it.
#[must_use]
pub struct Program {
    file: PathBuf,
    builder: Builder,
}

/// The end of a program.
pub struct Run {
    /// The value it exited with; `None` where it trapped.
    pub exit: Option<i32>,
    pub trap: Option<String>,
    pub stdout: String,
    pub stderr: String,
    /// The number of calls of the host, by the hook.
    pub calls: u64,
    /// The instructions that it executed, if it was given fuel.
    pub fuel: Option<u64>,
    tmp: Option<TempDir>,
    store: Store<Host>,
    instance: Instance,
}

impl Program {
    pub fn new(program: Built, builder: Builder) -> Self {
        Self::of_file(program.file(), builder)
    }

    /// Makes a program from a file, which need not be one of `programs/`.
    pub fn of_file(file: &Path, builder: Builder) -> Self {
        Self { file: file.to_owned(), builder }
    }

    /// Runs a program from its bytes, in a new folder: compiled code is kept by path.
    #[must_use]
    pub fn run_bytes(bytes: &[u8], builder: Builder, arguments: &[&str]) -> Run {
        let folder = TempDir::new().expect("making a directory on the host");
        let file = folder.path().join("whole.wasm");
        fs::write(&file, bytes).expect("writing a program");
        Self::of_file(&file, builder).run(arguments)
    }

    /// Returns the bytes of memory that an instance takes before anything of it is called.
    pub fn memory_at_start(self) -> usize {
        let Self { file, mut builder } = self;
        let code =
            component::component_of(&file, builder.library(), builder.ground(), builder.metering());
        let linker = builder.linker(&code.engine);
        let (mut store, ..) = builder.store(&code.engine);
        linker.instantiate(&mut store, &code.component).expect("instantiating a program");
        store.data().memory.bytes
    }

    #[must_use]
    pub fn run(self, arguments: &[&str]) -> Run {
        let Self { file, mut builder } = self;
        let code =
            component::component_of(&file, builder.library(), builder.ground(), builder.metering());
        let (stdout, stderr) = (MemoryOutputPipe::new(OUTPUT), MemoryOutputPipe::new(OUTPUT));
        // Where its file is on the host is not the program's business.
        let name = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        builder.wasi().stdout(stdout.clone()).stderr(stderr.clone()).arg(name).args(arguments);
        let linker = builder.linker(&code.engine);
        let granted = builder.granted_fuel();
        let (mut store, tmp, _) = builder.store(&code.engine);
        let instance =
            linker.instantiate(&mut store, &code.component).expect("instantiating a program");
        let command = Command::new(&mut store, &instance).expect("it is a program");
        let outcome = command.wasi_cli_run().call_run(&mut store);
        let (exit, trap) = match outcome {
            Ok(Ok(())) => (Some(0), None),
            Ok(Err(())) => (Some(1), None),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(status)) => (Some(*status), None),
                None => (None, Some(format!("{error:?}"))),
            },
        };
        let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        let calls = store.data().calls;
        let fuel = granted.map(|granted| granted - store.get_fuel().expect("it counts fuel"));
        let (stdout, stderr) = (text(stdout), text(stderr));
        Run { exit, trap, stdout, stderr, calls, fuel, tmp, store, instance }
    }
}

impl Run {
    /// Asserts that the program exited with 0, and returns the run.
    #[must_use]
    pub fn succeeded(self) -> Self {
        let Self { exit, trap, stdout, stderr, .. } = &self;
        assert_eq!(*exit, Some(0), "{trap:?}\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    pub fn tmp(&self) -> &std::path::Path {
        self.tmp.as_ref().expect("the program was run with `tmp`").path()
    }

    /// Returns the bytes of linear memory that the program and the components under it have taken.
    pub fn memory(&self) -> usize {
        self.store.data().memory.bytes
    }

    /// Calls the `cleanup` that the composition hands on.
    pub fn cleanup(&mut self) -> wasmtime::Result<Vec<Leftover>> {
        let Self { store, instance, .. } = self;
        let interface = instance
            .get_export_index(&mut *store, None, scratch_compose::CLEANUP)
            .expect("the composition exports the interface");
        let function = instance
            .get_export_index(&mut *store, Some(&interface), "cleanup")
            .expect("the interface has the function");
        let function: TypedFunc<(), (Vec<Leftover>,)> =
            instance.get_typed_func(&mut *store, function).expect("the function's type");
        function.call(&mut *store, ()).map(|(leftovers,)| leftovers)
    }
}
