//! The peers, prepared once: the guests compiled, Python started, one directory for all of them.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use host_tests::preview1::Command;
use scratch_compose::{embed, plug};
use tempfile::TempDir;
use xtask::components::{self, Profile};
use xtask::past;

use crate::cpython::CPython;
use crate::guest::{self, Concurrency, Guest};
use crate::module;
use crate::native;
use crate::workloads::{Row, Under, Way, Workload};

/// The package of the measured guests.
const GUESTS: &str = "host-tests-bench-guests";

/// The commit before the filesystem could be embedded, which the design's targets are set against.
const BASELINE: &str = "101c67d";

/// The directory of a filesystem in memory, on Linux.
const MEMORY: &str = "/dev/shm";

pub(crate) struct Peers {
    directory: TempDir,
    python: Option<CPython>,
    guests: BTreeMap<(Way, Concurrency), Guest>,
    /// The module of preview 1, if its toolchain could be had.
    module: Option<Command>,
    /// The guests over the components of an earlier commit, on the default engine.
    past: BTreeMap<Way, Guest>,
    /// The guest that measures single calls of the host.
    pub(crate) calls: BTreeMap<Concurrency, Guest>,
    /// The same with the filesystem as a part of it.
    pub(crate) embedded_calls: Guest,
}

/// A row of a workload on one of the engines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) row: Row,
    pub(crate) concurrency: Concurrency,
    /// True if it runs over the components of an earlier commit.
    pub(crate) past: bool,
}

impl Entry {
    pub(crate) fn label(&self) -> String {
        let age = if self.past { ", before" } else { "" };
        format!("{}{}{age}", self.row.label, self.concurrency.suffix())
    }
}

impl Peers {
    /// Compiles and starts everyone; `against` is the earlier commit that takes part.
    pub(crate) fn prepare(profile: Profile, against: Option<&str>) -> Result<Self> {
        let files = components::programs(GUESTS, profile)?;
        let program = |name: &str| -> Result<Vec<u8>> {
            guest::read(files.get(name).with_context(|| format!("{GUESTS} has no {name}"))?)
        };
        let component = |name| guest::read(&components::build(name)?);
        let filesystem = component("tmpfs-embedded")?;
        // Building it takes a minute, which is only worth it where times are measured.
        let measured = profile == Profile::Optimised && past::has(BASELINE);
        let baseline = if measured {
            Some(guest::read(&past::components_of(BASELINE)?.join("tmpfs.wasm"))?)
        } else {
            None
        };
        let before = against.map(past::components_of).transpose()?;
        let (mut guests, mut calls, mut past) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for concurrency in [Concurrency::Default, Concurrency::Off] {
            let engine = concurrency.engine()?;
            calls.insert(concurrency, Guest::prepare(&engine, &program("calls")?)?);
            for way in Way::GUESTS {
                let (name, under) = way.guest().expect("BUG: these run inside wasm");
                let program = program(name)?;
                // On the same engine: on one of its own everything is faster.
                if let (Under::Component(name), Some(before), Concurrency::Default) =
                    (under, &before, concurrency)
                {
                    let component = guest::read(&before.join(name).with_extension("wasm"))?;
                    past.insert(way, Guest::prepare(&engine, &plug(&program, &[&component])?)?);
                }
                let whole = match under {
                    Under::Nothing | Under::Hosted(_) => program,
                    Under::Component(name) => plug(&program, &[&component(name)?])?,
                    Under::Baseline => match &baseline {
                        Some(baseline) => plug(&program, &[baseline])?,
                        None => continue,
                    },
                    Under::Embedded { beside } => embed(&program, &filesystem, beside)?,
                };
                let guest = match under {
                    Under::Hosted(calling) => Guest::hosted(&engine, &whole, calling),
                    _ => Guest::prepare(&engine, &whole),
                };
                guests.insert((way, concurrency), guest.with_context(|| name.to_owned())?);
            }
        }
        let calling = embed(&program("calls")?, &filesystem, false)?;
        let embedded_calls = Guest::prepare(&Concurrency::Default.engine()?, &calling)?;
        let module = module::prepare(&Concurrency::Default.engine()?, &filesystem)?;
        let memory = Path::new(MEMORY);
        let place = if memory.is_dir() { memory.to_path_buf() } else { env::temp_dir() };
        let directory = tempfile::Builder::new().prefix("bench-").tempdir_in(place)?;
        let python = CPython::start(directory.path())?;
        Ok(Self { directory, python, guests, module, past, calls, embedded_calls })
    }

    /// Describes the place of the files, and the Python that takes part.
    pub(crate) fn describe(&self) -> String {
        let python = match &self.python {
            Some(python) => format!("CPython {}", python.version),
            None => "no Python was found: its rows are left out".to_owned(),
        };
        format!("files in {}; {python}", self.directory().display())
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Lists the entries of a workload, the reference first.
    pub(crate) fn entries(&self, workload: &Workload) -> Vec<Entry> {
        let on = |concurrency| move |row: &Row| Entry { row: *row, concurrency, past: false };
        let present = |row: &&Row| match row.way {
            Way::Native => true,
            Way::CPython => self.python.is_some(),
            Way::ModuleEmbedded => self.module.is_some(),
            way => self.guests.contains_key(&(way, Concurrency::Default)),
        };
        let rows = || workload.rows.iter().filter(present);
        let mut entries: Vec<Entry> = rows().map(on(Concurrency::Default)).collect();
        if workload.without_concurrency {
            // The support is one for components.
            let components = rows().filter(|row| row.way.guest().is_some());
            entries.extend(components.map(on(Concurrency::Off)));
        }
        let before = rows().filter(|row| self.past.contains_key(&row.way));
        entries.extend(before.map(on(Concurrency::Default)).map(|it| Entry { past: true, ..it }));
        entries
    }

    /// Runs an entry `n` times, and returns the time of each phase.
    pub(crate) fn run(&mut self, entry: &Entry, n: u32) -> Result<Vec<Duration>> {
        let word = entry.row.word;
        match entry.row.way {
            Way::Native => native::run(self.directory.path(), word, n),
            Way::CPython => self.python.as_mut().expect("BUG: a row without its peer").run(word, n),
            Way::ModuleEmbedded => {
                let ended = self.module()?.run(&[word, &n.to_string()], &[])?;
                guest::nanoseconds(&ended.printed)
            }
            _ => self.guest(entry).run(self.directory.path(), word, n),
        }
    }

    /// Counts the calls of the host per operation, exactly; `None` outside wasm.
    pub(crate) fn host_calls(&self, entry: &Entry) -> Result<Option<f64>> {
        /// Between the two counts lie only operations: what begins and ends an instance cancels.
        const FEW: u32 = 4;
        const MANY: u32 = 12;
        if !entry.row.way.is_in_wasm() {
            return Ok(None);
        }
        let word = entry.row.word;
        let count = |n: u32| match entry.row.way {
            Way::ModuleEmbedded => Ok(self.module()?.count(&[word, &n.to_string()])?.calls),
            _ => self.guest(entry).count_host_calls(self.directory(), word, n),
        };
        let more = count(MANY)?.checked_sub(count(FEW)?).context("fewer calls for more work")?;
        let more = u32::try_from(more).context("more calls than can be")?;
        Ok(Some(f64::from(more) / f64::from(MANY - FEW)))
    }

    fn module(&self) -> Result<&Command> {
        self.module.as_ref().context("BUG: a row without its peer")
    }

    fn guest(&self, entry: &Entry) -> &Guest {
        if entry.past {
            return self.past.get(&entry.row.way).expect("BUG: a row without its peer");
        }
        let prepared = self.guests.get(&(entry.row.way, entry.concurrency));
        prepared.expect("BUG: every guest is prepared on both engines")
    }

    /// Ends, and fails if something was left behind.
    pub(crate) fn finish(self) -> Result<()> {
        if let Some(python) = self.python {
            python.finish()?;
        }
        let left: Vec<PathBuf> = fs::read_dir(self.directory.path())?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        ensure!(left.is_empty(), "left behind: {left:?}");
        Ok(self.directory.close()?)
    }
}
