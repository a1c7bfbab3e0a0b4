//! The one call that makes a whole of a program, its options and the shipped components.

use std::fmt;

use anyhow::{bail, ensure};

use crate::bake::{Record, bake};
use crate::binary;
use crate::embed::{embed, ensure_fresh, into_component};
use crate::error::{Error, Result};
use crate::plug::plug;
use crate::program::{Kind, Program};
use crate::start;

/// The options of a composition.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `tempfile-audited.wasm` instead of `tempfile.wasm`.
    pub audited: bool,
    /// A filesystem in memory, with this baked in.
    pub memory: Option<Memory>,
}

/// A filesystem in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The form of it; `None` embeds it where the program allows that, and composes otherwise.
    pub form: Option<Form>,
    /// The directories that the host grants stay visible beside it.
    pub beside: bool,
    /// A program that is a module of preview 1 becomes a component.
    pub component: bool,
    /// Settings, variables and files that are baked in.
    pub records: Vec<Record>,
}

/// The forms of a filesystem in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A part of the program itself: `tmpfs-embedded.wasm`.
    Embedded,
    /// A component beside the program, the one of those below that fits it.
    Composed,
    /// `tmpfs-lite.wasm`: files by position only, and all its settings are baked in.
    Lite,
    /// `tmpfs.wasm`: streams too.
    Whole,
}

impl Form {
    /// Picks the component that fits a program: one with streams, unless the program also takes
    /// streams of HTTP, which would be another type.
    fn component(self, program: &Program) -> Component {
        let streams =
            program.imports("wasi:filesystem/types") && program.imports("wasi:io/streams");
        match self {
            Self::Lite => Component::TmpfsLite,
            Self::Whole => Component::Tmpfs,
            Self::Embedded | Self::Composed if streams && !program.imports(HTTP) => {
                Component::Tmpfs
            }
            Self::Embedded | Self::Composed => Component::TmpfsLite,
        }
    }
}

/// A program with everything that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// The component, or the module of preview 1 that the program is.
    pub wasm: Vec<u8>,
    /// How it was made.
    pub way: Way,
}

/// The way in which a program got its files. Displayed, it is a line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The library alone was composed with it.
    Plugged,
    /// The filesystem became a part of the program.
    Embedded {
        /// The program's debug information was left out: it would speak of code that moved.
        without_debug_information: bool,
        /// The program was a module of preview 1, and is a component now.
        component: bool,
    },
    /// The filesystem lies beside the program.
    Composed {
        /// The component that it is.
        with: Component,
        /// The reason for which it was not embedded, if none was asked for.
        why: Option<String>,
    },
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plugged => write!(formatter, "composed with the library; files are the host's"),
            Self::Embedded { without_debug_information, component } => {
                write!(formatter, "embedded: the filesystem is a part of the program")?;
                if *component {
                    write!(formatter, ", which is a component now")?;
                }
                if *without_debug_information {
                    let lost = "its debug information was left out, since its code moved";
                    write!(formatter, "; {lost}")?;
                }
                Ok(())
            }
            Self::Composed { with, why: None } => {
                write!(formatter, "composed with {}.wasm, as --form says", with.name())
            }
            Self::Composed { with, why: Some(why) } => {
                write!(formatter, "composed with {}.wasm and not embedded: {why}", with.name())
            }
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
    /// `tmpfs-embedded.wasm`, a core module
    TmpfsEmbedded,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 5] =
        [Self::Tempfile, Self::TempfileAudited, Self::Tmpfs, Self::TmpfsLite, Self::TmpfsEmbedded];

    /// Returns the name of its file without `.wasm`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tempfile => "tempfile",
            Self::TempfileAudited => "tempfile-audited",
            Self::Tmpfs => "tmpfs",
            Self::TmpfsLite => "tmpfs-lite",
            Self::TmpfsEmbedded => "tmpfs-embedded",
        }
    }
}

/// Gives a program what it needs: a filesystem in memory becomes a part of it where that is
/// possible, and components are composed with it otherwise. `component` returns the bytes of one.
///
/// # Errors
/// The options or the seed are invalid, would trap when the program first uses a file, or do not
/// fit the program; or the program is no WebAssembly of WASI, or was composed already.
pub fn compose<B: AsRef<[u8]>>(
    program: &[u8],
    options: &Options,
    mut component: impl FnMut(Component) -> B,
) -> Result<Composition> {
    if let Some(memory) = &options.memory {
        start::ensure_starts(&memory.records)?;
    }
    let read = Program::read(program).map_err(Error::program)?;
    ensure_fresh(program).map_err(Error::program)?;
    ensure_fits(&read, options).map_err(Error::program)?;
    let mut providers = Vec::new();
    let mut way = Way::Plugged;
    if let Some(memory) = &options.memory {
        let why = match attempt(program, &read, memory, &mut component)? {
            Attempt::Embedded(wasm) => {
                let before = binary::has_debug_information(program)?;
                let without_debug_information = before && !binary::has_debug_information(&wasm)?;
                let component = memory.component;
                let wasm = if component { into_component(&wasm, memory.beside)? } else { wasm };
                let way = Way::Embedded { without_debug_information, component };
                return Ok(Composition { wasm, way });
            }
            Attempt::Impossible { why } => why,
        };
        let with = memory.form.unwrap_or(Form::Composed).component(&read);
        providers.push(bake(component(with).as_ref(), &memory.records)?);
        way = Way::Composed { with, why };
    }
    if read.imports(LIBRARY) {
        let library =
            if options.audited { Component::TempfileAudited } else { Component::Tempfile };
        providers.push(component(library).as_ref().to_vec());
    }
    let wasm = plug(program, &providers.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let wasm = wasm.map_err(|error| match &way {
        Way::Composed { why: Some(why), .. } => {
            Error::Program(format!("it cannot be embedded: {why}; nor composed: {error}"))
        }
        _ => error,
    })?;
    Ok(Composition { wasm, way })
}

/// The outcome of an attempt to embed.
enum Attempt {
    Embedded(Vec<u8>),
    /// It was not asked for, or does not fit the program; then the reason is told.
    Impossible {
        why: Option<String>,
    },
}

/// Embeds the filesystem if the options allow it. Where composing cannot give what is asked for, or
/// nothing else is, a refusal is an error.
fn attempt<B: AsRef<[u8]>>(
    program: &[u8],
    read: &Program,
    memory: &Memory,
    component: &mut impl FnMut(Component) -> B,
) -> Result<Attempt> {
    let only = memory.form == Some(Form::Embedded) || memory.beside || read.kind == Kind::Module;
    if memory.form.is_some_and(|form| form != Form::Embedded) {
        return Ok(Attempt::Impossible { why: None });
    }
    let refused = if read.imports(LIBRARY) {
        let library = LIBRARY.trim_end_matches('/');
        Error::Program(format!("it imports {library}, whose component has to share its files"))
    } else {
        let filesystem = bake(component(Component::TmpfsEmbedded).as_ref(), &memory.records)?;
        match embed(program, &filesystem, memory.beside) {
            Ok(wasm) => return Ok(Attempt::Embedded(wasm)),
            Err(error) => error,
        }
    };
    match refused {
        Error::Program(why) if !only => Ok(Attempt::Impossible { why: Some(why) }),
        Error::Program(why) => Err(Error::Program(format!(
            "the filesystem cannot be embedded: {why}{}",
            if read.kind == Kind::Component {
                "; leave out --form and --beside to compose"
            } else {
                ""
            }
        ))),
        error => Err(error),
    }
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
        let composed = memory.form.is_some_and(|form| form != Form::Embedded);
        ensure!(
            !composed || !memory.beside,
            "--beside needs --form embedded; leave out one of them"
        );
        ensure!(
            !memory.component || program.kind == Kind::Module,
            "it is a component already; leave out --component"
        );
        ensure!(
            !composed || !memory.component,
            "--component needs --form embedded; leave out one of them"
        );
        ensure!(
            !composed || program.kind == Kind::Component,
            "it is a core module, and only a component can be composed; leave out --form, or make \
            a component of it with `wasm-tools component new`"
        );
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
        program.kind == Kind::Component,
        "it is a core module; for a filesystem in memory type --memory"
    );
    ensure!(
        !program.imports("wasi:filesystem/"),
        "the program does not import scratch:tempfile; for a filesystem in memory type --memory"
    );
    bail!("the program imports neither scratch:tempfile nor wasi:filesystem: nothing to plug")
}
