//! Attempts of a caller to touch anything outside the granted directory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use host_tests::{
    DirectoryOptions, FileOptions, MkstempOptions, NameOptions, NamedFileOptions, Sandbox, Tree,
};
use tempfile::TempDir;

/// Paths that lead out of the granted directory, or try to. `%` stands for the secret directory's
/// path on the host.
const PATHS: [&str; 22] = [
    "..",
    "../",
    "../secret",
    "../../secret",
    "../../../../../../../../../../etc",
    "/..",
    "/../secret",
    "/tmp/..",
    "/tmp/../secret",
    "/tmp/../../secret",
    "/tmp/./../secret/.",
    "//secret",
    "/secret",
    "/etc",
    "/",
    "%",
    "/tmp/link",
    "/tmp/link/sub",
    "/tmp/up",
    "/tmp/up/secret",
    "/tmp/chain",
    "/tmp/chain/sub",
];

/// Makes a granted directory beside a secret one, with links from the first to the second.
fn beside_a_secret() -> (TempDir, Sandbox) {
    let host = TempDir::new().unwrap();
    fs::create_dir_all(host.path().join("secret/sub")).unwrap();
    fs::write(host.path().join("secret/file"), "secret").unwrap();
    fs::write(host.path().join("secret/sub/file"), "secret").unwrap();
    let granted = host.path().join("granted");
    fs::create_dir(&granted).unwrap();
    symlink("../secret", granted.join("link")).unwrap();
    symlink("..", granted.join("up")).unwrap();
    symlink("link", granted.join("chain")).unwrap();
    symlink(host.path().join("secret/file"), granted.join("file")).unwrap();
    let sandbox = Sandbox::builder().preopen(&granted, "/tmp").cwd("/tmp").start();
    (host, sandbox)
}

fn secret(host: &Path) -> Tree {
    Tree::of(&host.join("secret"))
}

#[test]
fn no_directory_that_is_asked_for_leads_out() {
    for path in PATHS {
        let (host, sandbox) = beside_a_secret();
        let before = Tree::of(host.path());
        let path = path.replace('%', host.path().join("secret").to_str().unwrap());
        let name = NameOptions { dir: Some(path.clone()), ..NameOptions::default() };
        sandbox.mkstemp(Some(name.clone().into())).unwrap_err();
        sandbox.mkstemp_descriptor(Some(name.clone().into())).unwrap_err();
        sandbox.mkdtemp(Some(name.clone())).unwrap_err();
        sandbox.temporary_file(Some(name.clone().into())).unwrap_err();
        sandbox.named_temporary_file(Some(name.clone().into())).unwrap_err();
        sandbox.temporary_directory(Some(name.clone().into())).unwrap_err();
        sandbox.open_temporary(Some(name.clone())).unwrap_err();
        // `mktemp` may return a name that is never made, but must change nothing.
        let _ = sandbox.mktemp(Some(name));
        sandbox.set_tempdir(Some(&path));
        sandbox.mkstemp(None).unwrap_err();
        sandbox.mkdtemp(None).unwrap_err();
        assert_eq!(Tree::of(host.path()), before, "{path}");
    }
}

#[test]
fn no_prefix_or_suffix_leads_out() {
    for part in PATHS.into_iter().chain(["../secret/x", "..\\secret", "link/x", "/", "\0"]) {
        let (host, sandbox) = beside_a_secret();
        let before = secret(host.path());
        for name in [host_tests::named(part, ""), host_tests::named("", part)] {
            let file: FileOptions = name.clone().into();
            let named: NamedFileOptions = name.clone().into();
            let made: MkstempOptions = name.clone().into();
            let directory: DirectoryOptions = name.clone().into();
            let _ = sandbox.mkstemp(Some(made));
            let _ = sandbox.mkdtemp(Some(name.clone()));
            let _ = sandbox.mktemp(Some(name));
            let _ = sandbox.temporary_file(Some(file));
            let _ = sandbox.named_temporary_file(Some(named));
            let _ = sandbox.temporary_directory(Some(directory));
        }
        assert_eq!(secret(host.path()), before, "{part}");
        let beside: Vec<_> = host_tests::names_in(host.path());
        assert_eq!(beside, ["granted", "secret"], "{part}");
    }
}

#[test]
fn no_path_to_move_to_leads_out() {
    for path in PATHS {
        let (host, sandbox) = beside_a_secret();
        let path = path.replace('%', host.path().join("secret").to_str().unwrap());
        for to in [path.clone(), format!("{path}/file"), format!("{path}/new")] {
            let before = secret(host.path());
            let file = sandbox.named_temporary_file(None).unwrap();
            file.write(b"mine").unwrap();
            let _ = file.persist_noclobber(&to);
            let _ = file.persist(&to);
            drop(file);
            assert_eq!(secret(host.path()), before, "{to}");
            assert_eq!(host_tests::names_in(host.path()), ["granted", "secret"], "{to}");
        }
    }
}

#[test]
fn a_file_swapped_for_a_link_is_removed_and_its_target_is_not() {
    let (host, sandbox) = beside_a_secret();
    let before = secret(host.path());
    let file = sandbox.named_temporary_file(None).unwrap();
    let own = host.path().join("granted").join(file.name().unwrap().rsplit('/').next().unwrap());
    fs::remove_file(&own).unwrap();
    symlink("../secret/file", &own).unwrap();
    file.reopen(None, None).unwrap_err();
    file.close().unwrap();
    assert!(own.symlink_metadata().is_err());
    assert_eq!(secret(host.path()), before);
}

#[test]
fn an_environment_that_points_outside_is_passed_over() {
    let host = TempDir::new().unwrap();
    fs::create_dir(host.path().join("granted")).unwrap();
    fs::create_dir(host.path().join("secret")).unwrap();
    symlink("../secret", host.path().join("granted/link")).unwrap();
    let before = Tree::of(host.path());
    for path in PATHS {
        let path = path.replace('%', host.path().join("secret").to_str().unwrap());
        let granted = host.path().join("granted");
        let builder = Sandbox::builder().preopen(&granted, "/tmp").env("TMPDIR", &path);
        assert_eq!(builder.start().gettempdir().unwrap(), "/tmp", "{path}");
        assert_eq!(Tree::of(host.path()), before, "{path}");
    }
}

#[test]
fn no_path_of_the_host_is_ever_told() {
    let (host, sandbox) = beside_a_secret();
    let own = host.path().to_str().unwrap();
    let mut told = vec![
        sandbox.mkstemp(None).unwrap().1,
        sandbox.mkdtemp(None).unwrap(),
        sandbox.gettempdir().unwrap(),
        sandbox.named_temporary_file(None).unwrap().name().unwrap(),
        sandbox.temporary_directory(None).unwrap().name(),
    ];
    for path in ["/tmp/missing", "/tmp/file", "/tmp/link", "..", "missing"] {
        let name = NameOptions { dir: Some(path.to_owned()), ..NameOptions::default() };
        told.push(format!("{:?}", sandbox.mkstemp(Some(name.clone().into())).unwrap_err()));
        told.push(format!("{:?}", sandbox.mkdtemp(Some(name)).unwrap_err()));
    }
    for told in told {
        assert!(!told.contains(own), "{told}");
    }
}
