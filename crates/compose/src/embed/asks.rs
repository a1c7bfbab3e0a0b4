//! Functions of the host that the filesystem itself calls, and where a component gets them from.

use anyhow::{Context as _, Result};
use wasm_encoder::{
    Alias, ComponentOuterAliasKind, ComponentTypeRef, ComponentValType as Value, InstanceType,
    PrimitiveValType as Primitive, TypeBounds,
};
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind as ReadOuterKind, ComponentType,
    ComponentTypeRef as ReadTypeRef, InstanceTypeDeclaration,
};

use crate::embed::items::Item;
use crate::embed::liveness::FILES;
use crate::embed::shape::{ENVIRONMENT, Shape};
use crate::embed::space::Space;

/// Interfaces of random numbers and clocks. They are imported even if the program does not import
/// them.
pub(super) const GRANTED: [&str; 4] = [
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// The origin of a function of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// An instance that the program imports and that has the function.
    Had { instance: u32 },
    /// An instance that the program imports, if the type of the import is extended by the function.
    Extended { import: usize, instance: u32 },
    /// A new import.
    New,
    /// None: the program can hold no handle for which the function would be called.
    Nowhere,
    /// An instance whose type cannot be extended.
    Unknown,
}

/// Decides where a function comes from.
pub(super) fn supply(shape: &Shape<'_>, interface: &str, function: &str, beside: bool) -> Supply {
    if !beside && interface.starts_with(FILES) || interface == ENVIRONMENT && shape.handler {
        return Supply::Nowhere;
    }
    let poll = shape.import_of(POLL);
    let Some((import, instance)) = shape.import_of(interface) else {
        let known = Known { declarations: &[], pollable: poll.map(|_| 0) };
        let granted = GRANTED.contains(&interface) && known.declares(function);
        return if granted { Supply::New } else { Supply::Nowhere };
    };
    let Some(declarations) = declarations(shape, import) else { return Supply::Unknown };
    if has(declarations, function.strip_prefix(DROP).unwrap_or(function)) {
        return Supply::Had { instance };
    }
    let earlier = poll.filter(|(poll, _)| *poll < import);
    if (Known { declarations, pollable: earlier.map(|_| 0) }).declares(function) {
        return Supply::Extended { import, instance };
    }
    // A program without a type of a stream has no stream. The filesystem always needs time and
    // random numbers.
    if GRANTED.contains(&interface) { Supply::Unknown } else { Supply::Nowhere }
}

/// The prefix of the names of functions that drop a resource.
pub(super) const DROP: &str = "[resource-drop]";

/// The interface that has the type of pollables.
pub(super) const POLL: &str = "wasi:io/poll";

/// Returns the declarations in the type of an import, if the component spells the type out.
pub(super) fn declarations<'s, 'a>(
    shape: &'s Shape<'a>,
    import: usize,
) -> Option<&'s [InstanceTypeDeclaration<'a>]> {
    let Item::Import(import) = &shape.items[import] else { return None };
    let ReadTypeRef::Instance(ty) = import.ty else { return None };
    match shape.item((Space::Type, ty))? {
        Item::Type(ComponentType::Instance(declarations)) => Some(declarations),
        _ => None,
    }
}

/// Returns whether the type of an instance exports this name.
pub(super) fn has(declarations: &[InstanceTypeDeclaration<'_>], wanted: &str) -> bool {
    declarations
        .iter()
        .any(|it| matches!(it, InstanceTypeDeclaration::Export { name, .. } if name.name == wanted))
}

/// Finds the index of an exported type within the type of an instance.
fn exported_type(declarations: &[InstanceTypeDeclaration<'_>], wanted: &str) -> Option<u32> {
    let mut index = 0;
    for declaration in declarations {
        match declaration {
            InstanceTypeDeclaration::Export { name, ty: ReadTypeRef::Type(_) } => {
                if name.name == wanted {
                    return Some(index);
                }
                index += 1;
            }
            InstanceTypeDeclaration::Type(_)
            | InstanceTypeDeclaration::Alias(
                ComponentAlias::InstanceExport { kind: ComponentExternalKind::Type, .. }
                | ComponentAlias::Outer { kind: ReadOuterKind::Type, .. },
            ) => index += 1,
            _ => {}
        }
    }
    None
}

/// The types that a function may refer to.
#[derive(Clone, Copy, Default)]
pub(super) struct Known<'k, 'a> {
    /// The declarations in the type of the instance.
    pub(super) declarations: &'k [InstanceTypeDeclaration<'a>],
    /// The type of pollables in the surrounding component.
    pub(super) pollable: Option<u32>,
}

impl Known<'_, '_> {
    /// Adds functions to the type of an instance.
    pub(super) fn extend(
        &self,
        mut ty: InstanceType,
        functions: &[String],
    ) -> Result<InstanceType> {
        for function in functions {
            let declared = self.declare(&mut ty, function);
            declared.with_context(|| format!("the type of {function} is not known"))?;
        }
        Ok(ty)
    }

    fn declares(&self, function: &str) -> bool {
        self.declare(&mut InstanceType::new(), function).is_some()
    }

    fn exported(&self, name: &str) -> Option<u32> {
        exported_type(self.declarations, name)
    }

    /// Returns the type of pollables, which the instance exports or takes from outside.
    fn pollable(&self, ty: &mut InstanceType) -> Option<u32> {
        self.exported("pollable").or_else(|| {
            let index = self.pollable?;
            ty.alias(Alias::Outer { kind: ComponentOuterAliasKind::Type, count: 1, index });
            Some(ty.type_count() - 1)
        })
    }

    /// Adds a function to the type of an instance. Returns `None` if the function is unknown, or
    /// refers to a type that is missing.
    fn declare(&self, ty: &mut InstanceType, function: &str) -> Option<()> {
        let none: [(&str, Value); 0] = [];
        match function {
            "now" => {
                let datetime = self.exported("datetime").unwrap_or_else(|| datetime(ty));
                ty.ty().function().params(none).result(Some(Value::Type(datetime)));
            }
            "get-random-u64" => {
                ty.ty().function().params(none).result(Some(Value::Primitive(Primitive::U64)));
            }
            "get-environment" => {
                let text = Value::Primitive(Primitive::String);
                ty.ty().defined_type().tuple([text, text]);
                let pair = Value::Type(ty.type_count() - 1);
                ty.ty().defined_type().list(pair);
                let list = Value::Type(ty.type_count() - 1);
                ty.ty().function().params(none).result(Some(list));
            }
            "subscribe-duration" => {
                let pollable = self.pollable(ty)?;
                ty.ty().defined_type().own(pollable);
                let own = Value::Type(ty.type_count() - 1);
                let when = ("when", Value::Primitive(Primitive::U64));
                ty.ty().function().params([when]).result(Some(own));
            }
            "[method]pollable.ready" => {
                let pollable = borrow(ty, self.exported("pollable")?);
                let result = Some(Value::Primitive(Primitive::Bool));
                ty.ty().function().params([("self", pollable)]).result(result);
            }
            "[method]pollable.block" => {
                let pollable = borrow(ty, self.exported("pollable")?);
                ty.ty().function().params([("self", pollable)]).result(None);
            }
            "[method]output-stream.subscribe" => {
                let pollable = self.pollable(ty)?;
                let stream = borrow(ty, self.exported("output-stream")?);
                ty.ty().defined_type().own(pollable);
                let own = Value::Type(ty.type_count() - 1);
                ty.ty().function().params([("self", stream)]).result(Some(own));
            }
            _ => self.stream(ty, function)?,
        }
        let function_type = ty.type_count() - 1;
        ty.export(function, ComponentTypeRef::Func(function_type));
        Some(())
    }

    /// Adds the type of another function of `wasi:io/streams`.
    fn stream(&self, ty: &mut InstanceType, function: &str) -> Option<()> {
        let (stream, method) = function.strip_prefix("[method]")?.split_once('.')?;
        let own = ("self", borrow(ty, self.exported(stream)?));
        let number = Value::Primitive(Primitive::U64);
        let error = Some(Value::Type(self.exported("stream-error")?));
        ty.ty().defined_type().list(Value::Primitive(Primitive::U8));
        let bytes = Value::Type(ty.type_count() - 1);
        let (parameters, answer) = match (stream, method) {
            ("input-stream", "read" | "blocking-read") => (vec![own, ("len", number)], Some(bytes)),
            ("output-stream", "check-write") => (vec![own], Some(number)),
            ("output-stream", "write" | "blocking-write-and-flush") => {
                (vec![own, ("contents", bytes)], None)
            }
            ("output-stream", "flush" | "blocking-flush") => (vec![own], None),
            _ => return None,
        };
        ty.ty().defined_type().result(answer, error);
        let result = Value::Type(ty.type_count() - 1);
        ty.ty().function().params(parameters).result(Some(result));
        Some(())
    }
}

fn datetime(ty: &mut InstanceType) -> u32 {
    let record = ty.type_count();
    ty.ty().defined_type().record([
        ("seconds", Value::Primitive(Primitive::U64)),
        ("nanoseconds", Value::Primitive(Primitive::U32)),
    ]);
    ty.export("datetime", ComponentTypeRef::Type(TypeBounds::Eq(record)));
    record + 1
}

fn borrow(ty: &mut InstanceType, resource: u32) -> Value {
    ty.ty().defined_type().borrow(resource);
    Value::Type(ty.type_count() - 1)
}
