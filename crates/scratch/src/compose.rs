//! `scratch compose`: from files to a file.

use std::cell::Cell;
use std::fs;

use scratch_components::COMPONENTS;
use scratch_compose::{Component, Error};

use crate::arguments::Compose;
use crate::failure::Failure;
use crate::output::Output;

/// Composes the program and writes the composition.
pub(crate) fn run(arguments: &Compose) -> Result<(), Failure> {
    let Compose { program, options, output, force } = arguments;
    let bytes = fs::read(program).map_err(|error| {
        Failure::Refused(format!("{} cannot be read: {error}", program.display()))
    })?;
    let output = Output::new(output, program, *force)?;
    let missing = Cell::new(None);
    let composed = scratch_compose::compose(&bytes, options, |component| {
        let wasm = shipped(component);
        if wasm.is_empty() {
            missing.set(Some(component.name()));
        }
        wasm
    });
    if let Some(name) = missing.get() {
        return Err(Failure::Broken(format!(
            "this command was built without {name}.wasm; type `cargo xtask build` and then \
            `cargo install --locked --path crates/scratch` in the clone"
        )));
    }
    let composition = composed.map_err(|error| match error {
        Error::Program(words) => Failure::Refused(format!("{}: {words}", program.display())),
        error => Failure::Refused(error.to_string()),
    })?;
    output.write(&composition)
}

fn shipped(component: Component) -> &'static [u8] {
    let found = COMPONENTS.iter().find(|it| it.name == component.name());
    found.expect("BUG: a component that the library asks for ships").wasm
}

#[cfg(test)]
mod tests {
    use scratch_compose::Component;

    #[test]
    fn every_component_that_the_library_asks_for_ships() {
        for component in Component::ALL {
            super::shipped(component);
        }
    }
}
