//! Spare files: anonymous files that were closed and serve the next anonymous file.
//!
//! Only its holder knows an unlinked file, so the next `TemporaryFile` can use it like a new one,
//! and saves creating, unlinking and closing. The bytes of the last use are never readable:
//! [`Storage`](crate::host::storage::Storage) keeps a length of its own. A file serves only the
//! preopened directory in which it was made: a directory below one could have been removed since.

use alloc::{sync::Arc, vec::Vec};

use crate::host::descriptor::Descriptor;
use crate::host::place::Preopen;
use crate::lock::Lock;

/// The number of spare files that are kept at first.
const SPARE_FILES: u32 = 4;

/// The most bytes that a spare file keeps allocated on the host; a longer one is cut to nothing.
const SPARE_BYTES: u64 = 64 << 10;

/// An unlinked file whose content no longer matters.
pub(crate) struct Spare {
    pub(crate) descriptor: Descriptor,
    pub(crate) home: Arc<Preopen>,
    /// The length of the host's file.
    pub(crate) stored: u64,
}

struct Spares {
    files: Vec<Spare>,
    limit: u32,
    /// There is an audit hook, so every anonymous file has to be an event.
    stopped: bool,
}

static SPARES: Lock<Spares> = Lock::new(Spares {
    files: Vec::new(),
    limit: if cfg!(feature = "audited") { 0 } else { SPARE_FILES },
    stopped: cfg!(feature = "audited"),
});

impl Spares {
    fn full(&self) -> bool {
        u32::try_from(self.files.len()).is_ok_and(|files| files >= self.limit)
    }

    /// Keeps at most `limit` files, and returns the others.
    fn limit(&mut self, limit: u32) -> Vec<Spare> {
        self.limit = limit;
        let keep = usize::try_from(limit).unwrap_or(usize::MAX).min(self.files.len());
        self.files.split_off(keep)
    }
}

/// Takes a spare file of `home`, if there is one.
pub(crate) fn take(home: &Arc<Preopen>) -> Option<Spare> {
    let files = &mut SPARES.lock().files;
    let at = files.iter().rposition(|spare| Arc::ptr_eq(&spare.home, home))?;
    Some(files.swap_remove(at))
}

/// Keeps `spare`, or closes it if enough are kept.
pub(crate) fn give(mut spare: Spare) {
    if SPARES.lock().full() {
        return;
    }
    if spare.stored > SPARE_BYTES {
        if spare.descriptor.set_size(0).is_err() {
            return;
        }
        spare.stored = 0;
    }
    SPARES.lock().files.push(spare);
}

/// Keeps no spare files from now on, whatever number [`set_spare_files`] sets.
pub(crate) fn stop() {
    let mut spares = SPARES.lock();
    spares.stopped = true;
    let closed = spares.limit(0);
    // Closing calls the host.
    drop(spares);
    drop(closed);
}

/// Sets the number of unlinked files that are kept open to serve later anonymous files.
///
/// It is 4 at first. Each file has at most 64 KiB. 0 keeps none and closes those that are kept.
/// Beyond Python.
///
/// Only the host can tell a spare file from a new one. No name is drawn for it, as with Linux's
/// `O_TMPFILE`, which Python uses; so a name that would be too long goes unnoticed. With an audit
/// hook no file is kept, whatever the number: every anonymous file is new then, and an event.
///
/// # Security
///
/// Somebody who opens a file in the moment before it is unlinked can read the bytes of the later
/// files that it serves. Use 0 in a directory that others can read.
///
/// # Examples
///
/// ```no_run
/// wasi_tempfile::set_spare_files(0);
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn set_spare_files(files: u32) {
    let mut spares = SPARES.lock();
    let closed = if spares.stopped { Vec::new() } else { spares.limit(files) };
    // Closing calls the host.
    drop(spares);
    drop(closed);
}
