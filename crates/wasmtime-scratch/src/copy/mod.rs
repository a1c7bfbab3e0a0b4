//! Copies of files and trees: from the host and archives into a space, and back.

mod contents;
mod entries;
#[cfg(target_os = "linux")]
mod from_host;
#[cfg(target_os = "linux")]
mod host;
mod inside;
mod links;
mod outcome;
mod pack;
mod pax;
#[cfg(target_os = "linux")]
mod to_host;
mod unpack;
mod walk;
mod zeros;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{Read, Write};
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
#[cfg(target_os = "linux")]
use std::path::Path;

pub use outcome::{Copied, CopyError, Progress, Reason, Refused, Stop};

use crate::copy::outcome::{Hook, Log};
#[cfg(target_os = "linux")]
use crate::copy::to_host::Existing;
use crate::space::Space;

/// Settings of a copy, from [`Space::copying`].
#[must_use]
pub struct Copying<'copy> {
    space: &'copy Space,
    hook: Option<Hook<'copy>>,
    #[cfg(target_os = "linux")]
    existing: Existing,
}

impl fmt::Debug for Copying<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Copying").field("space", &self.space).finish_non_exhaustive()
    }
}

/// Trees, in and out.
///
/// No copy follows a symbolic link or reaches beyond the tree that it is given. Everything that can
/// be copied is copied; the rest is in the list of [`CopyError`], each entry with its reason.
impl Space {
    /// Returns the settings of a copy into the space or out of it.
    ///
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("a", "one")?;
    /// let (mut archive, mut told) = (Vec::new(), Vec::new());
    /// let copying = space.copying().progress(|progress| told.push(progress.path.to_owned()));
    /// copying.pack("/", &mut archive)?;
    /// assert_eq!(told.last().unwrap(), "a");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn copying(&self) -> Copying<'_> {
        Copying {
            space: self,
            hook: None,
            #[cfg(target_os = "linux")]
            existing: Existing::Refuse,
        }
    }

    /// Copies a file or tree of the host into the space. Linux only.
    ///
    /// The entries of a directory go into the directory `to`; a file gets the path `to`. Missing
    /// directories above are made. What is in the space already stays: directories of the same name
    /// are filled, files of the same name are refused.
    ///
    /// Symbolic links are copied as links if they stay inside the tree, and are never followed, but
    /// for those in the directories above `from` itself. One with a `..` after a name is taken for
    /// one that leads out: the name may be a link, too. Hard links stay links of one file, within
    /// one copy. Holes stay holes, and blocks of 4,096 zeros become holes. Times of the last
    /// change are kept, modes are not. A file is read in pieces of 256 KiB. Nothing of the host is
    /// read but what lies below `from`, whoever exchanges files there meanwhile.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("copy-in-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// std::fs::write(folder.join("data.csv"), "1,2,3")?;
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// let copied = space.copy_in(&folder, "/input")?;
    /// assert_eq!((copied.files, copied.bytes), (1, 5));
    /// assert_eq!(space.read("/input/data.csv")?, b"1,2,3");
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CopyError`] where anything was refused: devices, FIFOs and sockets, links that can lead
    /// out, names that are not UTF-8, names that are taken, files that shrink while they are read,
    /// what the process may not read, trees deeper than 256 directories; or where a limit of the
    /// space or a failure of the host ended the copy.
    #[cfg(target_os = "linux")]
    pub fn copy_in(&self, from: impl AsRef<Path>, to: &str) -> Result<Copied, CopyError> {
        self.copying().copy_in(from, to)
    }

    /// Copies a file or tree of the space into a directory of the host. Linux only.
    ///
    /// The entries of a directory go into `to`; a file goes into it under its own name. `to` is
    /// made if it is missing, and must be empty otherwise; the directory above it must be there.
    /// Symbolic links in the directories above `to` are followed; in `to` none is, and everything
    /// is made new, so that a link that somebody plants there leads nowhere.
    ///
    /// Links, holes and times are kept as by [`Space::copy_in`]: a link that a program made and
    /// that can lead out is refused, since a host that reads the results must not be led to its own
    /// files. Blocks of 4,096 zeros become holes. Files get the modes that the process gives
    /// new files; none is executable.
    ///
    /// A program may run meanwhile. Each file is copied as it was when its turn came, or refused:
    /// a file that is written to while it is read is [`Reason::Changed`], as far as the space's
    /// clock tells two moments apart. A program waits for one piece of 256 KiB at most.
    ///
    /// ```
    /// # let parent = std::env::temp_dir().join(format!("copy-out-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&parent)?;
    /// # let results = parent.join("results");
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/output")?;
    /// space.write("/output/answer", "42")?;
    /// space.copy_out("/output", &results)?;
    /// assert_eq!(std::fs::read(results.join("answer"))?, b"42");
    /// # std::fs::remove_dir_all(&parent)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CopyError`] where anything was refused: a target that is not empty, links that can lead
    /// out, what stands in the way, files that change while they are read, trees deeper than 256
    /// directories; or where a failure of the host ended the copy.
    #[cfg(target_os = "linux")]
    pub fn copy_out(&self, from: &str, to: impl AsRef<Path>) -> Result<Copied, CopyError> {
        self.copying().copy_out(from, to)
    }

    /// Unpacks a tar archive into the directory `to`, which is made if it is missing. The archive
    /// is read as a stream.
    ///
    /// It reads what GNU tar, bsdtar, Python and Go write: ustar, pax and GNU archives with long
    /// names, hard links, symbolic links, and sparse files of GNU's format and of pax version 1.0.
    /// Compressed archives go through a decoder first. Names are refused where they would lead out,
    /// and where they are taken, by the archive itself too. It stops at the archive's end mark. Of
    /// an entry it holds at most 8 MiB of names and records, and the map of a sparse file of about
    /// a million parts.
    ///
    /// ```
    /// # let archive = {
    /// #     let space = wasmtime_scratch::Space::builder().build()?;
    /// #     space.write("data.csv", "1,2,3")?;
    /// #     let mut archive = Vec::new();
    /// #     space.pack("/", &mut archive)?;
    /// #     archive
    /// # };
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.unpack(&archive[..], "/input")?;
    /// assert_eq!(space.read("/input/data.csv")?, b"1,2,3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CopyError`] where anything was refused: names that are absolute, have `..` or are not
    /// UTF-8, names that are taken, links that can lead out, devices and FIFOs, kinds that are not
    /// known; or where a limit of the space, a failure of the reader, or an archive that is cut or
    /// contradicts itself ended it.
    pub fn unpack(&self, archive: impl Read, to: &str) -> Result<Copied, CopyError> {
        self.copying().unpack(archive, to)
    }

    /// Writes a file or tree of the space as a tar archive: a pax archive, with sparse files in
    /// GNU's format, which GNU tar, bsdtar, Python and Go read.
    ///
    /// Names are relative to `from`; of a file it is its own name. Links, times, and holes of whole
    /// pages of 16 KiB are kept, and what is refused is refused, as by `copy_out`. A file of more
    /// than 256 KiB that is written to while it is read is refused when its entry has begun: the
    /// entry is then filled with zeros.
    ///
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/output")?;
    /// space.write("/output/answer", "42")?;
    /// let mut archive = Vec::new();
    /// let copied = space.pack("/output", &mut archive)?;
    /// assert_eq!(copied.files, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CopyError`] where anything was refused, or where a failure of the writer ended it. An
    /// archive that was ended so has no end mark.
    pub fn pack(&self, from: &str, archive: impl Write) -> Result<Copied, CopyError> {
        self.copying().pack(from, archive)
    }
}

impl<'copy> Copying<'copy> {
    /// Tells a function how far the copy is: after each entry, and after each piece of a file. The
    /// function may use the space.
    ///
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("large", vec![1; 1 << 20])?;
    /// let mut told = 0;
    /// space.copying().progress(|_| told += 1).pack("/", std::io::sink())?;
    /// assert_eq!(told, 4 + 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn progress(mut self, hook: impl FnMut(&Progress<'_>) + 'copy) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Lets [`Copying::copy_out`] fill a directory that is not empty. Files of the same names are
    /// removed and made anew, also where the copy fails then. Symbolic links that are there still
    /// are not followed, but refused.
    ///
    /// ```
    /// # let target = std::env::temp_dir().join(format!("overwrite-doc-{}", std::process::id()));
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "41")?;
    /// space.copy_out("/", &target)?;
    /// space.write("answer", "42")?;
    /// assert!(space.copy_out("/", &target).is_err(), "it is not empty");
    /// space.copying().overwrite().copy_out("/", &target)?;
    /// assert_eq!(std::fs::read(target.join("answer"))?, b"42");
    /// # std::fs::remove_dir_all(&target)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(target_os = "linux")]
    pub fn overwrite(mut self) -> Self {
        self.existing = Existing::Replace;
        self
    }

    /// Copies as [`Space::copy_in`] does.
    ///
    /// # Errors
    /// Those of [`Space::copy_in`].
    #[cfg(target_os = "linux")]
    pub fn copy_in(self, from: impl AsRef<Path>, to: &str) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = from_host::copy(self.space, from.as_ref(), to, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Copies as [`Space::copy_out`] does.
    ///
    /// # Errors
    /// Those of [`Space::copy_out`].
    #[cfg(target_os = "linux")]
    pub fn copy_out(self, from: &str, to: impl AsRef<Path>) -> Result<Copied, CopyError> {
        self.copy_out_at(from, rustix::fs::CWD, to)
    }

    /// Copies as [`Space::copy_out`] does; `to` is taken from the open directory `above` on.
    ///
    /// A host that lends the directory to a program too opens it before the program runs. Where the
    /// path of a directory is looked up afterwards, the program may have put a link into it.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("copy-at-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let above = std::fs::File::open(&folder)?;
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// space.copying().copy_out_at("/", &above, "results")?;
    /// assert_eq!(std::fs::read(folder.join("results/answer"))?, b"42");
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Space::copy_out`].
    #[cfg(target_os = "linux")]
    pub fn copy_out_at(
        self,
        from: &str,
        above: impl AsFd,
        to: impl AsRef<Path>,
    ) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (above, to) = (above.as_fd(), to.as_ref());
        let (path, outcome) = to_host::copy(self.space, from, above, to, self.existing, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Reads an archive as [`Space::unpack`] does.
    ///
    /// # Errors
    /// Those of [`Space::unpack`].
    pub fn unpack(self, archive: impl Read, to: &str) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = unpack::copy(self.space, archive, to, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Writes an archive as [`Space::pack`] does.
    ///
    /// # Errors
    /// Those of [`Space::pack`].
    pub fn pack(self, from: &str, archive: impl Write) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = pack::copy(self.space, from, archive, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }
}
