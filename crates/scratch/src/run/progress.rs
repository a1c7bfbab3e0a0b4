//! The progress of a long copy, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wasmtime_scratch::Progress;

use crate::run::shown::size;
use crate::told::shown;

/// The time after which the progress of a copy is shown.
const LONG: Duration = Duration::from_secs(1);

/// A progress line during a long copy. It is shown only if standard error is a terminal.
pub(super) struct Line {
    began: Instant,
    /// The time after which the line is shown.
    long: Duration,
    bar: ProgressBar,
    drawn: bool,
}

impl Line {
    pub(super) fn new() -> Self {
        Self::on(ProgressDrawTarget::stderr(), LONG)
    }

    fn on(target: ProgressDrawTarget, long: Duration) -> Self {
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        let bar = ProgressBar::with_draw_target(None, target);
        let bar = bar.with_style(style.expect("BUG: the template is valid"));
        Self { began: Instant::now(), long, bar, drawn: false }
    }

    /// Shows the progress.
    pub(super) fn tell(&mut self, progress: &Progress<'_>) {
        if self.began.elapsed() < self.long || self.bar.is_hidden() {
            return;
        }
        let (files, bytes) = (progress.copied.files, size(progress.copied.bytes));
        self.bar.set_message(format!("copied {bytes} in {files} files: {}", shown(progress.path)));
        self.bar.tick();
        self.drawn = true;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.drawn {
            self.bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use indicatif::{ProgressDrawTarget, TermLike};
    use wasmtime_scratch::Space;

    use super::Line;

    /// A terminal of one line, and everything that the line ever was.
    #[derive(Clone, Debug, Default)]
    struct Terminal(Arc<Mutex<Vec<String>>>);

    impl Terminal {
        fn line(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push(text.trim().to_owned());
            Ok(())
        }
    }

    impl TermLike for Terminal {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.line(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            if text.trim().is_empty() { Ok(()) } else { self.line(text) }
        }

        fn clear_line(&self) -> io::Result<()> {
            self.line("")
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Copies two files out of a space, and returns what the line ever was.
    fn lines(long: Duration) -> Vec<String> {
        let space = Space::builder().build().unwrap();
        space.create_dir_all("dir").unwrap();
        space.write("dir/first", [1; 1536]).unwrap();
        space.write("dir/second\u{1b}[2J", "text").unwrap();
        let terminal = Terminal::default();
        let mut line = Line::on(ProgressDrawTarget::term_like(Box::new(terminal.clone())), long);
        space.copying().progress(|progress| line.tell(progress)).pack("/", io::sink()).unwrap();
        drop(line);
        let lines = terminal.0.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn a_long_copy_tells_how_far_it_is_and_its_line_goes_at_the_end() {
        let lines = lines(Duration::ZERO);
        let told = |words: &str| lines.iter().any(|line| line.ends_with(words));
        assert!(told(" copied 1.5 KiB in 1 files: dir/first"), "{lines:?}");
        assert!(told(r" copied 1.5 KiB in 2 files: dir/second\u{1b}[2J"), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "", "{lines:?}");
    }

    #[test]
    fn a_short_copy_shows_nothing() {
        assert!(lines(Duration::MAX).is_empty());
    }
}
