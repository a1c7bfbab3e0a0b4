//! `wasi:clocks/monotonic-clock`: the host's clock, with its pollables wrapped.

use crate::Component;
use crate::bindings::exports::wasi::clocks::monotonic_clock::{Duration, Guest, Instant, Pollable};
use crate::bindings::wasi::clocks::monotonic_clock as host;
use crate::io_poll;

impl Guest for Component {
    fn now() -> Instant {
        host::now()
    }

    fn resolution() -> Duration {
        host::resolution()
    }

    fn subscribe_instant(when: Instant) -> Pollable {
        io_poll::Pollable::host(host::subscribe_instant(when))
    }

    fn subscribe_duration(when: Duration) -> Pollable {
        io_poll::Pollable::host(host::subscribe_duration(when))
    }
}
