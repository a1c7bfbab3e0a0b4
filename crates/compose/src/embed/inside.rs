//! Components that only combine others: the filesystem is embedded in the inner one that uses
//! files.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::ComponentExportKind;
use wasm_encoder::reencode::ReencodeComponent as _;
use wasmparser::{ComponentInstance, ComponentInstantiationArg};

use crate::embed::asks::{Supply, supply};
use crate::embed::changes::Changes;
use crate::embed::items::Item;
use crate::embed::liveness::{FILES, live};
use crate::embed::shape::{Shape, versionless};
use crate::embed::space::Space;
use crate::embed::writer::Writer;

/// The one inner instance that uses files.
pub(super) struct User<'a> {
    /// The item that instantiates it.
    item: usize,
    component: u32,
    /// The item that defines its component.
    definer: usize,
    pub(super) bytes: &'a [u8],
    arguments: Vec<ComponentInstantiationArg<'a>>,
}

/// Finds the inner instance that takes files of the host.
///
/// # Errors
/// There is none, or there are several. Several share their files, and a filesystem inside one of
/// them cannot serve the others.
pub(super) fn user<'a>(shape: &Shape<'a>) -> Result<User<'a>> {
    let mut users = shape.items.iter().enumerate().filter_map(|(item, it)| match it {
        Item::Instance(ComponentInstance::Instantiate { component_index, args })
            if args.iter().any(|argument| gives_files(shape, argument)) =>
        {
            Some((item, *component_index, args.to_vec()))
        }
        _ => None,
    });
    let (item, component, arguments) = users
        .next()
        .context("it imports wasi:filesystem, but calls nothing of it that opens or names files")?;
    let others = users.count();
    ensure!(
        others == 0,
        "{} components in it use files and share them; one filesystem must serve them all",
        others + 1
    );
    let definer = shape.definer((Space::Component, component)).context("it has a definer")?;
    let Item::Component(bytes) = shape.items[definer] else {
        bail!("the component in it that uses files is imported");
    };
    let instances = shape.items.iter().filter(|it| {
        matches!(it, Item::Instance(ComponentInstance::Instantiate { component_index, .. })
            if shape.definer((Space::Component, *component_index)) == Some(definer))
    });
    ensure!(instances.count() == 1, "the component in it that uses files has several instances");
    Ok(User { item, component, definer, bytes, arguments })
}

fn gives_files(shape: &Shape<'_>, argument: &ComponentInstantiationArg<'_>) -> bool {
    Space::of(argument.kind) == Space::Instance
        && shape.imported(argument.index).is_some_and(|it| it.name.name.starts_with(FILES))
}

/// Writes the outer component around the inner one, which was rewritten with these changes.
pub(super) fn rewrite(
    shape: &Shape<'_>,
    user: &User<'_>,
    inner: (&[u8], &Changes),
    beside: bool,
) -> Result<(Vec<u8>, Changes)> {
    let (bytes, inner) = inner;
    let plan = Plan::new(shape, user, inner, beside)?;
    let mut items = shape.items.clone();
    let arguments =
        user.arguments.iter().filter(|it| !inner.dropped.iter().any(|name| name == it.name));
    let arguments: Vec<_> = arguments.cloned().collect();
    items[user.definer] = Item::Component(bytes);
    items[user.item] = Item::Instance(ComponentInstance::Instantiate {
        component_index: user.component,
        args: arguments.clone().into(),
    });
    let shape = Shape::of(items);
    let live = live(&shape, |_| false, &[], beside)?;
    let mut writer = Writer::new();
    for (at, item) in shape.items.iter().enumerate() {
        if !live[at] {
            writer.drop(&shape.numbers[at]);
        } else if let Some(functions) = plan.extensions.get(&at) {
            writer.extended(&shape, at, functions)?;
        } else if at == user.item {
            plan.instantiate(&shape, &mut writer, user.component, &arguments)?;
        } else {
            writer.item(item, &shape.numbers[at])?;
        }
    }
    let added = plan.more.iter().filter(|it| it.instance.is_none());
    let added = added.map(|it| (it.name.clone(), it.functions.clone()));
    let changes = Changes::of(&shape, &live, &plan.extensions, added.collect());
    Ok((writer.finish()?, changes))
}

/// Additional arguments for the inner component.
struct Plan {
    more: Vec<Given>,
    /// The functions by which the types of imports are extended.
    extensions: BTreeMap<usize, Vec<String>>,
}

struct Given {
    name: String,
    functions: Vec<String>,
    /// The instance in the outer component, if that imports it.
    instance: Option<u32>,
}

impl Plan {
    fn new(shape: &Shape<'_>, user: &User<'_>, inner: &Changes, beside: bool) -> Result<Self> {
        let mut plan = Self { more: Vec::new(), extensions: BTreeMap::new() };
        for (name, function) in &inner.extended {
            let argument = user.arguments.iter().find(|it| it.name == name);
            let argument = argument.with_context(|| format!("nothing provides {name}"))?;
            let import = shape.imported(argument.index);
            let import = import.with_context(|| {
                format!("another component in it provides {name}, but without {function}")
            })?;
            let interface = versionless(import.name.name);
            plan.supply(shape, interface, function, beside)?;
        }
        for (name, functions) in &inner.added {
            let mut instance = None;
            for function in functions {
                instance = plan.supply(shape, versionless(name), function, beside)?;
            }
            plan.more.push(Given { name: name.clone(), functions: functions.clone(), instance });
        }
        Ok(plan)
    }

    /// Finds the instance that has a function. Records the function if the type of the import must
    /// be extended by it.
    fn supply(
        &mut self,
        shape: &Shape<'_>,
        interface: &str,
        function: &str,
        beside: bool,
    ) -> Result<Option<u32>> {
        match supply(shape, interface, function, beside) {
            Supply::Had { instance } => Ok(Some(instance)),
            Supply::Extended { import, instance } => {
                let functions = self.extensions.entry(import).or_default();
                if !functions.iter().any(|it| it == function) {
                    functions.push(function.to_owned());
                }
                Ok(Some(instance))
            }
            Supply::New => Ok(None),
            Supply::Nowhere | Supply::Unknown => {
                bail!("the component in it needs {function} of {interface}, which nothing provides")
            }
        }
    }

    /// Instantiates the inner component.
    fn instantiate(
        &self,
        shape: &Shape<'_>,
        writer: &mut Writer<'_>,
        component: u32,
        arguments: &[ComponentInstantiationArg<'_>],
    ) -> Result<()> {
        let mut all: Vec<(&str, ComponentExportKind, u32)> = Vec::new();
        for argument in arguments {
            let index = writer.places.component_external_index(argument.kind, argument.index);
            all.push((argument.name, argument.kind.into(), index));
        }
        for Given { name, functions, instance } in &self.more {
            let instance = match instance {
                Some(old) => writer
                    .places
                    .find((Space::Instance, *old))
                    .with_context(|| format!("{name} is imported too late"))?,
                None => writer.added(shape, name, functions)?,
            };
            all.push((name, ComponentExportKind::Instance, instance));
        }
        let component = writer.places.component_index(component);
        ensure!(
            writer.places.lost.is_empty(),
            "the component in it takes something that was removed"
        );
        writer.sections.instances().instantiate(component, all);
        let instance = writer.places.take(Space::Instance);
        writer.places.put(Space::Instance, Some(instance));
        Ok(())
    }
}
