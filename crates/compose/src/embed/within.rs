//! Checks that inner components refer to nothing of the outermost one by alias. Numbers change in
//! the outermost component, and inner ones are copied unchanged.

use anyhow::{Result, ensure};
use wasmparser::{
    ComponentAlias, ComponentType, ComponentTypeDeclaration, CoreType, InstanceTypeDeclaration,
    ModuleTypeDeclaration,
};

/// Refuses an alias to the outermost component, at this depth of components and types.
pub(super) fn ensure_alias(alias: &ComponentAlias<'_>, depth: u32) -> Result<()> {
    match alias {
        ComponentAlias::Outer { count, .. } => ensure_within(*count, depth),
        _ => Ok(()),
    }
}

fn ensure_within(count: u32, depth: u32) -> Result<()> {
    ensure!(
        count < depth,
        "a component within takes types or modules of the one around it by an outer alias"
    );
    Ok(())
}

/// Refuses a type that contains such an alias.
pub(super) fn ensure_type(ty: &ComponentType<'_>, depth: u32) -> Result<()> {
    use {ComponentTypeDeclaration as OfComponent, InstanceTypeDeclaration as OfInstance};
    let depth = depth + 1;
    match ty {
        ComponentType::Component(declarations) => {
            declarations.iter().try_for_each(|declaration| match declaration {
                OfComponent::Alias(alias) => ensure_alias(alias, depth),
                OfComponent::Type(ty) => ensure_type(ty, depth),
                OfComponent::CoreType(ty) => ensure_core_type(ty, depth),
                _ => Ok(()),
            })
        }
        ComponentType::Instance(declarations) => {
            declarations.iter().try_for_each(|declaration| match declaration {
                OfInstance::Alias(alias) => ensure_alias(alias, depth),
                OfInstance::Type(ty) => ensure_type(ty, depth),
                OfInstance::CoreType(ty) => ensure_core_type(ty, depth),
                OfInstance::Export { .. } => Ok(()),
            })
        }
        _ => Ok(()),
    }
}

/// Refuses a core type that contains such an alias.
pub(super) fn ensure_core_type(ty: &CoreType<'_>, depth: u32) -> Result<()> {
    let CoreType::Module(declarations) = ty else { return Ok(()) };
    declarations.iter().try_for_each(|declaration| match declaration {
        ModuleTypeDeclaration::OuterAlias { count, .. } => ensure_within(*count, depth + 1),
        _ => Ok(()),
    })
}
