//! The components under test: built once by xtask, compiled once and kept in wasmtime's cache
//! under the target folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use scratch_compose::{Composition, Options, binary, compose, embed, plug};
use wasmtime::component::Component;
use wasmtime::{Cache, CacheConfig, Config, Engine};
use xtask::components;
use xtask::workspace;

/// The components that offer `scratch:tempfile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Library {
    /// `tempfile.wasm`.
    Plain,
    /// `tempfile-audited.wasm`, which asks its host before it makes anything.
    Audited,
}

/// The filesystem under a library or a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The directories that the host grants.
    #[default]
    Host,
    /// A filesystem in memory, `tmpfs.wasm`, composed with it: under a library or a program, and
    /// where a program imports the library the same instance under both.
    Memory,
    /// The same as a part of a program: `tmpfs-embedded.wasm`.
    Embedded,
    /// The same, beside the directories that the host grants.
    Beside,
    /// A filesystem in memory that the host serves: `wasmtime-scratch`.
    Hosted,
}

/// The counting of executed instructions. It costs time, so only the tests of limits ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metering {
    /// It runs as fast as it can.
    Off,
    /// It spends fuel and heeds the epoch.
    On,
}

/// A compiled component and the engine it is for.
#[derive(Clone)]
pub struct Code {
    pub engine: Engine,
    pub component: Component,
}

impl Library {
    pub fn bytes(self) -> &'static [u8] {
        built(match self {
            Self::Plain => "tempfile",
            Self::Audited => "tempfile-audited",
        })
    }

    pub fn code(self, ground: Ground, metering: Metering) -> Code {
        compiled((None, self, ground, metering), || match ground {
            Ground::Host | Ground::Hosted => self.bytes().to_vec(),
            Ground::Embedded | Ground::Beside => panic!("a library is no program"),
            Ground::Memory => plug(self.bytes(), &[built("tmpfs")]).expect("composing the library"),
        })
    }
}

/// Returns the program that [`composition`] makes.
pub fn composed(program: &[u8], options: &Options) -> scratch_compose::Result<Vec<u8>> {
    composition(program, options).map(|whole| whole.wasm)
}

/// Embeds or composes as the command `scratch compose` does, with the components of this checkout.
pub fn composition(program: &[u8], options: &Options) -> scratch_compose::Result<Composition> {
    compose(program, options, |component| built(component.name()))
}

/// Returns the binary of a component that ships, built when it is asked for the first time.
pub(crate) fn built(name: &'static str) -> &'static [u8] {
    static BUILT: Mutex<BTreeMap<&str, &[u8]>> = Mutex::new(BTreeMap::new());
    // A panic while building leaves the map as it was.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry(name).or_insert_with(|| {
        let file = components::build(name).expect("building a component that ships");
        fs::read(file).expect("reading a component that ships").leak()
    })
}

/// Returns the program in a file on its ground, composed with the library if it imports that.
pub fn component_of(file: &Path, library: Library, ground: Ground, metering: Metering) -> Code {
    compiled((Some(file), library, ground, metering), || {
        let bytes = fs::read(file).expect("reading a program");
        if let Ground::Embedded | Ground::Beside = ground {
            return embed(&bytes, built("tmpfs-embedded"), ground == Ground::Beside)
                .expect("embedding the filesystem into a program");
        }
        let imports = binary::imports(&bytes).expect("reading the imports of a program");
        let memory = (ground == Ground::Memory).then(|| built("tmpfs"));
        let uses_library = imports.iter().any(|import| import.starts_with("scratch:tempfile/"));
        let library = uses_library.then(|| library.bytes());
        let providers: Vec<&[u8]> = memory.into_iter().chain(library).collect();
        if providers.is_empty() {
            return bytes;
        }
        plug(&bytes, &providers).expect("composing a program")
    })
}

/// By the program's file, none for a library alone.
type Compiled = BTreeMap<(Option<PathBuf>, Library, Ground, Metering), Code>;

/// Compiles what is asked for the first time. The lock is held meanwhile, so that tests in many
/// threads do not compile the same thing many times.
fn compiled(
    (file, library, ground, metering): (Option<&Path>, Library, Ground, Metering),
    bytes: impl FnOnce() -> Vec<u8>,
) -> Code {
    static COMPILED: Mutex<Compiled> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(|poisoned| {
        // A panic while compiling leaves the map as it was.
        poisoned.into_inner()
    });
    let code = compiled
        .entry((file.map(Path::to_owned), library, ground, metering))
        .or_insert_with(|| {
            let engine = engine(metering).clone();
            let component = Component::new(&engine, bytes()).expect("compiling a component");
            Code { engine, component }
        });
    code.clone()
}

pub(crate) fn engine(metering: Metering) -> &'static Engine {
    static PLAIN: LazyLock<Engine> = LazyLock::new(|| new_engine(&mut config()));
    static METERED: LazyLock<Engine> =
        LazyLock::new(|| new_engine(config().consume_fuel(true).epoch_interruption(true)));
    match metering {
        Metering::Off => &PLAIN,
        Metering::On => &METERED,
    }
}

fn new_engine(config: &mut Config) -> Engine {
    Engine::new(config).expect("making an engine")
}

fn config() -> Config {
    let mut cache = CacheConfig::new();
    cache.with_directory(workspace::target_dir().join("wasmtime-cache"));
    let mut config = Config::new();
    config.cache(Some(Cache::new(cache).expect("opening the cache of compiled components")));
    config
}
