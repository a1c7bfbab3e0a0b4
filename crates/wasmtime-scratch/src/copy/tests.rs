//! Copies of entries that only a program in the space can make.

use tmpfs::{DescriptorFlags, Follow, OpenFlags};

use crate::copy::contents::Contents;
#[cfg(target_os = "linux")]
use crate::copy::host;
use crate::copy::outcome::{CopyError, Fault, Reason};
use crate::held::Held;
use crate::space::Space;

/// Makes a space with links that lead out, and with some that do not.
fn space() -> Space {
    let space = Space::builder().build().unwrap();
    space.create_dir_all("/out/a/b").unwrap();
    space.write("/out/file", "inside").unwrap();
    space.write("/outside", "outside").unwrap();
    let root = Held::root(&space, DescriptorFlags::DIRECTORY).unwrap();
    for (target, path) in [
        ("../../../outside", "out/a/b/out"),
        ("../../file", "out/a/b/inside"),
        ("../outside", "out/out"),
        ("../../../../../../etc/passwd", "out/a/far"),
        // With this link, `itself/..` is one directory higher than the names suggest.
        (".", "out/a/itself"),
        ("itself/itself/../../../outside", "out/a/turns"),
        ("nowhere", "out/dangling"),
    ] {
        root.change(|engine, root, now| engine.symlink_at(target, root, path, now)).unwrap();
    }
    // A link that stays inside under one name leads out under another.
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

#[test]
fn copy_tells_of_a_change_before_it_tells_where_data_are() {
    let space = Space::builder().build().unwrap();
    space.write("/file", vec![1; 100_000]).unwrap();
    let root = Held::root(&space, DescriptorFlags::DIRECTORY).unwrap();
    let contents = Contents::open(&root, "file").unwrap();
    assert_eq!(contents.parts().unwrap(), [(0, 100_000)]);
    for (bytes, expected) in [(200_000, Reason::Changed), (10, Reason::Shrank)] {
        space.write("/file", vec![2; bytes]).unwrap();
        let fault = contents.parts().unwrap_err();
        assert!(matches!(fault, Fault::Refused(reason) if reason == expected), "{fault:?}");
    }
}

#[test]
fn copy_of_a_file_that_changes_while_the_clock_stands_still_never_panics() {
    let moment = std::time::SystemTime::UNIX_EPOCH;
    let space = Space::builder().clock(move || moment).build().unwrap();
    let full = vec![1; 1 << 20];
    space.write("/file", &full).unwrap();
    let root = Held::root(&space, DescriptorFlags::DIRECTORY).unwrap();
    let file = root.open(Follow::No, "file", OpenFlags::default(), DescriptorFlags::WRITE).unwrap();
    let mut archive = Vec::new();
    let copying = space.copying().progress(|progress| {
        if progress.path == "file" {
            file.change(|engine, file, now| {
                engine.set_size(file, 0, now)?;
                engine.set_size(file, 1 << 20, now)
            })
            .unwrap();
        }
    });
    let copied = copying.pack("/", &mut archive).unwrap();
    assert_eq!(copied.bytes, 1 << 20);
    let again = Space::builder().build().unwrap();
    again.unpack(&archive[..], "/").unwrap();
    let bytes = again.read("/file").unwrap();
    assert!(bytes[0] == 1 && bytes[(1 << 20) - 1] == 0 && bytes.len() == 1 << 20);
}

/// The codes are those of Linux's filesystems: `vfat_create` returns `EINVAL` for a colon, a
/// filesystem with an encoding `EILSEQ` for a name that it cannot encode, and symlink(2) and
/// link(2) say `EPERM` of a filesystem without such links.
#[cfg(target_os = "linux")]
#[test]
fn copy_out_goes_on_after_a_name_or_link_that_the_filesystem_does_not_have() {
    use rustix::io::Errno;

    let reason = |fault: Fault| match fault {
        Fault::Refused(reason) => Some(reason),
        Fault::Stop(_) => None,
    };
    for (error, name, link) in [
        (Errno::INVAL, Some(Reason::NameNotAllowed), Some(Reason::NameNotAllowed)),
        (Errno::ILSEQ, Some(Reason::NameNotAllowed), Some(Reason::NameNotAllowed)),
        (Errno::NAMETOOLONG, Some(Reason::NameTooLong), Some(Reason::NameTooLong)),
        (Errno::ACCESS, Some(Reason::NotPermitted), Some(Reason::NotPermitted)),
        (Errno::PERM, Some(Reason::NotPermitted), Some(Reason::LinkNotAllowed)),
        (Errno::NOTSUP, None, Some(Reason::LinkNotAllowed)),
        (Errno::NOSYS, None, Some(Reason::LinkNotAllowed)),
        (Errno::MLINK, None, Some(Reason::LinkNotAllowed)),
        // No other entry can be copied either.
        (Errno::ROFS, None, None),
        (Errno::NOSPC, None, None),
        (Errno::DQUOT, None, None),
        (Errno::IO, None, None),
    ] {
        assert_eq!(reason(host::name_fault(error)), name, "{error}");
        assert_eq!(reason(host::link_fault(error)), link, "{error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn copy_in_opens_nothing_else_than_it_looked_at() {
    use rustix::fs::{CWD, FileType, Mode};

    let folder = std::env::temp_dir().join(format!("copy-in-exchange-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("directory")).unwrap();
    std::fs::create_dir(folder.join("other")).unwrap();
    std::fs::write(folder.join("file"), "x").unwrap();
    let fifo = folder.join("fifo");
    rustix::fs::mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let above = host::open_directory(CWD, &folder).unwrap();
    let (file, directory) =
        (host::look(&above, "file").unwrap(), host::look(&above, "directory").unwrap());
    assert!(file.open_file(&above, "file").is_ok());
    assert!(directory.open_directory(&above, "directory").is_ok());

    std::fs::rename(folder.join("other"), folder.join("directory")).unwrap();
    let changed = |fault: &Fault| matches!(fault, Fault::Refused(Reason::Changed));
    assert!(changed(&directory.open_directory(&above, "directory").unwrap_err()));
    std::fs::rename(fifo, folder.join("file")).unwrap();
    assert!(changed(&file.open_file(&above, "file").unwrap_err()), "and it does not block");
    std::fs::remove_file(folder.join("file")).unwrap();
    std::os::unix::fs::symlink("directory", folder.join("file")).unwrap();
    assert!(changed(&file.open_file(&above, "file").unwrap_err()));
    std::fs::remove_dir_all(&folder).unwrap();
}
