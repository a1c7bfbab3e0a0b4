//! Rewriting a component with the filesystem in it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use wasm_encoder::{CanonicalOption, ExportKind};

use crate::embed::access::PROGRAM;
use crate::embed::asks::{DROP, Supply};
use crate::embed::changes::Changes;
use crate::embed::library::{Library, SLOTS, interface};
use crate::embed::liveness::{FILES, live};
use crate::embed::number::{index, place};
use crate::embed::plan::{Plan, ROOM, Source, Stand};
use crate::embed::shape::Shape;
use crate::embed::space::Space;
use crate::embed::thunks::{self, NUMBER, OWN, TABLE};
use crate::embed::writer::Writer;

/// Writes the component.
pub(super) fn rewrite(shape: &Shape<'_>, plan: &Plan, beside: bool) -> Result<(Vec<u8>, Changes)> {
    let replaced: BTreeMap<usize, usize> =
        plan.replacements.functions.iter().enumerate().map(|(at, it)| (it.item, at)).collect();
    let gone = |item: usize| {
        replaced.get(&item).is_some_and(|at| !plan.replacements.functions[*at].when.keeps_host())
    };
    let allocators: Vec<_> = plan.replacements.allocators(shape).collect();
    let live = live(shape, gone, &allocators, beside)?;
    let mut build = Build {
        shape,
        plan,
        writer: Writer::new(),
        extensions: extensions(plan),
        added: BTreeMap::new(),
        thunks: 0,
        library_module: 0,
        library: None,
        filled: vec![false; plan.slots.len()],
        aliases: BTreeMap::new(),
        hosts: BTreeMap::new(),
    };
    for (at, live) in live.iter().enumerate() {
        if at == plan.first {
            build.begin()?;
        }
        if plan.starts.contains(&at) {
            build.fill();
        }
        match replaced.get(&at) {
            Some(replaced) => build.replace(*replaced)?,
            None if !live => build.writer.drop(&shape.numbers[at]),
            None => build.keep(at)?,
        }
        if at == plan.filesystem {
            build.library()?;
        }
        if at == plan.last {
            build.fill();
            build.ensure_filled()?;
        }
    }
    let changes = build.changes(&live);
    Ok((build.writer.finish()?, changes))
}

/// Lists the functions by which the types of imports are extended.
fn extensions(plan: &Plan) -> BTreeMap<usize, Vec<String>> {
    let mut extensions = BTreeMap::<usize, Vec<String>>::new();
    for (ask, supply) in plan.library.asks.iter().zip(&plan.supplies) {
        if let Supply::Extended { import, .. } = supply {
            let functions = extensions.entry(*import).or_default();
            if !functions.contains(&ask.name) {
                functions.push(ask.name.clone());
            }
        }
    }
    extensions
}

struct Build<'b, 'a> {
    shape: &'b Shape<'a>,
    plan: &'b Plan,
    writer: Writer<'a>,
    extensions: BTreeMap<usize, Vec<String>>,
    /// The instances of new imports, by interface.
    added: BTreeMap<String, u32>,
    /// The instance of the thunks.
    thunks: u32,
    library_module: u32,
    /// The instance of the filesystem, once it is there.
    library: Option<u32>,
    /// The slots of the table that are filled.
    filled: Vec<bool>,
    /// The functions that replace others.
    aliases: BTreeMap<String, u32>,
    /// The functions of the host that stay: item and new number.
    hosts: BTreeMap<usize, u32>,
}

impl Build<'_, '_> {
    /// Writes everything that comes before all core instances.
    fn begin(&mut self) -> Result<()> {
        for (interface, functions) in self.missing() {
            let name = format!("{interface}@{}", version(self.shape));
            let instance = self.writer.added(self.shape, &name, &functions)?;
            self.added.insert(interface, instance);
        }
        let Library { memory, .. } = self.plan.library;
        let thunks = thunks::module(&self.plan.thunks, index(self.plan.slots.len()), memory);
        let thunks = self.writer.module(&thunks);
        self.library_module = self.writer.module(&self.plan.library.wasm);
        self.thunks = self.writer.instantiate(thunks, &[]);
        Ok(())
    }

    /// Lists the interfaces to be imported, with their functions.
    fn missing(&self) -> BTreeMap<String, Vec<String>> {
        let mut missing = BTreeMap::<String, Vec<String>>::new();
        for (ask, supply) in self.plan.library.asks.iter().zip(&self.plan.supplies) {
            if *supply == Supply::New
                && let Some((interface, _)) = interface(&ask.module)
            {
                missing.entry(interface.to_owned()).or_default().push(ask.name.clone());
            }
        }
        missing
    }

    /// Writes an item that stays.
    fn keep(&mut self, at: usize) -> Result<()> {
        match self.extensions.get(&at) {
            Some(functions) => self.writer.extended(self.shape, at, functions),
            None => self.writer.item(&self.shape.items[at], &self.shape.numbers[at]),
        }
    }

    /// Replaces a function of the host by its substitute.
    fn replace(&mut self, replaced: usize) -> Result<()> {
        let function = &self.plan.replacements.functions[replaced];
        if function.when.keeps_host() {
            let item = &self.shape.items[function.item];
            item.write(&mut self.writer.places, &mut self.writer.sections)?;
            let kept = self.writer.places.take(Space::CoreFunction);
            self.hosts.insert(function.item, kept);
        }
        let (instance, name) = match &self.plan.stand[replaced] {
            Stand::Thunk(name) => (self.thunks, name),
            Stand::Direct => (self.library.context("the filesystem comes first")?, &function.name),
        };
        let known = self.aliases.get(name).copied();
        let alias = known.unwrap_or_else(|| {
            let alias = self.writer.core_alias(instance, ExportKind::Func, name);
            self.aliases.insert(name.clone(), alias);
            alias
        });
        self.writer.places.put(Space::CoreFunction, Some(alias));
        Ok(())
    }

    /// Instantiates the filesystem.
    fn library(&mut self) -> Result<()> {
        let (instance, name) = &self.plan.replacements.memory;
        let instance = self.writer.places.find((Space::CoreInstance, *instance));
        let instance = instance.context("the instance of the memory stays")?;
        let memory = self.writer.core_alias(instance, ExportKind::Memory, name);
        let own = self.writer.core_alias(self.thunks, ExportKind::Memory, OWN);
        let mut bags = BTreeMap::<&str, Vec<(String, ExportKind, u32)>>::new();
        let program = bags.entry(PROGRAM).or_default();
        program.push(("memory".into(), ExportKind::Memory, memory));
        program.push((OWN.into(), ExportKind::Memory, own));
        if self.plan.replacements.reallocs.len() > 1 {
            let number = self.writer.core_alias(self.thunks, ExportKind::Global, NUMBER);
            program.push((NUMBER.into(), ExportKind::Global, number));
        }
        if self.plan.filesystem_fills() {
            let table = self.writer.core_alias(self.thunks, ExportKind::Table, TABLE);
            program.push((TABLE.into(), ExportKind::Table, table));
        }
        let room = self.writer.core_alias(self.thunks, ExportKind::Func, ROOM);
        let options =
            [CanonicalOption::Memory(own), CanonicalOption::Realloc(room), CanonicalOption::UTF8];
        for (ask, supply) in self.plan.library.asks.iter().zip(&self.plan.supplies) {
            let function = match interface(&ask.module) {
                Some((interface, memory)) => {
                    let instance = self.instance(interface, *supply)?;
                    let options = if memory { &options[..] } else { &[] };
                    match ask.name.strip_prefix(DROP) {
                        Some(resource) => self.writer.dropping(instance, resource),
                        None => self.writer.lower(instance, &ask.name, options),
                    }
                }
                _ => self.writer.core_alias(self.thunks, ExportKind::Func, &ask.full()),
            };
            let export = (ask.name.clone(), ExportKind::Func, function);
            bags.entry(&ask.module).or_default().push(export);
        }
        if self.plan.filesystem_fills() {
            bags.insert(SLOTS, self.given()?);
            self.filled.fill(true);
        }
        let mut arguments = Vec::new();
        for (module, exports) in bags {
            arguments.push((module.to_owned(), self.writer.bag(&exports)));
        }
        let library = self.writer.instantiate(self.library_module, &arguments);
        self.library = Some(library);
        Ok(())
    }

    fn instance(&self, interface: &str, supply: Supply) -> Result<u32> {
        let found = match supply {
            Supply::Had { instance } | Supply::Extended { instance, .. } => {
                self.writer.places.find((Space::Instance, instance))
            }
            Supply::New => self.added.get(interface).copied(),
            Supply::Nowhere | Supply::Unknown => None,
        };
        found.with_context(|| format!("{interface} is imported too late"))
    }

    /// Returns the function of a slot, if it exists yet.
    fn function(&mut self, source: &Source) -> Option<u32> {
        match source {
            Source::Realloc(old) => self.writer.places.find((Space::CoreFunction, *old)),
            Source::Host(item) => self.hosts.get(item).copied(),
            Source::Thunk(name) => {
                Some(self.writer.core_alias(self.thunks, ExportKind::Func, name))
            }
            Source::Filesystem(name) => {
                self.library.map(|it| self.writer.core_alias(it, ExportKind::Func, name))
            }
        }
    }

    /// Fills the empty slots whose functions exist by now.
    fn fill(&mut self) {
        let plan = self.plan;
        let (mut slots, mut exports) = (Vec::new(), Vec::new());
        for (number, (signature, source)) in (0_u32..).zip(&plan.slots) {
            if !self.filled[place(number)]
                && let Some(function) = self.function(source)
            {
                self.filled[place(number)] = true;
                slots.push((number, signature));
                exports.push((number.to_string(), ExportKind::Func, function));
            }
        }
        if slots.is_empty() {
            return;
        }
        let table = self.writer.core_alias(self.thunks, ExportKind::Table, TABLE);
        exports.push((TABLE.to_owned(), ExportKind::Table, table));
        let module = self.writer.module(&thunks::fill(&slots, index(plan.slots.len())));
        let bag = self.writer.bag(&exports);
        self.writer.instantiate(module, &[(String::new(), bag)]);
    }

    fn ensure_filled(&self) -> Result<()> {
        let empty = self.plan.slots.iter().zip(&self.filled).find(|(_, filled)| !**filled);
        match empty {
            Some(((_, source), _)) => bail!("BUG: {source:?} is not there"),
            None => Ok(()),
        }
    }

    /// Lists the functions of slots that are passed to the filesystem's module.
    fn given(&mut self) -> Result<Vec<(String, ExportKind, u32)>> {
        let plan = self.plan;
        let mut given = Vec::new();
        for (slot, (_, source)) in plan.slots.iter().enumerate() {
            if let Source::Filesystem(_) = source {
                continue;
            }
            let function = self.function(source);
            let function = function.with_context(|| format!("BUG: {source:?} is not there"))?;
            given.push((slot.to_string(), ExportKind::Func, function));
        }
        Ok(given)
    }

    /// Returns how the imports differ from before.
    fn changes(&self, live: &[bool]) -> Changes {
        let named = |interface| format!("{interface}@{}", version(self.shape));
        let added = self.missing().into_iter().map(|(it, functions)| (named(it), functions));
        Changes::of(self.shape, live, &self.extensions, added.collect())
    }
}

/// Returns the version of WASI in which the program imports files.
fn version<'s>(shape: &'s Shape<'_>) -> &'s str {
    let import = shape.imports(FILES).next().and_then(|name| name.split_once('@'));
    import.map_or("0.2.0", |(_, version)| version)
}
