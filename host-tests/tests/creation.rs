//! The effects of the options of `mkstemp`, `mkdtemp` and `mktemp`, and the errors of these
//! functions.

use std::fs;
use std::os::unix::fs::symlink;

use host_tests::{
    Draws, Error, ErrorCode, MkstempOptions, NameOptions, Sandbox, code_of, dir, in_dir, name_of,
    named, names_in, os_at, value,
};

/// Starts a sandbox whose next name is known.
fn scripted() -> Sandbox {
    let sandbox = Sandbox::builder().tmp("/tmp").cwd("/tmp").draws(Draws::always(6)).start();
    sandbox.set_tempdir(Some("/tmp"));
    sandbox
}

fn options(prefix: &str, suffix: &str, dir: &str) -> Option<NameOptions> {
    Some(NameOptions { dir: Some(dir.to_owned()), ..named(prefix, suffix) })
}

#[test]
fn mkstemp_opens_a_new_file_for_reading_and_writing_without_a_buffer() {
    let sandbox = Sandbox::new();
    let (file, path) = sandbox.mkstemp(None).unwrap();
    let host = sandbox.host_path(&path);
    assert_eq!(fs::read(&host).unwrap(), b"");
    assert_eq!(file.write(b"at once").unwrap(), 7);
    assert_eq!(fs::read(&host).unwrap(), b"at once");
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"at once");
    assert_eq!(file.name(), Some(path));
    assert_eq!(file.mode().unwrap(), "rb+");
}

#[test]
fn text_has_no_effect() {
    for text in [Some(true), Some(false), None] {
        let sandbox = Sandbox::new();
        let (file, _) =
            sandbox.mkstemp(Some(MkstempOptions { text, ..Default::default() })).unwrap();
        file.write(b"a\r\n\0\xff").unwrap();
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(None).unwrap(), b"a\r\n\0\xff");
    }
}

#[test]
fn mkdtemp_makes_an_empty_directory() {
    let sandbox = Sandbox::new();
    let path = sandbox.mkdtemp(None).unwrap();
    assert!(sandbox.host_path(&path).is_dir());
    assert!(names_in(&sandbox.host_path(&path)).is_empty());
}

#[test]
fn mktemp_makes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.mktemp(None).unwrap();
    assert!(sandbox.tree().is_empty());
}

#[test]
fn results_are_absolute_by_cpythons_rules() {
    let name = name_of(6);
    // The working directory is /tmp. Columns: `dir`, the result of mkstemp and mkdtemp, and that of
    // mktemp. CPython 3.13 makes `dir` absolute for mkstemp, the result absolute for mkdtemp, and
    // nothing for mktemp.
    for (directory, absolute, joined) in [
        ("/tmp", format!("/tmp/p{name}s"), format!("/tmp/p{name}s")),
        ("/tmp/", format!("/tmp/p{name}s"), format!("/tmp/p{name}s")),
        (".", format!("/tmp/p{name}s"), format!("./p{name}s")),
        ("", format!("/tmp/p{name}s"), format!("p{name}s")),
        ("sub", format!("/tmp/sub/p{name}s"), format!("sub/p{name}s")),
        ("sub/", format!("/tmp/sub/p{name}s"), format!("sub/p{name}s")),
        ("./sub/../", format!("/tmp/p{name}s"), format!("./sub/../p{name}s")),
        ("/tmp//sub/.", format!("/tmp/sub/p{name}s"), format!("/tmp//sub/./p{name}s")),
        ("//tmp", format!("//tmp/p{name}s"), format!("//tmp/p{name}s")),
        ("///tmp", format!("/tmp/p{name}s"), format!("///tmp/p{name}s")),
    ] {
        let sandbox = scripted();
        fs::create_dir(sandbox.tmp().join("sub")).unwrap();
        let given = || options("p", "s", directory);
        assert_eq!(sandbox.mktemp(given()).unwrap(), joined, "{directory:?}");
        let (file, path) = sandbox.mkstemp(given().map(Into::into)).unwrap();
        assert_eq!(path, absolute, "{directory:?}");
        assert_eq!(file.name().unwrap(), absolute, "{directory:?}");
        drop(file);
        let host =
            sandbox.tmp().join(absolute.trim_start_matches("/").strip_prefix("tmp/").unwrap());
        fs::remove_file(host).unwrap();
        assert_eq!(sandbox.mkdtemp(given()).unwrap(), absolute, "{directory:?}");
    }
}

#[test]
fn prefix_and_suffix_stand_around_eight_symbols_and_may_be_empty() {
    for (prefix, suffix) in [("", ""), ("a", ""), ("", "b"), ("-. ", ".tar.gz"), ("ü", "€😀")]
    {
        let sandbox = scripted();
        let path = format!("/tmp/{prefix}{}{suffix}", name_of(6));
        assert_eq!(sandbox.mktemp(options(prefix, suffix, "/tmp")).unwrap(), path);
        assert_eq!(sandbox.mkdtemp(options(prefix, suffix, "/tmp")).unwrap(), path);
        assert!(sandbox.host_path(&path).is_dir());
    }
}

#[test]
fn a_missing_directory_is_named_in_cpythons_way() {
    // At this point mkstemp has made `dir` absolute, and mkdtemp has not.
    let sandbox = scripted();
    let name = name_of(6);
    let missing = |path: String| os_at(ErrorCode::NoEntry, "No such file or directory", &path);
    let absolute = missing(format!("/tmp/no/tmp{name}"));
    let relative = missing(format!("no/tmp{name}"));
    assert_eq!(sandbox.mkdtemp(dir("no")).unwrap_err(), relative);
    assert_eq!(sandbox.temporary_directory(dir("no")).unwrap_err(), relative);
    assert_eq!(sandbox.mkdtemp(dir("/tmp/no")).unwrap_err(), absolute);
    assert_eq!(sandbox.mkstemp(dir("no")).unwrap_err(), absolute);
    assert_eq!(sandbox.mkstemp_descriptor(dir("no")).unwrap_err(), absolute);
    assert_eq!(sandbox.named_temporary_file(dir("no")).unwrap_err(), absolute);
    assert_eq!(sandbox.temporary_file(dir("no")).unwrap_err(), absolute);
    assert_eq!(sandbox.open_temporary(dir("no")).unwrap_err(), absolute);
}

/// Returns the errors of every maker in `directory`.
fn refusals(sandbox: &Sandbox, directory: &str) -> [Option<ErrorCode>; 7] {
    [
        sandbox.mkstemp(dir(directory)).unwrap_err(),
        sandbox.mkstemp_descriptor(dir(directory)).unwrap_err(),
        sandbox.mkdtemp(dir(directory)).unwrap_err(),
        sandbox.temporary_file(dir(directory)).unwrap_err(),
        sandbox.named_temporary_file(dir(directory)).unwrap_err(),
        sandbox.temporary_directory(dir(directory)).unwrap_err(),
        sandbox.open_temporary(dir(directory)).unwrap_err(),
    ]
    .map(|error| code_of(&error))
}

#[test]
fn a_directory_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.tmp().join("file"), "").unwrap();
    symlink("loop", sandbox.tmp().join("loop")).unwrap();
    symlink("missing", sandbox.tmp().join("dangling")).unwrap();
    symlink("/", sandbox.tmp().join("outside")).unwrap();
    let before = sandbox.tree();
    for (directory, code) in [
        ("/tmp/file", ErrorCode::NotDirectory),
        ("/tmp/file/x", ErrorCode::NotDirectory),
        ("/tmp/loop", ErrorCode::Loop),
        ("/tmp/dangling", ErrorCode::NoEntry),
        ("/tmp/outside", ErrorCode::NotPermitted),
        ("/tmp/../etc", ErrorCode::NotPermitted),
        ("/etc", ErrorCode::NotPermitted),
        ("..", ErrorCode::NotPermitted),
    ] {
        assert_eq!(refusals(&sandbox, directory), [Some(code); 7], "{directory}");
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_read_only_directory_is_refused() {
    let host = tempfile::TempDir::new().unwrap();
    let sandbox = Sandbox::builder().read_only(host.path(), "/tmp").start();
    assert_eq!(refusals(&sandbox, "/tmp"), [Some(ErrorCode::NotPermitted); 7]);
    assert!(names_in(host.path()).is_empty());
}

#[test]
fn a_name_of_255_bytes_is_the_longest() {
    let sandbox = Sandbox::new();
    let prefix = |length: usize| options(&"p".repeat(length - 8), "", "/tmp");
    sandbox.mkdtemp(prefix(255)).unwrap();
    sandbox.mkstemp(prefix(255).map(Into::into)).unwrap();
    for error in [
        sandbox.mkdtemp(prefix(256)).unwrap_err(),
        sandbox.mkstemp(prefix(256).map(Into::into)).unwrap_err(),
        sandbox.temporary_file(prefix(256).map(Into::into)).unwrap_err(),
    ] {
        assert_eq!(code_of(&error), Some(ErrorCode::NameTooLong));
    }
    // A name that cannot be looked up counts as free.
    assert!(sandbox.mktemp(prefix(256)).unwrap().len() > 256);
    // The limit counts bytes, not characters.
    assert!(sandbox.mkdtemp(options(&"é".repeat(124), "", "/tmp")).is_err());
    assert!(sandbox.mkdtemp(options(&"é".repeat(123), "", "/tmp")).is_ok());
}

#[test]
fn separators_dots_and_nul_in_prefix_or_suffix_are_refused_before_anything_is_made() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.tmp().join("sub")).unwrap();
    let before = sandbox.tree();
    let bad = ["/", "sub/", "../", "..", "a..b", "/etc/x", "\\", "a\\b", "\0", "a\0b", "./"];
    for part in bad {
        for given in [options(part, "", "/tmp"), options("", part, "/tmp")] {
            let errors = [
                sandbox.mkstemp(given.clone().map(Into::into)).unwrap_err(),
                sandbox.mkstemp_descriptor(given.clone().map(Into::into)).unwrap_err(),
                sandbox.mkdtemp(given.clone()).unwrap_err(),
                sandbox.mktemp(given.clone()).unwrap_err(),
                sandbox.temporary_file(given.clone().map(Into::into)).unwrap_err(),
                sandbox.named_temporary_file(given.clone().map(Into::into)).unwrap_err(),
                sandbox.temporary_directory(given.clone().map(Into::into)).unwrap_err(),
                sandbox.open_temporary(given.clone()).unwrap_err(),
            ];
            for error in errors {
                assert!(matches!(error, Error::Value(_)), "{part:?}: {error:?}");
            }
        }
    }
    assert_eq!(sandbox.tree(), before);
    assert_eq!(
        sandbox.mkdtemp(options("", "../x", "/tmp")).unwrap_err(),
        value("suffix must not contain a path separator, '..' or a null character: '../x'")
    );
}

#[test]
fn a_prefix_and_a_suffix_that_meet_in_dots_are_harmless() {
    let sandbox = scripted();
    let path = sandbox.mkdtemp(options(".", ".", "/tmp")).unwrap();
    assert_eq!(path, format!("/tmp/.{}.", name_of(6)));
}

#[test]
fn nul_in_dir_is_a_value_error_in_cpythons_words() {
    let sandbox = Sandbox::new();
    let bad = || Some(in_dir("/tmp/\0"));
    let text = |call| value(&format!("{call}: embedded null character in path"));
    assert_eq!(sandbox.mkstemp(bad().map(Into::into)).unwrap_err(), text("open"));
    assert_eq!(sandbox.mkdtemp(bad()).unwrap_err(), text("mkdir"));
    assert_eq!(sandbox.mktemp(bad()).unwrap_err(), text("lstat"));
    assert_eq!(sandbox.temporary_directory(bad().map(Into::into)).map(drop), Err(text("mkdir")));
    // These functions pass the directory to `io.open`, which checks it for NUL first.
    let byte = value("embedded null byte");
    assert_eq!(sandbox.temporary_file(bad().map(Into::into)).map(drop), Err(byte.clone()));
    assert_eq!(sandbox.named_temporary_file(bad().map(Into::into)).map(drop), Err(byte.clone()));
    let text_file = sandbox.temporary_text_file(bad().map(Into::into));
    assert_eq!(text_file.map(drop), Err(byte.clone().into()));
    let text_file = sandbox.named_temporary_text_file(bad().map(Into::into));
    assert_eq!(text_file.map(drop), Err(byte.clone().into()));
    let file = sandbox.spooled_temporary_file(bad().map(Into::into)).unwrap();
    file.write(b"kept").unwrap();
    assert_eq!(file.rollover(), Err(byte.clone()));
    let text_file = sandbox.spooled_temporary_text_file(bad().map(Into::into)).unwrap();
    text_file.write("kept").unwrap();
    assert_eq!(text_file.rollover(), Err(byte.into()));
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_directory_swapped_for_a_link_between_two_calls_is_not_followed_out() {
    let outside = tempfile::TempDir::new().unwrap();
    let sandbox = Sandbox::new();
    let path = sandbox.mkdtemp(None).unwrap();
    sandbox.mkstemp(dir(&path)).unwrap();
    let host = sandbox.host_path(&path);
    fs::remove_dir_all(&host).unwrap();
    symlink(outside.path(), &host).unwrap();
    assert_eq!(refusals(&sandbox, &path), [Some(ErrorCode::NotPermitted); 7]);
    assert!(names_in(outside.path()).is_empty());
    assert_eq!(sandbox.tree().len(), 1);
}

#[test]
fn mode_bits_are_the_hosts() {
    use std::os::unix::fs::PermissionsExt as _;

    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let umask = status.lines().find_map(|line| line.strip_prefix("Umask:")).unwrap();
    let umask = u32::from_str_radix(umask.trim(), 8).unwrap();
    let sandbox = Sandbox::new();
    let mode = |path: &str| {
        let metadata = std::fs::metadata(sandbox.host_path(path)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    let (_file, file) = sandbox.mkstemp(None).unwrap();
    assert_eq!(mode(&file), 0o666 & !umask);
    assert_eq!(mode(&sandbox.mkdtemp(None).unwrap()), 0o777 & !umask);
}
