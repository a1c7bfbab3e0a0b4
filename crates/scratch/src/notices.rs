//! `scratch notices`: the notices of third parties for each component, for the module, and for the
//! adapter of preview 1.

use scratch_components::{COMPONENTS, EMBEDDED};
use scratch_compose::ADAPTER_NOTICES;

use crate::failure::Failure;
use crate::output;

/// Prints the notices.
pub(crate) fn print() -> Result<(), Failure> {
    let notices = COMPONENTS.iter().chain([&EMBEDDED]).map(|shipped| shipped.notices);
    output::print(&notices.chain([ADAPTER_NOTICES]).collect::<Vec<_>>().join("\n"))
}
