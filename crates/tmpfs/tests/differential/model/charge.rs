//! The cost of everything by the prices of the engine (src/prices.rs), computed a second time.

use std::collections::{BTreeMap, BTreeSet};

use tmpfs::{Error, SharedLimits, SharedUsage, Usage};

use super::{Body, File, Id, Model, Node};

const NODE: u64 = 176;
const ENTRY: u64 = 48;
const BRANCH: u64 = 72;
const BUCKET: u64 = 144;
const PAGE: u64 = 48;
/// The price of an allocation beside its bytes.
const HEAP: u64 = 16;
/// Names up to this length are part of their entry.
const SHORT: usize = 30;
/// Directories that never held more entries have one bucket.
pub(super) const BUCKET_ENTRIES: usize = 16;

/// A limit that several spaces share, and the amounts of the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) limits: SharedLimits,
    pub(crate) others: SharedUsage,
}

pub(super) fn usage(model: &Model) -> Usage {
    let mut usage = Usage {
        nodes: model.nodes.len() as u64,
        handles: model.slots.iter().flatten().count() as u64,
        ..Usage::default()
    };
    for node in model.nodes.values() {
        let (content, metadata) = cost(node);
        usage.content += content;
        usage.metadata += metadata;
    }
    usage
}

/// Returns the bytes of the pages that the space does not share with its template.
pub(super) fn owned(model: &Model) -> u64 {
    let files = model.nodes.values().filter_map(|node| match &node.body {
        Body::File(file) => Some(of_file(file, model.layer).owned),
        _ => None,
    });
    files.sum()
}

pub(crate) fn shared(usage: Usage) -> SharedUsage {
    let Usage { content, metadata, nodes, handles } = usage;
    SharedUsage { bytes: content + metadata, nodes, handles }
}

pub(crate) const NOTHING: SharedUsage = SharedUsage { bytes: 0, nodes: 0, handles: 0 };

pub(crate) fn sum(one: SharedUsage, other: SharedUsage) -> SharedUsage {
    SharedUsage {
        bytes: one.bytes + other.bytes,
        nodes: one.nodes + other.nodes,
        handles: one.handles + other.handles,
    }
}

/// Returns the smaller of each amount.
pub(crate) fn least(one: Usage, other: Usage) -> Usage {
    Usage {
        content: one.content.min(other.content),
        metadata: one.metadata.min(other.metadata),
        nodes: one.nodes.min(other.nodes),
        handles: one.handles.min(other.handles),
    }
}

/// Returns the content and the metadata of a node.
fn cost(node: &Node) -> (u64, u64) {
    match &node.body {
        Body::Symlink(target) => (0, NODE + HEAP + target.len() as u64),
        Body::File(file) => {
            let Pieces { content, pages, branches, .. } = of_file(file, 0);
            (content, NODE + pages * PAGE + branches * BRANCH)
        }
        Body::Directory(directory) => {
            let entries = &directory.entries;
            let names: u64 = entries.keys().map(|name| entry(name)).sum();
            let index = if entries.is_empty() { 0 } else { BUCKET };
            let order = BRANCH * branches(entries.values().map(|entry| entry.place));
            (0, NODE + names + index + order)
        }
    }
}

/// The pieces in which a file is stored.
#[derive(Clone, Copy)]
pub(super) struct Pieces {
    content: u64,
    pages: u64,
    branches: u64,
    /// The content of the pages that belong to the given layer.
    owned: u64,
}

pub(super) fn of_file(file: &File, layer: u32) -> Pieces {
    let size = |page: &Page| page.bytes.len() as u64;
    Pieces {
        content: file.pages.values().map(size).sum(),
        owned: file.pages.values().filter(|page| page.layer == layer).map(size).sum(),
        pages: file.pages.len() as u64,
        branches: branches(file.pages.keys().copied()),
    }
}

/// Returns the charges for each row when a page is added, grows, is copied or is removed, and the
/// content that is charged to a shared limit.
pub(super) fn rows(before: Pieces, after: Pieces) -> impl Iterator<Item = (Usage, u64)> {
    let page = Usage {
        content: after.content.saturating_sub(before.content),
        metadata: after.pages.saturating_sub(before.pages) * PAGE,
        ..Usage::default()
    };
    let branch = Usage { metadata: BRANCH, ..Usage::default() };
    let more = after.branches.saturating_sub(before.branches);
    let owned = after.owned.saturating_sub(before.owned);
    std::iter::once((page, owned)).chain((0..more).map(move |_| (branch, 0)))
}

/// Returns the price of an entry with its name.
pub(super) fn entry(name: &str) -> u64 {
    ENTRY + if name.len() > SHORT { name.len() as u64 + HEAP } else { 0 }
}

/// Returns the number of branches of a map with 16 a level, as high as the greatest key needs.
fn branches(keys: impl Iterator<Item = u64>) -> u64 {
    let keys: BTreeSet<u64> = keys.collect();
    let Some(greatest) = keys.last() else { return 0 };
    let levels = (u64::BITS - greatest.leading_zeros()).div_ceil(4);
    let level = |level: u32| {
        let above: BTreeSet<u64> =
            keys.iter().map(|key| key.checked_shr(4 * level).unwrap_or(0)).collect();
        above.len() as u64
    };
    (1..=levels).map(level).sum()
}

impl Model {
    /// Charges one row, after all earlier charges of this step.
    pub(super) fn charge(&mut self, cost: Usage) -> Result<(), Error> {
        self.charge_apart(cost, cost.content)
    }

    /// Charges one row, and `owned` bytes of content to the shared limit.
    pub(super) fn charge_apart(&mut self, cost: Usage, owned: u64) -> Result<(), Error> {
        let charged = Usage {
            content: self.charged.content + cost.content,
            metadata: self.charged.metadata + cost.metadata,
            nodes: self.charged.nodes + cost.nodes,
            handles: self.charged.handles + cost.handles,
        };
        let limits = &self.limits;
        let over = |cost: u64, held: u64, limit: u64| cost > 0 && held > limit;
        if over(cost.content, charged.content, limits.content)
            || over(cost.metadata, charged.metadata, limits.metadata)
            || over(cost.nodes, charged.nodes, limits.nodes)
        {
            return Err(Error::InsufficientSpace);
        }
        if over(cost.handles, charged.handles, limits.handles.into()) {
            return Err(Error::InsufficientMemory);
        }
        if let Some(Shared { limits, others }) = self.shared {
            let charged = Usage { content: self.owned + owned, ..charged };
            let (cost, charged) = (shared(Usage { content: owned, ..cost }), shared(charged));
            if over(cost.bytes, charged.bytes + others.bytes, limits.bytes)
                || over(cost.nodes, charged.nodes + others.nodes, limits.nodes)
                || over(cost.handles, charged.handles + others.handles, limits.handles)
            {
                return Err(Error::Quota);
            }
        }
        (self.charged, self.owned) = (charged, self.owned + owned);
        self.high = Usage {
            content: self.high.content.max(charged.content),
            metadata: self.high.metadata.max(charged.metadata),
            nodes: self.high.nodes.max(charged.nodes),
            handles: self.high.handles.max(charged.handles),
        };
        Ok(())
    }

    pub(super) fn charge_metadata(&mut self, metadata: u64) -> Result<(), Error> {
        self.charge(Usage { metadata, ..Usage::default() })
    }

    /// Charges a node with everything that it points to, except pages and entries.
    pub(super) fn charge_node(&mut self, body: &Body) -> Result<(), Error> {
        let target = if let Body::Symlink(target) = body { HEAP + target.len() as u64 } else { 0 };
        self.charge(Usage { nodes: 1, metadata: NODE + target, ..Usage::default() })
    }

    /// Charges an entry, the branches to its place in the listing, and a first bucket.
    pub(super) fn charge_entry(&mut self, directory: Id, name: &str) -> Result<(), Error> {
        let directory = self.node(directory).directory();
        let first = directory.entries.is_empty();
        let places = || directory.entries.values().map(|entry| entry.place);
        let more = branches(places().chain([directory.next])) - branches(places());
        self.charge_metadata(entry(name))?;
        for _ in 0..more {
            self.charge_metadata(BRANCH)?;
        }
        if first { self.charge_metadata(BUCKET) } else { Ok(()) }
    }
}

/// The pages of a file by number.
pub(super) type Pages = BTreeMap<u64, Page>;

/// A page, and the number of templates below the space that wrote it last.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) layer: u32,
    pub(super) bytes: std::rc::Rc<Vec<u8>>,
}
