//! Python's module variables.

use alloc::{borrow::Cow, string::String};

use crate::lock::Lock;

/// How many names `mkstemp` and its kin try; CPython's value where the C library has none.
const TMP_MAX: u32 = 10_000;

struct Variables {
    tempdir: Option<String>,
    template: Cow<'static, str>,
    tmp_max: u32,
}

static VARIABLES: Lock<Variables> =
    Lock::new(Variables { tempdir: None, template: Cow::Borrowed("tmp"), tmp_max: TMP_MAX });

/// The module variable `tempdir`: the default directory, `None` until it was set or searched.
pub fn tempdir() -> Option<String> {
    VARIABLES.lock().tempdir.clone()
}

/// Sets the module variable `tempdir`; `None` makes the next call that needs it search again.
pub fn set_tempdir(tempdir: Option<&str>) {
    VARIABLES.lock().tempdir = tempdir.map(String::from);
}

/// The module variable `template`: the prefix of names where none is given, `tmp` at first.
pub fn template() -> String {
    VARIABLES.lock().template.clone().into_owned()
}

/// Sets the module variable `template`.
pub fn set_template(template: &str) {
    VARIABLES.lock().template = Cow::Owned(String::from(template));
}

/// The module variable `TMP_MAX`: how many names are tried, 10 000 at first.
pub fn tmp_max() -> u32 {
    VARIABLES.lock().tmp_max
}

/// Sets the module variable `TMP_MAX`; it is read at every call.
pub fn set_tmp_max(tmp_max: u32) {
    VARIABLES.lock().tmp_max = tmp_max;
}
