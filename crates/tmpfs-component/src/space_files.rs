//! `scratch:space/files`.

use crate::Component;
use crate::bindings::exports::scratch::space::files::Guest;
use crate::state;

impl Guest for Component {
    fn clear() -> Result<(), ()> {
        state::clear().map_err(|_| ())
    }
}
