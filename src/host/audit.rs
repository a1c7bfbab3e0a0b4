//! Audit hooks: functions that are called before every attempt to make a file or a directory, and
//! can refuse it. Python's `sys.audit` and `sys.addaudithook`, for the events of `tempfile`.

use alloc::{boxed::Box, string::String};
use core::iter;

use spin::Once;

use crate::error::{Error, Result};
use crate::host::recycle;

/// A function that takes the event and the path, and refuses with an error.
type Hook = dyn Fn(&str, &str) -> Result<(), String> + Send + Sync;

/// A hook, and the hook that was added after it. Hooks are never removed, so that reading takes no
/// lock.
struct Link {
    hook: Box<Hook>,
    next: Once<Box<Link>>,
}

/// The hook that was added first.
static HOOKS: Once<Box<Link>> = Once::new();

/// Adds a hook that is called before every attempt to make a file or a directory, with the event
/// and the path: Python's `sys.addaudithook`.
///
/// | event | before | path |
/// |---|---|---|
/// | `tempfile.mkstemp` | a file of any kind | absolute |
/// | `tempfile.mkdtemp` | a directory | relative if `dir` is |
///
/// Each name that is tried is an attempt. Hooks are called in the order in which they were added,
/// and are never removed. The first one that returns an error ends the call: nothing is made, no
/// other name is tried, no later hook is called, and the caller gets the text as [`Error::Other`].
/// [`mktemp`](crate::mktemp) and [`gettempdir`](crate::gettempdir) raise no event.
///
/// A hook may call this crate; a file that it makes is an event of its own, for this hook too.
/// From now on spare files are not used ([`set_spare_files`](crate::set_spare_files)), so that
/// every anonymous file is an event.
///
/// # Panics
///
/// A hook that uses a spooled file while that file moves to the disk panics.
///
/// # Security
///
/// A hook confines nothing: the program can still make files by WASI itself.
///
/// # Examples
///
/// ```no_run
/// wasi_tempfile::add_audit_hook(|event, path| match path.starts_with("/tmp/") {
///     true => Ok(()),
///     false => Err(format!("{event} of {path} is not for this program")),
/// });
/// ```
pub fn add_audit_hook(hook: impl Fn(&str, &str) -> Result<(), String> + Send + Sync + 'static) {
    let mut hook: Option<Box<Hook>> = Some(Box::new(hook));
    let mut end = &HOOKS;
    while hook.is_some() {
        let link = |hook| Box::new(Link { hook, next: Once::new() });
        end = &end.call_once(|| link(hook.take().expect("BUG: a hook is added once"))).next;
    }
    recycle::stop();
}

/// Calls every hook with `event`. Without a hook `path` is not called.
pub(crate) fn raise(event: &str, path: impl FnOnce() -> String) -> Result<()> {
    let mut hooks = hooks().peekable();
    if hooks.peek().is_none() {
        return Ok(());
    }
    let path = path();
    hooks.try_for_each(|hook| hook(event, &path)).map_err(|reason| Error::Other(reason.into()))
}

/// Returns the hooks in their order: the host's, if the component imports one, and the program's,
/// with those that are added meanwhile.
fn hooks() -> impl Iterator<Item = &'static Hook> {
    #[cfg(feature = "audited")]
    let host: Option<&Hook> = Some(&crate::host::bindings::scratch::tempfile::audit::hook);
    #[cfg(not(feature = "audited"))]
    let host: Option<&Hook> = None;
    let links = iter::successors(HOOKS.get(), |link| link.next.get());
    host.into_iter().chain(links.map(|link| &*link.hook))
}
