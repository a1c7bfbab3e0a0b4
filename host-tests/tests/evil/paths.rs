//! Programs that try to get lost, or out, by paths, names and links.

use super::{
    EVIL_CLIMBS, EVIL_DIGS, EVIL_ESCAPES, EVIL_LISTS, EVIL_LOOPS, EVIL_RAZES, EVIL_SHUTTLES,
    EVIL_SPELLS, EVIL_SWAPS, NODES,
};
use super::{assert_contained, assert_contained_as_on_the_host, returned};

#[test]
fn one_that_digs_ends_at_the_limit_of_nodes_and_confuses_nobody() {
    // The root is a node. A path that leads out of what is held is EPERM, one of 4,096 bytes
    // ENAMETOOLONG, a move into what is moved EINVAL.
    let heard = format!(
        "{} directories, then insufficient-space\n\
        up from the bottom: not-permitted\n\
        up and down again: not-permitted\n\
        the root of everything: not-permitted\n\
        a file at the bottom: insufficient-space\n\
        two thousand down from the top: done\n\
        three thousand: name-too-long\n\
        into itself: invalid\n\
        into its bottom: invalid\n\
        away with all of it: not-empty\n",
        NODES - 1
    );
    assert_contained(EVIL_DIGS, returned, &heard);
}

#[test]
fn one_that_follows_links_in_circles_is_told_so() {
    let heard = assert_contained_as_on_the_host(EVIL_LOOPS, returned);
    assert!(heard.contains("level3: loop\n"), "{heard}");
}

#[test]
fn one_that_tries_every_path_of_four_pieces_gets_only_what_is_its_own() {
    let heard = assert_contained_as_on_the_host(EVIL_ESCAPES, returned);
    assert!(heard.contains("\nup/up/d: not-permitted, not-permitted\n"), "{heard}");
    assert!(!heard.contains("something else"), "{heard}");
}

#[test]
fn one_that_swaps_a_directory_for_a_link_between_look_and_use_gets_nowhere() {
    let heard = assert_contained_as_on_the_host(EVIL_SWAPS, returned);
    assert!(heard.contains("opened not-permitted"), "{heard}");
    assert_eq!(heard.lines().count(), 3, "all rounds answer alike: {heard}");
}

#[test]
fn one_that_shuttles_a_directory_keeps_what_it_holds_below_it() {
    let heard = assert_contained_as_on_the_host(EVIL_SHUTTLES, returned);
    assert!(heard.contains("down: done") && heard.contains("the old path: no-entry"), "{heard}");
}

#[test]
fn one_that_moves_directories_over_those_above_them_loses_none() {
    let heard = assert_contained_as_on_the_host(EVIL_CLIMBS, returned);
    let whole = (0..8).map(|depth| format!("{depth}: [\"d\", \"file\"]\n")).collect::<String>();
    assert!(heard.ends_with(&format!("{whole}8: []\n")), "{heard}");
}

#[test]
fn one_that_razes_its_tree_while_it_lists_it_leaves_nothing() {
    assert_eq!(assert_contained_as_on_the_host(EVIL_RAZES, returned), "nothing is left\n");
}

/// Expects of a listing what POSIX promises for `readdir`: whatever is not removed meanwhile is
/// listed once.
#[test]
fn one_that_makes_a_file_for_each_it_lists_comes_to_the_end_of_the_list() {
    let heard = assert_contained_as_on_the_host(EVIL_LISTS, returned);
    assert_eq!(heard, "100 of 100 files, 0 of them twice\n");
}

#[test]
fn one_that_spells_names_oddly_finds_them_as_it_spelt_them() {
    let heard = assert_contained_as_on_the_host(EVIL_SPELLS, returned);
    assert!(heard.contains("made: name-too-long"), "{heard}");
}
