//! The start of a composition, tried beforehand: a space of the engine is filled with the records
//! as `tmpfs-start` fills it. An error that would trap at the program's first use of a file becomes
//! an error of the composer.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow, ensure};
use tmpfs::{
    DescriptorFlags, Error, Follow, Handle, Kind, Limits, Settings, Space, Timestamp, Usage, prices,
};

use crate::bake::{self, Record};
use crate::error::{Error as Refusal, Result};
use crate::settings;

/// An arbitrary time. Neither it nor the seed changes the price of a file, but see [`spread`].
const NOW: Timestamp = Timestamp { seconds: 0, nanoseconds: 0 };
const SECRET: [u64; 2] = [1, 2];

/// Refuses records with which a composition would trap at its program's first use of a file.
///
/// # Errors
/// The message names the limit that the records exceed, or the record that cannot be made.
pub(crate) fn ensure_starts(records: &[Record]) -> Result<()> {
    settings::ensure_given_once(records)?;
    let limits = settings::limits(records)?;
    ensure_fills(limits, records).map_err(Refusal::start)
}

fn ensure_fills(limits: Limits, records: &[Record]) -> anyhow::Result<()> {
    let (mut space, root) =
        fill(limits, records).map_err(|refused| explain(&limits, records, refused))?;
    ensure_metadata(&limits, records, space.usage())?;
    ensure_memory(bake::length(records), space.usage())?;
    if let Some(directory) = settings::variable(records, "TMPDIR") {
        ensure_directory(&mut space, root, settings::mounted_at(records), directory)?;
    }
    Ok(())
}

/// The record that the engine refused; `None` for the root.
struct Refused<'a> {
    record: Option<&'a Record>,
    error: Error,
}

/// Fills a space, and keeps its root open.
fn fill(limits: Limits, records: &[Record]) -> std::result::Result<(Space, Handle), Refused<'_>> {
    let root = |error| Refused { record: None, error };
    let settings = Settings { limits, shared: None, seed: SECRET, now: NOW };
    let mut space = Space::create(settings).map_err(root)?;
    let directory = space.root(DescriptorFlags::DIRECTORY).map_err(root)?;
    for record in records {
        add(&mut space, directory, record)
            .map_err(|error| Refused { record: Some(record), error })?;
    }
    let mount = settings::mounted_at(records);
    tmpfs_start::make_temporary(&mut space, directory, mount, NOW).map_err(root)?;
    Ok((space, directory))
}

fn add(space: &mut Space, root: Handle, record: &Record) -> tmpfs::Result<()> {
    tmpfs_start::make(space, root, record.baked(), NOW)
}

/// Describes a refusal, with the numbers and the option.
fn explain(limits: &Limits, records: &[Record], refused: Refused<'_>) -> anyhow::Error {
    let Refused { record, error } = refused;
    let path = record.and_then(Record::made);
    match (error, path) {
        (Error::NameTooLong, Some(path)) => too_long(limits, record, path),
        (Error::FileTooLarge, Some(path)) => {
            let bytes = match record {
                Some(Record::File(_, content)) => content.len(),
                _ => 0,
            };
            let allowed = limits.file_size;
            anyhow!("{path} has {bytes} bytes, and --file-size allows {allowed}")
        }
        (Error::InsufficientSpace, _) => too_much(limits, records),
        (Error::InsufficientMemory, _) => {
            anyhow!("--handles allows {}, and to make the files of a seed takes 2", limits.handles)
        }
        (_, Some(path)) => anyhow!("{path} cannot be made in the filesystem: {error}"),
        (_, None) => anyhow!("the seed cannot be made in the filesystem: {error}"),
    }
}

fn too_long(limits: &Limits, record: Option<&Record>, path: &str) -> anyhow::Error {
    let length = |allowed: u32| usize::try_from(allowed).unwrap_or(usize::MAX);
    if path.len() > length(limits.path) {
        return anyhow!("{path} has {} bytes, and --path allows {}", path.len(), limits.path);
    }
    let long = path.split('/').find(|name| name.len() > length(limits.name));
    if let Some(name) = long {
        return anyhow!(
            "{path}: the name {name} has {} bytes, and --name allows {}",
            name.len(),
            limits.name
        );
    }
    let target = match record {
        Some(Record::Link(_, target)) => target.len(),
        _ => 0,
    };
    anyhow!("{path}: the target of the link has {target} bytes, and --path allows {}", limits.path)
}

/// Compares the amounts that all records take with their limits.
fn too_much(limits: &Limits, records: &[Record]) -> anyhow::Error {
    let amounts = Limits { content: u64::MAX, metadata: u64::MAX, nodes: u64::MAX, ..*limits };
    let needed = match fill(amounts, records) {
        Ok((space, _)) => space.usage(),
        Err(refused) => return anyhow!("the seed cannot be made: {}", refused.error),
    };
    let rows = [
        ("bytes", needed.content, limits.content, "of content"),
        ("metadata", needed.metadata, limits.metadata, "of metadata"),
        ("nodes", needed.nodes, limits.nodes, "files, directories and links"),
    ];
    let over = rows.iter().filter(|(_, needed, allowed, _)| needed > allowed);
    let over = over.map(|(option, needed, allowed, what)| {
        let unit = if *option == "nodes" { "" } else { " bytes" };
        format!("the root and the seed take {needed}{unit} {what}, and --{option} allows {allowed}")
    });
    anyhow!("{}", over.collect::<Vec<_>>().join("; "))
}

/// Refuses a limit that allows this start, but may refuse a later one.
fn ensure_metadata(limits: &Limits, records: &[Record], used: Usage) -> anyhow::Result<()> {
    let needed = used.metadata.saturating_add(spread(records));
    ensure!(
        needed <= limits.metadata,
        "the root and the seed take up to {needed} bytes of metadata (the index of a large \
        directory takes a little more or less from start to start), and --metadata allows {}",
        limits.metadata
    );
    Ok(())
}

/// Returns the bytes by which indexes may be larger at another start, since each start hashes names
/// with its own seed. A directory whose entries fit into one bucket always takes the same. The
/// bound is more than ten standard deviations; the test measures the range over many starts.
fn spread(records: &[Record]) -> u64 {
    let width = long(prices::BUCKET_ENTRIES);
    let mut entries = BTreeMap::<_, u64>::new();
    for path in records.iter().filter_map(Record::made) {
        *entries
            .entry(path.rsplit_once('/').map_or("", |(directory, _)| directory))
            .or_default() += 1;
    }
    let large = entries.into_values().filter(|entries| *entries > width);
    let buckets = large.map(|entries| 8 + 4 * (entries / width).isqrt());
    buckets.sum::<u64>() * (prices::BUCKET + prices::BRANCH)
}

/// Refuses an image that does not fit into 32 bits of address space together with the files that
/// are made of it.
fn ensure_memory(image: u64, used: Usage) -> anyhow::Result<()> {
    // The component itself, its stack and its reserve take one mebibyte. One eighth is for the
    // allocator's own overhead.
    let stored = used.content.saturating_add(used.metadata);
    let needed = image.saturating_add(stored).saturating_add(stored / 8).saturating_add(1 << 20);
    ensure!(
        needed <= 1 << 32,
        "the seed takes {needed} bytes of the component's memory, once as it is carried and once as \
        it is stored; there are 4 GiB"
    );
    Ok(())
}

/// Refuses a `TMPDIR` that is not a directory the program can see.
fn ensure_directory(
    space: &mut Space,
    root: Handle,
    mount: &str,
    directory: &str,
) -> anyhow::Result<()> {
    let below = directory.strip_prefix(mount.trim_end_matches('/'));
    let below = below.filter(|below| below.is_empty() || below.starts_with('/'));
    let below = below.with_context(|| {
        format!("TMPDIR={directory} is not below the mount {mount}; leave it out, or set --mount")
    })?;
    let path = below.trim_matches('/');
    let stat = space.stat_at(root, Follow::Yes, if path.is_empty() { "." } else { path });
    ensure!(
        stat.is_ok_and(|stat| stat.kind == Kind::Directory),
        "TMPDIR={directory} is no directory of the seed; leave it out, or seed it"
    );
    Ok(())
}

fn long(length: usize) -> u64 {
    u64::try_from(length).expect("BUG: a length fits 64 bits")
}

#[cfg(test)]
mod tests;
