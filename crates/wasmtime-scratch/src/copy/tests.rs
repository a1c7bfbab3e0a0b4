//! Copies of what only a program in the space can make.

use tmpfs::Follow;

use crate::copy::outcome::{CopyError, Reason};
use crate::held::Held;
use crate::space::Space;

/// A space with links that lead out and some that do not.
fn space() -> Space {
    let space = Space::builder().build().unwrap();
    space.create_dir_all("/out/a/b").unwrap();
    space.write("/out/file", "inside").unwrap();
    space.write("/outside", "outside").unwrap();
    let root = Held::root(&space).unwrap();
    for (target, path) in [
        ("../../../outside", "out/a/b/out"),
        ("../../file", "out/a/b/inside"),
        ("../outside", "out/out"),
        ("../../../../../../etc/passwd", "out/a/far"),
        // With this one, `itself/..` is a directory up from where the names say.
        (".", "out/a/itself"),
        ("itself/itself/../../../outside", "out/a/turns"),
        ("nowhere", "out/dangling"),
    ] {
        root.change(|engine, root, now| engine.symlink_at(target, root, path, now)).unwrap();
    }
    // What stays inside under one name leads out under another.
    root.change(|engine, root, now| {
        engine.link_at(root, Follow::No, "out/a/b/inside", root, "out/higher", now)
    })
    .unwrap();
    space
}

fn expect(error: &CopyError) {
    let mut told: Vec<_> = error.refused().iter().map(|it| (it.path(), it.reason())).collect();
    told.sort_by_key(|(path, _)| *path);
    let out = ["a/b/out", "a/far", "a/turns", "higher", "out"];
    assert_eq!(told, out.map(|path| (path, Reason::LinkLeadsOut)));
    assert_eq!(error.copied().symbolic_links, 3);
    assert_eq!((error.copied().files, error.copied().directories), (1, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn copy_out_refuses_every_link_that_can_lead_out() {
    let space = space();
    let folder = std::env::temp_dir().join(format!("copy-out-links-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let error = space.copy_out("/out", &folder).unwrap_err();
    expect(&error);
    let link = |path: &str| std::fs::read_link(folder.join(path)).map(|it| it.into_os_string());
    assert_eq!(link("a/b/inside").unwrap(), "../../file");
    assert_eq!(std::fs::read(folder.join("a/b/inside")).unwrap(), b"inside");
    assert_eq!(
        (link("a/itself").unwrap(), link("dangling").unwrap()),
        (".".into(), "nowhere".into())
    );
    for path in ["a/b/out", "a/far", "a/turns", "higher", "out"] {
        assert!(folder.join(path).symlink_metadata().is_err(), "{path}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    space.audit().unwrap();
}

#[test]
fn copy_to_an_archive_refuses_every_link_that_can_lead_out() {
    let space = space();
    let mut archive = Vec::new();
    expect(&space.pack("/out", &mut archive).unwrap_err());
    let again = Space::builder().build().unwrap();
    let copied = again.unpack(&archive[..], "/").unwrap();
    assert_eq!((copied.symbolic_links, copied.files), (3, 1));
    assert_eq!(again.read("/a/b/inside").unwrap(), b"inside");
    space.audit().unwrap();
}

#[test]
fn copy_into_a_space_follows_no_link_of_a_program() {
    let space = space();
    let mut archive = Vec::new();
    let other = Space::builder().build().unwrap();
    other.create_dir_all("/a/itself/x").unwrap();
    other.write("/dangling", "x").unwrap();
    other.write("/nowhere", "new").unwrap();
    other.pack("/", &mut archive).unwrap();
    let error = space.unpack(&archive[..], "/out").unwrap_err();
    let told: Vec<_> = error.refused().iter().map(|it| (it.path(), it.reason())).collect();
    assert_eq!(
        told,
        [
            ("a/itself/", Reason::Exists),
            ("a/itself/x/", Reason::NoDirectory),
            ("dangling", Reason::Exists)
        ]
    );
    assert_eq!(space.read("/out/nowhere").unwrap(), b"new");
    space.audit().unwrap();
}

#[test]
fn copy_stops_for_a_want_of_handles_and_tells_the_limit() {
    let space = space();
    space.set_limits(tmpfs::Limits { handles: 2, ..space.limits() });
    let error = space.pack("/out", Vec::new()).unwrap_err();
    assert!(error.to_string().contains("handles: asked 1, held 2, allowed 2"), "{error}");
    assert_eq!(space.usage().handles, 0);
    space.audit().unwrap();
}
