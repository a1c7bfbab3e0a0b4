//! Rounds in which all peers run one after the other, so that a slow phase of the machine affects
//! all of them. Every other round runs in reverse order.

use std::time::Duration;

/// The effort of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Full length, for numbers to rely on.
    Full,
    /// A few short rounds, to check that everything runs.
    Quick,
}

impl Effort {
    /// Returns the number of rounds: `full`, or a few.
    #[must_use]
    pub fn rounds(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.min(3),
        }
    }

    /// Returns the approximate time that a peer works in one round.
    fn round(self) -> Duration {
        match self {
            Self::Full => Duration::from_millis(35),
            Self::Quick => Duration::from_millis(5),
        }
    }
}

/// The number of times that a peer repeats its work in one round.
#[derive(Clone, Copy, Debug)]
pub enum Repeats {
    /// As many times as fit the length of a round.
    Calibrated,
    /// This many times.
    Fixed(u32),
}

/// The nanoseconds for one repetition, of each phase in each round.
pub type Phases = Vec<Vec<f64>>;

/// Measures `peers` peers. `run` runs the peer of an index for a number of repetitions, and returns
/// the total time of each phase.
///
/// # Errors
/// The first error of `run`.
pub fn interleave<E>(
    peers: usize,
    rounds: usize,
    repeats: Repeats,
    effort: Effort,
    mut run: impl FnMut(usize, u32) -> Result<Vec<Duration>, E>,
) -> Result<Vec<Phases>, E> {
    let mut counts = Vec::new();
    for peer in 0..peers {
        counts.push(match repeats {
            Repeats::Fixed(n) => n,
            Repeats::Calibrated => calibrate(effort.round(), |n| run(peer, n))?,
        });
    }
    let mut measured = vec![Phases::new(); peers];
    for round in 0..rounds {
        for turn in 0..peers {
            let peer = if round % 2 == 0 { turn } else { peers - 1 - turn };
            let took = run(peer, counts[peer])?;
            measured[peer].resize(took.len(), Vec::new());
            for (phase, took) in measured[peer].iter_mut().zip(took) {
                phase.push(took.as_secs_f64() * 1e9 / f64::from(counts[peer]));
            }
        }
    }
    Ok(measured)
}

/// Returns the number of repetitions that take about `round`.
fn calibrate<E>(
    round: Duration,
    mut run: impl FnMut(u32) -> Result<Vec<Duration>, E>,
) -> Result<u32, E> {
    let mut n: u32 = 1;
    loop {
        let took: Duration = run(n)?.iter().sum();
        if took >= round / 5 || n > u32::MAX / 16 {
            let fitting = u128::from(n) * round.as_nanos() / took.as_nanos().max(1);
            return Ok(u32::try_from(fitting).unwrap_or(u32::MAX).max(1));
        }
        // Grow in large steps while the time is too short to be meaningful.
        n *= if took < round / 100 { 16 } else { 3 };
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use super::{Effort, Repeats, calibrate, interleave};

    #[test]
    fn every_other_round_runs_in_reverse_order() {
        let mut order = Vec::new();
        let measured = interleave(3, 2, Repeats::Fixed(10), Effort::Quick, |peer, n| {
            order.push((peer, n));
            Ok::<_, Infallible>(vec![Duration::from_nanos(50)])
        });
        assert_eq!(order, [(0, 10), (1, 10), (2, 10), (2, 10), (1, 10), (0, 10)]);
        assert_eq!(measured.unwrap(), vec![vec![vec![5.0, 5.0]]; 3]);
    }

    #[test]
    fn repetitions_are_raised_until_a_round_is_filled() {
        let calibrate = |once: Duration| {
            calibrate(Duration::from_millis(35), |n| Ok::<_, Infallible>(vec![once * n]))
        };
        assert_eq!(calibrate(Duration::from_nanos(100)), Ok(350_000));
        assert_eq!(calibrate(Duration::from_secs(1)), Ok(1), "once is the least");
    }
}
