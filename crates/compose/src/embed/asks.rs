//! What the filesystem asks of the host for itself: where a component gets it from.

use anyhow::Result;
use wasm_encoder::{
    ComponentTypeRef, ComponentValType as Value, InstanceType, PrimitiveValType as Primitive,
    TypeBounds,
};
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind, ComponentType,
    ComponentTypeRef as ReadTypeRef, InstanceTypeDeclaration,
};

use crate::embed::items::Item;
use crate::embed::liveness::FILES;
use crate::embed::shape::Shape;
use crate::embed::space::Space;

/// Interfaces of random numbers and clocks: imported if the program does not.
pub(super) const GRANTED: [&str; 4] = [
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// The origin of a function of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// An instance that the program imports, which has it.
    Had { instance: u32 },
    /// An instance that the program imports: the type of this import must name the function, too.
    Extended { import: usize, instance: u32 },
    /// A new import.
    New,
    /// None: the program can hold no handle for which it would be called.
    Nowhere,
}

/// Decides where a function comes from.
pub(super) fn supply(shape: &Shape<'_>, interface: &str, function: &str, beside: bool) -> Supply {
    if !beside && interface.starts_with(FILES) {
        return Supply::Nowhere;
    }
    let Some((import, instance)) = shape.import_of(interface) else {
        let granted = GRANTED.contains(&interface)
            && declare(&mut InstanceType::new(), function, &|_| None).is_some();
        return if granted { Supply::New } else { Supply::Nowhere };
    };
    let Some(declarations) = declarations(shape, import) else { return Supply::Nowhere };
    if has(declarations, function) {
        return Supply::Had { instance };
    }
    let known = |name: &str| exported_type(declarations, name);
    match declare(&mut InstanceType::new(), function, &known) {
        Some(()) => Supply::Extended { import, instance },
        None => Supply::Nowhere,
    }
}

/// Returns the declarations in the type of an import, if the type is written out.
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

/// Tells whether the type of an instance exports something of this name.
pub(super) fn has(declarations: &[InstanceTypeDeclaration<'_>], wanted: &str) -> bool {
    declarations
        .iter()
        .any(|it| matches!(it, InstanceTypeDeclaration::Export { name, .. } if name.name == wanted))
}

/// Finds the index, within the type of an instance, of a type that it exports.
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
                | ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, .. },
            ) => index += 1,
            _ => {}
        }
    }
    None
}

/// Makes the type of an instance that has more functions.
pub(super) fn extended(
    mut ty: InstanceType,
    declarations: &[InstanceTypeDeclaration<'_>],
    functions: &[String],
) -> Result<InstanceType> {
    for function in functions {
        let known = |name: &str| exported_type(declarations, name);
        anyhow::ensure!(
            declare(&mut ty, function, &known).is_some(),
            "the type of {function} is not known"
        );
    }
    Ok(ty)
}

/// Makes the type of an instance that has these functions only.
pub(super) fn new(functions: &[String]) -> Result<InstanceType> {
    extended(InstanceType::new(), &[], functions)
}

/// Adds a function to the type of an instance, and returns nothing if a type is missing that it
/// takes. `known` finds a type that the instance exports.
fn declare(
    ty: &mut InstanceType,
    function: &str,
    known: &dyn Fn(&str) -> Option<u32>,
) -> Option<()> {
    let none: [(&str, Value); 0] = [];
    match function {
        "now" if known("instant").is_some() => {
            let instant = Value::Type(known("instant")?);
            ty.ty().function().params(none).result(Some(instant));
        }
        "now" => {
            let datetime = known("datetime").unwrap_or_else(|| datetime(ty));
            ty.ty().function().params(none).result(Some(Value::Type(datetime)));
        }
        "get-random-u64" => {
            ty.ty().function().params(none).result(Some(Value::Primitive(Primitive::U64)));
        }
        "[method]pollable.ready" => {
            let pollable = borrow(ty, known("pollable")?);
            let result = Some(Value::Primitive(Primitive::Bool));
            ty.ty().function().params([("self", pollable)]).result(result);
        }
        _ => stream(ty, function, known)?,
    }
    let function_type = ty.type_count() - 1;
    ty.export(function, ComponentTypeRef::Func(function_type));
    Some(())
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
    let borrowed = ty.type_count();
    ty.ty().defined_type().borrow(resource);
    Value::Type(borrowed)
}

/// Adds the type of a function of `wasi:io/streams`.
fn stream(
    ty: &mut InstanceType,
    function: &str,
    known: &dyn Fn(&str) -> Option<u32>,
) -> Option<()> {
    let (stream, method) = function.strip_prefix("[method]")?.split_once('.')?;
    let own = ("self", borrow(ty, known(stream)?));
    let number = Value::Primitive(Primitive::U64);
    let error = Some(Value::Type(known("stream-error")?));
    let bytes = ty.type_count();
    ty.ty().defined_type().list(Value::Primitive(Primitive::U8));
    let bytes = Value::Type(bytes);
    let (parameters, answer) = match (stream, method) {
        ("input-stream", "read" | "blocking-read") => (vec![own, ("len", number)], Some(bytes)),
        ("output-stream", "check-write") => (vec![own], Some(number)),
        ("output-stream", "write" | "blocking-write-and-flush") => {
            (vec![own, ("contents", bytes)], None)
        }
        ("output-stream", "flush" | "blocking-flush") => (vec![own], None),
        _ => return None,
    };
    let result = ty.type_count();
    ty.ty().defined_type().result(answer, error);
    ty.ty().function().params(parameters).result(Some(Value::Type(result)));
    Some(())
}
