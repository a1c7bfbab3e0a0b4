//! Programs that use up a limit.

use host_tests::{Builder, Sandbox};

use super::{
    BYTES, EVIL_FILLS, EVIL_GHOSTS, EVIL_GROWS, EVIL_HIDES, EVIL_HOLDS, EVIL_NAMES, EVIL_ROOTS,
    EVIL_SHEARS, EVIL_TIMES, EVIL_WEBS, HANDLES, PROGRAM,
};
use super::{
    assert_contained, assert_contained_as_on_the_host, assert_contained_in_a_space,
    assert_next_works, limited, ran, returned,
};

#[test]
fn one_that_fills_everything_and_goes_on_is_refused_and_loses_nothing() {
    // ENOSPC for content and for files, EFBIG beyond the largest file.
    let heard = "{\"file-too-large\", \"insufficient-space\"}\n";
    assert_contained(EVIL_FILLS, returned, heard);
}

#[test]
fn one_that_holds_all_handles_is_refused_more_and_can_have_them_again() {
    // The root and the first file hold two handles.
    let heard = format!("opened {} times\n{{\"insufficient-memory\"}}\n", HANDLES - 2);
    assert_contained(EVIL_HOLDS, returned, &heard);
}

#[test]
fn one_that_storms_with_long_names_leaves_exact_books() {
    // A move makes the new entry before it removes the old one, which is refused where all is full:
    // then there is nothing to move back.
    let heard = "then insufficient-space\nlonger name-too-long\nlongest name-too-long\n\
        empty no-entry\nmoved: {\"insufficient-space\", \"no-entry\"}\n";
    assert_contained(EVIL_NAMES, returned, heard);
}

#[test]
fn one_that_fills_files_without_names_has_the_room_of_files_with_names() {
    // Its pieces are of 4,096 bytes, so that no page is begun in vain.
    let heard = format!("{BYTES} bytes without a name, then insufficient-space\n");
    assert_contained(EVIL_GHOSTS, returned, &heard.repeat(2));
}

#[test]
fn one_that_hides_bytes_among_zeros_pays_for_their_pages_only() {
    // One byte takes 64 bytes in the first page of a file, and 4,096 in any other page.
    let hidden = (BYTES - 64) / 4096 + 1;
    let heard = format!("{} zeros\n{hidden} bytes hidden, then insufficient-space\n", 64 << 20);
    assert_contained(EVIL_HIDES, returned, &heard);
}

#[test]
fn one_that_takes_all_memory_is_refused_files_and_ends_as_it_likes() {
    const MEMORY: usize = BYTES + PROGRAM;
    let heard = "{\"insufficient-space\"}\n";
    let short = |ground: Builder| ground.memory_limit(MEMORY);
    for ground in [Builder::memory, Builder::embedded] {
        let run = ran(EVIL_GROWS, short(ground(limited(Sandbox::builder()))), returned, heard);
        assert!(run.memory() <= MEMORY, "{} bytes", run.memory());
        assert_next_works(short(ground(limited(Sandbox::builder()))));
    }
    // There the files are in memory of the host.
    assert_contained_in_a_space(EVIL_GROWS, short(Sandbox::builder()), returned, heard);
}

#[test]
fn one_that_keeps_the_directories_it_is_given_is_given_no_more() {
    let heard = format!("{HANDLES} times\n");
    assert_contained(EVIL_ROOTS, returned, &heard.repeat(2));
}

#[test]
fn one_that_webs_names_and_files_finds_every_link_counted() {
    let heard = assert_contained_as_on_the_host(EVIL_WEBS, returned);
    let all = |count: &str| format!("[{}]", [count; 64].join(", "));
    assert!(heard.starts_with(&format!("{}\n", all("65"))), "{heard}");
    assert!(heard.ends_with(&format!("{}\n", all("0"))), "{heard}");
}

#[test]
fn one_that_shears_a_file_ten_thousand_times_finds_no_byte_of_what_was_cut() {
    assert_contained_as_on_the_host(EVIL_SHEARS, returned);
}

#[test]
fn one_that_sets_impossible_times_is_told_the_last_one_that_there_is() {
    let mut heard = String::new();
    let mut last = String::new();
    for seconds in [0, 1 << 40, (1 << 63) - 1, 1 << 63, u64::MAX] {
        for nanoseconds in [0, 999_999_999, 1_000_000_000, u32::MAX] {
            // POSIX, utimensat: EINVAL for a second or more of nanoseconds.
            let valid = nanoseconds < 1_000_000_000;
            if valid {
                let time = format!("Some(({}, {nanoseconds}))", seconds.min((1 << 63) - 1));
                last = format!("{time} {time}");
            }
            let answer = if valid { "done" } else { "invalid" };
            heard += &format!(
                "-- {seconds} {nanoseconds}\nof a file: {answer}\n{last}\nby its name: {answer}\n\
                of the root: {answer}\n{last}\n"
            );
        }
    }
    assert_contained(EVIL_TIMES, returned, &heard);
}
