//! Each method of `wasi:filesystem` on each kind of descriptor, and what it answers: a code, or
//! that it was done.

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};

fn main() {
    let (root, _) = get_directories().swap_remove(0);
    let open = |path: &str, flags| {
        root.open_at(PathFlags::empty(), path, OpenFlags::empty(), flags).unwrap()
    };
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root.open_at(PathFlags::empty(), "file", new, both).unwrap().write(b"content", 0).unwrap();
    root.create_directory_at("directory").unwrap();
    for (what, path, flags) in [
        ("a file for reading", "file", DescriptorFlags::READ),
        ("a file for writing", "file", DescriptorFlags::WRITE),
        ("a file for both", "file", both),
        ("a directory", "directory", DescriptorFlags::READ),
    ] {
        println!("-- {what}");
        calls(&open(path, flags), &root);
        below(&open(path, flags), &root);
    }
}

fn say<T>(what: &str, outcome: Result<T, ErrorCode>) {
    println!("{what}: {}", outcome.err().as_ref().map_or("done", ErrorCode::name));
}

/// Those without a path.
fn calls(it: &Descriptor, root: &Descriptor) {
    say("advise", it.advise(0, 0, Advice::Normal));
    say("sync", it.sync());
    say("sync-data", it.sync_data());
    println!(
        "get-flags: {:?}",
        it.get_flags().map(|flags| flags & !DescriptorFlags::MUTATE_DIRECTORY)
    );
    println!("get-type: {:?}", it.get_type());
    say("set-size", it.set_size(7));
    say("set-size far", it.set_size(u64::MAX));
    say("set-times to nothing", it.set_times(NewTimestamp::NoChange, NewTimestamp::NoChange));
    say("set-times", it.set_times(NewTimestamp::Now, NewTimestamp::Now));
    say("read nothing", it.read(0, 0));
    say("read", it.read(1, 0));
    say("read far", it.read(1, u64::MAX));
    say("write nothing", it.write(b"", 0));
    say("write", it.write(b"c", 0));
    say("write far", it.write(b"c", u64::MAX));
    say("read-directory", it.read_directory());
    say("stat", it.stat());
    say("metadata-hash", it.metadata_hash());
    println!("is-same-object: {} {}", it.is_same_object(it), it.is_same_object(root));
}

/// Those with a path below it.
fn below(it: &Descriptor, root: &Descriptor) {
    let none = PathFlags::empty();
    say("create-directory-at", it.create_directory_at("made"));
    say("stat-at", it.stat_at(none, "made"));
    let now = NewTimestamp::Now;
    say("set-times-at", it.set_times_at(none, "made", now, now));
    say("open-at", it.open_at(none, "made", OpenFlags::DIRECTORY, DescriptorFlags::READ));
    let (create, exclusive) = (OpenFlags::CREATE, OpenFlags::EXCLUSIVE);
    say("open-at to create a directory", {
        it.open_at(none, "none", create | OpenFlags::DIRECTORY, DescriptorFlags::READ)
    });
    say("open-at, exclusive alone", it.open_at(none, "made", exclusive, DescriptorFlags::READ));
    say("open-at to truncate", {
        it.open_at(none, "made", OpenFlags::TRUNCATE, DescriptorFlags::WRITE)
    });
    say("open-at to make a file", it.open_at(none, "file", create, DescriptorFlags::WRITE));
    say("symlink-at", it.symlink_at("made", "link"));
    say("readlink-at", it.readlink_at("link"));
    say("readlink-at of a directory", it.readlink_at("made"));
    say("link-at", it.link_at(none, "file", root, "linked"));
    say("rename-at", it.rename_at("file", root, "moved"));
    say("metadata-hash-at", it.metadata_hash_at(none, "link"));
    say("unlink-file-at", it.unlink_file_at("link"));
    say("unlink-file-at of a directory", it.unlink_file_at("made"));
    say("remove-directory-at", it.remove_directory_at("made"));
    say("from there", root.rename_at("file", it, "file"));
}
