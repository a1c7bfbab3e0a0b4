//! `wasi:io/poll`: files of this module are always ready, and the host is asked about its own
//! pollables.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::vec::Vec;

use crate::p2::abi::{OURS, lowered, put_list};
use crate::p2::held::{Held, Resource, drop, look};
use crate::p2::host;
use crate::program::{Area, index, trap};

lowered! {
    "wasi:io/poll#[method]pollable.ready"
    fn ready(_caller, pollable: u32) -> u32 {
        look(|held| check(held, pollable));
        1
    }

    "wasi:io/poll#[method]pollable.block"
    fn block(_caller, pollable: u32) {
        look(|held| check(held, pollable));
    }

    "wasi:io/poll#[resource-drop]pollable"
    fn drop_pollable(_caller, pollable: u32) {
        drop(pollable, |resource| matches!(resource, Resource::Pollable));
    }

    /// Waits only if the list has no pollable of this module. These come first in the answer.
    "wasi:io/poll#poll"
    fn poll(caller, list: u32, count: u32, out: u32) {
        let (pollables, out) = (Area::list(list, count, 4, 4), Area::new(out, 8, 4));
        if count == 0 {
            trap();
        }
        let mut ready = Vec::new();
        let mut hosts = Vec::new();
        let mut indices = Vec::new();
        for number in 0..count {
            let pollable = pollables.load32(number * 4);
            if pollable & OURS == 0 {
                push(&mut hosts, pollable);
                push(&mut indices, number);
            } else {
                look(|held| check(held, pollable));
                push(&mut ready, number);
            }
        }
        if ready.is_empty() {
            // The function was lowered with this allocator, and the host answers into the program's
            // memory.
            return host::poll_for_program(caller.number(), list, count, out.at());
        }
        if !hosts.is_empty() {
            for place in host::ready(&mut hosts) {
                if let Some(number) = indices.get(index(place)) {
                    push(&mut ready, *number);
                }
            }
        }
        let count = u32::try_from(ready.len()).expect("BUG: no more than were asked about");
        let answer = caller.allocate(count * 4, 4);
        for (at, number) in (0..).step_by(4).zip(ready) {
            answer.store32(at, number);
        }
        put_list(out, 0, answer, count);
    }
}

fn check(held: &mut Held, pollable: u32) {
    if !matches!(held.resource(pollable), Resource::Pollable) {
        trap();
    }
}

/// Adds a number. Traps if there is no memory, since the function has no error.
fn push(list: &mut Vec<u32>, number: u32) {
    if list.try_reserve(1).is_err() {
        trap();
    }
    list.push(number);
}
