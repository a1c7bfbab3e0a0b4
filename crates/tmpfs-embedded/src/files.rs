//! The space of an instance, and what the program holds open in it: made when it is first asked
//! for, so that a snapshot of an instance holds neither a seed nor the time of another day.

use alloc::string::String;
use alloc::vec::Vec;

use component_rt::refusing;
use tmpfs::Timestamp;
use tmpfs_start::{Settings, Space};

use crate::table::Table;

/// The host, for what the filesystem itself needs.
pub(crate) trait Host {
    /// Returns the present moment.
    fn now() -> Timestamp;

    /// Draws 128 random bits.
    fn seed() -> [u64; 2];

    /// Lists the variables that the host set.
    fn environment() -> Vec<(String, String)>;
}

/// The space, and the table of what one ABI has handed out.
pub(crate) struct Files<T> {
    pub(crate) space: Space,
    /// The path at which the program sees the space.
    pub(crate) mount: String,
    /// The variables that the host set.
    pub(crate) told: Vec<(String, String)>,
    pub(crate) table: Table<T>,
}

impl<T> Files<T> {
    /// Makes the space as the settings ask.
    ///
    /// # Panics
    /// The settings make no sense, or leave no room for what was baked in. Nothing of this can be
    /// put right within, and the tool that bakes them in tries them beforehand.
    #[cold]
    pub(crate) fn start<H: Host>() -> Self {
        let told = H::environment();
        let settings = tmpfs_start::settings(&told).expect("a variable makes no sense");
        let (now, seed) = (H::now(), H::seed());
        let space = refusing(|| tmpfs_start::create(&settings, seed, now));
        let Settings { mount, .. } = settings;
        let space = space.expect("no room for what was baked in");
        Self { space, mount, told, table: Table::new() }
    }

    /// Removes everything, and makes what was baked in again.
    pub(crate) fn clear(&mut self, now: Timestamp) -> tmpfs::Result<()> {
        tmpfs_start::clear(&mut self.space, &self.mount, now)
    }
}

/// Tells whether two paths are equal but for slashes at the end.
pub(crate) fn is_same_path(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}
