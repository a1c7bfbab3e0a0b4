//! Waits for five thousand pollables at once, for one of them many times, and for those that are
//! left when their streams' other pollables are dropped.

use std::mem;

use host_tests_programs::hostile::{create, root};
use wasip2::io::poll::{Pollable, poll};

const COUNT: usize = 5000;

fn main() {
    let file = create(&root(), "file").unwrap();
    let (reader, writer) = (file.read_via_stream(0).unwrap(), file.write_via_stream(0).unwrap());
    let subscribe = |number: usize| {
        if number.is_multiple_of(2) { reader.subscribe() } else { writer.subscribe() }
    };
    let mut held: Vec<_> = (0..COUNT).map(subscribe).collect();
    for _ in 0..20 {
        let all: Vec<&Pollable> = held.iter().collect();
        let ready = poll(&all);
        println!("{} of {COUNT}, the last is {:?}", ready.len(), ready.last());
    }
    println!("{} of one", poll(&vec![&held[7]; COUNT]).len());
    let mut number = 0_usize;
    held.retain(|_| {
        number += 1;
        number.is_multiple_of(3)
    });
    println!("{} of the rest", poll(&held.iter().collect::<Vec<_>>()).len());
    held.iter().for_each(Pollable::block);
    mem::forget(held);
    writer.blocking_write_and_flush(b"works").unwrap();
    mem::forget((reader, writer));
}
