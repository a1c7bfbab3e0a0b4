//! Copies into the scratch space before the program runs, and out of it at the end.

use std::fs;
#[cfg(target_os = "linux")]
use std::fs::File;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

#[cfg(target_os = "linux")]
use wasmtime_scratch::{CopyError, Stop};
use wasmtime_scratch::{Limits, Space};

use crate::arguments::run::{Collected, Seed};
use crate::failure::Failure;
#[cfg(target_os = "linux")]
use crate::run::{progress::Line, report::option};
#[cfg(target_os = "linux")]
use crate::told::shown;
use crate::told::tell;

/// The place for a collected tree: a name in an open directory. It stays the same directory, even
/// if the program replaces a part of its path meanwhile.
#[cfg(target_os = "linux")]
pub(super) struct Place {
    above: File,
    name: PathBuf,
}

#[cfg(target_os = "linux")]
impl Place {
    fn of(host: &Path) -> Result<Self, String> {
        let above = host.parent().filter(|it| !it.as_os_str().is_empty());
        let (above, name) = match host.file_name() {
            Some(name) => (above.unwrap_or(Path::new(".")), name.into()),
            // A path that ends in `..`, and the root, name existing directories.
            None => (host, PathBuf::from(".")),
        };
        let opened = File::open(above);
        let above =
            opened.map_err(|error| format!("{} cannot be opened: {error}", above.display()));
        Ok(Self { above: above?, name })
    }
}

/// A place. None exists here, since copying needs Linux.
#[cfg(not(target_os = "linux"))]
pub(super) enum Place {}

#[cfg(not(target_os = "linux"))]
impl Place {
    fn of(_: &Path) -> Result<Self, String> {
        Err("copying needs Linux".to_owned())
    }
}

/// Checks the places for collected trees before the program runs, and holds them open.
pub(super) fn places(collected: &[Collected], force: bool) -> Result<Vec<Place>, Failure> {
    ensure_free(collected, force)?;
    let places = collected.iter().map(|Collected { told, host, .. }| {
        Place::of(host).map_err(|words| Failure::Refused(format!("{told}: {words}")))
    });
    places.collect()
}

fn ensure_free(collected: &[Collected], force: bool) -> Result<(), Failure> {
    for (place, Collected { told, host, .. }) in collected.iter().enumerate() {
        let refuse = |words: &str| Err(Failure::Refused(format!("{told}: {words}")));
        let named = host.display();
        if !force && collected[..place].iter().any(|before| before.host == *host) {
            return refuse(&format!("{named} is not empty then; type --force, or another name"));
        }
        let above = host.parent().filter(|it| !it.as_os_str().is_empty());
        match fs::read_dir(host).map(|mut entries| entries.next().is_some()) {
            Ok(true) if !force => {
                return refuse(&format!(
                    "{named} is not empty; type --force to replace files in it, or another name"
                ));
            }
            Ok(_) => {}
            Err(_) if fs::symlink_metadata(host).is_ok() => {
                return refuse(&format!("{named} is no directory; type another name"));
            }
            Err(_) if above.is_some_and(|above| !above.is_dir()) => {
                return refuse(&format!("{named} is in a directory that is not there; make it"));
            }
            Err(_) => {}
        }
    }
    Ok(())
}

/// Copies the seeds into the space.
pub(super) fn seed(space: &Space, seeds: &[Seed]) -> Result<(), Failure> {
    for Seed { told, host, inside } in seeds {
        let refuse = |words: String| Failure::Refused(format!("{told}: {words}"));
        let found = fs::metadata(host)
            .map_err(|error| refuse(format!("{} cannot be read: {error}", host.display())))?;
        let to = match (inside, host.file_name().and_then(|name| name.to_str())) {
            (Some(inside), _) => inside.clone(),
            (None, Some(name)) if !found.is_dir() => format!("/{name}"),
            (None, _) => "/".to_owned(),
        };
        copy_in(space, host, &to).map_err(refuse)?;
    }
    Ok(())
}

/// Copies the collected trees to the host, reports the failures, and returns whether all succeeded.
/// The space has no limit of handles afterwards.
pub(super) fn collect(
    space: &Space,
    collected: &[Collected],
    places: &[Place],
    force: bool,
) -> bool {
    // The limit of handles is for the program. A copy opens a handle for each directory on its way.
    space.set_limits(Limits { handles: u32::MAX, ..space.limits() });
    let mut all = true;
    for (Collected { told, inside, .. }, place) in collected.iter().zip(places) {
        if let Err(words) = copy_out(space, inside, place, force) {
            tell(&format!("error: {told}: {words}\n"));
            all = false;
        }
    }
    all
}

#[cfg(target_os = "linux")]
fn copy_in(space: &Space, host: &Path, to: &str) -> Result<(), String> {
    let mut line = Line::new();
    let copying = space.copying().progress(|progress| line.tell(progress));
    copying.copy_in(host, to).map(drop).map_err(|error| words(&error))
}

#[cfg(target_os = "linux")]
fn copy_out(space: &Space, inside: &str, place: &Place, force: bool) -> Result<(), String> {
    let mut line = Line::new();
    let copying = space.copying().progress(|progress| line.tell(progress));
    let copying = if force { copying.overwrite() } else { copying };
    copying.copy_out_at(inside, &place.above, &place.name).map(drop).map_err(|error| words(&error))
}

#[cfg(not(target_os = "linux"))]
fn copy_in(_: &Space, _: &Path, _: &str) -> Result<(), String> {
    Err("copying needs Linux".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn copy_out(_: &Space, _: &str, place: &Place, _: bool) -> Result<(), String> {
    match *place {}
}

/// Describes the outcome of a copy in one line.
#[cfg(target_os = "linux")]
fn words(error: &CopyError) -> String {
    let told = shown(&error.to_string());
    match error.stop() {
        Some(Stop::Space { refusal: Some(refusal), .. }) => {
            format!("{told}; type a higher --{}", option(refusal.limit))
        }
        _ => told,
    }
}
