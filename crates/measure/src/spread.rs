//! The median and the extremes of repeated measurements.

/// The median, the least and the greatest of several numbers.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The median; for an even count, the mean of the two numbers in the middle.
    pub median: f64,
    /// The least number.
    pub min: f64,
    /// The greatest number.
    pub max: f64,
}

impl Spread {
    /// Returns the spread of numbers; `None` for no numbers.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, min, max })
    }

    /// Returns the spread of the measurements of all rounds.
    ///
    /// # Panics
    /// If there was no round.
    #[must_use]
    pub fn of_rounds(rounds: &[f64]) -> Self {
        Self::of(rounds.iter().copied()).expect("BUG: there is at least one round")
    }

    /// Returns how many times as fast as the reference a peer is, for each round.
    ///
    /// # Panics
    /// If there was no round.
    #[must_use]
    pub fn ratio(reference: &[f64], peer: &[f64]) -> Self {
        let rounds = reference.iter().zip(peer).map(|(reference, peer)| reference / peer);
        Self::of(rounds).expect("BUG: there is at least one round")
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_of_an_even_number_of_rounds_lies_between_the_two_in_the_middle() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
        assert_eq!(Spread::of([3.0, 1.0, 2.0]).unwrap().median, 2.0);
        assert!(Spread::of([]).is_none());
    }

    #[test]
    fn a_ratio_is_that_of_one_round() {
        let ratio = Spread::ratio(&[2.0, 8.0, 9.0], &[1.0, 2.0, 3.0]);
        assert_eq!((ratio.median, ratio.min, ratio.max), (3.0, 2.0, 4.0));
    }
}
