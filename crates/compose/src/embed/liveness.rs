//! Liveness: the items of a component that are still used when functions of the host are not.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use crate::embed::items::Item;
use crate::embed::sections::Sections;
use crate::embed::shape::{ENVIRONMENT, Shape, versionless};
use crate::embed::space::Places;

/// The prefix of the interfaces that are removed.
pub(super) const FILES: &str = "wasi:filesystem/";

/// The prefix of the interfaces by which a program asks about its space.
pub(super) const SPACE: &str = "scratch:space/";

/// Returns whether the filesystem answers an interface completely, so that no import of it stays.
pub(super) fn goes(import: &str, beside: bool) -> bool {
    import.starts_with(SPACE) || !beside && import.starts_with(FILES)
}

/// Marks the items that are reached. The roots are all items except types, aliases, imports that
/// are removed and a handler's environment. Items in `gone` reach nothing, and items in `besides`
/// are always roots.
pub(super) fn live(
    shape: &Shape<'_>,
    gone: impl Fn(usize) -> bool,
    besides: &[usize],
    beside: bool,
) -> Result<Vec<bool>> {
    let handler = shape.handler;
    let root = |at: usize| match &shape.items[at] {
        Item::Type(_) | Item::CoreType(_) | Item::Alias(_) => false,
        Item::Import(import) if handler && versionless(import.name.name) == ENVIRONMENT => false,
        Item::Import(import) => !goes(import.name.name, beside),
        _ => !gone(at),
    };
    let mut live = vec![false; shape.items.len()];
    let mut waiting: Vec<usize> = (0..shape.items.len()).filter(|at| root(*at)).collect();
    waiting.extend(besides);
    let mut reasons = BTreeMap::new();
    while let Some(at) = waiting.pop() {
        if std::mem::replace(&mut live[at], true) {
            continue;
        }
        for used in uses(shape, at)? {
            if !gone(used) {
                reasons.entry(used).or_insert(at);
                waiting.push(used);
            }
        }
    }
    ensure_gone(shape, &live, &reasons, beside)?;
    Ok(live)
}

/// Lists the items that an item uses.
fn uses(shape: &Shape<'_>, at: usize) -> Result<Vec<usize>> {
    let item = &shape.items[at];
    if matches!(item, Item::Module(_) | Item::Component(_) | Item::Custom { .. }) {
        return Ok(Vec::new());
    }
    // Without places, every use counts as lost.
    let mut nowhere = Places::default();
    item.write(&mut nowhere, &mut Sections::new())?;
    let used = nowhere.lost.into_iter();
    used.map(|number| shape.definer(number).context("an item uses one that comes later")).collect()
}

/// Refuses a component in which anything but the answered functions refers to files.
fn ensure_gone(
    shape: &Shape<'_>,
    live: &[bool],
    reasons: &BTreeMap<usize, usize>,
    beside: bool,
) -> Result<()> {
    for (at, item) in shape.items.iter().enumerate() {
        let Item::Import(import) = item else { continue };
        if !live[at] || !goes(import.name.name, beside) {
            continue;
        }
        let (mut chain, mut at) = (Vec::new(), at);
        while let Some(reason) = reasons.get(&at) {
            chain.push(shape.items[*reason].words());
            at = *reason;
        }
        let name = import.name.name;
        bail!("its files are used by others, too: import {name} <- {}", chain.join(" <- "));
    }
    Ok(())
}
