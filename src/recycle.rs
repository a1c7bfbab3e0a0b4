//! Spare files: anonymous files that were closed and serve the next anonymous file.
//!
//! An unlinked file is known to nobody but the one who holds it, so the next `TemporaryFile`
//! cannot tell it from a new one, and creating, unlinking and closing cost nothing. What a
//! spare still holds of its last use is never readable: [`Storage`](crate::storage::Storage)
//! knows its length better than the host. A file serves only the preopened directory that it
//! was made in: a directory below one could have been removed since.

use alloc::{sync::Arc, vec::Vec};

use wasi::filesystem::types::Descriptor;

use crate::audit;
use crate::host::Preopen;
use crate::state::STATE;

/// How many spare files are kept at first.
const SPARE_FILES: u32 = if cfg!(feature = "audited") { 0 } else { 4 };

/// The most bytes that a spare file keeps allocated on the host; a longer one is cut to nothing.
const SPARE_BYTES: u64 = 64 << 10;

/// An unlinked file with nothing in it that counts.
pub(crate) struct Spare {
    pub(crate) descriptor: Descriptor,
    pub(crate) home: Arc<Preopen>,
    /// The length of the host's file.
    pub(crate) stored: u64,
}

pub(crate) struct Spares {
    files: Vec<Spare>,
    /// 0 where someone hears of events, so that every anonymous file is one.
    limit: u32,
}

impl Spares {
    pub(crate) const fn new() -> Self {
        Self { files: Vec::new(), limit: SPARE_FILES }
    }

    fn full(&self) -> bool {
        u32::try_from(self.files.len()).is_ok_and(|files| files >= self.limit)
    }
}

/// A spare file of `home`, if there is one.
pub(crate) fn take(home: &Arc<Preopen>) -> Option<Spare> {
    let mut state = STATE.lock();
    let files = &mut state.spares.files;
    let at = files.iter().rposition(|spare| Arc::ptr_eq(&spare.home, home))?;
    Some(files.swap_remove(at))
}

/// Keeps `spare`, or closes it where enough are kept.
pub(crate) fn give(mut spare: Spare) {
    if STATE.lock().spares.full() {
        return;
    }
    if spare.stored > SPARE_BYTES {
        if spare.descriptor.set_size(0).is_err() {
            return;
        }
        spare.stored = 0;
    }
    STATE.lock().spares.files.push(spare);
}

/// How many unlinked files are kept open at the most to serve later anonymous files: 4 at
/// first, of 64 KiB each at the most. 0 keeps none and closes those that are kept. Beyond
/// Python. Only the host can tell a spare file from a new one; as with Linux's `O_TMPFILE`, which
/// Python uses, no name is drawn, so that one too long is not noticed. Where there is an audit hook
/// none are kept, whatever this is told: every anonymous file is new then, and an event.
pub fn set_spare_files(files: u32) {
    let closed = {
        let mut state = STATE.lock();
        let files = if audit::is_heard(&state) { 0 } else { files };
        state.spares.limit = files;
        let keep = usize::try_from(files).unwrap_or(usize::MAX).min(state.spares.files.len());
        state.spares.files.split_off(keep)
    };
    drop(closed);
}
