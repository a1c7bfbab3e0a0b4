//! The one call that makes a composition of a program, its options and the shipped components.

use anyhow::{bail, ensure};

use crate::bake::{Record, bake};
use crate::error::{Error, Result};
use crate::plug::plug;
use crate::program::Program;
use crate::start;

/// The options of a composition.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `tempfile-audited.wasm` instead of `tempfile.wasm`.
    pub audited: bool,
    /// A filesystem in memory under both, with this baked in.
    pub memory: Option<Memory>,
}

/// A filesystem in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The component that it is; `None` picks the one that fits the program.
    pub form: Option<Form>,
    /// Settings, variables and files that are baked in.
    pub records: Vec<Record>,
}

/// The components that are a filesystem in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `tmpfs-lite.wasm`: files by position only, and all its settings are baked in.
    Lite,
    /// `tmpfs-lite-environment.wasm`: the same, and it reads the host's environment.
    LiteEnvironment,
    /// `tmpfs.wasm`: streams too.
    Whole,
}

impl Form {
    /// Picks the form that fits a program: one with streams, unless the program also takes streams
    /// of HTTP, which would be another type.
    fn of(program: &Program) -> Self {
        let streams =
            program.imports("wasi:filesystem/types") && program.imports("wasi:io/streams");
        if streams && !program.imports(HTTP) { Self::Whole } else { Self::Lite }
    }

    fn component(self) -> Component {
        match self {
            Self::Lite => Component::TmpfsLite,
            Self::LiteEnvironment => Component::TmpfsLiteEnvironment,
            Self::Whole => Component::Tmpfs,
        }
    }
}

/// A component that ships and is put under programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// `tempfile.wasm`
    Tempfile,
    /// `tempfile-audited.wasm`
    TempfileAudited,
    /// `tmpfs.wasm`
    Tmpfs,
    /// `tmpfs-lite.wasm`
    TmpfsLite,
    /// `tmpfs-lite-environment.wasm`
    TmpfsLiteEnvironment,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 5] = [
        Self::Tempfile,
        Self::TempfileAudited,
        Self::Tmpfs,
        Self::TmpfsLite,
        Self::TmpfsLiteEnvironment,
    ];

    /// Returns the name of its file without `.wasm`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tempfile => "tempfile",
            Self::TempfileAudited => "tempfile-audited",
            Self::Tmpfs => "tmpfs",
            Self::TmpfsLite => "tmpfs-lite",
            Self::TmpfsLiteEnvironment => "tmpfs-lite-environment",
        }
    }
}

/// Composes a program with the components that it needs. `component` returns the bytes of one; it
/// is asked for at most one filesystem and one library.
///
/// # Errors
/// The options or the seed are invalid, would trap when the program first uses a file, or do not
/// fit the program; or the program is not a component, or was composed already.
pub fn compose<B: AsRef<[u8]>>(
    program: &[u8],
    options: &Options,
    mut component: impl FnMut(Component) -> B,
) -> Result<Vec<u8>> {
    if let Some(memory) = &options.memory {
        start::ensure_starts(&memory.records)?;
    }
    let read = Program::read(program).map_err(Error::program)?;
    ensure_fits(&read, options).map_err(Error::program)?;
    let mut providers = Vec::new();
    if let Some(Memory { form, records }) = &options.memory {
        let form = form.unwrap_or_else(|| Form::of(&read));
        providers.push(bake(component(form.component()).as_ref(), records)?);
    }
    if read.imports(LIBRARY) {
        let library =
            if options.audited { Component::TempfileAudited } else { Component::Tempfile };
        providers.push(component(library).as_ref().to_vec());
    }
    plug(program, &providers.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The beginning of the names of the library's interfaces.
const LIBRARY: &str = "scratch:tempfile/";

/// The beginning of the names of interfaces that hand out the host's streams.
const HTTP: &str = "wasi:http/";

fn ensure_fits(program: &Program, options: &Options) -> anyhow::Result<()> {
    let library = program.imports(LIBRARY);
    ensure!(
        library || !options.audited,
        "the program does not import scratch:tempfile, so nothing is audited; leave out --audited"
    );
    if let Some(memory) = &options.memory {
        ensure!(
            memory.form != Some(Form::Whole) || !program.imports(HTTP),
            "--form whole has streams of its own, and the program imports the host's with \
            wasi:http; type --form lite, or leave it out"
        );
        return Ok(());
    }
    if library {
        return Ok(());
    }
    ensure!(
        !program.imports("wasi:filesystem/"),
        "the program does not import scratch:tempfile; for a filesystem in memory type --memory"
    );
    bail!("the program imports neither scratch:tempfile nor wasi:filesystem: nothing to plug")
}
