//! Audit hooks: what is called before every attempt to make a file or a directory, and can refuse
//! it. Python's `sys.audit` and `sys.addaudithook`, for the events of `tempfile`.

use alloc::{boxed::Box, string::String};
use core::iter;

use spin::Once;

use crate::error::{Error, Result};
use crate::host::recycle;

/// Called with the event and the path; an error refuses.
type Hook = dyn Fn(&str, &str) -> Result<(), String> + Send + Sync;

/// A hook, and the one that was added after it. None is ever removed, so that reading takes no
/// lock.
struct Link {
    hook: Box<Hook>,
    next: Once<Box<Link>>,
}

/// The hook that was added first.
static HOOKS: Once<Box<Link>> = Once::new();

/// Has `hook` called before every attempt to make something, with the event and the path that is
/// tried: Python's `sys.addaudithook`.
///
/// | event | before | path |
/// |---|---|---|
/// | `tempfile.mkstemp` | a file of any kind | absolute |
/// | `tempfile.mkdtemp` | a directory | relative where `dir` is |
///
/// An attempt is made for each name, until one is not taken. Hooks are called in the order in which
/// they were added, and none is ever removed. The first that returns an error ends the call:
/// nothing is made, no other name is tried, no later hook is called, and the caller gets the text
/// as [`Error::Other`]. [`mktemp`](crate::mktemp) and [`gettempdir`](crate::gettempdir) raise
/// nothing.
///
/// A hook may call this crate; what it makes is an event of its own, for this hook too. While a
/// spooled file moves to the disk it must not use that file: that is a panic. From now on no spare
/// file serves ([`set_spare_files`](crate::set_spare_files)), so that every anonymous
/// file is an event.
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

/// Asks every hook about `event`; `path` is only worked out where there is one.
pub(crate) fn raise(event: &str, path: impl FnOnce() -> String) -> Result<()> {
    let mut hooks = hooks().peekable();
    if hooks.peek().is_none() {
        return Ok(());
    }
    let path = path();
    hooks.try_for_each(|hook| hook(event, &path)).map_err(|reason| Error::Other(reason.into()))
}

/// The hooks in their order: the host's, where the component imports one, and the program's, those
/// too that are added meanwhile.
fn hooks() -> impl Iterator<Item = &'static Hook> {
    #[cfg(feature = "audited")]
    let host: Option<&Hook> = Some(&crate::host::bindings::scratch::tempfile::audit::hook);
    #[cfg(not(feature = "audited"))]
    let host: Option<&Hook> = None;
    let links = iter::successors(HOOKS.get(), |link| link.next.get());
    host.into_iter().chain(links.map(|link| &*link.hook))
}
