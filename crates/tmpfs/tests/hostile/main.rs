//! Hostile programs. The limit holds, the charge covers the memory that is really held, usage
//! returns to its earlier value, and work stays bounded. These are counts, and no clock is
//! involved.

mod allocator;
mod crowds;
mod depth;
mod files;
mod handles;
mod marks;
mod retention;
mod sharing;

use tmpfs::{
    DescriptorFlags, Follow, Handle, Limits, OpenFlags, Result, Settings, Space, Timestamp,
};

const NOW: Timestamp = Timestamp { seconds: 1, nanoseconds: 0 };

const NEW: OpenFlags =
    OpenFlags { create: true, exclusive: true, directory: false, truncate: false };
const OLD: OpenFlags =
    OpenFlags { create: false, exclusive: false, directory: false, truncate: false };

/// Limits that nothing here comes near.
const GENEROUS: Limits = Limits {
    content: 1 << 40,
    metadata: 1 << 40,
    nodes: 1 << 40,
    handles: 1 << 30,
    name: 255,
    path: 4095,
    file_size: (1 << 63) - 1,
    soft: 1 << 40,
};

/// The most bytes that a space may hold beside its charges: spare pages, and tables with free rows.
const RETAINED: i64 = 2 << 20;

fn space(limits: Limits) -> (Space, Handle) {
    let settings = Settings { limits, ..Settings::seeded([0x5eed, 0xca11], NOW) };
    let mut space = Space::create(settings).expect("the limits allow a root");
    let root = space.root(DescriptorFlags::DIRECTORY).expect("and a handle");
    (space, root)
}

fn file(space: &mut Space, directory: Handle, name: &str) -> Result<Handle> {
    space.open_at(directory, Follow::No, name, NEW, DescriptorFlags::READ_WRITE, NOW)
}

/// An empty file, closed.
fn touch(space: &mut Space, directory: Handle, name: &str) -> Result<()> {
    let file = file(space, directory, name)?;
    space.close(file)
}

fn charged(space: &Space) -> i64 {
    let usage = space.usage();
    i64::try_from(usage.content + usage.metadata).expect("it is in memory")
}
