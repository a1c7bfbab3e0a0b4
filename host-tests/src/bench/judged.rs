//! Rows of the table of targets.

/// A target, and what was measured.
pub(super) struct Judged {
    pub(super) what: String,
    pub(super) target: String,
    pub(super) reached: String,
    pub(super) met: bool,
}

pub(super) fn at_least(what: String, target: f64, reached: f64) -> Judged {
    judge(what, format!("≥ {target}"), reached, reached >= target)
}

pub(super) fn at_most(what: String, target: f64, reached: f64) -> Judged {
    judge(what, format!("≤ {target}"), reached, reached <= target)
}

fn judge(what: String, target: String, reached: f64, met: bool) -> Judged {
    Judged { what, target, reached: format!("{reached:.2}"), met }
}
