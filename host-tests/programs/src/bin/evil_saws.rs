//! Removes everything under its own feet, works on with what it holds of it, and ends with a trap
//! while all of that is open.

use std::mem;
use std::process;

use host_tests_programs::hostile::{create, enter, open, root, say};

fn main() {
    let root = root();
    root.create_directory_at("d").unwrap();
    let inside = enter(&root, "d").unwrap();
    let file = create(&inside, "file").unwrap();
    file.write(b"content", 0).unwrap();
    let (reader, writer) = (file.read_via_stream(0).unwrap(), file.write_via_stream(7).unwrap());
    let listing = inside.read_directory().unwrap();
    inside.unlink_file_at("file").unwrap();
    say("the directory it stands in", &root.remove_directory_at("d"));

    say("a file there", &create(&inside, "more"));
    say("a directory there", &inside.create_directory_at("more"));
    say("a link there", &inside.symlink_at("x", "more"));
    say("up", &open(&inside, ".."));
    say("itself", &inside.stat());
    say("a file moved there", &{
        drop(create(&root, "moves").unwrap());
        root.rename_at("moves", &inside, "moves")
    });
    let entries = inside.read_directory().unwrap();
    println!("{:?} is listed", entries.read_directory_entry().unwrap().map(|entry| entry.name));

    writer.blocking_write_and_flush(b", more").unwrap();
    println!("{:?}", String::from_utf8(reader.blocking_read(99).unwrap()));
    println!("{:?} links, {} bytes", file.stat().unwrap().link_count, file.stat().unwrap().size);
    // What a stream holds outlives the file, its names and its descriptor.
    drop(file);
    writer.blocking_write_and_flush(b", and more").unwrap();
    println!("{:?}", String::from_utf8(reader.blocking_read(99).unwrap()));

    for _ in 0..1000 {
        root.create_directory_at("d").unwrap();
        let again = enter(&root, "d").unwrap();
        drop(create(&again, "file").unwrap());
        root.rename_at("d", &root, "e").unwrap();
        again.unlink_file_at("file").unwrap();
        root.remove_directory_at("e").unwrap();
        say_only_if_done(&create(&again, "file"));
    }
    println!("all is open");
    mem::forget((inside, reader, writer, listing));
    process::abort();
}

fn say_only_if_done<T, E>(answer: &Result<T, E>) {
    if answer.is_ok() {
        println!("made in a directory that is gone");
    }
}
