//! Sequences of steps in a world. They are chosen and taken, and shortened if one fails.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tmpfs::{Kind, Limits, SharedLimits};

use crate::generator::{self, Flavour};
use crate::operation::Operation;
use crate::random::Random;
use crate::survey;
use crate::world::{LISTINGS, SPACES, Step, TEMPLATES, World};

/// Takes `length` random steps, and returns the number of steps taken.
///
/// # Panics
/// If a step differs from the model, with the shortest sequence found that does.
pub(crate) fn play(random: Random, length: usize, flavour: Flavour) -> usize {
    let mut random = random;
    let shared = shared_limits(&mut random);
    let mut steps = Vec::new();
    let played = caught(|| {
        let mut world = World::new(shared, flavour);
        for at in 0..length {
            let step = if at < SPACES {
                create(&mut random, at, flavour)
            } else {
                choose(&mut random, &world)
            };
            steps.push(step);
            world.step(&steps[at])?;
            if world.is_crowded() {
                break;
            }
        }
        survey::end(world)
    });
    if let Err(failure) = played {
        let (steps, failure) = shorten(shared, flavour, steps, failure);
        let steps: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
        panic!("{shared:?}\n{}\n{failure}", steps.join("\n"));
    }
    steps.len()
}

/// Takes the steps again.
fn replay(shared: SharedLimits, flavour: Flavour, steps: &[Step]) -> Result<(), String> {
    caught(|| {
        let mut world = World::new(shared, flavour);
        for step in steps {
            world.step(step)?;
            if world.is_crowded() {
                return Ok(());
            }
        }
        survey::end(world)
    })
}

/// Turns a panic into a failure.
fn caught(play: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

/// Leaves out steps as long as the rest still fails.
fn shorten(
    shared: SharedLimits,
    flavour: Flavour,
    mut steps: Vec<Step>,
    mut failure: String,
) -> (Vec<Step>, String) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut left = 4000_u32;
    let mut chunk = steps.len().div_ceil(2);
    while chunk > 0 && left > 0 {
        let mut at = 0;
        while at < steps.len() && left > 0 {
            left -= 1;
            let end = (at + chunk).min(steps.len());
            let shorter: Vec<Step> = [&steps[..at], &steps[end..]].concat();
            match replay(shared, flavour, &shorter) {
                Err(error) => (steps, failure) = (shorter, error),
                Ok(()) => at = end,
            }
        }
        chunk /= 2;
    }
    std::panic::set_hook(hook);
    (steps, failure)
}

fn choose(random: &mut Random, world: &World) -> Step {
    let space = random.index(SPACES);
    let template = random.index(TEMPLATES);
    let listing = random.index(LISTINGS);
    // Crowds are slow.
    let of = if world.flavour == Flavour::Crowded { 8 } else { 1 };
    match random.below(1000 * of) {
        0 | 1 => Step::Freeze { space, template },
        2..=4 => {
            let (limits, shares) = (limits(random, world.flavour), shares(random, world.flavour));
            let seed = random.next();
            Step::Start { template, space, limits, shares, seed }
        }
        5 => create(random, space, world.flavour),
        6 => Step::Drop { space },
        7 => Step::DropTemplate { template },
        8..=11 => Step::SetLimits { space, limits: limits(random, world.flavour) },
        12..=41 => Step::List { space, listing },
        42..=49 => {
            let directory = random.index(crate::operation::SLOTS);
            Step::BeginListing { space, listing, directory }
        }
        50 => Step::Clear { space },
        51..=149 => {
            let allowed = random.below(4);
            operation(random, world, space).map_or(Step::Drop { space }, |operation| {
                Step::Starved { space, operation, allowed }
            })
        }
        _ => match operation(random, world, space) {
            Some(operation) => Step::In { space, operation },
            None => create(random, space, world.flavour),
        },
    }
}

fn operation(random: &mut Random, world: &World, space: usize) -> Option<Operation> {
    let model = &world.spaces[space].as_ref()?.model;
    if model.open_slots(Kind::Directory).next().is_none() && random.one_in(2) {
        return Some(Operation::Root { flags: tmpfs::DescriptorFlags::DIRECTORY });
    }
    Some(generator::operation(random, model, world.flavour))
}

fn create(random: &mut Random, space: usize, flavour: Flavour) -> Step {
    let (limits, shares) = (limits(random, flavour), shares(random, flavour));
    Step::Create { space, limits, shares, seed: random.next() }
}

fn shares(random: &mut Random, flavour: Flavour) -> bool {
    random.one_in(2) && flavour != Flavour::Crowded
}

/// Returns limits of which one or the other is reached all the time.
fn limits(random: &mut Random, flavour: Flavour) -> Limits {
    let crowded = flavour == Flavour::Crowded;
    let generous = Limits {
        content: 200_000,
        metadata: 200_000,
        nodes: if crowded { 1000 } else { 28 },
        handles: 100,
        name: 255,
        path: 4095,
        file_size: u64::MAX,
        soft: u64::MAX,
    };
    let mut tight = || random.one_in(3);
    let which: [bool; 8] = std::array::from_fn(|_| tight());
    let mut pick = |tight: bool, generous: u64, of: &[u64]| {
        if tight { *random.pick(of) } else { generous }
    };
    Limits {
        content: pick(which[0], generous.content, &[0, 64, 1000, 4096, 12_288, 30_000]),
        metadata: if crowded {
            pick(which[1], generous.metadata, &[6000, 20_000, 40_000])
        } else {
            pick(which[1], generous.metadata, &[200, 700, 1500, 3000, 6000, 20_000])
        },
        nodes: pick(which[2] && !crowded, generous.nodes, &[1, 3, 6, 10]),
        handles: small(pick(which[3], 100, &[1, 2, 4, 8, 11, 12])),
        name: small(pick(which[4] && which[5], 255, &[1, 8, 40])),
        path: small(pick(which[5], 4095, &[10, 64])),
        file_size: pick(which[6], generous.file_size, &[0, 100, 10_000, 1 << 33, (1 << 63) - 1]),
        soft: pick(which[7], generous.soft, &[0, 1000, 10_000]),
    }
}

fn small(limit: u64) -> u32 {
    u32::try_from(limit).expect("it is small")
}

fn shared_limits(random: &mut Random) -> SharedLimits {
    SharedLimits {
        bytes: *random.pick(&[2000, 10_000, 50_000, 1 << 30]),
        nodes: *random.pick(&[4, 12, 30, 1000]),
        handles: *random.pick(&[3, 8, 20, 1000]),
    }
}
