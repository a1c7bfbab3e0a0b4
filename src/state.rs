//! What the module remembers between calls: Python's module variables, what the host granted,
//! the live objects, and the spare files.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::audit::Hook;
use crate::host::Host;
use crate::lock::Lock;
use crate::recycle::Spares;
use crate::register::Register;

/// How many names `mkstemp` and its kin try; CPython's value where the C library has none.
const TMP_MAX: u32 = 10_000;

/// The one state of the instance. Held for a moment at a time: never across a call of the
/// caller's, never while a file is locked by the same call path in the other order.
pub(crate) static STATE: Lock<State> = Lock::new(State {
    host: None,
    tempdir: None,
    template: Cow::Borrowed("tmp"),
    tmp_max: TMP_MAX,
    register: Register::new(),
    spares: Spares::new(),
    hooks: Vec::new(),
});

pub(crate) struct State {
    /// `None` until the first call that needs a path.
    host: Option<Host>,
    pub(crate) tempdir: Option<String>,
    pub(crate) template: Cow<'static, str>,
    pub(crate) tmp_max: u32,
    pub(crate) register: Register,
    pub(crate) spares: Spares,
    /// In the order in which they were added.
    pub(crate) hooks: Vec<&'static Hook>,
}

impl State {
    pub(crate) fn host(&mut self) -> &Host {
        self.host.get_or_insert_with(Host::ask)
    }
}

/// The module variable `tempdir`: the default directory, `None` until it was set or searched.
pub fn tempdir() -> Option<String> {
    STATE.lock().tempdir.clone()
}

/// Sets the module variable `tempdir`; `None` makes the next call that needs it search again.
pub fn set_tempdir(tempdir: Option<&str>) {
    STATE.lock().tempdir = tempdir.map(String::from);
}

/// The module variable `template`: the prefix of names where none is given, `tmp` at first.
pub fn template() -> String {
    STATE.lock().template.clone().into_owned()
}

/// Sets the module variable `template`.
pub fn set_template(template: &str) {
    STATE.lock().template = Cow::Owned(String::from(template));
}

/// The module variable `TMP_MAX`: how many names are tried, 10 000 at first.
pub fn tmp_max() -> u32 {
    STATE.lock().tmp_max
}

/// Sets the module variable `TMP_MAX`; it is read at every call.
pub fn set_tmp_max(tmp_max: u32) {
    STATE.lock().tmp_max = tmp_max;
}
