//! `wasi:io/poll`: files of the space are always ready, and the host is asked about its own
//! pollables.

use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::io::poll::{
    Guest, GuestPollable, Pollable as Exported, PollableBorrow,
};
use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::io::poll as host;

/// A pollable.
pub(crate) enum Pollable {
    /// A pollable of a file, which is always ready.
    Ready,
    Host(host::Pollable),
}

impl Pollable {
    /// Wraps a pollable of the host.
    pub(crate) fn host(pollable: host::Pollable) -> Exported {
        Exported::new(Self::Host(pollable))
    }
}

impl GuestPollable for Pollable {
    fn ready(&self) -> bool {
        match self {
            Self::Ready => true,
            Self::Host(pollable) => pollable.ready(),
        }
    }

    fn block(&self) {
        if let Self::Host(pollable) = self {
            pollable.block();
        }
    }
}

impl Guest for Component {
    type Pollable = Pollable;

    /// Waits only if the list has no pollable of a file.
    ///
    /// # Panics
    /// If the list is empty: the interface requires a trap.
    fn poll(pollables: Vec<PollableBorrow<'_>>) -> Vec<u32> {
        assert!(!pollables.is_empty(), "nothing to wait for");
        let (mut ready, mut indices, mut hosts) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pollable) in (0_u32..).zip(&pollables) {
            match pollable.get() {
                Pollable::Ready => ready.push(index),
                Pollable::Host(pollable) => {
                    indices.push(index);
                    hosts.push(pollable);
                }
            }
        }
        if hosts.is_empty() {
            return ready;
        }
        // Add an expired timer, so that the host's `poll` returns immediately with everything that
        // is ready. Calling `ready` on each pollable would not do: wasmtime's timers are not ready
        // at the first call.
        let past = (!ready.is_empty()).then(|| subscribe_duration(0));
        hosts.extend(&past);
        let told = host::poll(&hosts).into_iter();
        ready.extend(told.filter_map(|index| indices.get(usize::try_from(index).ok()?)));
        ready
    }
}
