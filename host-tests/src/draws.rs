//! The random source that the host gives a guest: scripted, seeded or real, and counted.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chance::Chance;
use rand_core::TryRng;

/// The number of names: 37⁸.
const NAMES: u64 = 37_u64.pow(8);

/// The least draw that spells no name: the largest multiple of 37⁸ that 64 bits hold.
pub const FIRST_REJECTED: u64 = (u64::MAX / NAMES) * NAMES;

/// Returns the eight characters that a draw spells: the digits of its remainder by 37⁸ in base 37,
/// the lowest first.
pub fn name_of(draw: u64) -> String {
    const ALPHABET: &[u8; 37] = b"abcdefghijklmnopqrstuvwxyz0123456789_";
    let digit = |at| draw % NAMES / 37_u64.pow(at) % 37;
    (0..8).map(|at| char::from(ALPHABET[usize::try_from(digit(at)).unwrap()])).collect()
}

/// The source of a guest's random numbers.
#[derive(Clone, Debug)]
pub enum Draws {
    /// The system's source, which is what wasmtime gives by default.
    Real,
    /// These numbers, one after the other; the last one for ever.
    Script(Vec<u64>),
    /// Numbers that follow from the seed.
    Seeded(u64),
}

impl Draws {
    pub fn always(draw: u64) -> Self {
        Self::Script(vec![draw])
    }

    /// Returns the source and its counter; `None` for the system's, which is not counted.
    pub(crate) fn source(self) -> Option<(Source, Count)> {
        let count = Count::default();
        let next = match self {
            Self::Real => return None,
            Self::Script(script) => Next::Script { script, at: 0 },
            Self::Seeded(seed) => Next::Seeded(Chance(seed)),
        };
        Some((Source { next, count: count.clone() }, count))
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Count(Arc<AtomicU64>);

impl Count {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) struct Source {
    next: Next,
    count: Count,
}

enum Next {
    Script { script: Vec<u64>, at: usize },
    Seeded(Chance),
}

impl TryRng for Source {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("a name is one draw of 64 bits, and so is the seed of a hash map")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.count.0.fetch_add(1, Ordering::Relaxed);
        Ok(match &mut self.next {
            Next::Script { script, at } => {
                let draw = script[*at];
                *at = (*at + 1).min(script.len() - 1);
                draw
            }
            Next::Seeded(chance) => chance.draw(),
        })
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let draw = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&draw[..chunk.len()]);
        }
        Ok(())
    }
}
