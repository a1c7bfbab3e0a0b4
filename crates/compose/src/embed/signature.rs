//! Types of core functions, as the canonical ABI defines them.

use anyhow::{Result, bail};
use wasm_encoder::ValType;
use wasmparser::types::TypesRef;
use wasmparser::{CompositeInnerType, FuncType};

/// The type of a core function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) parameters: Vec<ValType>,
    pub(super) results: Vec<ValType>,
}

impl Signature {
    pub(super) fn of(ty: &FuncType) -> Result<Self> {
        let all = |types: &[wasmparser::ValType]| {
            types.iter().map(|ty| flat(*ty)).collect::<Result<Vec<_>>>()
        };
        Ok(Self { parameters: all(ty.params())?, results: all(ty.results())? })
    }

    /// Returns the type with these numbers of 32-bit parameters and results.
    pub(super) fn of_i32(parameters: usize, results: usize) -> Self {
        Self { parameters: vec![ValType::I32; parameters], results: vec![ValType::I32; results] }
    }
}

fn flat(ty: wasmparser::ValType) -> Result<ValType> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        other => bail!("a function takes or returns a {other}; no function of WASI does that"),
    })
}

/// Returns the type of a core function of a component.
pub(super) fn of_core(types: TypesRef<'_>, function: u32) -> Result<Signature> {
    match &types[types.core_function_at(function)].composite_type.inner {
        CompositeInnerType::Func(ty) => Signature::of(ty),
        _ => bail!("a function has another type"),
    }
}
