//! Changes of common programs, as a user sees them.

use tmpfs::{Error, NewTimestamp, OpenFlags};

use crate::fixture::Fixture;

#[test]
fn nothing_has_changed_at_first_and_after_reading() {
    let (template, mut fixture) = Fixture::with(&["a", "d/b"]);
    fixture.assert_changes(&template, &[]);
    assert_eq!(fixture.read("d/b"), "d/b");
    fixture.assert_changes(&template, &[]);
}

#[test]
fn files_that_are_new_changed_and_gone_are_told_in_the_order_of_paths() {
    let (template, mut fixture) = Fixture::with(&["d/b", "d/c", "d-e", "f"]);
    fixture.write("d/b", "more");
    fixture.write("d/a", "");
    fixture.unlink("d/c");
    fixture.write("d-e", "else");
    fixture.directory("d/new");
    fixture.write("d/new/file", "");
    fixture.symlink("f", "link");
    // A directory comes before its entries: `d/` before `d-e`.
    let expected = ["A d/a", "M d/b", "D d/c", "A d/new/", "A d/new/file", "M d-e", "A link"];
    fixture.assert_changes(&template, &expected);
}

#[test]
fn what_was_made_and_removed_again_is_absent() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    fixture.directory("build");
    fixture.write("build/object", "x");
    fixture.unlink("build/object");
    fixture.remove_directory("build");
    fixture.rename("a", "b");
    fixture.rename("b", "a");
    fixture.assert_changes(&template, &[]);
}

#[test]
fn a_directory_that_is_renamed_is_one_change() {
    let (template, mut fixture) = Fixture::with(&["old/a", "old/b", "old/deep/c", "z"]);
    fixture.rename("old", "new");
    fixture.assert_changes(&template, &["R new/ < old"]);
    fixture.write("new/deep/c", "changed");
    fixture.unlink("new/a");
    fixture.write("old", "a file in its place");
    let expected = ["R new/ < old", "M new/deep/c", "A old", "D old/a"];
    fixture.assert_changes(&template, &expected);
    fixture.rename("new", "old-new");
    fixture.rename("old-new/deep", "deep");
    fixture.assert_changes(
        &template,
        &["R deep/ < old/deep", "M deep/c", "A old", "D old/a", "R old-new/ < old"],
    );
}

#[test]
fn directories_that_change_places_are_two_changes() {
    let (template, mut fixture) = Fixture::with(&["a/1", "a/2", "b/1", "b/2"]);
    fixture.rename("a", "c");
    fixture.rename("b", "a");
    fixture.rename("c", "b");
    fixture.assert_changes(&template, &["R a/ < b", "R b/ < a"]);
}

/// As editors do, so that a crash leaves the old file or the new one.
#[test]
fn a_file_that_is_replaced_by_a_rename_is_changed() {
    let (template, mut fixture) = Fixture::with(&["a", "b"]);
    fixture.write(".a.swp", "new text");
    fixture.rename(".a.swp", "a");
    fixture.assert_changes(&template, &["M a"]);
    // The same text again, in another file.
    fixture.write("tmp", "b");
    fixture.rename("tmp", "b");
    fixture.assert_changes(&template, &["M a", "t b"]);
}

#[test]
fn a_file_that_is_moved_over_another_leaves_its_own_path() {
    let (template, mut fixture) = Fixture::with(&["a", "b"]);
    fixture.rename("a", "b");
    fixture.assert_changes(&template, &["D a", "M b"]);
}

/// As `rm -rf build && make` does.
#[test]
fn a_directory_that_is_made_again_is_compared_with_the_old_one() {
    let (template, mut fixture) = Fixture::with(&["build/a", "build/b", "build/sub/c"]);
    for path in ["build/a", "build/b", "build/sub/c"] {
        fixture.unlink(path);
    }
    fixture.remove_directory("build/sub");
    fixture.remove_directory("build");
    fixture.assert_changes(
        &template,
        &["D build/", "D build/a", "D build/b", "D build/sub/", "D build/sub/c"],
    );
    fixture.directory("build");
    fixture.write("build/a", "build/a");
    fixture.write("build/b", "other");
    fixture.write("build/new", "new");
    fixture.assert_changes(
        &template,
        &["t build/", "t build/a", "M build/b", "A build/new", "D build/sub/", "D build/sub/c"],
    );
}

#[test]
fn another_kind_at_a_path_is_a_removal_and_a_creation() {
    let (template, mut fixture) = Fixture::with(&["a", "b", "c"]);
    fixture.unlink("a");
    fixture.directory("a");
    fixture.unlink("b");
    fixture.symlink("c", "b");
    fixture.assert_changes(&template, &["D a", "A a/", "D b", "A b"]);
    fixture.rename("c", "a/c");
    fixture.assert_changes(&template, &["D a", "A a/", "R a/c < c", "D b", "A b"]);
}

#[test]
fn a_file_that_is_renamed_and_changed_is_one_change() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    fixture.rename("a", "b");
    fixture.assert_changes(&template, &["R b < a"]);
    fixture.write("b", "changed");
    fixture.assert_changes(&template, &["RM b < a"]);
}

#[test]
fn content_is_compared_and_times_are() {
    let (template, mut fixture) = Fixture::with(&["a", "b", "d/c"]);
    fixture.write("a", "a");
    fixture.set_times("b", NewTimestamp::NoChange);
    fixture.assert_changes(&template, &["t a", "t b"]);
    // The modification time of a directory follows its entries, so it is not listed.
    fixture.set_times("d", NewTimestamp::NoChange);
    fixture.assert_changes(&template, &["t a", "t b"]);
    fixture.set_times("d", NewTimestamp::Now);
    fixture.set_times(".", NewTimestamp::Now);
    fixture.assert_changes(&template, &["t ./", "t a", "t b", "t d/"]);
}

#[test]
fn a_hole_that_is_written_with_zeros_is_the_same() {
    let mut fixture = Fixture::new();
    let create = OpenFlags { create: true, ..OpenFlags::default() };
    let file = fixture.open("sparse", create);
    let now = fixture.now();
    fixture.space.set_size(file, 1 << 40, now).unwrap();
    let template = fixture.space.snapshot().unwrap();
    let later = fixture.now();
    fixture.space.write_at(file, 1 << 30, b"x", later).unwrap();
    fixture.assert_changes(&template, &["M sparse"]);
    fixture.space.write_at(file, 1 << 30, &[0], later).unwrap();
    fixture.assert_changes(&template, &["t sparse"]);
}

#[test]
fn a_further_name_is_created_and_content_changes_at_every_name() {
    let (template, mut fixture) = Fixture::with(&["a", "d/b", "z"]);
    fixture.link("a", "d/again");
    fixture.assert_changes(&template, &["A d/again"]);
    let linked = fixture.space.snapshot().unwrap();
    fixture.rename("a", "moved");
    fixture.assert_changes(&linked, &["R moved < a"]);
    fixture.write("d/again", "changed");
    fixture.assert_changes(&linked, &["M d/again", "RM moved < a"]);
    fixture.unlink("d/again");
    // Two names are gone and one is new: the changes do not tell which was renamed.
    fixture.assert_changes(&linked, &["D a", "D d/again", "A moved"]);
    fixture.assert_changes(&template, &["RM moved < a"]);
    fixture.write("moved", "a");
    fixture.assert_changes(&template, &["R moved < a"]);
}

#[test]
fn names_that_change_places_leave_no_rename_where_it_is_not_one_to_one() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    fixture.link("a", "b");
    fixture.link("a", "c");
    fixture.unlink("a");
    fixture.assert_changes(&template, &["D a", "A b", "A c"]);
}

#[test]
fn a_symbolic_link_with_another_target_is_changed() {
    let mut fixture = Fixture::new();
    fixture.symlink("one", "current");
    let template = fixture.space.snapshot().unwrap();
    fixture.symlink("two", "next");
    fixture.rename("next", "current");
    fixture.assert_changes(&template, &["M current"]);
}

#[test]
fn a_template_that_the_space_does_not_stand_on_is_refused() {
    let (template, fixture) = Fixture::with(&["a"]);
    let (other, _) = Fixture::with(&["a"]);
    assert_eq!(fixture.space.changes_since(&other).map(drop), Err(Error::Invalid));
    let later = Fixture::of(template.space(crate::settings()).unwrap()).space.snapshot().unwrap();
    assert_eq!(fixture.space.changes_since(&later).map(drop), Err(Error::Invalid));
    fixture.assert_changes(&template, &[]);
}

#[test]
fn an_unlinked_file_that_is_open_is_gone() {
    let (template, mut fixture) = Fixture::with(&["a"]);
    let file = fixture.open("a", OpenFlags::default());
    fixture.unlink("a");
    let now = fixture.now();
    fixture.space.write_at(file, 0, b"more", now).unwrap();
    fixture.assert_changes(&template, &["D a"]);
}
