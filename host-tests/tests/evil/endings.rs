//! Programs that end where nothing should end.

use super::{EVIL_GARBLES, EVIL_OVERREACHES, EVIL_QUITS, EVIL_RECURSES, EVIL_SAWS};
use super::{assert_contained_as_on_the_host, trapped};

#[test]
fn one_that_saws_at_its_own_branch_keeps_what_it_holds_until_it_traps() {
    let heard = assert_contained_as_on_the_host(EVIL_SAWS, trapped);
    assert!(heard.ends_with("all is open\n"), "{heard}");
}

#[test]
fn one_that_exits_in_a_destructor_in_the_middle_of_an_append_has_ended() {
    // WASI 0.2 knows only success and failure: `exit` of any other number than 0 is 1.
    let heard = assert_contained_as_on_the_host(EVIL_QUITS, |run| run.exit == Some(1));
    assert_eq!(heard, "500 bytes\nexits\n");
}

#[test]
fn one_that_writes_from_memory_it_does_not_have_traps_in_that_write() {
    assert_eq!(assert_contained_as_on_the_host(EVIL_OVERREACHES, trapped), "written\n");
}

#[test]
fn one_that_gives_a_name_that_is_no_text_traps_in_that_call() {
    assert_eq!(assert_contained_as_on_the_host(EVIL_GARBLES, trapped), "[\"file\"]\n");
}

#[test]
fn one_that_recurses_until_its_stack_ends_traps_with_all_it_holds() {
    assert_eq!(assert_contained_as_on_the_host(EVIL_RECURSES, trapped), "goes down\n");
}
