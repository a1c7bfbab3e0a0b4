//! The times of a node.

use crate::stat::Timestamp;

/// Three times, packed to leave room for one more number in a node.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct Times {
    seconds: [i64; 3],
    nanoseconds: [u32; 3],
}

impl Times {
    const ACCESSED: usize = 0;
    const MODIFIED: usize = 1;
    const CHANGED: usize = 2;

    #[inline]
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { seconds: [now.seconds; 3], nanoseconds: [now.nanoseconds; 3] }
    }

    pub(crate) fn accessed(&self) -> Timestamp {
        self.get(Self::ACCESSED)
    }

    pub(crate) fn modified(&self) -> Timestamp {
        self.get(Self::MODIFIED)
    }

    pub(crate) fn changed(&self) -> Timestamp {
        self.get(Self::CHANGED)
    }

    #[inline]
    pub(crate) fn set_accessed(&mut self, time: Timestamp) {
        self.set(Self::ACCESSED, time);
    }

    #[inline]
    pub(crate) fn set_modified(&mut self, time: Timestamp) {
        self.set(Self::MODIFIED, time);
    }

    #[inline]
    pub(crate) fn set_changed(&mut self, time: Timestamp) {
        self.set(Self::CHANGED, time);
    }

    /// Records a change of content, which also changes the status.
    #[inline]
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.set_modified(now);
        self.set_changed(now);
    }

    #[inline]
    fn get(&self, which: usize) -> Timestamp {
        Timestamp { seconds: self.seconds[which], nanoseconds: self.nanoseconds[which] }
    }

    #[inline]
    fn set(&mut self, which: usize, time: Timestamp) {
        self.seconds[which] = time.seconds;
        self.nanoseconds[which] = time.nanoseconds;
    }
}
