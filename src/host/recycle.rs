//! Spare files: anonymous files that were closed and serve the next anonymous file.
//!
//! An unlinked file is known to nobody but the one who holds it, so the next `TemporaryFile`
//! cannot tell it from a new one, and creating, unlinking and closing cost nothing. What a
//! spare still holds of its last use is never readable: [`Storage`](crate::host::storage::Storage)
//! knows its length better than the host. A file serves only the preopened directory that it
//! was made in: a directory below one could have been removed since.

use alloc::{sync::Arc, vec::Vec};

use crate::host::descriptor::Descriptor;
use crate::host::place::Preopen;
use crate::lock::Lock;

/// How many spare files are kept at first.
const SPARE_FILES: u32 = 4;

/// The most bytes that a spare file keeps allocated on the host; a longer one is cut to nothing.
const SPARE_BYTES: u64 = 64 << 10;

/// An unlinked file with nothing in it that counts.
pub(crate) struct Spare {
    pub(crate) descriptor: Descriptor,
    pub(crate) home: Arc<Preopen>,
    /// The length of the host's file.
    pub(crate) stored: u64,
}

struct Spares {
    files: Vec<Spare>,
    limit: u32,
    /// Somebody hears of events, so every anonymous file is one.
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

    /// Keeps `limit` files at the most, and returns those that are too many.
    fn limit(&mut self, limit: u32) -> Vec<Spare> {
        self.limit = limit;
        let keep = usize::try_from(limit).unwrap_or(usize::MAX).min(self.files.len());
        self.files.split_off(keep)
    }
}

/// A spare file of `home`, if there is one.
pub(crate) fn take(home: &Arc<Preopen>) -> Option<Spare> {
    let files = &mut SPARES.lock().files;
    let at = files.iter().rposition(|spare| Arc::ptr_eq(&spare.home, home))?;
    Some(files.swap_remove(at))
}

/// Keeps `spare`, or closes it where enough are kept.
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

/// Keeps none from now on, whatever [`set_spare_files`] is told.
pub(crate) fn stop() {
    let mut spares = SPARES.lock();
    spares.stopped = true;
    let closed = spares.limit(0);
    // Closing calls the host.
    drop(spares);
    drop(closed);
}

/// How many unlinked files are kept open at the most to serve later anonymous files: 4 at
/// first, of 64 KiB each at the most. 0 keeps none and closes those that are kept. Beyond
/// Python. Only the host can tell a spare file from a new one; as with Linux's `O_TMPFILE`, which
/// Python uses, no name is drawn, so that one too long is not noticed. Where there is an audit hook
/// none are kept, whatever this is told: every anonymous file is new then, and an event.
pub fn set_spare_files(files: u32) {
    let mut spares = SPARES.lock();
    let closed = if spares.stopped { Vec::new() } else { spares.limit(files) };
    // Closing calls the host.
    drop(spares);
    drop(closed);
}
