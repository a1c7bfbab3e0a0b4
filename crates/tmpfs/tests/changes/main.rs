//! Changes since a template, and the snapshots and resets that go with them.

mod examples;
mod fixture;
mod ledger;
mod limits;
mod oracle;
mod programs;
mod sharing;
mod snapshots;

use tmpfs::{Settings, Timestamp};

pub(crate) const NOW: Timestamp = Timestamp { seconds: 1_000, nanoseconds: 0 };

/// The same for all spaces, so that a node has one inode number in all of them.
pub(crate) fn settings() -> Settings {
    Settings::seeded([7, 8], NOW)
}
