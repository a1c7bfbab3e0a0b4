//! The end of a sequence: everything is looked at once more, and removed.

use tmpfs::{DescriptorFlags, Follow, Kind, Limits, OpenFlags, SharedUsage};

use crate::operation::{At, Operation, SLOTS};
use crate::world::World;

const ROOT: usize = 0;
const FILE: usize = 1;

/// Compares all content, removes all of it, and checks that nothing is charged for it any more.
pub(crate) fn end(mut world: World) -> Result<(), String> {
    for space in 0..world.spaces.len() {
        let Some(pair) = &mut world.spaces[space] else { continue };
        let limits = Limits { handles: 1000, name: 255, path: 1 << 20, ..Limits::default() };
        pair.engine.space.set_limits(limits);
        pair.model.limits = limits;
        for handle in 0..SLOTS {
            world.operate(space, &Operation::Close { handle })?;
        }
    }
    for space in 0..world.spaces.len() {
        world.operate(space, &Operation::Root { flags: DescriptorFlags::DIRECTORY })?;
        let Some(pair) = &world.spaces[space] else { continue };
        let tree = pair.model.tree();
        for (path, kind) in &tree {
            look(&mut world, space, path, *kind)?;
        }
        for (path, kind) in tree.iter().rev() {
            let at = At { directory: ROOT, path: path.clone() };
            let remove = match kind {
                Kind::Directory => Operation::RemoveDirectory { at },
                Kind::RegularFile | Kind::SymbolicLink => Operation::Unlink { at },
            };
            world.operate(space, &remove)?;
        }
        world.check(Some(space))?;
        let Some(pair) = &world.spaces[space] else { continue };
        let usage = pair.engine.space.usage();
        if (usage.content, usage.metadata, usage.nodes, usage.handles) != (0, 176, 1, 1) {
            return Err(format!("what remains of an empty space: {usage:?}"));
        }
        world.operate(space, &Operation::Close { handle: ROOT })?;
    }
    world.clear();
    match world.shared_usage() {
        SharedUsage { bytes: 0, nodes: 0, handles: 0 } => Ok(()),
        usage => Err(format!("what remains of the shared limit: {usage:?}")),
    }
}

fn look(world: &mut World, space: usize, path: &str, kind: Kind) -> Result<(), String> {
    let at = At { directory: ROOT, path: path.to_owned() };
    world.operate(space, &Operation::StatAt { at: at.clone(), follow: Follow::No })?;
    match kind {
        Kind::SymbolicLink => world.operate(space, &Operation::Readlink { at }),
        Kind::Directory | Kind::RegularFile => {
            let open = Operation::Open {
                at,
                follow: Follow::No,
                open: OpenFlags::default(),
                flags: DescriptorFlags::READ,
            };
            world.operate(space, &open)?;
            if kind == Kind::Directory {
                world.operate(space, &Operation::List { directory: FILE })?;
            } else {
                for offset in world.places(space, FILE) {
                    let read = Operation::Read { handle: FILE, offset, length: 4200 };
                    world.operate(space, &read)?;
                }
            }
            world.operate(space, &Operation::Close { handle: FILE })
        }
    }
}
