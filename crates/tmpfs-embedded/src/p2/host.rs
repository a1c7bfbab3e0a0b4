//! The host's functions, lowered with this module's memory and allocator, or with neither.
#![expect(unsafe_code, reason = "foreign functions, and memory that the host asked for")]

use alloc::string::String;
use alloc::vec::Vec;

use tmpfs::Timestamp;

use crate::files;
use crate::p2::abi::timestamp;
use crate::program::{index, trap};

mod late {
    pub(super) mod clock {
        #[link(wasm_import_module = "late:wasi:clocks/wall-clock")]
        unsafe extern "C" {
            pub(crate) fn now(out: *mut u64);
        }
    }

    pub(super) mod environment {
        #[link(wasm_import_module = "late:wasi:cli/environment")]
        unsafe extern "C" {
            #[link_name = "get-environment"]
            pub(crate) fn get_environment(out: *mut u32);
        }
    }

    pub(super) mod preopens {
        #[link(wasm_import_module = "late:wasi:filesystem/preopens")]
        unsafe extern "C" {
            #[link_name = "get-directories"]
            pub(crate) fn get_directories(out: *mut u32);
        }
    }

    pub(super) mod poll {
        #[link(wasm_import_module = "late:wasi:io/poll")]
        unsafe extern "C" {
            pub(crate) fn poll(list: *const u32, count: usize, out: *mut u32);
        }
    }

    pub(super) mod streams {
        #[link(wasm_import_module = "late:wasi:io/streams")]
        unsafe extern "C" {
            #[link_name = "[method]input-stream.read"]
            pub(crate) fn read(stream: u32, length: u64, out: *mut u32);
            #[link_name = "[method]input-stream.blocking-read"]
            pub(crate) fn blocking_read(stream: u32, length: u64, out: *mut u32);
            #[link_name = "[method]output-stream.check-write"]
            pub(crate) fn check_write(stream: u32, out: *mut u64);
            #[link_name = "[method]output-stream.write"]
            pub(crate) fn write(stream: u32, from: *const u8, length: usize, out: *mut u32);
        }
    }
}

mod flat {
    pub(super) mod random {
        #[link(wasm_import_module = "host:wasi:random/random")]
        unsafe extern "C" {
            #[link_name = "get-random-u64"]
            pub(crate) safe fn get_random_u64() -> u64;
        }
    }

    pub(super) mod monotonic {
        #[link(wasm_import_module = "host:wasi:clocks/monotonic-clock")]
        unsafe extern "C" {
            #[link_name = "subscribe-duration"]
            pub(crate) safe fn subscribe_duration(nanoseconds: u64) -> u32;
        }
    }

    pub(super) mod poll {
        #[link(wasm_import_module = "host:wasi:io/poll")]
        unsafe extern "C" {
            #[link_name = "[method]pollable.block"]
            pub(crate) safe fn block(pollable: u32);
            #[link_name = "[resource-drop]pollable"]
            pub(crate) safe fn drop(pollable: u32);
        }
    }

    pub(super) mod files {
        #[link(wasm_import_module = "host:wasi:filesystem/types")]
        unsafe extern "C" {
            #[link_name = "[resource-drop]descriptor"]
            pub(crate) safe fn drop(descriptor: u32);
        }
    }

    pub(super) mod streams {
        #[link(wasm_import_module = "host:wasi:io/streams")]
        unsafe extern "C" {
            #[link_name = "[method]output-stream.subscribe"]
            pub(crate) safe fn subscribe(stream: u32) -> u32;
        }
    }
}

mod program {
    #[link(wasm_import_module = "program")]
    unsafe extern "C" {
        pub(super) safe fn poll(number: u32, list: u32, count: u32, out: u32);
    }
}

/// Calls the host's `poll` as the program would, with the allocator of this number.
pub(crate) fn poll_for_program(number: u32, list: u32, count: u32, out: u32) {
    program::poll(number, list, count, out);
}

/// The host's functions for the filesystem itself, in WASI 0.2.
pub(crate) struct Host;

impl files::Host for Host {
    fn now() -> Timestamp {
        now()
    }

    fn seed() -> [u64; 2] {
        [flat::random::get_random_u64(), flat::random::get_random_u64()]
    }

    fn environment() -> Vec<(String, String)> {
        environment()
    }
}

/// Asks the host for the present time.
#[inline(never)]
pub(crate) fn now() -> Timestamp {
    let mut time = [0_u64; 2];
    // SAFETY: a `datetime` takes 16 bytes, aligned to 8.
    unsafe { late::clock::now(time.as_mut_ptr()) };
    let [seconds, nanoseconds] = time;
    timestamp(seconds, low(nanoseconds))
}

/// Returns the lower half of a word, which holds a 32-bit value.
fn low(word: u64) -> u32 {
    u32::try_from(word & 0xffff_ffff).expect("BUG: it was cut")
}

/// Takes ownership of memory that the host allocated with `cabi_realloc` and filled.
///
/// # Safety
/// It was allocated for that number of elements of this type, and nothing else owns it.
unsafe fn taken<T>(at: u32, count: u32) -> Vec<T> {
    if count == 0 {
        return Vec::new();
    }
    let (at, count) = (core::ptr::with_exposed_provenance_mut(index(at)), index(count));
    // SAFETY: as the caller promises.
    unsafe { Vec::from_raw_parts(at, count, count) }
}

/// Takes ownership of a text, as [`taken`] does.
///
/// # Safety
/// That of [`taken`].
unsafe fn taken_text(at: u32, length: u32) -> String {
    // SAFETY: as the caller promises.
    let bytes = unsafe { taken(at, length) };
    String::from_utf8(bytes).unwrap_or_else(|_| trap())
}

/// Returns the variables of the host. If the program imports no environment, the function writes
/// nothing and the list stays empty.
pub(crate) fn environment() -> Vec<(String, String)> {
    let mut list = [0_u32; 2];
    // SAFETY: a list takes 8 bytes, aligned to 4.
    unsafe { late::environment::get_environment(list.as_mut_ptr()) };
    let [at, count] = list;
    // SAFETY: a tuple of two strings is four words, and the host made the list.
    let tuples: Vec<[u32; 4]> = unsafe { taken(at, count) };
    let text = |[name, name_length, value, value_length]: [u32; 4]| {
        // SAFETY: the host made these strings, each for this list alone.
        unsafe { (taken_text(name, name_length), taken_text(value, value_length)) }
    };
    tuples.into_iter().map(text).collect()
}

/// Closes a directory of the host.
pub(crate) fn close(directory: u32) {
    flat::files::drop(directory);
}

/// Returns the directories of the host, with their paths. The caller must close each of them.
pub(crate) fn directories() -> Vec<(u32, String)> {
    let mut list = [0_u32; 2];
    // SAFETY: a list takes 8 bytes, aligned to 4.
    unsafe { late::preopens::get_directories(list.as_mut_ptr()) };
    let [at, count] = list;
    // SAFETY: a tuple of a handle and a string is three words, and the host made the list.
    let tuples: Vec<[u32; 3]> = unsafe { taken(at, count) };
    // SAFETY: the host made the string, for this list alone.
    let text = |[handle, at, length]: [u32; 3]| (handle, unsafe { taken_text(at, length) });
    tuples.into_iter().map(text).collect()
}

/// Returns the host's pollables that are ready now, without waiting.
pub(crate) fn ready(pollables: &mut Vec<u32>) -> Vec<u32> {
    // Add an expired timer, so that the host's `poll` returns immediately with everything that is
    // ready. Calling `ready` on each pollable would not do: wasmtime's timers are not ready at the
    // first call.
    let past = flat::monotonic::subscribe_duration(0);
    pollables.push(past);
    let mut list = [0_u32; 2];
    // SAFETY: the list is as long as it says, and the answer takes 8 bytes, aligned to 4.
    unsafe { late::poll::poll(pollables.as_ptr(), pollables.len(), list.as_mut_ptr()) };
    flat::poll::drop(past);
    let [at, count] = list;
    // SAFETY: the host made a list of numbers.
    unsafe { taken(at, count) }
}

/// The error of a stream, as the two words of a `stream-error`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamError(pub(crate) [u32; 2]);

impl StreamError {
    /// The error of a stream that has ended.
    pub(crate) const CLOSED: Self = Self([1, 0]);
}

/// Reads from a stream of the host.
pub(crate) fn read(stream: u32, length: u64, blocking: bool) -> Result<Vec<u8>, StreamError> {
    let mut answer = [0_u32; 3];
    let read = if blocking { late::streams::blocking_read } else { late::streams::read };
    // SAFETY: the result takes 12 bytes, aligned to 4.
    unsafe { read(stream, length, answer.as_mut_ptr()) };
    let [case, first, second] = answer;
    if case & 0xff != 0 {
        return Err(StreamError([first & 0xff, second]));
    }
    // SAFETY: the host made a list of bytes.
    Ok(unsafe { taken(first, second) })
}

/// Returns the number of bytes that a stream of the host takes.
pub(crate) fn check_write(stream: u32) -> Result<u64, StreamError> {
    let mut answer = [0_u64; 2];
    // SAFETY: the result takes 16 bytes, aligned to 8.
    unsafe { late::streams::check_write(stream, answer.as_mut_ptr()) };
    let [case, payload] = answer;
    if case & 0xff != 0 {
        return Err(StreamError([low(payload) & 0xff, low(payload >> 32)]));
    }
    Ok(payload)
}

/// Writes to a stream of the host.
pub(crate) fn write(stream: u32, bytes: &[u8]) -> Result<(), StreamError> {
    let mut answer = [0_u32; 3];
    // SAFETY: `bytes` has that length, and the result takes 12 bytes, aligned to 4.
    unsafe { late::streams::write(stream, bytes.as_ptr(), bytes.len(), answer.as_mut_ptr()) };
    let [case, first, second] = answer;
    if case & 0xff != 0 { Err(StreamError([first & 0xff, second])) } else { Ok(()) }
}

/// Waits until a stream of the host takes bytes.
pub(crate) fn wait_to_write(stream: u32) {
    let pollable = flat::streams::subscribe(stream);
    flat::poll::block(pollable);
    flat::poll::drop(pollable);
}
