//! `scratch notices`: the notices of third parties in the components, each component's in turn.

use scratch_components::COMPONENTS;

use crate::failure::Failure;
use crate::output;

/// Prints the notices.
pub(crate) fn print() -> Result<(), Failure> {
    output::print(&COMPONENTS.map(|component| component.notices).join("\n"))
}
