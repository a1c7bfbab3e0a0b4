//! The engine beside Linux: the same steps on both, with every answer and every error compared.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tmpfs::{Handle, Limits, Settings, Space, Stat, Timestamp};

use crate::engine::Engine;
use crate::linux::Linux;
use crate::model::Model;
use crate::operation::{Answer, Operation, Outcome, moment};

/// Takes steps that `choose` names, given a model with the same state. Returns the number of steps.
///
/// # Panics
/// If the engine differs from Linux, with the shortest sequence found that does.
pub(crate) fn play(
    name: &str,
    length: usize,
    mut choose: impl FnMut(&Model) -> Operation,
) -> usize {
    let mut steps = Vec::new();
    let played = caught(|| {
        let mut both = Both::new(name);
        let mut model = Model::create(Limits::default(), None, moment(0)).expect("no limit is low");
        for at in 0..length {
            let operation = choose(&model);
            let _ = model.apply(&operation, moment(at));
            steps.push(operation);
            both.step(&steps[at], at)?;
        }
        Ok(())
    });
    if let Err(failure) = played {
        let (steps, failure) = shorten(name, steps, failure);
        let steps: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
        panic!("\n{}\n{failure}", steps.join("\n"));
    }
    steps.len()
}

/// An empty space of the engine, and an empty directory of Linux.
pub(crate) struct Both {
    engine: Engine,
    linux: Linux,
    /// The time of the start. A time that nobody set must be later.
    began: i64,
    /// The engine's inode number for each of Linux's.
    inodes: BTreeMap<u64, u64>,
}

impl Both {
    pub(crate) fn new(name: &str) -> Self {
        let mut space =
            Space::create(Settings::seeded([7, 7], moment(0))).expect("no limit is low");
        let closed: Handle =
            space.root(tmpfs::DescriptorFlags::DIRECTORY).expect("no limit is low");
        space.close(closed).expect("it is open");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let began = now.expect("it is after 1970").as_secs();
        let began = i64::try_from(began).expect("it is not that late") - 10;
        Self {
            engine: Engine::new(space, closed),
            linux: Linux::new(name),
            began,
            inodes: BTreeMap::new(),
        }
    }

    pub(crate) fn step(&mut self, operation: &Operation, at: usize) -> Result<(), String> {
        self.answer(operation, at).map(drop)
    }

    /// Returns the answer of both, or an error if they differ.
    pub(crate) fn answer(&mut self, operation: &Operation, at: usize) -> Result<Outcome, String> {
        let now = moment(at);
        let got = self.engine.apply(operation, now).map(|answer| match answer {
            Answer::Stat(stat) => Answer::Stat(chosen(stat, moment(0).seconds)),
            answer => answer,
        });
        let expected = self.linux.apply(operation).map(|answer| match answer {
            Answer::Stat(stat) => Answer::Stat(chosen(stat, self.began)),
            answer => answer,
        });
        self.engine.space.audit().map_err(|drift| drift.to_string())?;
        if let (Ok(Answer::Hash(got)), Ok(Answer::Hash(expected))) = (&got, &expected) {
            self.same_inode(got.lower, expected.lower)?;
            return Ok(Ok(Answer::Done));
        }
        if got == expected {
            return Ok(got);
        }
        Err(format!("{operation:?}\n  Linux  {expected:?}\n  engine {got:?}"))
    }
}

impl Both {
    /// Checks that two nodes have the same inode number in the engine exactly if they do on Linux.
    fn same_inode(&mut self, got: u64, expected: u64) -> Result<(), String> {
        if !self.linux.keeps_inodes {
            return Ok(());
        }
        let before = self.inodes.insert(expected, got);
        let others = self.inodes.values().filter(|other| **other == got).count();
        if before.is_none_or(|before| before == got) && others == 1 {
            return Ok(());
        }
        Err(format!("inode {got} for {expected} of Linux, which was {before:?}; {others} have it"))
    }
}

/// Returns a stat without the times that come from the clock.
fn chosen(stat: Stat, began: i64) -> Stat {
    let clock = began..began + 1_000_000;
    let chosen =
        |time: Timestamp| if clock.contains(&time.seconds) { Timestamp::default() } else { time };
    Stat {
        // Linux sets it when a symbolic link is followed.
        accessed: if stat.kind == tmpfs::Kind::SymbolicLink {
            Timestamp::default()
        } else {
            chosen(stat.accessed)
        },
        modified: chosen(stat.modified),
        changed: Timestamp::default(),
        ..stat
    }
}

fn shorten(name: &str, mut steps: Vec<Operation>, mut failure: String) -> (Vec<Operation>, String) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut left = 2000_u32;
    let mut chunk = steps.len().div_ceil(2);
    while chunk > 0 && left > 0 {
        let mut at = 0;
        while at < steps.len() && left > 0 {
            left -= 1;
            let end = (at + chunk).min(steps.len());
            let shorter = [&steps[..at], &steps[end..]].concat();
            let played = caught(|| {
                let mut both = Both::new(name);
                shorter.iter().enumerate().try_for_each(|(at, step)| both.step(step, at))
            });
            match played {
                Err(error) => (steps, failure) = (shorter, error),
                Ok(()) => at = end,
            }
        }
        chunk /= 2;
    }
    std::panic::set_hook(hook);
    (steps, failure)
}

fn caught(play: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}
