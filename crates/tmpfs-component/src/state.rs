//! The one space of this instance: made when it is first asked for, so that an instance that was
//! initialised and stored holds neither a seed nor the time of another day.

use alloc::string::String;
use alloc::vec::Vec;

use spin::Mutex;
use tmpfs::Error;
use tmpfs_start::{Senseless, Space};

use crate::bindings::wasi::random::random::get_random_u64;
use crate::convert::now;
use crate::rt;

static STATE: Mutex<Option<State>> = Mutex::new(None);

struct State {
    space: Space,
    /// Where the program sees it.
    mount: String,
}

fn with<R>(work: impl FnOnce(&mut State) -> R) -> R {
    work(STATE.lock().get_or_insert_with(start))
}

/// Asks the space what may take memory. Within, an allocation that is refused must be an error.
pub(crate) fn change<R>(work: impl FnOnce(&mut Space) -> R) -> R {
    with(|state| rt::refusing(|| work(&mut state.space)))
}

/// Asks the space what takes no memory of its own.
pub(crate) fn look<R>(work: impl FnOnce(&Space) -> R) -> R {
    with(|state| work(&state.space))
}

/// Removes everything, and makes what was baked in again.
pub(crate) fn clear() -> Result<(), Error> {
    let now = now();
    with(|State { space, mount }| rt::refusing(|| tmpfs_start::clear(space, mount, now)))
}

/// Where the program sees the space.
pub(crate) fn mount() -> String {
    with(|state| state.mount.clone())
}

fn start() -> State {
    let told = environment();
    let settings = tmpfs_start::settings(&told);
    let settings = settings.unwrap_or_else(|senseless| refuse(&senseless));
    let now = now();
    let seed = [get_random_u64(), get_random_u64()];
    let made = rt::refusing(|| tmpfs_start::create(&settings, seed, now));
    let space = made.unwrap_or_else(|error| unusable(error));
    State { space, mount: settings.mount }
}

/// The variables that the host set.
pub(crate) fn environment() -> Vec<(String, String)> {
    #[cfg(feature = "streams")]
    let variables = crate::bindings::wasi::cli::environment::get_environment();
    #[cfg(not(feature = "streams"))]
    let variables = Vec::new();
    variables
}

/// What the composer or the host set makes no sense: nothing of this can be put right within.
fn refuse(senseless: &Senseless<'_>) -> ! {
    let Senseless { name, value } = senseless;
    give_up(&["the variable ", name, " makes no sense: ", value, "\n"])
}

/// The limits do not allow the root and what was baked in, or there is no memory for them.
fn unusable(error: Error) -> ! {
    let reason = match error {
        Error::InsufficientSpace => "insufficient space",
        Error::InsufficientMemory => "insufficient handles",
        Error::NameTooLong => "a name is too long",
        _ => "it cannot be stored",
    };
    give_up(&["no room for the root and what was baked in: ", reason, "\n"])
}

/// Says why, where there is somebody to say it to, and traps.
fn give_up(reason: &[&str]) -> ! {
    #[cfg(feature = "streams")]
    {
        let stderr = crate::bindings::wasi::cli::stderr::get_stderr();
        let mut reason = ["tmpfs: "].iter().chain(reason).copied().collect::<String>();
        // No more is taken at once (WIT, blocking-write-and-flush).
        reason.truncate(reason.floor_char_boundary(4096));
        // Nobody is left to tell if this fails, too.
        let _ = stderr.blocking_write_and_flush(reason.as_bytes());
    }
    panic!("{reason:?}")
}
