//! Paths of scripts, and the files there: `@` is the root, `0:` the path of the first object.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::script::arguments::Arguments;
use crate::script::form::{ROOT, content, escaped, escaped_but, guest, text};

/// The paths that a script made, and the form of each in outcomes: a question mark stands for each
/// character of chance.
pub(super) struct Places<'a> {
    root: &'a Path,
    prefix: String,
    suffix: String,
    /// The guest's path of the first object.
    followed: Option<String>,
    made: BTreeMap<String, String>,
}

impl<'a> Places<'a> {
    pub(super) fn new(root: &'a Path) -> Self {
        let (prefix, suffix) = ("tmp".to_owned(), String::new());
        Self { root, prefix, suffix, followed: None, made: BTreeMap::new() }
    }

    /// Sets the prefix and suffix of names that are made from now on.
    pub(super) fn set_affixes(&mut self, arguments: &Arguments<'_>, prefix: &str) {
        self.prefix = arguments.get("prefix").unwrap_or_else(|| prefix.to_owned());
        self.suffix = arguments.get("suffix").unwrap_or_default();
    }

    /// Makes this path, of the object that was made, the script's subject.
    pub(super) fn follow(&mut self, path: &str) {
        self.followed = Some(path.to_owned());
    }

    /// Records a path that was just made, and returns its form in outcomes.
    pub(super) fn made(&mut self, path: &str) -> String {
        let shown = self.path(path);
        self.made.insert(path.to_owned(), shown.clone());
        shown
    }

    /// Returns a path as outcomes show it.
    pub(super) fn path(&self, path: &str) -> String {
        let path = match path.strip_prefix(ROOT) {
            Some(below) if below.is_empty() || below.starts_with('/') => format!("@{below}"),
            _ => path.to_owned(),
        };
        let (head, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
        let chance = name
            .strip_prefix(self.prefix.as_str())
            .and_then(|name| name.strip_suffix(self.suffix.as_str()));
        let fits = chance.is_some_and(|it| {
            let of_alphabet = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
            it.len() == 8 && it.bytes().all(of_alphabet)
        });
        let shown = if fits {
            format!("{head}{}????????{}", self.prefix, self.suffix)
        } else {
            path.clone()
        };
        format!("p:{}", escaped_but(shown.as_bytes(), "@?"))
    }

    fn host(&self, guest: &str) -> PathBuf {
        self.root.join(guest.strip_prefix(ROOT).expect("it is below the root").trim_matches('/'))
    }

    /// Returns the path on the host of a word; `None` below an object that was not made.
    fn word(&self, word: &str) -> Option<PathBuf> {
        match word.strip_prefix("0:") {
            Some(below) => Some(self.host(&(self.followed.clone()? + &text(below)))),
            None => Some(self.host(&guest(word))),
        }
    }

    /// Does what others do on the disk, if `function` says that.
    pub(super) fn on_the_disk(&self, function: &str, words: &[&str]) -> bool {
        if !["dir", "file", "link", "remove"].contains(&function) {
            return false;
        }
        let Some(place) = self.word(words[0]) else { return true };
        let done: io::Result<()> = match function {
            "dir" => fs::create_dir(place),
            "file" => fs::write(place, content(words[1])),
            "link" if words[1].starts_with(['@', '0']) => {
                self.word(words[1]).map_or(Ok(()), |target| symlink(target, place))
            }
            "link" => symlink(words[1], place),
            _ if place.is_dir() && !place.is_symlink() => fs::remove_dir_all(place),
            _ => fs::remove_file(place),
        };
        // What cannot be done is no matter: the listing tells.
        drop(done);
        true
    }

    /// Returns the size on the disk of the first object, or that it is gone.
    pub(super) fn size(&self) -> Option<String> {
        let followed = fs::symlink_metadata(self.host(self.followed.as_ref()?));
        Some(followed.map_or_else(|_| "gone".to_owned(), |file| file.len().to_string()))
    }

    /// Returns the bytes of the first object's file.
    pub(super) fn bytes(&self) -> Option<Option<Vec<u8>>> {
        Some(fs::read(self.host(self.followed.as_ref()?)).ok())
    }

    /// Lists everything below the root.
    pub(super) fn listing(&self) -> String {
        let mut found = Vec::new();
        self.list(ROOT, &mut found);
        found.sort();
        found.join(" ")
    }

    fn list(&self, folder: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(self.host(folder)).expect("a folder can be listed") {
            let entry = entry.expect("a folder can be listed");
            let name = entry.file_name().into_string().expect("a name is text");
            let path = format!("{folder}/{name}");
            let kind = entry.file_type().expect("an entry has a type");
            let mark = if kind.is_symlink() {
                "@"
            } else if kind.is_dir() {
                "/"
            } else {
                ""
            };
            found.push(self.listed(&path) + mark);
            if kind.is_dir() {
                self.list(&path, found);
            }
        }
    }

    fn listed(&self, path: &str) -> String {
        let above = |made: &&String| format!("{path}/").starts_with(&format!("{made}/"));
        let top = self.made.keys().filter(above).max_by_key(|made| made.len());
        let Some(top) = top else { return escaped(path.strip_prefix(ROOT).unwrap().as_bytes()) };
        let base = &top[ROOT.len()..top.rfind('/').unwrap()];
        let shown = &self.made[top];
        let name = &shown[shown.rfind('/').map_or(2, |slash| slash + 1)..];
        format!("{}/{name}{}", escaped(base.as_bytes()), escaped(&path.as_bytes()[top.len()..]))
    }
}
