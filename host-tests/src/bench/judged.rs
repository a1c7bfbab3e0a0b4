//! Rows of the table of targets.

/// A target, and what was measured.
pub(super) struct Judged {
    pub(super) what: String,
    pub(super) target: String,
    pub(super) reached: String,
    pub(super) met: bool,
}
