//! Filesystems in memory that start with files. The tests check the files that a program sees, and
//! the limit at which the tool refuses a seed because it would not start.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use host_tests::{Builder, Program, Run, Sandbox};
use scratch_compose::{Form, Memory, Options, Record, seed};
use tempfile::TempDir;
use tmpfs::prices;

include!(concat!(env!("OUT_DIR"), "/programs_of_memory_seeds.rs"));

/// The filesystem beside the program, and in the program.
const FORMS: [Form; 2] = [Form::Composed, Form::Embedded];

/// Puts records into a filesystem for the program that lists its files. Returns the error's text if
/// they are refused.
fn made(form: Form, records: &[Record]) -> Result<Vec<u8>, String> {
    let memory = Some(Memory { form: Some(form), records: records.to_vec(), ..Memory::default() });
    let options = Options { audited: false, memory };
    let program = fs::read(SEEDED.file()).unwrap();
    host_tests::composed(&program, &options).map_err(|error| error.to_string())
}

fn run(composition: &[u8], arguments: &[&str]) -> Run {
    Program::run_bytes(composition, Sandbox::builder(), arguments)
}

fn set_modified(path: &Path, seconds: u64, nanoseconds: u32) {
    let time = UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    File::open(path).unwrap().set_modified(time).unwrap();
}

#[test]
#[cfg(unix)]
fn a_program_sees_of_a_seed_what_it_sees_of_the_directory() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("deep/er")).unwrap();
    fs::create_dir(path("empty")).unwrap();
    fs::write(path("deep/er/é x"), "text").unwrap();
    fs::write(path("one name"), "shared").unwrap();
    fs::hard_link(path("one name"), path("deep/other name")).unwrap();
    std::os::unix::fs::symlink("deep/er", path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dangling")).unwrap();
    File::create(path("holes")).unwrap().set_len(1 << 20).unwrap();
    let dated = ["deep/er/é x", "deep/er", "deep", "empty", "holes", "one name", "."];
    for (number, name) in (1..).zip(dated) {
        set_modified(&path(name), 1_000_000_000 + u64::from(number), 1_000_001 * number);
    }
    let whole = FORMS.map(|form| made(form, &seed::records(folder.path()).unwrap()).unwrap());
    let in_memory = whole.map(|whole| run(&whole, &[]).succeeded().stdout);
    let ground = Sandbox::builder().preopen(folder.path(), "/tmp").env("TMPDIR", "/tmp");
    let on_disk = on_disk(ground);
    assert_eq!(in_memory, [on_disk.as_str(); 2]);
    assert!(on_disk.ends_with("the other name has \"shared and more\"\n"), "{on_disk}");
}

fn on_disk(ground: Builder) -> String {
    Program::new(SEEDED, ground).run(&[]).succeeded().stdout
}

fn file(name: &str, bytes: usize) -> Record {
    Record::File(name.into(), vec![1; bytes])
}

fn variable(name: &str, value: u64) -> Record {
    Record::Variable(name.into(), value.to_string())
}

/// Asserts that a seed starts with these least limits all at once. With one less of any limit it
/// must be refused, and would trap.
#[track_caller]
fn assert_border(seed: &[Record], limits: &[(&str, u64)]) {
    let name = |option: &str| format!("TMPFS_{}", option.to_uppercase().replace('-', "_"));
    let with = |lowered: &str| {
        let limits = limits.iter().map(|(option, least)| {
            variable(&name(option), if *option == lowered { least - 1 } else { *least })
        });
        seed.iter().cloned().chain(limits).collect::<Vec<_>>()
    };
    for form in FORMS {
        let whole = made(form, &with("")).unwrap();
        let counted = run(&whole, &["count"]).succeeded().stdout;
        assert_eq!(counted, format!("{}\n", seed.len()));
    }
    for (option, least) in limits {
        let less = with(option);
        for form in FORMS {
            let words = made(form, &less).expect_err(option);
            assert!(words.contains(&format!("--{option} allows {}", least - 1)), "{words}");
        }
        assert!(Sandbox::builder().baked(&less).try_limits().is_err(), "{option}: it starts");
    }
}

#[test]
fn each_limit_is_accepted_to_the_last_byte() {
    let hard_link = Record::HardLink("d/link".into(), "five thousand".into());
    let seed = [
        Record::Directory("d".into()),
        file("d/x", 1),
        file("five thousand", 5000),
        hard_link,
        Record::Link("l".into(), "d/../d/x".into()),
    ];
    // The metadata: root, directory, two files and a link; five names, two of them for one file;
    // the target; two indexes of a bucket each; two listings of more than one entry; two pages.
    let metadata = 5 * prices::NODE
        + 5 * prices::ENTRY
        + (prices::ALLOCATION + 8)
        + 2 * (prices::BUCKET + prices::BRANCH)
        + 2 * prices::PAGE;
    let limits = [
        // The sizes are rounded as docs/compose.md says: to a power of two of at least 64, and
        // beyond 4 KiB to a multiple of 4 KiB.
        ("bytes", 64 + 8192),
        ("metadata", metadata),
        ("nodes", 1 + 4),
        ("name", 13),
        ("path", 13),
        ("file-size", 5000),
    ];
    assert_border(&seed, &limits);
    assert_border(&[Record::Link("l".into(), "x/".repeat(20))], &[("path", 40)]);
}

#[test]
fn the_root_alone_takes_the_price_of_a_node() {
    assert_border(&[], &[("metadata", prices::NODE)]);
}

#[test]
fn the_default_limits_are_accepted_to_the_last_byte() {
    let full = [file("full", 64 << 20)];
    let more = [full.as_slice(), &[file("more", 1)]].concat();
    for form in FORMS {
        let run = run(&made(form, &full).unwrap(), &["count"]).succeeded();
        assert_eq!(run.stdout, "1\n");
        let words = made(form, &more).unwrap_err();
        assert!(words.contains("--bytes allows 67108864"), "{words}");
    }
}

#[test]
fn as_many_files_as_the_default_allows_start() {
    let folders = (0..256_u32).map(|folder| Record::Directory(folder.to_string()));
    let files = (0..65_535_u32 - 256).map(|number| file(&format!("{}/{number}", number % 256), 0));
    let records: Vec<_> = folders.chain(files).collect();
    let more = [records.as_slice(), &[file("more", 0)]].concat();
    for form in FORMS {
        let run = run(&made(form, &records).unwrap(), &["count"]).succeeded();
        assert_eq!(run.stdout, "65535\n");
        let words = made(form, &more).unwrap_err();
        assert!(words.contains("--nodes allows 65536"), "{words}");
    }
}

/// Starts the same large directory many times, since its index differs from start to start.
#[test]
fn a_large_directory_at_the_border_of_its_metadata_starts_every_time() {
    let files: Vec<_> = (0..2000).map(|number| file(&number.to_string(), 0)).collect();
    let with = |metadata| [files.as_slice(), &[variable("TMPFS_METADATA", metadata)]].concat();
    // The metadata of this one start is refused, and the error names the amount for any start.
    let number = |words: &str, before: &str| {
        let number = words.split_once(before).unwrap().1.split(' ').next().unwrap();
        number.parse::<u64>().unwrap()
    };
    let [composed, embedded] = FORMS;
    let once = number(&made(composed, &with(1)).unwrap_err(), "the seed take ");
    let accepted = number(&made(composed, &with(once)).unwrap_err(), "the seed take up to ");
    for form in [composed, embedded] {
        assert!(made(form, &with(accepted - 1)).is_err());
        let whole = made(form, &with(accepted)).unwrap();
        for _ in 0..5 {
            assert_eq!(run(&whole, &["count"]).succeeded().stdout, "2000\n");
        }
    }
    // The tool refuses little without need: a file takes about 244 bytes.
    assert!(accepted < 2000 * 244 * 11 / 10, "{accepted}");
}
