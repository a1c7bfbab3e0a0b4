//! Readiness: files of this module are always ready, and the host is asked about its own
//! descriptors.
//!
//! The host reads the subscriptions in the program's memory. They are changed for the call and
//! restored after it. A subscription of the host gets the host's number of its descriptor, and one
//! of this module becomes an expired timer. Each gets its position in the list as its data, to
//! identify its event.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::vec::Vec;

use tmpfs::Handle;

use crate::p1::abi::{Errno, Result, answered, told};
use crate::p1::held::{Slot, ask, slot};
use crate::p1::host::raw;
use crate::program::{Area, index};

/// The bytes of a subscription, and the offsets of its parts: the program's data, the kind, and the
/// rest. For a clock the rest is number, time, precision and flags; otherwise it is a descriptor.
const SUBSCRIPTION: u32 = 48;
const KIND: u32 = 8;
const DESCRIPTOR: u32 = 16;
const TIME: u32 = 24;
const PRECISION: u32 = 32;
const CLOCK_FLAGS: u32 = 40;

/// The bytes of an event, and the offsets of its parts: data, error, kind, and for a descriptor the
/// number of bytes and whether the other end hung up.
const EVENT: u32 = 32;
const ERROR: u32 = 8;
const EVENT_KIND: u32 = 10;
const BYTES: u32 = 16;
const HANGUP: u32 = 24;

const CLOCK: u32 = 0;
const READ: u32 = 1;
const WRITE: u32 = 2;
const MONOTONIC: u32 = 1;

answered! {
    "wasi_snapshot_preview1#poll_oneoff", "beside:wasi_snapshot_preview1#poll_oneoff"
    fn poll_oneoff(list: u32, events: u32, count: u32, out: u32) {
        let subscriptions = Area::list(list, count, SUBSCRIPTION, 8);
        let area = Area::list(events, count, EVENT, 8);
        let mut waiting = Vec::new();
        waiting.try_reserve_exact(index(count)).map_err(|_| Errno::NOMEM)?;
        for number in 0..count {
            waiting.push(subscribe::<BESIDE>(subscriptions, number * SUBSCRIPTION)?);
        }
        let ours = waiting.iter().filter(|it| matches!(it.of, Of::Ours { .. })).count();
        let mut told_by_host = 0;
        if ours < waiting.len() || count == 0 {
            let rename = |number: &Waiting| matches!(number.of, Of::Host { from, to } if from != to);
            if ours == 0 && !waiting.iter().any(rename) {
                return told(raw::poll_oneoff(list, events, count, out));
            }
            told_by_host = ask_host(subscriptions, area, &waiting, out)?;
        }
        let out = Area::new(out, 4, 4);
        let mut told = Told { area, count: keep_hosts(area, told_by_host, &waiting) };
        for waiting in &waiting {
            if let Of::Ours { reads, ends } = waiting.of {
                told.add(waiting.data, if reads { READ } else { WRITE }, ends);
            }
        }
        out.store32(0, told.count);
        Ok(())
    }
}

/// A subscription.
struct Waiting {
    /// The program's data.
    data: u64,
    of: Of,
}

/// The clock, descriptor or file that a subscription waits for.
#[derive(Clone, Copy)]
enum Of {
    Clock,
    /// A descriptor of the host, with the program's number and the host's number.
    Host {
        from: u32,
        to: u32,
    },
    /// A file.
    Ours {
        reads: bool,
        /// True if nothing is left to read.
        ends: bool,
    },
}

fn subscribe<const BESIDE: bool>(list: Area, at: u32) -> Result<Waiting> {
    let data = list.load64(at);
    let reads = match list.load8(at + KIND) {
        CLOCK => return Ok(Waiting { data, of: Of::Clock }),
        READ => true,
        WRITE => false,
        _ => return Err(Errno::INVAL),
    };
    let fd = list.load32(at + DESCRIPTOR);
    let of = match slot::<BESIDE>(fd)? {
        Slot::Host(to) => Of::Host { from: fd, to },
        Slot::Directory { .. } => return Err(Errno::BADF),
        Slot::File { handle, offset, .. } => ours::<BESIDE>(handle, offset, reads)?,
    };
    Ok(Waiting { data, of })
}

fn ours<const BESIDE: bool>(handle: Handle, offset: u64, reads: bool) -> Result<Of> {
    let (flags, stat) = ask::<BESIDE, _>(|space| Ok((space.flags(handle)?, space.stat(handle)?)))?;
    if (reads && !flags.read) || (!reads && !flags.write) {
        return Err(Errno::BADF);
    }
    Ok(Of::Ours { reads, ends: reads && stat.size <= offset })
}

/// Asks the host, and returns the number of events that it wrote. The host does not wait if a file
/// of this module is ready.
fn ask_host(list: Area, events: Area, waiting: &[Waiting], out: u32) -> Result<u32> {
    let kept = list.to_vec().map_err(|_| Errno::NOMEM)?;
    for (number, waiting) in (0_u32..).zip(waiting) {
        let at = number * SUBSCRIPTION;
        list.store64(at, u64::from(number));
        match waiting.of {
            Of::Clock => {}
            Of::Host { to, .. } => list.store32(at + DESCRIPTOR, to),
            Of::Ours { .. } => {
                list.store8(at + KIND, CLOCK);
                list.store32(at + DESCRIPTOR, MONOTONIC);
                list.store64(at + TIME, 0);
                list.store64(at + PRECISION, 0);
                list.store16(at + CLOCK_FLAGS, 0);
            }
        }
    }
    let count = u32::try_from(waiting.len()).expect("BUG: a list has 32 bits");
    let asked = told(raw::poll_oneoff(list.at(), events.at(), count, out));
    list.copy_at(0, &kept);
    asked?;
    Ok(Area::new(out, 4, 4).load32(0).min(count))
}

/// Keeps the events of the host's own subscriptions, sets the program's data in them, and returns
/// their number.
fn keep_hosts(events: Area, told: u32, waiting: &[Waiting]) -> u32 {
    let mut kept = 0;
    for number in 0..told {
        let (from, to) = (number * EVENT, kept * EVENT);
        let place = usize::try_from(events.load64(from)).unwrap_or(usize::MAX);
        if let Some(Waiting { data, of: Of::Clock | Of::Host { .. } }) = waiting.get(place) {
            events.store64(to, *data);
            for part in [ERROR, BYTES, HANGUP] {
                events.store64(to + part, events.load64(from + part));
            }
            kept += 1;
        }
    }
    kept
}

/// The events that were written so far.
struct Told {
    area: Area,
    count: u32,
}

impl Told {
    fn add(&mut self, data: u64, kind: u32, ends: bool) {
        let at = self.count * EVENT;
        // There is no room if the host reported a subscription twice.
        if at >= self.area.length() {
            return;
        }
        self.area.store64(at, data);
        self.area.store16(at + ERROR, 0);
        self.area.store8(at + EVENT_KIND, kind);
        self.area.store64(at + BYTES, 1);
        self.area.store16(at + HANGUP, u32::from(ends));
        self.count += 1;
    }
}
