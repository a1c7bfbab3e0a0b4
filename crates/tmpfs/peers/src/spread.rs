//! The middle and the ends of repeated measurements.

/// Of several numbers the one in the middle, the least and the greatest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one number.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        let median = f64::midpoint(low, high);
        Self { median, min: sorted[0], max: sorted[sorted.len() - 1] }
    }

    /// How many times as fast as the reference, round by round.
    pub(crate) fn ratio(reference: &[f64], peer: &[f64]) -> Self {
        Self::of(reference.iter().zip(peer).map(|(reference, peer)| reference / peer))
    }
}
