//! Making a space with the files that were baked in.

use alloc::string::String;
use alloc::vec::Vec;

use tmpfs::{
    DescriptorFlags, Error, Follow, Handle, MemoryPages, NewTimestamp, OpenFlags, PageStore,
    Result, Timestamp,
};

use crate::image::{self, Record};
use crate::settings::{InvalidSetting, ROOT, Settings, TEMPORARY};

/// The space of a program. No template can be made of it.
pub type Space = tmpfs::Space<MemoryPages<false>>;

/// Reads the settings from the variables that were baked in, and then from the host's variables,
/// `told`.
///
/// # Errors
/// The first variable with an invalid value or an unknown name.
pub fn settings(told: &[(String, String)]) -> Result<Settings, InvalidSetting<'_>> {
    let baked: Vec<_> = image::variables().collect();
    let told = told.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Settings::read(&baked, told)
}

/// Makes a space with the files that were baked in. A space that is mounted at `/` also gets the
/// directory `/tmp`.
///
/// # Errors
/// - `InsufficientSpace`, `NameTooLong` or `FileTooLarge` if the limits do not allow the files;
/// - `InsufficientMemory` if the limit of handles is too low;
/// - `InsufficientSpace` if there is no memory.
// Inlined, so that the engine's functions are compiled once, in the component or module.
#[inline]
pub fn create(settings: &Settings, seed: [u64; 2], now: Timestamp) -> Result<Space> {
    let Settings { limits, mount } = settings;
    let settings = tmpfs::Settings { limits: *limits, shared: None, seed, now };
    let mut space = Space::create_in(MemoryPages::default(), settings)?;
    plant(&mut space, mount, now)?;
    Ok(space)
}

/// Removes everything from a space and makes the files that were baked in again.
///
/// # Errors
/// Those of [`create`], also if files that are still open leave too little room. The space is empty
/// then.
#[inline]
pub fn clear(space: &mut Space, mount: &str, now: Timestamp) -> Result<()> {
    space.clear(now)?;
    let planted = plant(space, mount, now);
    if planted.is_err() {
        space.clear(now)?;
    }
    planted
}

/// Makes the files that were baked in. Precondition: the space is empty. It opens no handle if
/// there are none.
#[inline]
fn plant(space: &mut Space, mount: &str, now: Timestamp) -> Result<()> {
    let files = || image::records().filter(|record| !matches!(record, Record::Variable(..)));
    if mount != ROOT && files().next().is_none() {
        return Ok(());
    }
    let root = space.root(DescriptorFlags::DIRECTORY)?;
    let made = files().try_for_each(|record| make(space, root, record, now));
    let made = made.and_then(|()| make_temporary(space, root, mount, now));
    space.close(root)?;
    made
}

/// Makes the directory for temporary files if the space is mounted at `/` and nothing has its name.
/// Call it after all files that were baked in are made.
///
/// # Errors
/// Those of [`create`].
#[inline]
pub fn make_temporary<P: PageStore>(
    space: &mut tmpfs::Space<P>,
    root: Handle,
    mount: &str,
    now: Timestamp,
) -> Result<()> {
    if mount != ROOT {
        return Ok(());
    }
    match space.create_directory_at(root, &TEMPORARY[ROOT.len()..], now) {
        Ok(()) | Err(Error::Exist) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the file, directory or link of a record, or sets its time. `root` is a handle of the root
/// directory.
///
/// # Errors
/// Those of the engine's function for that record.
#[inline]
pub fn make<P: PageStore>(
    space: &mut tmpfs::Space<P>,
    root: Handle,
    record: Record<'_>,
    now: Timestamp,
) -> Result<()> {
    match record {
        Record::Variable(..) => Ok(()),
        Record::Directory(path) => space.create_directory_at(root, path, now),
        Record::File(path, content) => write(space, root, path, content, now),
        Record::Link(path, target) => space.symlink_at(target, root, path, now),
        Record::HardLink(path, file) => space.link_at(root, Follow::No, file, root, path, now),
        Record::Modified(path, time) => {
            let (accessed, modified) = (NewTimestamp::NoChange, NewTimestamp::Timestamp(time));
            space.set_times_at(root, Follow::No, path, accessed, modified, now)
        }
    }
}

#[inline]
fn write<P: PageStore>(
    space: &mut tmpfs::Space<P>,
    root: Handle,
    path: &str,
    content: &[u8],
    now: Timestamp,
) -> Result<()> {
    let new = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
    let file = space.open_at(root, Follow::No, path, new, DescriptorFlags::WRITE, now)?;
    let mut written = Ok(0);
    while let Ok(length) = written
        && length < content.len()
    {
        let at = u64::try_from(length).expect("BUG: a length fits 64 bits");
        written = space.write_at(file, at, &content[length..], now).map(|more| length + more);
    }
    space.close(file)?;
    written.map(|_| ())
}

#[cfg(test)]
mod tests {
    use tmpfs::{DescriptorFlags, Error, Follow, Kind, Limits, Timestamp};

    use super::create;
    use crate::settings::Settings;

    const NOW: Timestamp = Timestamp { seconds: 1, nanoseconds: 0 };

    fn settings(mount: &str, nodes: u64) -> Settings {
        Settings { limits: Limits { nodes, ..Limits::default() }, mount: mount.into() }
    }

    #[test]
    fn only_a_root_of_everything_begins_with_a_directory() {
        let mut space = create(&settings("/", 2), [1, 2], NOW).unwrap();
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        let stat = space.stat_at(root, Follow::No, "tmp").unwrap();
        assert_eq!((stat.kind, space.usage().nodes), (Kind::Directory, 2));
        assert_eq!(space.usage().handles, 1, "nothing else is left open");
        for mount in ["/tmp", "//", "/scratch/"] {
            let space = create(&settings(mount, 1), [1, 2], NOW).unwrap();
            assert_eq!(space.usage().nodes, 1);
        }
    }

    #[test]
    fn limits_that_allow_no_root_are_refused() {
        for (mount, nodes) in [("/", 1), ("/tmp", 0)] {
            let created = create(&settings(mount, nodes), [1, 2], NOW);
            assert_eq!(created.map(drop).unwrap_err(), Error::InsufficientSpace);
        }
    }
}
