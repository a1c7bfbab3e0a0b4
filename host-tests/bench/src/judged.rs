//! Rows of the table of targets.

/// A target, and what was measured.
pub(crate) struct Judged {
    pub(crate) what: String,
    pub(crate) target: String,
    pub(crate) reached: String,
    pub(crate) met: bool,
}

pub(crate) fn at_least(what: String, target: f64, reached: f64) -> Judged {
    judge(what, format!("≥ {target}"), reached, reached >= target)
}

pub(crate) fn at_most(what: String, target: f64, reached: f64) -> Judged {
    judge(what, format!("≤ {target}"), reached, reached <= target)
}

fn judge(what: String, target: String, reached: f64, met: bool) -> Judged {
    Judged { what, target, reached: format!("{reached:.2}"), met }
}
