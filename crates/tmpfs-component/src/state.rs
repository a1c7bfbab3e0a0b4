//! The one space of this instance. It is made at its first use, so that a snapshot of an
//! initialised instance holds neither a seed nor an old time.

use alloc::string::String;
use alloc::vec::Vec;

use spin::Mutex;
use tmpfs::Error;
use tmpfs_start::{InvalidSetting, Space};

use crate::bindings::wasi::random::random::get_random_u64;
use crate::convert::now;
use crate::rt;

static STATE: Mutex<Option<State>> = Mutex::new(None);

struct State {
    space: Space,
    /// The path at which the program sees the space.
    mount: String,
}

fn with<R>(work: impl FnOnce(&mut State) -> R) -> R {
    work(STATE.lock().get_or_insert_with(start))
}

/// Runs work that may allocate. An allocation that is refused must become an error.
pub(crate) fn change<R>(work: impl FnOnce(&mut Space) -> R) -> R {
    with(|state| rt::refusing(|| work(&mut state.space)))
}

/// Runs work that allocates nothing of its own.
pub(crate) fn look<R>(work: impl FnOnce(&Space) -> R) -> R {
    with(|state| work(&state.space))
}

/// Removes everything, and makes the files that were baked in again.
pub(crate) fn clear() -> Result<(), Error> {
    let now = now();
    with(|State { space, mount }| rt::refusing(|| tmpfs_start::clear(space, mount, now)))
}

/// Returns the path at which the program sees the space.
pub(crate) fn mount() -> String {
    with(|state| state.mount.clone())
}

fn start() -> State {
    let told = environment();
    let settings = tmpfs_start::settings(&told);
    let settings = settings.unwrap_or_else(|invalid| refuse(&invalid));
    let now = now();
    let seed = [get_random_u64(), get_random_u64()];
    let made = rt::refusing(|| tmpfs_start::create(&settings, seed, now));
    let space = made.unwrap_or_else(|error| unusable(error));
    State { space, mount: settings.mount }
}

/// Returns the variables of the host.
pub(crate) fn environment() -> Vec<(String, String)> {
    #[cfg(feature = "streams")]
    let variables = crate::bindings::wasi::cli::environment::get_environment();
    #[cfg(not(feature = "streams"))]
    let variables = Vec::new();
    variables
}

/// Traps because of a setting that the composer or the host gave. The component cannot correct it.
fn refuse(invalid: &InvalidSetting<'_>) -> ! {
    let InvalidSetting { name, value } = invalid;
    give_up(&["the variable ", name, " makes no sense: ", value, "\n"])
}

/// Traps because the limits do not allow the root and the files that were baked in, or there is no
/// memory for them.
fn unusable(error: Error) -> ! {
    let reason = match error {
        Error::InsufficientSpace => "insufficient space",
        Error::InsufficientMemory => "insufficient handles",
        Error::NameTooLong => "a name is too long",
        _ => "it cannot be stored",
    };
    give_up(&["no room for the root and what was baked in: ", reason, "\n"])
}

/// Prints a reason if the component has an output, and traps.
fn give_up(reason: &[&str]) -> ! {
    #[cfg(feature = "streams")]
    {
        let stderr = crate::bindings::wasi::cli::stderr::get_stderr();
        let mut reason = ["tmpfs: "].iter().chain(reason).copied().collect::<String>();
        // A call takes no more than this (WIT, blocking-write-and-flush).
        reason.truncate(reason.floor_char_boundary(4096));
        // If this fails, too, nobody can be told.
        let _ = stderr.blocking_write_and_flush(reason.as_bytes());
    }
    panic!("{reason:?}")
}
