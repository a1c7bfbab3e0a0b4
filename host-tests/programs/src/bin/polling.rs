//! Polls every mixture of pollables of the filesystem and of the host. The first argument describes
//! standard input: `silent` or `ready`. With `exactly` as the second argument, the program also
//! asserts that files are ready at once: a host that reads files in another thread may report them
//! later.

use wasip2::cli::stdin::get_stdin;
use wasip2::clocks::monotonic_clock::{now, subscribe_duration, subscribe_instant};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};
use wasip2::io::poll::{Pollable, poll};

const HOUR: u64 = 3_600_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// A pollable, and its expected state: ready or not.
struct Thing<'a> {
    name: &'static str,
    pollable: &'a Pollable,
    ready: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let silent = arguments[0] == "silent";
    let exactly = arguments.get(1).is_some_and(|word| word == "exactly");

    let directories = get_directories();
    let (root, _) = &directories[0];
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let file = root.open_at(PathFlags::empty(), "polled", OpenFlags::CREATE, flags).unwrap();
    file.write(b"something to read", 0).unwrap();
    let (reader, writer) = (file.read_via_stream(0).unwrap(), file.write_via_stream(0).unwrap());
    let stdin = get_stdin();

    let (reading, writing) = (reader.subscribe(), writer.subscribe());
    let (past, future) = (subscribe_duration(0), subscribe_duration(HOUR));
    let input = stdin.subscribe();
    let things = [
        Thing { name: "reader", pollable: &reading, ready: true },
        Thing { name: "writer", pollable: &writing, ready: true },
        Thing { name: "past", pollable: &past, ready: true },
        Thing { name: "future", pollable: &future, ready: false },
        Thing { name: "stdin", pollable: &input, ready: !silent },
    ];
    if !silent {
        // The host may need a moment to find out that input is there.
        input.block();
    }
    if exactly {
        assert!(reading.ready() && writing.ready() && !future.ready());
        // Poll a new expired timer together with a pollable that is ready.
        let mut told = poll(&[&subscribe_duration(0), &reading, &future]);
        told.sort_unstable();
        assert_eq!(told, [0, 1]);
    }
    let mut lists = 0;
    for length in 1..=4 {
        for number in 0..things.len().pow(length) {
            lists += u32::from(wait(&list(&things, number, length), exactly));
        }
    }
    println!("{lists} lists");

    for pollable in [&reading, &writing, &past] {
        pollable.block();
        pollable.block();
    }
    timers(&reading, &future);
    println!("done");
}

/// Returns the list with this number, among all lists of this length.
fn list<'a>(things: &'a [Thing<'a>], mut number: usize, length: u32) -> Vec<&'a Thing<'a>> {
    let mut next = || {
        let thing = &things[number % things.len()];
        number /= things.len();
        thing
    };
    (0..length).map(|_| next()).collect()
}

/// Polls a list. Returns false, without polling, if nothing in the list is ever ready.
fn wait(list: &[&Thing<'_>], exactly: bool) -> bool {
    let ready: Vec<u32> = (0_u32..).zip(list).filter(|(_, it)| it.ready).map(|(i, _)| i).collect();
    if ready.is_empty() {
        return false;
    }
    let mut told = poll(&list.iter().map(|thing| thing.pollable).collect::<Vec<_>>());
    told.sort_unstable();
    let names: Vec<_> = list.iter().map(|thing| thing.name).collect();
    if exactly {
        assert_eq!(told, ready, "{names:?}");
    } else {
        assert!(!told.is_empty(), "{names:?}");
        assert!(told.iter().all(|index| ready.contains(index)), "{names:?}: {told:?}");
    }
    true
}

/// Asserts that a timer ends when its time has come, and not before.
fn timers(file: &Pollable, future: &Pollable) {
    let start = now();
    let soon = subscribe_duration(5 * MILLISECOND);
    assert_eq!(poll(&[future, &soon]), [1]);
    assert!(now() - start >= 5 * MILLISECOND);
    assert!(soon.ready() && !future.ready());

    let start = now();
    let at = subscribe_instant(start + 5 * MILLISECOND);
    at.block();
    assert!(now() - start >= 5 * MILLISECOND);
    // An expired timer stays ready. The host chooses the order of the indices.
    let mut told = poll(&[future, &at, &soon]);
    told.sort_unstable();
    assert_eq!(told, [1, 2]);

    file.block();
    assert_eq!(poll(&[future, file]), [1]);
}
