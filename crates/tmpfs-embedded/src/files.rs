//! The space of an instance, and everything that the program holds open in it. It is made at its
//! first use, so that a snapshot of an instance holds neither a seed nor an old time.

use alloc::string::String;
use alloc::vec::Vec;

use component_rt::refusing;
use tmpfs::Timestamp;
use tmpfs_start::{Settings, Space};

use crate::table::Table;

/// The functions of the host that the filesystem itself needs.
pub(crate) trait Host {
    /// Returns the present time.
    fn now() -> Timestamp;

    /// Returns 128 random bits.
    fn seed() -> [u64; 2];

    /// Lists the variables that the host set.
    fn environment() -> Vec<(String, String)>;
}

/// The space, and the table of open files of one ABI.
pub(crate) struct Files<T> {
    pub(crate) space: Space,
    /// The path at which the program sees the space.
    pub(crate) mount: String,
    /// The variables of the host.
    pub(crate) told: Vec<(String, String)>,
    pub(crate) table: Table<T>,
}

impl<T> Files<T> {
    /// Makes the space with its settings.
    ///
    /// # Panics
    /// If the settings are invalid, or leave no room for the files that were baked in. The module
    /// cannot correct them; the tool that bakes them in tries them beforehand.
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

    /// Removes everything, and makes the files that were baked in again.
    pub(crate) fn clear(&mut self, now: Timestamp) -> tmpfs::Result<()> {
        tmpfs_start::clear(&mut self.space, &self.mount, now)
    }
}

/// Returns whether two paths are equal, apart from slashes at the end.
pub(crate) fn is_same_path(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}
