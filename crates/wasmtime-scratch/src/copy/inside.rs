//! Making files, directories and links in a space.

use tmpfs::{DescriptorFlags, Error, Follow, Kind, NewTimestamp, OpenFlags, Result, Timestamp};

use crate::copy::outcome::{Fault, Log, Reason};
use crate::copy::zeros;
use crate::held::{Held, below_root, create_all};
use crate::number::count;
use crate::space::Space;

/// Opens the directory that a copy fills, and makes it if it is missing. Symbolic links on the way
/// are followed within the space.
pub(crate) fn top(space: &Space, path: &str) -> Result<Held> {
    let root = Held::root(space, DescriptorFlags::DIRECTORY)?;
    let path = below_root(path);
    root.change(|engine, root, now| create_all(engine, root, path, now))?;
    root.open_directory(Follow::Yes, path)
}

/// Opens a directory by name, and makes it if it is missing.
pub(crate) fn directory(above: &Held, name: &str, log: &mut Log<'_>) -> Result<Held, Fault> {
    let held = match above.directory(name) {
        Err(Error::NoEntry) => {
            above.change(|engine, above, now| engine.create_directory_at(above, name, now))?;
            log.copied.directories += 1;
            above.directory(name)
        }
        held => held,
    };
    held.map_err(|error| match error {
        Error::NotDirectory | Error::Loop => Reason::Exists.into(),
        error => error.into(),
    })
}

/// Makes a symbolic link. Precondition: its target stays inside the tree.
pub(crate) fn symbolic_link(
    above: &Held,
    name: &str,
    target: &str,
    modified: Timestamp,
) -> Result<(), Fault> {
    above.change(|engine, above, now| {
        engine.symlink_at(target, above, name, now)?;
        let modified = NewTimestamp::Timestamp(modified);
        let same = NewTimestamp::NoChange;
        engine.set_times_at(above, Follow::No, name, same, modified, now)
    })?;
    Ok(())
}

/// Gives a file below `top` another name. A symbolic link on the way is refused, since it might
/// lead out of the tree.
pub(crate) fn hard_link(
    top: &Held,
    (directories, old_name): (&[&str], &str),
    above: &Held,
    name: &str,
) -> Result<()> {
    let mut directory = top.again()?;
    for name in directories {
        directory = directory.directory(name)?;
    }
    let old = directory.ask(|engine, held| engine.stat_at(held, Follow::No, old_name))?;
    if old.kind != Kind::RegularFile {
        return Err(Error::NotPermitted);
    }
    let (new, follow) = (above.handle(), Follow::No);
    directory.change(|engine, old, now| engine.link_at(old, follow, old_name, new, name, now))
}

/// Sets the modification time of a file or directory.
pub(crate) fn set_modified(held: &Held, modified: Timestamp) -> Result<()> {
    let modified = NewTimestamp::Timestamp(modified);
    held.change(|engine, held, now| engine.set_times(held, NewTimestamp::NoChange, modified, now))
}

/// A file that is being made. It is removed again unless it is finished.
pub(crate) struct NewFile<'above> {
    above: &'above Held,
    name: &'above str,
    file: Held,
    /// The end of the bytes that were written.
    end: u64,
    finished: bool,
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let number = self.file.ask(|engine, file| Ok(engine.identify(file)?.1));
        // A guest may have given the name to another file. This error is ignored, since the host is
        // told the first one.
        let _ = self.above.change(|engine, above, now| {
            if engine.identify_at(above, Follow::No, self.name)?.1 == number? {
                engine.unlink_file_at(above, self.name, now)?;
            }
            Ok(())
        });
    }
}

impl<'above> NewFile<'above> {
    /// Makes a file. Fails if the name exists.
    pub(crate) fn create(above: &'above Held, name: &'above str) -> Result<Self, Fault> {
        let open = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
        let file = above.open(Follow::No, name, open, DescriptorFlags::READ_WRITE)?;
        Ok(Self { above, name, file, end: 0, finished: false })
    }

    /// Writes at an offset after the last one. Blocks of zeros are not stored.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        for range in zeros::without(bytes) {
            let at = offset.checked_add(count(range.start)).ok_or(Error::FileTooLarge)?;
            let bytes = &bytes[range];
            // A page is charged up to its last byte.
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            self.write_all(at, &bytes[..end])?;
        }
        Ok(())
    }

    fn write_all(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let (mut at, mut rest) = (offset, bytes);
        while !rest.is_empty() {
            let written =
                self.file.change(|engine, file, now| engine.write_at(file, at, rest, now))?;
            rest = &rest[written..];
            at = at.checked_add(count(written)).ok_or(Error::FileTooLarge)?;
        }
        self.end = self.end.max(at);
        Ok(())
    }

    /// Sets the size of the file, and keeps it.
    pub(crate) fn finish(mut self, size: u64, modified: Timestamp) -> Result<()> {
        if size > self.end {
            self.file.change(|engine, file, now| engine.set_size(file, size, now))?;
        }
        set_modified(&self.file, modified)?;
        self.finished = true;
        Ok(())
    }
}
