//! The one space of this instance: made when it is first asked for, so that an instance that was
//! initialised and stored holds neither a seed nor the time of another day.

use alloc::string::String;
use alloc::vec::Vec;

use spin::Mutex;
use tmpfs::{
    DescriptorFlags, Error, Follow, Handle, NewTimestamp, OpenFlags, Result, Space, Timestamp,
};

use crate::bindings::wasi::random::random::get_random_u64;
use crate::convert::now;
use crate::image::{self, Record};
use crate::rt;
use crate::settings::{Senseless, Settings};

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

/// Where the program sees the space.
pub(crate) fn mount() -> String {
    with(|state| state.mount.clone())
}

fn start() -> State {
    let told = environment();
    let told = told.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let baked: Vec<_> = variables().collect();
    let settings = Settings::read(&baked, told);
    let Settings { limits, mount } = settings.unwrap_or_else(|senseless| refuse(&senseless));
    let now = now();
    let seed = [get_random_u64(), get_random_u64()];
    let made = rt::refusing(|| {
        let mut space = Space::create(tmpfs::Settings { limits, shared: None, seed, now })?;
        fill(&mut space, now)?;
        Ok::<_, Error>(space)
    });
    let space = made.unwrap_or_else(|error| unusable(error));
    State { space, mount }
}

/// The variables that were baked in.
pub(crate) fn variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    image::records().filter_map(|record| match record {
        Record::Variable { name, value } => Some((name, value)),
        _ => None,
    })
}

/// The variables that the host set.
pub(crate) fn environment() -> Vec<(String, String)> {
    #[cfg(feature = "environment")]
    let variables = crate::bindings::wasi::cli::environment::get_environment();
    #[cfg(not(feature = "environment"))]
    let variables = Vec::new();
    variables
}

/// Makes the files that were baked in.
fn fill(space: &mut Space, now: Timestamp) -> Result<()> {
    let root = space.root(DescriptorFlags::DIRECTORY)?;
    for record in image::records() {
        match record {
            Record::Variable { .. } => {}
            Record::Directory { path } => space.create_directory_at(root, path, now)?,
            Record::File { path, content } => write(space, root, path, content, now)?,
            Record::Link { path, target } => space.symlink_at(target, root, path, now)?,
            Record::HardLink { path, file } => {
                space.link_at(root, Follow::No, file, root, path, now)?;
            }
            Record::Modified { path, time } => {
                let (accessed, modified) = (NewTimestamp::NoChange, NewTimestamp::Timestamp(time));
                space.set_times_at(root, Follow::No, path, accessed, modified, now)?;
            }
        }
    }
    space.close(root)
}

fn write(
    space: &mut Space,
    root: Handle,
    path: &str,
    content: &[u8],
    now: Timestamp,
) -> Result<()> {
    let new = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
    let file = space.open_at(root, Follow::No, path, new, DescriptorFlags::WRITE, now)?;
    let mut written = 0;
    while written < content.len() {
        let at = u64::try_from(written).expect("BUG: a length fits 64 bits");
        written += space.write_at(file, at, &content[written..], now)?;
    }
    space.close(file)
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
