//! Copies of a space that the host takes back to a template meanwhile.

#[cfg(target_os = "linux")]
mod folder;

use std::io::sink;

#[cfg(target_os = "linux")]
use folder::Folder;
use wasmtime_scratch::{CopyError, Space, Stop, Template};

/// A space with a tree, and a template of it with one file less.
fn filled() -> (Space, Template) {
    let space = Space::builder().build().unwrap();
    space.create_dir_all("/tree/deep").unwrap();
    space.write("/tree/deep/kept", "kept").unwrap();
    let template = space.snapshot().unwrap();
    space.write("/tree/other", vec![1; 1 << 20]).unwrap();
    (space, template)
}

/// Asserts that the copy ended there, and that the space is what the template holds.
#[track_caller]
fn check(error: &CopyError, space: &Space, template: &Template) {
    assert!(matches!(error.stop(), Some(Stop::Reset)), "{error}");
    assert_eq!(error.refusals(), 0, "{error}");
    assert!(!error.to_string().contains("at :"), "{error}");
    assert_eq!(space.changes_since(template).unwrap(), []);
    assert_eq!(space.usage(), template.usage());
    space.audit().unwrap();
}

/// Runs a copy once for each call of its progress function, and goes back to the template there.
fn at_each_call(copy: impl Fn(&Space, &mut dyn FnMut()) -> Result<(), CopyError>) {
    for at in 1.. {
        let (space, template) = filled();
        let mut call = 0;
        let outcome = copy(&space, &mut || {
            call += 1;
            if call == at {
                space.reset_to(&template).unwrap();
            }
        });
        match outcome {
            Ok(()) => {
                assert!(at > 4, "{at}");
                return;
            }
            Err(error) => check(&error, &space, &template),
        }
    }
}

/// An archive of a few entries.
fn archive() -> Vec<u8> {
    let mut archive = Vec::new();
    filled().0.pack("/", &mut archive).unwrap();
    archive
}

#[test]
fn copy_to_an_archive_ends_when_the_space_goes_back() {
    at_each_call(|space, told| space.copying().progress(|_| told()).pack("/", sink()).map(drop));
}

#[test]
fn copy_from_an_archive_ends_when_the_space_goes_back() {
    let archive = archive();
    at_each_call(|space, told| {
        space.copying().progress(|_| told()).unpack(&archive[..], "/new").map(drop)
    });
}

#[cfg(target_os = "linux")]
#[test]
fn copy_in_and_out_end_when_the_space_goes_back() {
    let from = Folder::new("reset-in");
    for (name, bytes) in [("deep/a", &[1; 1 << 20][..]), ("deep/b", b"b"), ("c", b"c")] {
        from.file(name, bytes);
    }
    at_each_call(|space, told| {
        space.copying().progress(|_| told()).copy_in(from.path("."), "/new").map(drop)
    });
    at_each_call(|space, told| {
        let to = Folder::new("reset-out");
        space.copying().progress(|_| told()).copy_out("/", to.path("out")).map(drop)
    });
}
