//! Programs that use streams and pollables as nobody would.

use super::{BYTES, EVIL_ASKS, EVIL_POLLS, EVIL_POURS, EVIL_SEEKS};
use super::{assert_contained, assert_contained_as_on_the_host, returned};

#[test]
fn one_that_reaches_for_the_largest_offsets_gets_holes_or_a_code() {
    let largest = (1_u64 << 63) - 1;
    let answer = |fits: bool| if fits { "done" } else { "file-too-large" };
    let (mut size, mut heard) = (5, String::new());
    for offset in [1 << 62, largest - 1, largest, largest + 1, u64::MAX] {
        let (written, cut) = (offset < largest, offset <= largest);
        // Where nothing is cut, the file is as long as the largest one already.
        size = if cut { offset } else { size };
        heard += &format!(
            "-- {offset:#x}\nwrite: {}\nread: done\nset-size: {}\n{size:#x} bytes\n\
            0 bytes of a stream\n",
            answer(written),
            answer(cut)
        );
        // Of two bytes the first may fit.
        let both = offset < largest - 1;
        heard += &format!("written by a stream: Ok({})\n", if both { "Ok(())" } else { "Err(())" });
        size = if cut { largest.min(offset + 2) } else { size };
    }
    assert_contained(EVIL_SEEKS, returned, &heard);
}

#[test]
fn one_that_pours_a_file_into_itself_ends_with_the_space() {
    let heard = format!("{BYTES} bytes, then insufficient-space\nagain: closed\n");
    assert_contained(EVIL_POURS, returned, &heard);
}

#[test]
fn one_that_asks_for_more_than_there_can_be_gets_what_there_is() {
    let heard = assert_contained_as_on_the_host(EVIL_ASKS, returned);
    let expected = "skipped 100000\nskipped 100000\nspliced 100000 to 100000\n\
        spliced-blocking 100000 to 100000\n";
    assert_eq!(heard, expected);
}

/// Expects what POSIX says of `poll`: regular files are always ready.
#[test]
fn one_that_waits_for_thousands_of_files_waits_for_none() {
    let all = "5000 of 5000, the last is Some(4999)\n".repeat(20);
    let heard = format!("{all}5000 of one\n{} of the rest\n", 5000 / 3);
    assert_contained(EVIL_POLLS, returned, &heard);
}
