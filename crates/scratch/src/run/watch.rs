//! Watching a program that runs in its own thread. The watch ends with the program, the timeout or
//! a signal, whichever comes first.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::run::ending::{Ending, Stop};
use crate::run::guest::{Done, Guest};
use crate::run::signals;

/// The outcome of the program's thread; the error is a panic.
type Outcome = thread::Result<Result<Done, Failure>>;

/// An event to wait for.
enum Event {
    /// The program was compiled.
    Started,
    /// The program's thread is done, or panicked.
    Done(Outcome),
    Signal(Stop),
}

/// The time that a program gets to stop: as long as a call of the host takes that waits for
/// nothing.
const GRACE: Duration = Duration::from_millis(100);

/// The end of a program, as the command saw it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Watched {
    pub(super) ending: Ending,
    /// True if the program did not stop, since it waits for input, sleeps or is still being
    /// compiled. Its thread is abandoned. A call of the host that is under way is its last, but may
    /// still take effect.
    pub(super) left: bool,
}

/// Runs a program.
pub(super) fn run(guest: Guest, timeout: Option<Duration>) -> Result<Watched, Failure> {
    let interrupt = guest.interrupt();
    let (events, told) = mpsc::channel();
    let signalled = events.clone();
    signals::listen(move |stop| signalled.send(Event::Signal(stop)).is_ok())?;
    thread::spawn(move || {
        let starts = || drop(events.send(Event::Started));
        let done = panic::catch_unwind(AssertUnwindSafe(|| guest.run(starts)));
        // If the command is already ending, nobody receives this.
        let _ = events.send(Event::Done(done));
    });
    let reason = match until_stopped(&told, timeout) {
        Ok(reason) => reason,
        Err(done) => return Ok(Watched { ending: ending(done, None)?, left: false }),
    };
    interrupt.raise();
    match until_done(&told) {
        Some(done) => Ok(Watched { ending: ending(done, Some(reason))?, left: false }),
        None => Ok(Watched { ending: Ending::Stopped(reason), left: true }),
    }
}

/// Waits for a reason to stop the program. The error is the end of the program.
fn until_stopped(told: &Receiver<Event>, timeout: Option<Duration>) -> Result<Stop, Outcome> {
    let mut deadline = None;
    loop {
        match next(told, deadline) {
            Some(Event::Started) => {
                deadline = timeout.and_then(|it| Instant::now().checked_add(it))
            }
            Some(Event::Done(done)) => return Err(done),
            Some(Event::Signal(stop)) => return Ok(stop),
            None => return Ok(Stop::Timeout(timeout.unwrap_or_default())),
        }
    }
}

/// Waits for the end of a program that is being stopped.
fn until_done(told: &Receiver<Event>) -> Option<Outcome> {
    let deadline = Some(Instant::now() + GRACE);
    loop {
        if let Event::Done(done) = next(told, deadline)? {
            return Some(done);
        }
    }
}

/// Waits for the next event, until the deadline if there is one.
fn next(told: &Receiver<Event>, deadline: Option<Instant>) -> Option<Event> {
    let event = match deadline {
        None => told.recv().map_err(RecvTimeoutError::from),
        Some(deadline) => told.recv_timeout(deadline.saturating_duration_since(Instant::now())),
    };
    match event {
        Ok(event) => Some(event),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => unreachable!("BUG: it tells its end before it goes"),
    }
}

fn ending(done: Outcome, stop: Option<Stop>) -> Result<Ending, Failure> {
    match (done.unwrap_or_else(|panicked| panic::resume_unwind(panicked))?, stop) {
        (Done::Ended(ending), _) => Ok(ending),
        (Done::Interrupted, Some(stop)) => Ok(Ending::Stopped(stop)),
        (Done::Interrupted, None) => unreachable!("BUG: who interrupts has a reason"),
    }
}
