//! Running a script in the component: what `tests/cpython/scripts.py` does in Python.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::script::arguments::Arguments;
use crate::script::by_name;
use crate::script::form::{Outcomes, Script, guest, text};
use crate::script::places::Places;
use crate::script::shown::{Shown, failure};
use crate::script::words::Words;
use crate::{
    Cookie, Directory, Error, File, Sandbox, TextError, TextFile, UnclosedItem, UnclosedKind, place,
};

/// An instance that runs scripts one after the other.
pub struct Interpreter(Sandbox);

impl Interpreter {
    pub fn start() -> Self {
        Self(Sandbox::builder().tmp("/tmp").cwd("/tmp").start())
    }

    /// Runs a script. A trap is an outcome, too, and the end of the instance.
    pub fn run(&mut self, script: &Script) -> Outcomes {
        let mut outcomes = Vec::new();
        let sandbox = &self.0;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            sandbox.set_tempdir(Some("/tmp"));
            sandbox.set_template("tmp");
            sandbox.set_tmp_max(10_000);
            let mut run = Run::new(sandbox);
            for line in script {
                let result = run.line(line);
                outcomes.push(format!("{result} | {}", run.state()));
            }
        }));
        if ran.is_err() {
            outcomes.push("!trap | ".to_owned());
            *self = Self::start();
        }
        empty(self.0.tmp());
        // What a dropped object could not remove is still owed, and is gone now.
        let left = self.0.cleanup();
        assert!(left.is_empty(), "nothing is there that could be refused: {left:?}");
        outcomes
    }
}

/// Removes what a script left below the root.
fn empty(root: &std::path::Path) {
    for entry in fs::read_dir(root).expect("the root is there") {
        let entry = entry.expect("the root can be listed");
        if entry.file_type().expect("it has a type").is_dir() {
            fs::remove_dir_all(entry.path()).expect("it can be removed");
        } else {
            fs::remove_file(entry.path()).expect("it can be removed");
        }
    }
}

enum Slot<'a> {
    Binary(File<'a>),
    Text(TextFile<'a>),
    Directory(Directory<'a>),
}

/// The state of a script that runs.
struct Run<'a> {
    sandbox: &'a Sandbox,
    slots: BTreeMap<String, Slot<'a>>,
    cookies: BTreeMap<String, Cookie>,
    places: Places<'a>,
    /// True if the state seen from outside is everything below the root.
    lists: bool,
}

type Result<T, E = TextError> = std::result::Result<T, E>;

impl<'a> Run<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            slots: BTreeMap::new(),
            cookies: BTreeMap::new(),
            places: Places::new(sandbox.tmp()),
            lists: false,
        }
    }

    /// Runs a line, and returns its result.
    fn line(&mut self, line: &str) -> String {
        let mut words = line.split(' ');
        let target = words.next().expect("a line has a first word");
        let words: Vec<&str> = words.collect();
        let (label, target) = target.split_once('=').unwrap_or(("", target));
        let result = match target.split_once('.') {
            None if label.is_empty() => self.module(target, &words),
            None => self.make(label, target, &words),
            Some((slot, _)) if !self.slots.contains_key(slot) => return "!nothing".to_owned(),
            Some((slot, "drop")) => {
                self.slots.remove(slot);
                Ok("None".to_owned())
            }
            Some((slot, method)) => self.method(label, slot, method, &words),
        };
        result.unwrap_or_else(|error| failure(&error, |path| self.places.path(path)))
    }

    /// Returns the state that is seen from outside: of the file on the disk, or in memory.
    fn state(&self) -> String {
        if self.lists {
            return self.places.listing();
        }
        if let Some(size) = self.places.size() {
            return size;
        }
        let unclosed = self.sandbox.unclosed();
        let Some(first) = unclosed.first() else { return "-".to_owned() };
        let size = first.size.map_or_else(|| "?".to_owned(), |size| size.to_string());
        if first.kind == UnclosedKind::SpooledFile { format!("memory {size}") } else { size }
    }

    fn make(&mut self, label: &str, maker: &str, words: &[&str]) -> Result<String> {
        let arguments = Arguments::new(words);
        self.places.set_affixes(&arguments, &self.sandbox.template());
        let sandbox = self.sandbox;
        let made = match maker {
            "temporary-file" => Slot::Binary(sandbox.temporary_file(Some(arguments.record()))?),
            "temporary-text-file" => {
                Slot::Text(sandbox.temporary_text_file(Some(arguments.record()))?)
            }
            "spooled-temporary-file" => {
                Slot::Binary(sandbox.spooled_temporary_file(Some(arguments.record()))?)
            }
            "spooled-temporary-text-file" => {
                Slot::Text(sandbox.spooled_temporary_text_file(Some(arguments.record()))?)
            }
            "named-temporary-file" => {
                Slot::Binary(sandbox.named_temporary_file(Some(arguments.record()))?)
            }
            "named-temporary-text-file" => {
                Slot::Text(sandbox.named_temporary_text_file(Some(arguments.record()))?)
            }
            "temporary-directory" => {
                self.lists = true;
                Slot::Directory(sandbox.temporary_directory(Some(arguments.record()))?)
            }
            "mkstemp" => {
                self.lists = true;
                let (file, path) = sandbox.mkstemp(Some(arguments.record()))?;
                self.slots.insert(label.to_owned(), Slot::Binary(file));
                return Ok(self.places.made(&path));
            }
            _ => panic!("a maker more: {maker}"),
        };
        let path = match &made {
            Slot::Binary(file) => file.name(),
            Slot::Text(file) => file.name(),
            Slot::Directory(directory) => Some(directory.name()),
        };
        self.slots.insert(label.to_owned(), made);
        let Some(path) = path else { return Ok("object".to_owned()) };
        self.places.follow(&path);
        Ok(self.places.made(&path))
    }

    fn module(&mut self, function: &str, words: &[&str]) -> Result<String> {
        let none = || Ok("None".to_owned());
        if self.places.on_the_disk(function, words) {
            return none();
        }
        self.lists = true;
        let sandbox = self.sandbox;
        match function {
            "mkdtemp" | "mktemp" => {
                let arguments = Arguments::new(words);
                let prefix =
                    if function == "mktemp" { "tmp".to_owned() } else { sandbox.template() };
                self.places.set_affixes(&arguments, &prefix);
                let options = Some(arguments.record());
                let made = match function {
                    "mktemp" => sandbox.mktemp(options),
                    _ => sandbox.mkdtemp(options),
                };
                Ok(self.places.made(&made?))
            }
            "gettempdir" => Ok(self.places.path(&sandbox.gettempdir()?)),
            "gettempdirb" => {
                let path = String::from_utf8(sandbox.gettempdirb()?).expect("a path is text");
                Ok(self.places.path(&path))
            }
            "tempdir" => Ok(self.places.path(&sandbox.tempdir().unwrap_or_default())),
            "set-tempdir" => {
                sandbox.set_tempdir(Some(&guest(words[0])));
                none()
            }
            "set-template" => {
                sandbox.set_template(&text(&words[0].replace("\"\"", "")));
                none()
            }
            _ => by_name::tempfile(sandbox, function, &mut Words::new(words)).expect(function),
        }
    }

    fn method(&mut self, label: &str, slot: &str, method: &str, words: &[&str]) -> Result<String> {
        let mut returned = None;
        let result = match &self.slots[slot] {
            Slot::Directory(directory) => match method {
                "name" => Ok(self.places.path(&directory.name())),
                _ => by_name::directory(directory, method, &mut Words::new(words)).expect(method),
            },
            Slot::Binary(file) => match method {
                "name" => Ok(self.name(file.name())),
                "dump" => Ok(self.dump(Some(file))),
                "detach" => file
                    .detach()
                    .map(|raw| put(&mut returned, Slot::Binary(raw)))
                    .map_err(Into::into),
                "reopen" => {
                    let (mode, buffering) = (text(words[0]), words[1].parse().unwrap());
                    file.reopen(Some(&mode), Some(buffering))
                        .map(|again| put(&mut returned, Slot::Binary(again)))
                        .map_err(Into::into)
                }
                "wrap" => {
                    let options = Arguments::new(words).record();
                    file.wrap(Some(&options)).map(|text| put(&mut returned, Slot::Text(text)))
                }
                "read1-some" => read1_some(file, Words::new(words).next()).map_err(Into::into),
                _ => by_name::binary_file(file, method, &mut Words::new(words)).expect(method),
            },
            Slot::Text(file) => match method {
                "name" => Ok(self.name(file.name())),
                "dump" if self.places.size().is_some() => Ok(self.dump(None)),
                "dump" => {
                    let buffer = file.flush().and_then(|()| file.buffer());
                    Ok(self.dump(buffer.ok().as_ref()))
                }
                "detach" => file.detach().map(|below| put(&mut returned, Slot::Binary(below))),
                "buffer" => file.buffer().map(|below| put(&mut returned, Slot::Binary(below))),
                "tell" => file.tell().map(|cookie| {
                    let shown = cookie.shown();
                    self.cookies.insert(label.to_owned(), cookie);
                    shown
                }),
                "seek" => {
                    let place = match words[0].starts_with('c') {
                        true => self.cookies.get(words[0]).copied(),
                        false => Some(place(words[0].parse().unwrap())),
                    };
                    let Some(place) = place else { return Ok("!nothing".to_owned()) };
                    file.seek(place, words[1].parse().unwrap()).map(|cookie| cookie.shown())
                }
                "reconfigure" => {
                    file.reconfigure(&Arguments::new(words).record()).map(|()| "None".to_owned())
                }
                _ => by_name::text_file(file, method, &mut Words::new(words)).expect(method),
            },
        };
        if let Some(returned) = returned {
            self.slots.insert(label.to_owned(), returned);
        }
        result
    }

    fn name(&self, name: Option<String>) -> String {
        name.map_or_else(|| "None".to_owned(), |name| self.places.path(&name))
    }

    /// Returns all bytes of the file. Nothing can be done with it afterwards.
    fn dump(&self, file: Option<&File<'_>>) -> String {
        if let Some(bytes) = self.places.bytes() {
            return bytes.map_or_else(|| "!dump".to_owned(), |bytes| bytes.shown());
        }
        let bytes = file.and_then(|file| {
            let in_memory = |item: &UnclosedItem| item.kind == UnclosedKind::SpooledFile;
            if self.sandbox.unclosed().first().is_some_and(in_memory) {
                file.seek(0, 0).ok()?;
                return file.read(None).ok();
            }
            let descriptor = self.sandbox.take(file).ok()?;
            let mut bytes = Vec::new();
            loop {
                let at = u64::try_from(bytes.len()).unwrap();
                let more = descriptor.read(1 << 16, at);
                if more.is_empty() {
                    return Some(bytes);
                }
                bytes.extend(more);
            }
        });
        bytes.map_or_else(|| "!dump".to_owned(), |bytes| bytes.shown())
    }
}

fn put<'a>(returned: &mut Option<Slot<'a>>, slot: Slot<'a>) -> String {
    *returned = Some(slot);
    "object".to_owned()
}

/// Reads at most once, and tells only whether that was anything: Python may have read less ahead.
fn read1_some(file: &File<'_>, size: Option<i64>) -> Result<String, Error> {
    let at = i64::try_from(file.tell()?).unwrap();
    let some = file.read1(size)?;
    file.seek(at, 0)?;
    let asked = size.filter(|size| *size >= 0);
    let length = i64::try_from(some.len()).unwrap();
    let rest = file.read(Some(asked.unwrap_or(length)))?;
    file.seek(at, 0)?;
    assert!(rest.starts_with(&some) && some.is_empty() == rest.is_empty());
    Ok((!some.is_empty()).shown())
}
