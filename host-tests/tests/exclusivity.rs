//! The exclusive creation of files: a new file or directory is never one that others put at its
//! name.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use host_tests::{Draws, Sandbox, Tree, dir, name_of, names_in};
use tempfile::TempDir;

/// Makes files in one directory from 16 instances, each in its own thread, and returns the paths.
fn made_by_sixteen(host: &Path, each: usize, draws: impl Fn(u64) -> Draws + Sync) -> Vec<String> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|number| {
                let draws = &draws;
                scope.spawn(move || {
                    let builder = Sandbox::builder().preopen(host, "/tmp").draws(draws(number));
                    let sandbox = builder.start();
                    let make = || sandbox.mkstemp(dir("/tmp")).unwrap().1;
                    (0..each).map(|_| make()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn sixteen_instances_share_none_of_a_hundred_thousand_files() {
    let host = TempDir::new().unwrap();
    let made = made_by_sixteen(host.path(), 6_250, |_| Draws::Real);
    let distinct: BTreeSet<_> = made.iter().collect();
    assert_eq!(distinct.len(), 100_000);
    assert_eq!(names_in(host.path()).len(), 100_000);
}

#[test]
fn sixteen_instances_that_draw_the_same_names_share_none() {
    let host = TempDir::new().unwrap();
    let made = made_by_sixteen(host.path(), 100, |_| Draws::Seeded(4));
    let distinct: BTreeSet<_> = made.into_iter().collect();
    assert_eq!(distinct.len(), 1_600);
    // An instance never skips a free name, so the names are the first 1600 of the sequence.
    let first = Sandbox::builder().draws(Draws::Seeded(4)).start();
    let first: BTreeSet<_> = (0..1_600).map(|_| first.mktemp(dir("/tmp")).unwrap()).collect();
    assert_eq!(distinct, first);
}

/// A thing to plant at a name: its description, and the function that plants it.
type Planted = (&'static str, Box<dyn Fn()>);

/// Lists the things that an attacker could plant at a name that he foresees.
fn plant(at: &Path, outside: &Path) -> Vec<Planted> {
    let (at, outside) = (at.to_owned(), outside.to_owned());
    let link = |target: std::path::PathBuf| {
        let at = at.clone();
        Box::new(move || symlink(&target, &at).unwrap()) as Box<dyn Fn()>
    };
    let file = at.clone();
    let directory = at.clone();
    vec![
        ("a file", Box::new(move || fs::write(&file, "planted").unwrap())),
        ("a directory", Box::new(move || fs::create_dir(&directory).unwrap())),
        ("a link to a file inside", link("target".into())),
        ("a link to a directory inside", link("folder".into())),
        ("a dangling link inside", link("dangling".into())),
        ("a link to itself", link(at.file_name().unwrap().into())),
        ("a link to a file outside", link(outside.join("secret"))),
        ("a dangling link outside", link(outside.join("new"))),
        ("a relative link outside", link("../../../../../../etc/passwd".into())),
    ]
}

#[test]
fn what_is_planted_at_the_next_name_is_never_opened_followed_or_replaced() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let outside_before = Tree::of(outside.path());
    type Make<'a> = &'a dyn Fn(&Sandbox) -> String;
    let makers: [(&str, Make<'_>); 6] = [
        ("mkstemp", &|sandbox| {
            let (file, path) = sandbox.mkstemp(dir("/tmp")).unwrap();
            file.write(b"mine").unwrap();
            path
        }),
        ("mkstemp's descriptor", &|sandbox| {
            let (descriptor, path) = sandbox.mkstemp_descriptor(dir("/tmp")).unwrap();
            assert_eq!(descriptor.write(b"mine", 0), 4);
            path
        }),
        ("named", &|sandbox| {
            let file = sandbox.named_temporary_file(dir("/tmp")).unwrap();
            file.write(b"mine").unwrap();
            file.close_file().unwrap();
            file.keep().unwrap()
        }),
        ("mkdtemp", &|sandbox| sandbox.mkdtemp(dir("/tmp")).unwrap()),
        ("directory", &|sandbox| {
            let directory = sandbox.temporary_directory(dir("/tmp")).unwrap();
            let name = directory.name();
            directory.leak();
            name
        }),
        ("mktemp", &|sandbox| sandbox.mktemp(dir("/tmp")).unwrap()),
    ];
    for (maker, make) in makers {
        let kinds = plant(Path::new("x"), outside.path()).len();
        for kind in 0..kinds {
            let builder = Sandbox::builder().tmp("/tmp").draws(Draws::Script(vec![1, 2]));
            let sandbox = builder.start();
            fs::write(sandbox.tmp().join("target"), "target").unwrap();
            fs::create_dir(sandbox.tmp().join("folder")).unwrap();
            let at = sandbox.tmp().join(format!("tmp{}", name_of(1)));
            let (planted, plant) = plant(&at, outside.path()).swap_remove(kind);
            plant();
            let before = sandbox.tree();
            let path = make(&sandbox);
            assert_eq!(path, format!("/tmp/tmp{}", name_of(2)), "{maker} over {planted}");
            // Nothing but the new file or directory has changed.
            let host = sandbox.host_path(&path);
            if host.is_dir() {
                fs::remove_dir(&host).unwrap();
            } else if maker != "mktemp" {
                let written = fs::read(&host).unwrap();
                assert_eq!(written, b"mine", "{maker} over {planted}");
                fs::remove_file(&host).unwrap();
            }
            assert_eq!(sandbox.tree(), before, "{maker} over {planted}");
            assert_eq!(Tree::of(outside.path()), outside_before, "{maker} over {planted}");
        }
    }
}

#[test]
fn what_is_planted_at_the_name_of_an_anonymous_file_is_left_alone() {
    let builder = Sandbox::builder().tmp("/tmp").draws(Draws::Script(vec![1, 2]));
    let sandbox = builder.start();
    let planted = sandbox.tmp().join(format!("tmp{}", name_of(1)));
    fs::write(&planted, "planted").unwrap();
    let file = sandbox.temporary_file(dir("/tmp")).unwrap();
    assert_eq!(file.read(None).unwrap(), b"");
    file.write(b"mine").unwrap();
    file.flush().unwrap();
    drop(file);
    assert_eq!(fs::read(planted).unwrap(), b"planted");
    assert_eq!(sandbox.tree().len(), 1);
}

#[test]
fn the_probe_of_the_default_directory_spares_what_is_planted_at_its_name() {
    let builder = Sandbox::builder().tmp("/tmp").draws(Draws::Script(vec![1, 1, 2]));
    let sandbox = builder.start();
    // The name of a probe has no prefix.
    fs::write(sandbox.tmp().join(name_of(1)), "planted").unwrap();
    let before = sandbox.tree();
    assert_eq!(sandbox.gettempdir().unwrap(), "/tmp");
    assert_eq!(sandbox.draws(), 3);
    assert_eq!(sandbox.tree(), before);
}
