//! The progress of a long copy, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use wasmtime_scratch::Progress;

use crate::run::shown::size;
use crate::told::shown;

/// The time after which a copy is long.
const LONG: Duration = Duration::from_secs(1);

/// A line that is there while a long copy goes on, and shows nothing where standard error is no
/// terminal.
pub(super) struct Line {
    began: Instant,
    bar: Option<ProgressBar>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), bar: None }
    }

    /// Tells how far the copy is.
    pub(super) fn tell(&mut self, progress: &Progress<'_>) {
        if self.began.elapsed() < LONG {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            ProgressBar::new_spinner().with_style(style.expect("BUG: the template is valid"))
        });
        if bar.is_hidden() {
            return;
        }
        let (files, bytes) = (progress.copied.files, size(progress.copied.bytes));
        bar.set_message(format!("copied {bytes} in {files} files: {}", shown(progress.path)));
        bar.tick();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
