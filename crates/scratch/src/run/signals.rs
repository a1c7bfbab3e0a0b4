//! SIGINT and SIGTERM: the first signal stops a running program. Any other ends the command.

use crate::failure::Failure;
use crate::run::ending::Stop;

/// Calls `first` with the first signal. The command ends at once at the second signal, or if
/// `first` returns that the program has ended.
#[cfg(unix)]
pub(super) fn listen(first: impl FnOnce(Stop) -> bool + Send + 'static) -> Result<(), Failure> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::exit;

    use crate::run::ending::SIGNAL;

    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::Broken(format!("signals cannot be caught: {error}")))?;
    std::thread::spawn(move || {
        let mut first = Some(first);
        for signal in signals.forever() {
            let number = u8::try_from(signal).expect("BUG: these have small numbers");
            let name = if signal == SIGINT { "SIGINT" } else { "SIGTERM" };
            let stops = first.take().is_some_and(|first| first(Stop::Signal(number, name)));
            if !stops {
                exit((SIGNAL + number).into());
            }
        }
    });
    Ok(())
}

/// Does nothing: signals keep their default effect.
#[cfg(not(unix))]
pub(super) fn listen(_: impl FnOnce(Stop) -> bool + Send + 'static) -> Result<(), Failure> {
    Ok(())
}
