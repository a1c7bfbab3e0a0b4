//! The function that picks the way for a program: embedding, or composing with components.

use std::fmt;

use anyhow::{bail, ensure};

use crate::bake::{Record, bake};
use crate::binary;
use crate::embed::{ExitStatus, embed, ensure_fresh, into_component_valid};
use crate::error::{Error, Result};
use crate::plug::plug;
use crate::program::{Kind, Program};
use crate::start;

/// Options of [`compose`]. By default a program gets the library `tempfile.wasm` and no filesystem
/// in memory.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Uses `tempfile-audited.wasm`, which asks its host before it makes a file, instead of
    /// `tempfile.wasm`.
    pub audited: bool,
    /// Gives the program a filesystem in memory.
    pub memory: Option<Memory>,
}

/// Options of a filesystem in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The form of the filesystem. `None` embeds it if the program allows that, and composes
    /// otherwise.
    pub form: Option<Form>,
    /// Keeps the directories that the host grants visible beside it.
    pub beside: bool,
    /// Makes a component of a program that is a module of preview 1.
    pub component: bool,
    /// The settings, variables and files that are baked in.
    pub records: Vec<Record>,
}

/// The forms of a filesystem in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Embedded in the program: `tmpfs-embedded.wasm`.
    Embedded,
    /// Composed with the program: `tmpfs-lite.wasm` or `tmpfs.wasm`, whichever fits it.
    Composed,
    /// Composed with `tmpfs-lite.wasm`, which reads and writes files by position only. All its
    /// settings are baked in.
    Lite,
    /// Composed with `tmpfs.wasm`, which also has streams.
    Whole,
}

impl Form {
    /// Picks the component that fits a program: the one with streams, unless the program also takes
    /// streams of HTTP, which would have another type.
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

/// A program together with everything that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// The component, or the module of preview 1 if the program is one.
    pub wasm: Vec<u8>,
    /// The way in which it was made.
    pub way: Way,
}

/// The way in which a program got its files. Its `Display` is a line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The program was composed with the library only.
    Plugged,
    /// The filesystem became a part of the program.
    Embedded {
        /// True if the program's debug information was left out, since it describes code that
        /// moved.
        without_debug_information: bool,
        /// True if the program was a module of preview 1 and is a component now.
        component: bool,
    },
    /// The filesystem is a component beside the program.
    Composed {
        /// The component.
        with: Component,
        /// The reason why it was not embedded. `None` if the options asked for this form.
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

/// A file that ships with this project and is put under programs.
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
    /// Every file.
    pub const ALL: [Self; 5] =
        [Self::Tempfile, Self::TempfileAudited, Self::Tmpfs, Self::TmpfsLite, Self::TmpfsEmbedded];

    /// Returns the name of the file without `.wasm`.
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

/// Gives a program what it needs, in the way that the options and the program allow.
///
/// A filesystem in memory is embedded if possible. Otherwise, and for the library, components are
/// composed with the program. `component` returns the bytes of a file that ships; the crate
/// `scratch-components` has them.
///
/// # Errors
/// - [`Error::Program`]: the program is not WebAssembly of WASI, was composed already, or does not
///   fit the options;
/// - [`Error::Setting`]: a record is invalid, or contradicts another one;
/// - [`Error::Start`]: the seed would exceed the limits, and the program would trap at its first
///   use of a file;
/// - [`Error::Component`]: `component` returned other bytes than those that ship.
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
                let wasm = if component {
                    // Hosts of WASI 0.2 before 0.2.12 are to run it, too.
                    into_component_valid(&wasm, memory.beside, ExitStatus::Success)?
                } else {
                    wasm
                };
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
    /// Embedding was not asked for, or is not possible; then the reason is given.
    Impossible {
        why: Option<String>,
    },
}

/// Embeds the filesystem if the options allow it. A refusal is an error if the options ask for this
/// form, or for something that only this form has.
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

/// The prefix of the library's interfaces.
const LIBRARY: &str = "scratch:tempfile/";

/// The prefix of interfaces that hand out streams of the host.
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
