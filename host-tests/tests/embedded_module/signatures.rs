//! The functions of WASI 0.2, read from WIT and flattened as the canonical ABI does.

use std::collections::BTreeMap;

use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Handle, Resolve, SizeAlign, Type, TypeDefKind};

use crate::program::Program;

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// A handle of this resource.
    Handle(String),
    /// An address and a length in bytes.
    Text,
    Bytes,
    /// An address and a number of handles.
    Handles,
    /// A number of flat values that are no addresses.
    Plain(usize),
}

impl Parameter {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Handle(_) => 1,
            Self::Text | Self::Bytes | Self::Handles => 2,
            Self::Plain(count) => *count,
        }
    }
}

/// A lowered function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    /// The size and alignment of the result, if memory holds it.
    pub(crate) result: Option<(u32, u32)>,
    /// The flat parameters: `i` for 32 bits and `l` for 64.
    flat: String,
}

/// The interfaces of which the module answers every function.
const WHOLE: [(&str, &str); 5] = [
    ("filesystem", "types"),
    ("filesystem", "preopens"),
    ("io", "streams"),
    ("io", "poll"),
    ("io", "error"),
];

fn parameter(resolve: &Resolve, kind: &Type) -> Parameter {
    let id = match kind {
        Type::String => return Parameter::Text,
        Type::Id(id) => *id,
        _ => return Parameter::Plain(1),
    };
    match &resolve.types[id].kind {
        TypeDefKind::Type(of) => parameter(resolve, of),
        TypeDefKind::Handle(Handle::Borrow(of) | Handle::Own(of)) => {
            let mut of = *of;
            while let TypeDefKind::Type(Type::Id(original)) = resolve.types[of].kind {
                of = original;
            }
            Parameter::Handle(resolve.types[of].name.clone().unwrap())
        }
        TypeDefKind::List(Type::U8) => Parameter::Bytes,
        TypeDefKind::List(_) => Parameter::Handles,
        TypeDefKind::Flags(_) | TypeDefKind::Enum(_) => Parameter::Plain(1),
        // A variant is a case with seconds and nanoseconds.
        TypeDefKind::Variant(_) => Parameter::Plain(3),
        other => panic!("{other:?}"),
    }
}

/// Lists every function that the module must answer.
pub(crate) fn functions() -> Vec<Function> {
    let mut resolve = Resolve::default();
    let root = xtask::workspace::root();
    resolve.push_dir(root.join("wit")).unwrap();
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve);
    let mut functions = Vec::new();
    for (_, package) in &resolve.packages {
        for (interface, id) in &package.interfaces {
            let (of, interface) = (package.name.name.as_str(), interface.as_str());
            let is_whole = WHOLE.contains(&(of, interface));
            let resources = resolve.interfaces[*id].types.iter();
            let resources = resources
                .filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
            for (resource, _) in resources.filter(|_| is_whole) {
                functions.push(Function {
                    name: format!("wasi:{of}/{interface}#[resource-drop]{resource}"),
                    parameters: vec![Parameter::Handle(resource.clone())],
                    result: None,
                    flat: "i".into(),
                });
            }
            for function in resolve.interfaces[*id].functions.values() {
                let name = format!("wasi:{of}/{interface}#{}", function.name);
                if !is_whole && name != "wasi:cli/environment#get-environment" {
                    continue;
                }
                let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
                let letter = |kind: &WasmType| match kind {
                    WasmType::I64 => 'l',
                    _ => 'i',
                };
                let result = function.result.filter(|_| signature.retptr).map(|kind| {
                    let (size, align) = (sizes.size(&kind), sizes.align(&kind));
                    let number = |number: usize| u32::try_from(number).unwrap();
                    (number(size.size_wasm32()), number(align.align_wasm32()))
                });
                functions.push(Function {
                    name,
                    parameters: function
                        .params
                        .iter()
                        .map(|it| parameter(&resolve, &it.ty))
                        .collect(),
                    result,
                    flat: signature.params.iter().map(letter).collect(),
                });
            }
        }
    }
    functions
}

#[test]
fn every_function_is_there_with_its_flat_signature() {
    let exports = Program::exports();
    let functions = functions();
    assert_eq!(functions.len(), 56, "five interfaces, and the environment");
    for Function { name, flat, parameters, result } in &functions {
        assert_eq!(exports.get(name), Some(flat), "{name}");
        let count: usize = parameters.iter().map(Parameter::count).sum();
        assert_eq!(count + usize::from(result.is_some()), flat.len(), "{name}");
    }
    let known: BTreeMap<_, _> = functions.iter().map(|it| (it.name.as_str(), ())).collect();
    let others = ["wasi:http/types#http-error-code", "wasi:sockets/network#network-error-code"];
    for (name, flat) in &exports {
        if name.starts_with("wasi:") && !known.contains_key(name.as_str()) {
            assert!(others.contains(&name.as_str()), "{name}");
            assert_eq!(flat, "ii", "an error, and where the result goes");
        }
    }
}

#[test]
fn every_function_of_preview_1_has_two_names() {
    let exports = Program::exports();
    let mut count = 0;
    for (name, flat) in &exports {
        if let Some(function) = name.strip_prefix("wasi_snapshot_preview1#") {
            count += 1;
            let beside = format!("beside:wasi_snapshot_preview1#{function}");
            assert_eq!(exports.get(&beside), Some(flat), "{beside}");
        }
    }
    // Preview 1 has 46 functions. The module lacks two of arguments, two of clocks, `random_get`,
    // `proc_exit`, `proc_raise` and `sched_yield`.
    assert_eq!(count, 46 - 8);
    assert_eq!(exports["wasi_snapshot_preview1#path_open"], "iiiiillii");
}
