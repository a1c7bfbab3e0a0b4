//! The progress of a long copy, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use wasmtime_scratch::Progress;

use crate::run::shown::{shown, size};

/// The time after which a copy is long.
const LONG: Duration = Duration::from_secs(1);

/// A line that is there while a long copy goes on.
pub(super) struct Line {
    began: Instant,
    bar: ProgressBar,
}

impl Line {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { began: Instant::now(), bar }
    }

    /// Tells how far the copy is. Where standard error is no terminal nothing is shown.
    pub(super) fn tell(&self, progress: &Progress<'_>) {
        if self.bar.is_hidden() && self.began.elapsed() >= LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let (files, bytes) = (progress.copied.files, size(progress.copied.bytes));
        self.bar.set_message(format!("copied {bytes} in {files} files: {}", shown(progress.path)));
        self.bar.tick();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
