//! The list of unclosed files and directories before `cleanup`, in place of Python's
//! `ResourceWarning`.

use host_tests::{
    NamedFileOptions, Sandbox, SpooledFileOptions, UnclosedItem, UnclosedKind as Kind,
};

fn item(kind: Kind, path: Option<&str>, size: Option<u64>) -> UnclosedItem {
    UnclosedItem { kind, path: path.map(str::to_owned), size }
}

#[test]
fn every_kind_is_listed_with_its_name_and_size_oldest_first() {
    let sandbox = Sandbox::new();
    assert!(sandbox.unclosed().is_empty());
    let anonymous = sandbox.temporary_file(None).unwrap();
    let spooled = sandbox.spooled_temporary_file(None).unwrap();
    let directory = sandbox.temporary_directory(None).unwrap();
    let options = NamedFileOptions { delete: Some(false), ..NamedFileOptions::default() };
    let kept = sandbox.named_temporary_file(Some(options)).unwrap();
    let (made, path) = sandbox.mkstemp(None).unwrap();
    let text = sandbox.named_temporary_text_file(None).unwrap();
    anonymous.write(b"12345").unwrap();
    anonymous.flush().unwrap();
    spooled.write(b"123").unwrap();
    made.write(b"1").unwrap();
    text.write("é").unwrap();
    text.flush().unwrap();
    let expected = [
        item(Kind::AnonymousFile, None, Some(5)),
        item(Kind::SpooledFile, None, Some(3)),
        item(Kind::Directory, Some(&directory.name()), None),
        item(Kind::NamedFile, kept.name().as_deref(), Some(0)),
        item(Kind::NamedFile, Some(&path), Some(1)),
        item(Kind::NamedFile, text.name().as_deref(), Some(2)),
    ];
    assert_eq!(sandbox.unclosed(), expected);
    // Only two of the objects would delete something.
    let owed: Vec<_> = sandbox.owed().into_iter().map(|item| item.path).collect();
    assert_eq!(owed, [directory.name(), text.name().unwrap()]);
    spooled.rollover().unwrap();
    assert_eq!(sandbox.unclosed()[1].kind, Kind::AnonymousFile);
    assert!(sandbox.cleanup().is_empty());
    let left: Vec<_> = sandbox.unclosed().into_iter().map(|item| item.kind).collect();
    let callers = [Kind::AnonymousFile, Kind::AnonymousFile, Kind::NamedFile, Kind::NamedFile];
    assert_eq!(left, callers, "cleanup closes what is owed, and nothing else");
}

#[test]
fn what_is_closed_left_dropped_or_detached_is_not_listed() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.close().unwrap();
    assert!(sandbox.unclosed().is_empty());
    let file = sandbox.named_temporary_file(None).unwrap();
    file.exit().unwrap();
    assert!(sandbox.unclosed().is_empty());
    drop(sandbox.temporary_text_file(None).unwrap());
    drop(sandbox.spooled_temporary_file(Some(SpooledFileOptions::default())).unwrap());
    drop(sandbox.temporary_directory(None).unwrap());
    assert!(sandbox.unclosed().is_empty());
    let file = sandbox.temporary_file(None).unwrap();
    let raw = file.detach().unwrap();
    assert_eq!(sandbox.unclosed().len(), 1, "the raw file has the stream");
    raw.close().unwrap();
    assert!(sandbox.unclosed().is_empty());
    let file = sandbox.temporary_file(None).unwrap();
    let _descriptor = sandbox.take(&file).unwrap();
    assert!(sandbox.unclosed().is_empty(), "a descriptor is the caller's");
}

#[test]
fn a_leaked_handle_is_still_listed() {
    let sandbox = Sandbox::new();
    sandbox.temporary_file(None).unwrap().leak();
    sandbox.temporary_text_file(None).unwrap().leak();
    assert_eq!(sandbox.unclosed().len(), 2);
    assert!(sandbox.cleanup().is_empty(), "an anonymous file owes nothing");
    assert_eq!(sandbox.unclosed().len(), 2);
}
