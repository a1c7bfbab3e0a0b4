//! `scratch notices`: the notices of third parties in the components and in the module, each in
//! turn.

use scratch_components::{COMPONENTS, EMBEDDED};

use crate::failure::Failure;
use crate::output;

/// Prints the notices.
pub(crate) fn print() -> Result<(), Failure> {
    let notices = COMPONENTS.iter().chain([&EMBEDDED]).map(|shipped| shipped.notices);
    output::print(&notices.collect::<Vec<_>>().join("\n"))
}
