//! Drops a file's descriptor, its streams and their pollables in every order. With `legal` it
//! leaves out the orders that drop a stream before its pollable, since hosts may trap at these.

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DirectoryEntryStream, OpenFlags, PathFlags,
};
use wasip2::io::poll::Pollable;
use wasip2::io::streams::{InputStream, OutputStream};

/// A thing that is dropped. All things that are not dropped yet must still work.
enum Held {
    File(Descriptor),
    Reader(InputStream),
    Writer(OutputStream),
    Reading(Pollable),
    Writing(Pollable),
    Directory(Descriptor),
    Listing(DirectoryEntryStream),
}

const COUNT: usize = 7;
/// The positions in [`hold`] of a stream and its pollable.
const CHILDREN: [(usize, usize); 2] = [(1, 3), (2, 4)];

fn main() {
    let legal = std::env::args().nth(1).is_some_and(|word| word == "legal");
    let mut orders = Vec::new();
    permute(&mut (0..COUNT).collect(), 0, &mut orders);
    let place = |order: &[usize], thing| order.iter().position(|it| *it == thing);
    orders.retain(|order| {
        let kept = |(stream, pollable)| place(order, pollable) < place(order, stream);
        !legal || CHILDREN.into_iter().all(kept)
    });

    for order in &orders {
        let mut held: Vec<Option<Held>> = hold().into_iter().map(Some).collect();
        for thing in order {
            drop(held[*thing].take());
            held.iter().flatten().for_each(use_it);
        }
    }
    println!("{} orders", orders.len());
}

/// Lists every order of the elements from `from` on.
fn permute(order: &mut Vec<usize>, from: usize, orders: &mut Vec<Vec<usize>>) {
    if from == order.len() {
        orders.push(order.clone());
    }
    for next in from..order.len() {
        order.swap(from, next);
        permute(order, from + 1, orders);
        order.swap(from, next);
    }
}

fn hold() -> [Held; COUNT] {
    let (root, _) = get_directories().swap_remove(0);
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let open = |path, how, flags| root.open_at(PathFlags::empty(), path, how, flags).unwrap();
    let file = open("dropped", OpenFlags::CREATE | OpenFlags::TRUNCATE, flags);
    file.write(&[b'x'; 64], 0).unwrap();
    let (reader, writer) = (file.read_via_stream(0).unwrap(), file.write_via_stream(0).unwrap());
    let (reading, writing) = (reader.subscribe(), writer.subscribe());
    let directory = open(".", OpenFlags::DIRECTORY, DescriptorFlags::READ);
    let listing = directory.read_directory().unwrap();
    // Streams also work on a file that no longer has a name.
    root.unlink_file_at("dropped").unwrap();
    open("listed", OpenFlags::CREATE, flags);
    [
        Held::File(file),
        Held::Reader(reader),
        Held::Writer(writer),
        Held::Reading(reading),
        Held::Writing(writing),
        Held::Directory(directory),
        Held::Listing(listing),
    ]
}

fn use_it(held: &Held) {
    match held {
        Held::File(file) => assert_eq!(file.read(1, 63).unwrap().0, b"x"),
        Held::Reader(reader) => assert_eq!(reader.blocking_read(1).unwrap(), b"x"),
        Held::Writer(writer) => writer.blocking_write_and_flush(b"x").unwrap(),
        Held::Reading(pollable) | Held::Writing(pollable) => pollable.block(),
        Held::Directory(directory) => {
            directory.stat_at(PathFlags::empty(), "listed").unwrap();
        }
        // At its end, a listing stays at the end.
        Held::Listing(listing) => while listing.read_directory_entry().unwrap().is_some() {},
    }
}
