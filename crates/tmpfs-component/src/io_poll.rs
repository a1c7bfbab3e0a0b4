//! `wasi:io/poll`: our files are always ready, and the host is asked about what is the host's.

use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::io::poll::{
    Guest, GuestPollable, Pollable as Exported, PollableBorrow,
};
use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::io::poll as host;

/// Something to wait for.
pub(crate) enum Pollable {
    /// Of a file, which never keeps anyone waiting.
    Ready,
    Host(host::Pollable),
}

impl Pollable {
    /// What the host gave, as ours.
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

    /// Waits only where nothing of ours is in the list.
    ///
    /// # Panics
    /// The list is empty: the interface asks for a trap.
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
        // A time that is past lets the host look at all of its own and come back at once. To ask
        // each whether it is ready is no substitute: wasmtime's timers are not, the first time.
        let past = (!ready.is_empty()).then(|| subscribe_duration(0));
        hosts.extend(&past);
        let told = host::poll(&hosts).into_iter();
        ready.extend(told.filter_map(|index| indices.get(usize::try_from(index).ok()?)));
        ready
    }
}
