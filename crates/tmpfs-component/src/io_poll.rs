//! `wasi:io/poll`: our files are always ready, and the host is asked about what is the host's.

use alloc::vec::Vec;

use crate::Component;
use crate::bindings::exports::wasi::io::poll::{
    Guest, GuestPollable, Pollable as Exported, PollableBorrow,
};
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

    /// Waits for the host only where nothing of ours is ready.
    ///
    /// # Panics
    /// The list is empty: the interface asks for a trap.
    fn poll(pollables: Vec<PollableBorrow<'_>>) -> Vec<u32> {
        assert!(!pollables.is_empty(), "nothing to wait for");
        let all = || (0_u32..).zip(pollables.iter().map(PollableBorrow::get::<Pollable>));
        let waits = all().all(|(_, pollable)| matches!(pollable, Pollable::Host(_)));
        if waits {
            let hosts = all().filter_map(|(_, pollable)| match pollable {
                Pollable::Ready => None,
                Pollable::Host(pollable) => Some(pollable),
            });
            return host::poll(&hosts.collect::<Vec<_>>());
        }
        all().filter(|(_, pollable)| pollable.ready()).map(|(index, _)| index).collect()
    }
}
