//! `scratch compose`: from the program's file to the file of the composition.

use std::cell::Cell;

use scratch_components::{COMPONENTS, EMBEDDED};
use scratch_compose::{Component, Error};

use crate::arguments::Compose;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};
use crate::told::shown;

/// Composes the program with the components that the command carries, and writes the composition.
pub(crate) fn run(arguments: &Compose) -> Result<(), Failure> {
    run_with(arguments, shipped)
}

fn run_with(
    arguments: &Compose,
    shipped: impl Fn(Component) -> &'static [u8],
) -> Result<(), Failure> {
    let Compose { program, options, output, force } = arguments;
    let bytes = input::read(program)?;
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
    output.write(&composition.wasm)?;
    let way = shown(&composition.way.to_string());
    output::print(&format!("{}: {way}\n", arguments.output.display()))
}

fn shipped(component: Component) -> &'static [u8] {
    let mut shipped = COMPONENTS.iter().chain([&EMBEDDED]);
    let found = shipped.find(|it| it.name == component.name());
    found.expect("BUG: a component that the library asks for ships").wasm
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use scratch_compose::{Component, Options};

    use super::{Compose, run_with};
    use crate::failure::Failure;
    use crate::hollow::component;

    #[test]
    fn a_command_without_components_says_what_to_run_and_writes_nothing() {
        let folder = env::temp_dir().join(format!("scratch-empty-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (app, output) = (folder.join("app.wasm"), folder.join("out.wasm"));
        let program = component(&["scratch:tempfile/tempfile@0.1.0"], &["test:program/run@0.1.0"]);
        fs::write(&app, program).unwrap();
        let arguments = Compose { program: app, options: Options::default(), output, force: false };
        let outcome = run_with(&arguments, |_| &[]);
        let left = fs::read_dir(&folder).unwrap().count();
        fs::remove_dir_all(&folder).unwrap();
        let Err(Failure::Broken(words)) = outcome else { panic!("{outcome:?}") };
        for part in ["without tempfile.wasm", "`cargo xtask build`", "`cargo install "] {
            assert!(words.contains(part), "{part} is missing in: {words}");
        }
        assert_eq!(left, 1);
    }

    #[test]
    fn every_component_that_the_library_asks_for_ships() {
        for component in Component::ALL {
            super::shipped(component);
        }
    }
}
