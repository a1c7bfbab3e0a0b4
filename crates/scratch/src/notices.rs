//! `scratch notices`: the notices of third parties for each component and for the module.

use scratch_components::{COMPONENTS, EMBEDDED};

use crate::failure::Failure;
use crate::output;

/// Prints the notices.
pub(crate) fn print() -> Result<(), Failure> {
    let notices = COMPONENTS.iter().chain([&EMBEDDED]).map(|shipped| shipped.notices);
    output::print(&notices.collect::<Vec<_>>().join("\n"))
}
