//! Random trees from the host into a space and back, by copies and by archives: nothing differs.

#![cfg(target_os = "linux")]

mod folder;

use std::fs;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime};

use chance::Chance;
use folder::{Folder, What, check};
use wasmtime_scratch::Space;

/// Makes a random tree. No block is written that is all zeros.
fn plant(folder: &Folder, chance: &mut Chance) {
    let mut directories = vec!["tree".to_owned()];
    let mut files = Vec::new();
    fs::create_dir(folder.path("tree")).unwrap();
    for number in 0..150 {
        let above = directories[chance.below(directories.len())].clone();
        let long = "n".repeat(chance.below(120));
        let name = ["é", " ", "\n", "", &long][chance.below(5)];
        let path = format!("{above}/{number}{name}");
        let depth = above.matches('/').count();
        match chance.below(10) {
            0 | 1 if depth < 12 => {
                fs::create_dir(folder.path(&path)).unwrap();
                directories.push(path);
            }
            2 => {
                let up = "../".repeat(chance.below(depth + 1));
                folder.link(&format!("{up}{}", "t".repeat(1 + chance.below(130))), &path);
            }
            3 if !files.is_empty() => {
                let file: &String = &files[chance.below(files.len())];
                fs::hard_link(folder.path(file), folder.path(&path)).unwrap();
            }
            _ => {
                file(&folder.file(&path, ""), chance);
                files.push(path);
            }
        }
    }
    // A directory changes with what comes into it; the times of links are those of their making.
    for path in files.iter().chain(directories.iter().rev()) {
        let seconds = Duration::from_secs(chance.draw() % (1 << 32));
        let nanoseconds = Duration::from_nanos([0, chance.draw() % 1_000_000_000][chance.below(2)]);
        let beginning = SystemTime::UNIX_EPOCH;
        let time = match chance.below(4) {
            0 => beginning - seconds / 4 - nanoseconds,
            _ => beginning + seconds + nanoseconds,
        };
        fs::File::open(folder.path(path)).unwrap().set_modified(time).unwrap();
    }
}

fn file(path: &std::path::Path, chance: &mut Chance) {
    let file = fs::File::options().write(true).open(path).unwrap();
    for _ in 0..chance.below(4) {
        let length = [1, 100, 4096, 5000, 70_000, 300_000][chance.below(6)];
        let offset = match chance.below(3) {
            0 => chance.draw() % 100_000,
            1 => (chance.draw() % 64) * 4096,
            _ => chance.draw() % (1 << 24),
        };
        let bytes: Vec<u8> = (1..=251).cycle().take(length).collect();
        file.write_all_at(&bytes, offset).unwrap();
    }
    if chance.below(3) == 0 {
        let length = file.metadata().unwrap().len();
        file.set_len(length + chance.draw() % 1_000_000).unwrap();
    }
}

#[test]
fn copy_in_and_out_of_a_random_tree_changes_nothing() {
    for seed in 0..6 {
        let folder = Folder::new(&format!("round-{seed}"));
        plant(&folder, &mut Chance(seed));
        let before = folder.tree("tree");
        let space = Space::builder().bytes(1 << 30).build().unwrap();
        let copied_in = space.copy_in(folder.path("tree"), "/in").unwrap();
        check(&space);
        let copied_out = space.copy_out("/in", folder.path("out")).unwrap();
        assert_eq!(folder.tree("tree"), before);
        let after = folder.tree("out");
        for (path, node) in &before {
            let name = String::from_utf8_lossy(path);
            assert_eq!(after.get(path).unwrap().what, node.what, "seed {seed}: {name}");
            assert_eq!(after.get(path), Some(node), "seed {seed}: {name}");
        }
        assert_eq!(after.len(), before.len(), "seed {seed}");
        assert_eq!(copied_in.files, copied_out.files);
        assert_eq!(copied_in.hard_links, copied_out.hard_links);
        assert!(copied_out.bytes <= copied_in.bytes + copied_in.files * 3 * 4096);
        let usage = space.usage();
        assert!(usage.content <= before.values().map(|node| node.blocks * 512 * 4).sum());
        check(&space);
    }
}

#[test]
fn copy_by_archives_of_a_random_tree_changes_nothing() {
    for seed in 100..106 {
        let folder = Folder::new(&format!("archive-{seed}"));
        plant(&folder, &mut Chance(seed));
        let before = folder.tree("tree");
        let space = Space::builder().bytes(1 << 30).build().unwrap();
        space.copy_in(folder.path("tree"), "/in").unwrap();
        let mut archive = Vec::new();
        space.pack("/in", &mut archive).unwrap();
        let again = Space::builder().bytes(1 << 30).build().unwrap();
        again.unpack(&archive[..], "/").unwrap();
        assert_eq!(again.usage().content, space.usage().content, "seed {seed}");
        assert_eq!(again.usage().nodes, space.usage().nodes - 1, "seed {seed}");
        again.copy_out("/", folder.path("out")).unwrap();
        let after = folder.tree("out");
        for (path, node) in &before {
            let name = String::from_utf8_lossy(path);
            assert_eq!(after.get(path), Some(node), "seed {seed}: {name}");
        }
        assert_eq!(after.len(), before.len(), "seed {seed}");
        check(&again);

        // Another reader sees the same files.
        let mut archive = tar::Archive::new(&archive[..]);
        let mut seen = 0;
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let (mut name, mut target, mut time) = (None, None, None);
            if let Ok(Some(extensions)) = entry.pax_extensions() {
                for extension in extensions {
                    // That reader takes a pax record for a line, and these have two.
                    let Ok(extension) = extension else {
                        name = Some(Vec::new());
                        break;
                    };
                    let value = extension.value_bytes().to_vec();
                    match extension.key().unwrap() {
                        "path" => name = Some(value),
                        "linkpath" => target = Some(value),
                        "mtime" => time = Some(value),
                        _ => {}
                    }
                }
            }
            let name = name.unwrap_or_else(|| entry.path_bytes().into_owned());
            let name = name.strip_suffix(b"/").unwrap_or(&name);
            if name.is_empty() || !before.contains_key(name) {
                continue;
            }
            seen += 1;
            let node = &before[name];
            let header = entry.header().clone();
            if time.is_none() {
                assert_eq!((header.mtime().unwrap().cast_signed(), 0), node.modified);
            }
            let target = target.or_else(|| entry.link_name_bytes().map(|it| it.into_owned()));
            match (&node.what, header.entry_type()) {
                (What::Directory, tar::EntryType::Directory) => {}
                (What::Link(link), tar::EntryType::Symlink) => {
                    assert_eq!(link.as_os_str().as_encoded_bytes(), target.unwrap());
                }
                (What::File(_) | What::Same(_), tar::EntryType::Link) => {
                    assert!(before.contains_key(&target.unwrap()));
                }
                (What::File(_) | What::Same(_), _) => {
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes).unwrap();
                    assert_eq!(bytes, fs::read(folder.path("tree").join(os(name))).unwrap());
                }
                (what, kind) => panic!("{what:?} became {kind:?}"),
            }
        }
        assert!(seen * 2 > before.len(), "{seen} of {}", before.len());
    }
}

fn os(name: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}
