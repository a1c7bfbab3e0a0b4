//! Several spaces and templates at once, each beside its model.

use std::rc::{Rc, Weak};

use tmpfs::{
    DescriptorFlags, Error, Handle, Limits, Settings, SharedLimit, SharedLimits, SharedUsage,
    Space, Template, Timestamp, Usage,
};

use crate::allocator;
use crate::engine::Engine;
use crate::generator::Flavour;
use crate::listing::Listing;
use crate::model::{Model, charge};
use crate::operation::{Answer, Bytes, Operation, Outcome, Slot, moment};

pub(crate) const SPACES: usize = 3;
pub(crate) const TEMPLATES: usize = 2;
pub(crate) const LISTINGS: usize = 2;

/// One step of a sequence. What it needs and is not there makes it a step of no effect, so that any
/// part of a sequence is a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create {
        space: usize,
        limits: Limits,
        shares: bool,
        seed: u64,
    },
    In {
        space: usize,
        operation: Operation,
    },
    /// With so many allocations allowed.
    Starved {
        space: usize,
        operation: Operation,
        allowed: u64,
    },
    List {
        space: usize,
        listing: usize,
    },
    BeginListing {
        space: usize,
        listing: usize,
        directory: Slot,
    },
    SetLimits {
        space: usize,
        limits: Limits,
    },
    Clear {
        space: usize,
    },
    Freeze {
        space: usize,
        template: usize,
    },
    Start {
        template: usize,
        space: usize,
        limits: Limits,
        shares: bool,
        seed: u64,
    },
    Drop {
        space: usize,
    },
    DropTemplate {
        template: usize,
    },
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) spaces: [Option<Pair>; SPACES],
    templates: [Option<Frozen>; TEMPLATES],
    shared: SharedLimit,
    limits: SharedLimits,
    /// Every template that something stands on.
    bases: Vec<Weak<Base>>,
    steps: usize,
    closed: Handle,
    /// In crowded directories the price of metadata is for the engine to say and for `audit` to
    /// check; the model prices directories of one bucket only.
    pub(crate) flavour: Flavour,
}

/// A space and its model.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) engine: Engine,
    pub(crate) model: Model,
    listings: [Option<Listing>; LISTINGS],
    base: Option<Rc<Base>>,
    shares: bool,
}

#[derive(Debug)]
struct Frozen {
    template: Template,
    model: Model,
    base: Rc<Base>,
}

/// The charge of a template, held as long as the template or anything made from it exists.
#[derive(Debug)]
struct Base {
    charged: SharedUsage,
    below: Option<Rc<Base>>,
}

type Checked = Result<(), String>;

impl World {
    pub(crate) fn new(limits: SharedLimits, flavour: Flavour) -> Self {
        Self {
            spaces: [const { None }; SPACES],
            templates: [const { None }; TEMPLATES],
            shared: SharedLimit::new(limits),
            limits,
            bases: Vec::new(),
            steps: 0,
            closed: closed_handle(),
            flavour,
        }
    }

    /// Takes one step on both sides.
    pub(crate) fn step(&mut self, step: &Step) -> Checked {
        self.steps += 1;
        match step {
            Step::Create { space, limits, shares, seed } => {
                self.spaces[*space] = None;
                let settings = self.settings(*limits, *shares, *seed);
                let created = Space::create(settings);
                let shared = self.others(*space, *shares);
                let now = moment(self.steps);
                let created = match (created, Model::create(self.enforced(*limits), shared, now)) {
                    (Ok(created), Ok(model)) => Some((created, model)),
                    (Err(error), Err(expected)) if error == expected => None,
                    (created, model) => return differ(step, &created, &model),
                };
                self.spaces[*space] =
                    created.map(|(created, model)| self.pair(created, model, None, *shares));
            }
            Step::In { space, operation } => self.operate(*space, operation)?,
            Step::Starved { space, operation, allowed } => {
                self.starve(*space, operation, *allowed)?;
            }
            Step::BeginListing { space, listing, directory } => {
                let Some(pair) = &mut self.spaces[*space] else { return Ok(()) };
                pair.listings[*listing] = Listing::begin(&pair.model, *directory);
            }
            Step::List { space, listing } => {
                let Some(pair) = &mut self.spaces[*space] else { return Ok(()) };
                let under_way = pair.listings[*listing].take();
                let Some(under_way) = under_way else { return Ok(()) };
                pair.listings[*listing] = under_way.go_on(&pair.engine, &pair.model)?;
            }
            Step::SetLimits { space, limits } => {
                let enforced = self.enforced(*limits);
                let Some(pair) = &mut self.spaces[*space] else { return Ok(()) };
                pair.engine.space.set_limits(*limits);
                pair.model.limits = enforced;
            }
            Step::Clear { space } => {
                let now = moment(self.steps);
                let Some(pair) = &mut self.spaces[*space] else { return Ok(()) };
                pair.model.clear(now);
                if let Err(error) = pair.engine.space.clear(now) {
                    return differ(step, &error, &());
                }
            }
            Step::Freeze { space, template } => self.freeze(*space, *template)?,
            Step::Start { template, space, limits, shares, seed } => {
                self.spaces[*space] = None;
                let Some(frozen) = &self.templates[*template] else { return Ok(()) };
                let started = frozen.template.space(self.settings(*limits, *shares, *seed));
                let model =
                    frozen.model.start(self.enforced(*limits), self.others(*space, *shares));
                let base = Some(Rc::clone(&frozen.base));
                let started = match (started, model) {
                    (Ok(started), Ok(model)) => Some((started, model)),
                    (Err(error), Err(expected)) if error == expected => None,
                    (Err(Error::InsufficientSpace), _) if self.flavour == Flavour::Crowded => None,
                    (started, model) => return differ(step, &started, &model),
                };
                self.spaces[*space] =
                    started.map(|(started, model)| self.pair(started, model, base, *shares));
            }
            Step::Drop { space } => self.spaces[*space] = None,
            Step::DropTemplate { template } => self.templates[*template] = None,
        }
        self.check(step.space())
    }

    /// Takes a step in one space, on both sides.
    pub(crate) fn operate(&mut self, space: usize, operation: &Operation) -> Checked {
        let shares = self.spaces[space].as_ref().is_some_and(|pair| pair.shares);
        let shared = self.others(space, shares);
        let now = moment(self.steps);
        let Some(pair) = &mut self.spaces[space] else { return Ok(()) };
        pair.model.shared = shared;
        let before = (self.flavour == Flavour::Crowded).then(|| pair.model.clone());
        let expected = pair.model.apply(operation, now);
        let got = pair.engine.apply(operation, now);
        if let Some(before) = before
            && got != expected
            && pair.is_nearly_full()
        {
            return pair.accept(before, operation, &got, now);
        }
        if let (Ok(Answer::Hash(hash)), Ok(Answer::Done)) = (&got, &expected) {
            return pair.model.check_hash(operation, *hash);
        }
        agree(operation, &got, &expected)
    }

    /// The same where the allocator refuses sooner or later: all or nothing happens, but for a
    /// write that is shorter.
    fn starve(&mut self, space: usize, operation: &Operation, allowed: u64) -> Checked {
        let shares = self.spaces[space].as_ref().is_some_and(|pair| pair.shares);
        let shared = self.others(space, shares);
        let now = moment(self.steps);
        let crowded = self.flavour == Flavour::Crowded;
        let Some(pair) = &mut self.spaces[space] else { return Ok(()) };
        pair.model.shared = shared;
        allocator::allow(allowed);
        let got = pair.engine.apply(operation, now);
        let refused = allocator::relent();
        let high = pair.model.high;
        let out_of_memory =
            Err(Error::InsufficientSpace) == got || Err(Error::InsufficientMemory) == got;
        let expected = match as_far_as(operation, &got) {
            _ if refused && out_of_memory => got.clone(),
            Some(shorter) if refused => pair.model.apply(&shorter, now),
            _ => {
                let before = pair.model.clone();
                let expected = pair.model.apply(operation, now);
                if crowded && expected != got && pair.is_nearly_full() {
                    return pair.accept(before, operation, &got, now);
                }
                if refused && pair.model.usage().content != pair.engine.space.usage().content {
                    // A page for which there is no smaller one stays as large as it was.
                    pair.model = before;
                    pair.model.apply_wastefully(operation, now)
                } else {
                    expected
                }
            }
        };
        if refused {
            // What was charged for a moment is not predicted.
            let real = pair.engine.space.high_water();
            if !crowded && high != charge::least(high, real) {
                return differ(operation, &real, &high);
            }
            pair.model.high = real;
        }
        agree(&(operation, "allocations", allowed), &got, &expected)
    }

    fn freeze(&mut self, space: usize, template: usize) -> Checked {
        let Some(mut pair) = self.spaces[space].take() else { return Ok(()) };
        let depth = std::iter::successors(pair.base.as_deref(), |base| base.below.as_deref());
        let can = depth.count() < 16;
        match pair.engine.space.freeze() {
            Ok(frozen) if can => {
                pair.model.close_all();
                let usage = pair.model.usage();
                if self.priced(frozen.usage()) != self.priced(usage) {
                    return differ(&"freeze", &frozen.usage(), &usage);
                }
                let held = pair.model.held();
                let shared = if pair.shares { charge::shared(held) } else { charge::NOTHING };
                let base = Rc::new(Base { charged: shared, below: pair.base });
                self.bases.push(Rc::downgrade(&base));
                self.templates[template] =
                    Some(Frozen { template: frozen, model: pair.model, base });
                Ok(())
            }
            Err(space_again) if !can => {
                pair.engine.space = space_again;
                self.spaces[space] = Some(pair);
                Ok(())
            }
            outcome => differ(&"freeze", &outcome, &can),
        }
    }

    /// Usage, high-water marks and the books of every space; those of all in full now and then.
    pub(crate) fn check(&self, touched: Option<usize>) -> Checked {
        for (at, pair) in self.spaces.iter().enumerate() {
            let Some(pair) = pair else { continue };
            if touched.is_some_and(|touched| touched != at) && !self.steps.is_multiple_of(32) {
                continue;
            }
            let (space, model) = (&pair.engine.space, &pair.model);
            let usage = model.usage();
            if self.priced(space.usage()) != self.priced(usage) {
                return differ(&"usage", &space.usage(), &usage);
            }
            if self.flavour != Flavour::Crowded && space.high_water() != model.high {
                return differ(&"high-water mark", &space.high_water(), &model.high);
            }
            let usage = space.usage();
            let over = usage.content + usage.metadata > model.limits.soft;
            if space.over_soft_limit() != over {
                return differ(&"over the soft limit", &!over, &over);
            }
            space.audit().map_err(|drift| format!("audit: {drift}"))?;
        }
        let total = self.total(None);
        let usage = self.shared.usage();
        if usage == total { Ok(()) } else { differ(&"shared usage", &usage, &total) }
    }

    /// Returns the amounts whose price the model knows.
    fn priced(&self, usage: Usage) -> Usage {
        match self.flavour {
            Flavour::Crowded => Usage { metadata: 0, ..usage },
            Flavour::Any | Flavour::Native => usage,
        }
    }

    /// Returns the limits that the model enforces.
    fn enforced(&self, limits: Limits) -> Limits {
        match self.flavour {
            Flavour::Crowded => Limits { metadata: u64::MAX, ..limits },
            Flavour::Any | Flavour::Native => limits,
        }
    }

    fn settings(&self, limits: Limits, shares: bool, seed: u64) -> Settings {
        let shared = shares.then(|| self.shared.clone());
        Settings { limits, shared, seed: [seed, !seed], now: moment(self.steps) }
    }

    /// Returns the amounts of the others that share the limit.
    fn others(&self, space: usize, shares: bool) -> Option<charge::Shared> {
        let others = || charge::Shared { limits: self.limits, others: self.total(Some(space)) };
        shares.then(others)
    }

    /// Returns the amounts of all templates and of all spaces but one that share the limit.
    fn total(&self, but: Option<usize>) -> SharedUsage {
        let spaces = self.spaces.iter().enumerate().filter(|(at, _)| Some(*at) != but);
        let spaces = spaces.filter_map(|(_, pair)| pair.as_ref()).filter(|pair| pair.shares);
        let spaces = spaces.map(|pair| charge::shared(pair.model.held()));
        let bases = self.bases.iter().filter_map(Weak::upgrade).map(|base| base.charged);
        spaces.chain(bases).fold(charge::NOTHING, charge::sum)
    }

    fn pair(&self, space: Space, model: Model, base: Option<Rc<Base>>, shares: bool) -> Pair {
        let listings = [const { None }; LISTINGS];
        Pair { engine: Engine::new(space, self.closed), model, listings, base, shares }
    }
}

impl World {
    /// Returns whether a directory has more entries than the model can price.
    pub(crate) fn is_crowded(&self) -> bool {
        self.flavour != Flavour::Crowded
            && self.spaces.iter().flatten().any(|pair| pair.model.is_crowded())
    }

    /// Returns the offsets in an open file that are worth reading.
    pub(crate) fn places(&self, space: usize, file: Slot) -> Vec<u64> {
        self.spaces[space].as_ref().map_or(Vec::new(), |pair| pair.model.places(file))
    }

    /// Drops every space and every template.
    pub(crate) fn clear(&mut self) {
        self.spaces = [const { None }; SPACES];
        self.templates = [const { None }; TEMPLATES];
    }

    pub(crate) fn shared_usage(&self) -> SharedUsage {
        self.shared.usage()
    }
}

/// More metadata than one step takes: a symbolic link that holds 4,095 bytes, under a long name.
const ROOM: u64 = 8192;

impl Pair {
    /// Returns whether the limit of metadata may have refused a step.
    fn is_nearly_full(&self) -> bool {
        self.engine.space.usage().metadata + ROOM > self.engine.space.limits().metadata
    }

    /// Takes the engine's word for it that there was no room, or none for more.
    fn accept(
        &mut self,
        before: Model,
        operation: &Operation,
        got: &Outcome,
        now: Timestamp,
    ) -> Checked {
        let expected = match as_far_as(operation, got) {
            Some(shorter) => {
                self.model = before;
                self.model.apply(&shorter, now)
            }
            None if *got == Err(Error::InsufficientSpace) => {
                self.model = before;
                return Ok(());
            }
            None => return agree(operation, got, &Ok(Answer::Done)),
        };
        agree(operation, got, &expected)
    }
}

/// The same write as far as it went.
fn as_far_as(operation: &Operation, got: &Outcome) -> Option<Operation> {
    let Ok(Answer::Count(length)) = *got else { return None };
    match *operation {
        Operation::Write { handle, offset, bytes } => {
            Some(Operation::Write { handle, offset, bytes: Bytes { length, ..bytes } })
        }
        Operation::Append { handle, bytes } => {
            Some(Operation::Append { handle, bytes: Bytes { length, ..bytes } })
        }
        _ => None,
    }
}

/// The hash itself is not predicted.
fn agree(operation: &impl std::fmt::Debug, got: &Outcome, expected: &Outcome) -> Checked {
    match (got, expected) {
        (Ok(Answer::Hash(_)), Ok(Answer::Done)) => Ok(()),
        _ if got == expected => Ok(()),
        _ => differ(operation, got, expected),
    }
}

impl Step {
    fn space(&self) -> Option<usize> {
        match self {
            Self::Create { space, .. }
            | Self::In { space, .. }
            | Self::Starved { space, .. }
            | Self::List { space, .. }
            | Self::BeginListing { space, .. }
            | Self::SetLimits { space, .. }
            | Self::Clear { space }
            | Self::Start { space, .. } => Some(*space),
            Self::Freeze { .. } | Self::Drop { .. } | Self::DropTemplate { .. } => None,
        }
    }
}

/// A handle that no space of a few handles has handed out.
fn closed_handle() -> Handle {
    let settings = Settings::seeded([0, 0], moment(0));
    let mut space = Space::create(settings).expect("the default limits allow a space");
    let root = |_| space.root(DescriptorFlags::DIRECTORY).expect("and a few handles");
    (0..200).map(root).last().expect("some")
}

fn differ<T>(
    what: &impl std::fmt::Debug,
    got: &impl std::fmt::Debug,
    expected: &impl std::fmt::Debug,
) -> Result<T, String> {
    Err(format!("{what:?}\n  expected {expected:?}\n  got      {got:?}"))
}
