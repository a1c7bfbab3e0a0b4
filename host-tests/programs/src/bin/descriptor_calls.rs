//! Calls each method of `wasi:filesystem` on each kind of descriptor, and prints the code of the
//! error or `done`. It also tries unusual flags, lengths and ends of paths.

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
    println!("-- odd");
    root.open_at(PathFlags::empty(), "file", new, both).unwrap().write(b"content", 0).unwrap();
    reads(&open("file", DescriptorFlags::READ));
    flags(&root);
    for (what, it) in [
        ("a directory", open("directory", DescriptorFlags::READ)),
        ("a file", open("file", DescriptorFlags::READ)),
    ] {
        too_long(what, &it, &root);
    }
    ends(&root);
}

fn say<T>(what: &str, outcome: Result<T, ErrorCode>) {
    println!("{what}: {}", outcome.err().as_ref().map_or("done", ErrorCode::name));
}

/// Calls the methods without a path.
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

/// Calls the methods with a path.
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

/// Reads nothing, less than the content, more than the content, and at the end.
fn reads(file: &Descriptor) {
    for (length, offset) in [(0, 0), (3, 0), (7, 0), (100, 0), (0, 7), (100, 7), (100, 8)] {
        let (bytes, end) = file.read(length, offset).unwrap();
        println!("read {length} at {offset}: {} bytes, the end: {end}", bytes.len());
    }
    let stream = file.read_via_stream(0).unwrap();
    for length in [3, 0, 2] {
        let bytes = stream.blocking_read(length).map(|bytes| bytes.len());
        println!("blocking-read {length}: {:?}", bytes.ok());
    }
}

/// Opens with flags that exclude each other, and with flags that change the file but do not ask for
/// writing.
fn flags(root: &Descriptor) {
    root.symlink_at("directory", "link").unwrap();
    let long = "n".repeat(5000);
    for path in ["file", "directory", "link", "none", &long] {
        for (what, flags) in [
            ("alone", OpenFlags::empty()),
            ("create", OpenFlags::CREATE),
            ("exclusive", OpenFlags::EXCLUSIVE),
            ("truncate", OpenFlags::TRUNCATE),
        ] {
            for follow in [PathFlags::empty(), PathFlags::SYMLINK_FOLLOW] {
                let flags = flags | OpenFlags::DIRECTORY;
                let opened = root.open_at(follow, path, flags, DescriptorFlags::READ);
                say(&format!("open-at directory {what} {} {follow:?}", path.len()), opened);
            }
        }
    }
    root.unlink_file_at("link").unwrap();
    for (what, flags, access) in [
        ("create", OpenFlags::CREATE, DescriptorFlags::READ),
        ("truncate", OpenFlags::TRUNCATE, DescriptorFlags::READ),
        ("create for nothing", OpenFlags::CREATE, DescriptorFlags::empty()),
        ("nothing", OpenFlags::empty(), DescriptorFlags::empty()),
    ] {
        let file = root.open_at(PathFlags::empty(), "odd", flags, access).unwrap();
        println!("get-flags after {what}: {:?}", file.get_flags());
        say("set-size", file.set_size(5));
        say("write", file.write(b"12", 1));
        say("read", file.read(10, 0));
    }
    let read = root.open_at(PathFlags::empty(), "odd", OpenFlags::empty(), DescriptorFlags::READ);
    println!("content: {:?}", read.unwrap().read(10, 0).unwrap().0);
    root.unlink_file_at("odd").unwrap();
}

/// Uses paths that are too long: in their last name, or as a whole.
fn too_long(what: &str, it: &Descriptor, root: &Descriptor) {
    let none = PathFlags::empty();
    let now = NewTimestamp::Now;
    let read = DescriptorFlags::READ;
    let texts = ["n".repeat(256), "n/".repeat(2500), "é/".repeat(1700) + "n"];
    for path in &texts {
        println!("{} bytes from {what}", path.len());
        say("create-directory-at", it.create_directory_at(path));
        say("stat-at", it.stat_at(none, path));
        say("set-times-at", it.set_times_at(none, path, now, now));
        say("open-at", it.open_at(none, path, OpenFlags::empty(), read));
        say("open-at to make", it.open_at(none, path, OpenFlags::CREATE, read));
        say("symlink-at", it.symlink_at("made", path));
        say("symlink-at of it", it.symlink_at(path, "none/link"));
        say("symlink-at of nothing", it.symlink_at("", "none/link"));
        say("symlink-at of nothing and it", it.symlink_at("", path));
        say("symlink-at of a root and it", it.symlink_at("/", path));
        say("readlink-at", it.readlink_at(path));
        say("link-at from", it.link_at(none, path, root, "none/linked"));
        say("link-at to", root.link_at(none, "none", it, path));
        say("link-at of a directory to", root.link_at(none, "directory", it, path));
        say("rename-at from", it.rename_at(path, root, "none/moved"));
        say("rename-at to", root.rename_at("none", it, path));
        say("metadata-hash-at", it.metadata_hash_at(none, path));
        say("unlink-file-at", it.unlink_file_at(path));
        say("remove-directory-at", it.remove_directory_at(path));
    }
}

/// Returns the kind of the file that a path names, or the code of the error.
fn kind(root: &Descriptor, follow: PathFlags, path: &str) -> String {
    match root.stat_at(follow, path) {
        Ok(stat) => format!("{:?}", stat.type_),
        Err(code) => code.name().to_owned(),
    }
}

/// Uses paths with slashes, dots and `..` at the end: for attributes, and to make, link, rename and
/// remove.
fn ends(root: &Descriptor) {
    let none = PathFlags::empty();
    for (target, link) in [("directory", "to-d"), ("file", "to-f"), ("none", "to-none")] {
        root.symlink_at(target, link).unwrap();
    }
    for name in ["file", "directory", "to-d", "to-f", "to-none", "none"] {
        for end in ["/", "//", "/.", "/./", "/.."] {
            let path = format!("{name}{end}");
            println!("{path}");
            // Without following links, put `./` before the name: `single_names` tries single names.
            for (follow, path) in [(none, &format!("./{path}")), (PathFlags::SYMLINK_FOLLOW, &path)]
            {
                println!("stat-at: {}", kind(root, follow, path));
                say("metadata-hash-at", root.metadata_hash_at(follow, path));
            }
            let now = NewTimestamp::Now;
            say("set-times-at", root.set_times_at(none, &path, now, now));
            say("create-directory-at", {
                let made = root.create_directory_at(&path);
                if made.is_ok() {
                    root.remove_directory_at(name).unwrap();
                }
                made
            });
            say("symlink-at", root.symlink_at("made", &path));
            say("symlink-at of nothing", root.symlink_at("", &path));
            say("readlink-at", root.readlink_at(&path));
            say("link-at from", root.link_at(none, &path, root, "new"));
            say("link-at from, to nowhere", root.link_at(none, &path, root, "none/new"));
            say("link-at to", root.link_at(none, "file", root, &path));
            say("rename-at to", root.rename_at("file", root, &path));
            say("rename-at from, to nowhere", root.rename_at(&path, root, "none/new"));
            say("unlink-file-at", root.unlink_file_at(&path));
            if end.contains('.') {
                say("remove-directory-at", root.remove_directory_at(&path));
            }
        }
    }
    single_names(root);
}

/// Asks for the attributes of a single name with a slash or dot at its end, without following
/// links. It also removes directories by names with a slash at the end.
fn single_names(root: &Descriptor) {
    let none = PathFlags::empty();
    for path in ["file/", "file/.", "to-d/", "to-none/", "none/", "directory/"] {
        println!("stat-at {path}: {}", kind(root, none, path));
        let same = |other: &str| {
            let [one, other] = [path, other].map(|path| root.metadata_hash_at(none, path).ok());
            one.is_some() && one.map(|it| it.lower) == other.map(|it| it.lower)
        };
        let [name, behind] = [path.trim_end_matches(['/', '.']), "directory"].map(same);
        println!("metadata-hash-at {path}: its own {name}, the directory's {behind}");
    }
    root.create_directory_at("empty").unwrap();
    for path in ["file/", "none/", "to-none/", "to-d/", "directory/", "empty/"] {
        say(&format!("remove-directory-at {path}"), root.remove_directory_at(path));
    }
}
