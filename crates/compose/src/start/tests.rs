//! Refusals, their words, and the numbers in them. The harness runs compositions at the border
//! (`memory_seeds`).

use tmpfs::{Settings, Space, Usage, prices};

use super::{NOW, add, ensure_memory, ensure_starts, spread};
use crate::bake::{Record, Time};

fn file(name: &str, bytes: usize) -> Record {
    Record::File(name.into(), vec![1; bytes])
}

fn directory(name: &str) -> Record {
    Record::Directory(name.into())
}

fn variable(name: &str, value: impl ToString) -> Record {
    Record::Variable(name.into(), value.to_string())
}

/// Returns the words of the refusal.
#[track_caller]
fn refusal(records: &[Record]) -> String {
    format!("{:#}", ensure_starts(records).unwrap_err())
}

#[track_caller]
fn assert_parts(records: &[Record], parts: &[&str]) {
    let refusal = refusal(records);
    for part in parts {
        assert!(refusal.contains(part), "{part:?} is missing in: {refusal}");
    }
}

#[test]
fn a_seed_twice_or_larger_than_its_limit_is_refused() {
    let allowed = variable("TMPFS_BYTES", "1K");
    assert!(ensure_starts(&[file("a", 1024), allowed.clone()]).is_ok());
    assert!(ensure_starts(&[file("a", 1024), file("b", 1), allowed.clone()]).is_err());
    assert!(ensure_starts(&[file("a", 900), file("b", 9), allowed]).is_err(), "rounded");
    let nodes = variable("TMPFS_NODES", "2");
    assert!(ensure_starts(&[file("a", 0), nodes.clone()]).is_ok());
    assert!(ensure_starts(&[file("a", 0), file("b", 0), nodes]).is_err());
    assert!(ensure_starts(&[variable("TMPDIR", "/tmp/x"), directory("x")]).is_ok());
    assert!(ensure_starts(&[variable("TMPDIR", "/elsewhere")]).is_err());
    assert!(ensure_starts(&[file("a", 1), directory("a")]).is_err());
}

#[test]
fn a_refusal_names_the_option_what_is_needed_and_what_is_allowed() {
    assert_parts(
        &[variable("TMPFS_METADATA", 100)],
        &["--metadata allows 100", &format!("{} bytes of metadata", prices::NODE)],
    );
    assert_parts(
        &[file("large", 70_000_000)],
        &["--bytes allows 67108864", "70000640 bytes of content"],
    );
    assert_parts(
        &[directory("a"), file("a/long", 1), variable("TMPFS_NAME", 3)],
        &["a/long", "the name long has 4 bytes", "--name allows 3"],
    );
    assert_parts(
        &[directory("a"), file("a/b", 1), variable("TMPFS_PATH", 2)],
        &["a/b has 3 bytes", "--path allows 2"],
    );
    assert_parts(
        &[Record::Link("a".into(), "far/away".into()), variable("TMPFS_PATH", 7)],
        &["the target of the link has 8 bytes", "--path allows 7"],
    );
    assert_parts(
        &[file("a", 11), variable("TMPFS_FILE_SIZE", 10)],
        &["a has 11 bytes", "--file-size allows 10"],
    );
    assert_parts(
        &[file("a", 1), file("b", 1), variable("TMPFS_NODES", 2)],
        &["3 files, directories and links", "--nodes allows 2"],
    );
    assert_parts(&[variable("TMPFS_HANDLES", 1)], &["TMPFS_HANDLES=1", "from 3"]);
    assert_parts(&[variable("TMPFS_BITES", 1)], &["no setting TMPFS_BITES"]);
    assert_parts(&[file("a/b", 1)], &["a/b cannot be made"]);
}

#[test]
fn as_many_files_as_the_default_nodes_allow_are_taken_and_one_more_is_not() {
    let mut records: Vec<_> = (0..256)
        .flat_map(|folder| {
            let files = (0..255).map(move |number| file(&format!("{folder}/{number}"), 0));
            [directory(&folder.to_string())].into_iter().chain(files)
        })
        .collect();
    // The root is one of the 65,536.
    records.pop();
    ensure_starts(&records).unwrap();
    records.push(file("one more", 0));
    assert_parts(&records, &["65537 files, directories and links", "--nodes allows 65536"]);
}

#[test]
fn another_name_of_a_file_takes_an_entry_only() {
    let link = Record::HardLink("b".into(), "a".into());
    let limits = [variable("TMPFS_BYTES", 64), variable("TMPFS_NODES", 2)];
    ensure_starts(&[&[file("a", 64), link.clone()][..], &limits].concat()).unwrap();
    assert_parts(&[link], &["b cannot be made"]);
}

#[test]
fn times_and_holes_take_nothing() {
    let time = Record::Modified("a".into(), Time { seconds: -1, nanoseconds: 5 });
    let hole = Record::File("a".into(), vec![0; 100_000]);
    ensure_starts(&[hole, time, variable("TMPFS_BYTES", 0)]).unwrap();
}

#[test]
fn a_tmpdir_is_a_directory_of_the_seed() {
    let told = |path| variable("TMPDIR", path);
    for path in ["/tmp", "/tmp/", "/tmp/d", "/tmp//d/", "/tmp/link"] {
        let link = Record::Link("link".into(), "d".into());
        ensure_starts(&[directory("d"), link, told(path)]).unwrap();
    }
    for path in ["/tmp/missing", "/tmp/file", "/tmpx", "/", "tmp", "/tmp/../tmp"] {
        assert_parts(&[file("file", 1), told(path)], &["TMPDIR=", path]);
    }
    let mount = variable("TMPFS_MOUNT", "/scratch");
    ensure_starts(&[told("/scratch"), mount.clone()]).unwrap();
    assert_parts(&[told("/tmp"), mount], &["not below the mount /scratch"]);
    ensure_starts(&[told("/d"), directory("d"), variable("TMPFS_MOUNT", "/")]).unwrap();
}

#[test]
fn a_root_of_everything_has_a_directory_for_temporary_files() {
    let (mount, nodes) = (variable("TMPFS_MOUNT", "/"), |number| variable("TMPFS_NODES", number));
    ensure_starts(&[mount.clone(), variable("TMPDIR", "/tmp"), nodes(2)]).unwrap();
    ensure_starts(&[mount.clone(), directory("tmp"), nodes(2)]).unwrap();
    ensure_starts(&[mount.clone(), file("tmp", 0), nodes(2)]).unwrap();
    assert_parts(&[mount, nodes(1)], &["--nodes"]);
}

/// The engine hashes names under a secret: what an index takes differs from start to start.
#[test]
fn no_start_takes_more_metadata_than_the_composer_asks_for() {
    for entries in [17, 18, 24, 33, 40, 100, 300, 1000, 5000] {
        let records: Vec<_> = (0..entries).map(|number| file(&number.to_string(), 0)).collect();
        let metadata = |secret| {
            let settings = Settings::seeded([secret, secret ^ 0x5555], NOW);
            let mut space = Space::create(settings).unwrap();
            let root = space.root(tmpfs::DescriptorFlags::DIRECTORY).unwrap();
            records.iter().for_each(|record| add(&mut space, root, record).unwrap());
            space.usage().metadata
        };
        let starts = if entries < 1000 { 400 } else { 40 };
        let (least, most) = (0..starts)
            .map(metadata)
            .fold((u64::MAX, 0), |(least, most), it| (least.min(it), most.max(it)));
        // The composer's own start may be any of them.
        let (seen, allowed) = (most - least, spread(&records));
        assert!(2 * seen <= allowed, "{entries}: {seen} of {allowed}");
    }
    let sixteen: Vec<_> = (0..16).map(|number| file(&number.to_string(), 0)).collect();
    assert_eq!(spread(&sixteen), 0);
}

#[test]
fn what_32_bits_do_not_address_is_refused() {
    let used = |content| Usage { content, ..Usage::default() };
    ensure_memory(1 << 30, used(2 << 30)).unwrap();
    let refusal = ensure_memory(1 << 30, used(3 << 30)).unwrap_err().to_string();
    assert!(refusal.contains("4 GiB"), "{refusal}");
}
