//! Files of a space by path, as a host reads and writes them.

use std::time::{Duration, SystemTime};

use wasmtime_scratch::{Error, Kind, Limits, SharedLimit, SharedLimits, Space};

fn space() -> Space {
    Space::builder().build().unwrap()
}

#[test]
fn copy_files_paths_are_below_the_root_with_and_without_a_slash() {
    let space = space();
    space.create_dir_all("/a/b").unwrap();
    space.write("a/b/file", "1").unwrap();
    space.write("//a/./b//file", "22").unwrap();
    assert_eq!(space.read("/a/b/../b/file").unwrap(), b"22");
    for out in ["..", "/..", "../x", "/a/../../x"] {
        assert_eq!(space.write(out, "x"), Err(Error::NotPermitted), "{out}");
        assert_eq!(space.read(out), Err(Error::NotPermitted), "{out}");
        assert_eq!(space.create_dir_all(out), Err(Error::NotPermitted), "{out}");
    }
    assert_eq!(space.read(""), Err(Error::NoEntry));
    assert_eq!(space.exists("/"), Ok(true));
    assert_eq!(space.exists("/a/none"), Ok(false));
    assert_eq!(space.write("/none/file", ""), Err(Error::NoEntry));
    assert_eq!(space.write("/a/b/file/x", ""), Err(Error::NotDirectory));
    assert_eq!(space.write("/a/b", ""), Err(Error::IsDirectory));
    assert_eq!(space.read("/a"), Err(Error::IsDirectory));
    assert_eq!(space.list("/a/b/file"), Err(Error::NotDirectory));
    assert_eq!(space.remove_file("/a"), Err(Error::IsDirectory));
    space.audit().unwrap();
}

#[test]
fn copy_files_a_write_that_a_limit_refuses_leaves_no_half() {
    let space = Space::builder().bytes(100 << 10).build().unwrap();
    space.write("old", vec![1; 10 << 10]).unwrap();
    let full = vec![2; 200 << 10];
    assert_eq!(space.write("new", &full), Err(Error::InsufficientSpace));
    assert_eq!(space.exists("new"), Ok(false));
    assert_eq!(space.write("old", &full), Err(Error::InsufficientSpace));
    assert_eq!(space.read("old").unwrap(), b"");
    assert_eq!(space.usage().content, 0);
    space.write("old", vec![3; 90 << 10]).unwrap();
    assert_eq!(space.usage().handles, 0);
    space.audit().unwrap();
}

#[test]
fn copy_files_listings_are_sorted_and_tell_sizes_and_times() {
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 7);
    let space = Space::builder().clock(move || time).build().unwrap();
    for name in ["b", "a", "c"] {
        space.write(name, name.repeat(3)).unwrap();
    }
    space.create_dir_all("/aa").unwrap();
    let entries = space.list("/").unwrap();
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.name.as_str(), entry.kind, entry.size)).collect();
    let file = Kind::RegularFile;
    assert_eq!(told, [("a", file, 3), ("aa", Kind::Directory, 0), ("b", file, 3), ("c", file, 3)]);
    let told = space.metadata("c").unwrap();
    assert_eq!((told.size, told.link_count), (3, 1));
    assert_eq!((told.modified.seconds, told.modified.nanoseconds), (1_700_000_000, 7));
}

#[test]
fn copy_files_a_tree_of_any_depth_is_removed_from_a_space_that_is_full() {
    let limits = Limits { handles: 2, metadata: 1 << 20, ..Limits::default() };
    let space = Space::builder().limits(limits).build().unwrap();
    space.create_dir_all("/kept").unwrap();
    space.write("/kept/1", "1").unwrap();
    let deep = format!("/top/2{}", "/3".repeat(1500));
    space.create_dir_all(&deep).unwrap();
    space.write(&format!("{deep}/file"), "x").unwrap();
    assert_eq!(space.usage().nodes, 1 + 2 + 2 + 1500 + 1);
    let mut number = 0;
    while space.create_dir_all(&format!("/top/{number}")).is_ok() {
        number += 1;
    }
    assert_eq!(space.last_refusal().unwrap().limit, wasmtime_scratch::Limit::Metadata);
    space.remove_dir_all("top/").unwrap();
    assert_eq!(space.list("/").unwrap().len(), 1);
    assert_eq!((space.usage().nodes, space.limits()), (3, limits));
    for (path, error) in [
        ("/kept/..", Error::NotEmpty),
        ("/kept/.", Error::Invalid),
        ("/kept/1", Error::NotDirectory),
        ("/none", Error::NoEntry),
        ("..", Error::NotEmpty),
    ] {
        assert_eq!(space.remove_dir_all(path), Err(error), "{path}");
    }
    assert_eq!(space.read("/kept/1").unwrap(), b"1");
    space.remove_dir_all("/").unwrap();
    assert_eq!((space.list("/").unwrap(), space.usage().nodes), (vec![], 1));
    space.audit().unwrap();
}

#[test]
fn copy_files_a_tree_is_removed_where_a_shared_limit_is_used_up() {
    let limits = SharedLimits { bytes: 64 << 10, nodes: 1_000, handles: 10 };
    let space = Space::builder().shared_limit(&SharedLimit::new(limits)).build().unwrap();
    space.create_dir_all("/top/a/b/c").unwrap();
    // A directory refuses a file if its index must grow, while another directory still has room.
    for directory in ["/top/a/b", "/top"] {
        let made = (0..).take_while(|at| space.write(&format!("{directory}/{at}"), "").is_ok());
        assert!(made.count() < 1_000);
    }
    assert_eq!(space.write("full", ""), Err(Error::Quota));
    space.remove_dir_all("/top").unwrap();
    assert_eq!((space.list("/").unwrap(), space.usage().nodes), (vec![], 1));
    space.audit().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn copy_files_a_file_that_is_larger_than_the_space_by_its_holes_is_not_read() {
    let folder = std::env::temp_dir().join(format!("copy-files-{}", std::process::id()));
    std::fs::write(&folder, "x").unwrap();
    std::fs::File::options().write(true).open(&folder).unwrap().set_len(1 << 40).unwrap();
    let space = space();
    space.copy_in(&folder, "/sparse").unwrap();
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(space.read("/sparse"), Err(Error::FileTooLarge));
    assert_eq!(space.metadata("/sparse").unwrap().size, 1 << 40);
    assert!(space.usage().content <= 4096);
}
