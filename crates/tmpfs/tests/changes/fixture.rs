//! Short operations for examples in a space.

use tmpfs::{
    Change, DescriptorFlags, Difference, Error, Follow, Handle, Kind, NewTimestamp, OpenFlags,
    Space, Template, Timestamp,
};

use crate::settings;

/// A space with a handle of its root. Each operation has a time of its own.
pub(crate) struct Fixture {
    pub(crate) space: Space,
    pub(crate) root: Handle,
    seconds: i64,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::of(Space::create(settings()).unwrap())
    }

    pub(crate) fn of(mut space: Space) -> Self {
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        Self { space, root, seconds: 2_000 }
    }

    /// A space on a template with these files, each of which holds its own path.
    pub(crate) fn with(files: &[&str]) -> (Template, Self) {
        let mut fixture = Self::new();
        for path in files {
            let directories = path.match_indices('/').map(|(at, _)| &path[..at]);
            for directory in directories {
                let made = fixture.try_directory(directory);
                assert!(matches!(made, Ok(()) | Err(Error::Exist)));
            }
            fixture.write(path, path);
        }
        let template = fixture.space.snapshot().unwrap();
        let space = template.space(settings()).unwrap();
        let seconds = fixture.seconds;
        let mut fixture = Self::of(space);
        fixture.seconds = seconds;
        (template, fixture)
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.seconds += 1;
        Timestamp { seconds: self.seconds, nanoseconds: 0 }
    }

    pub(crate) fn open(&mut self, path: &str, open: OpenFlags) -> Handle {
        let now = self.now();
        let flags = DescriptorFlags::READ_WRITE;
        self.space.open_at(self.root, Follow::Yes, path, open, flags, now).unwrap()
    }

    /// Writes `text` to a file, as a shell's `>` does.
    pub(crate) fn write(&mut self, path: &str, text: &str) {
        let truncate = OpenFlags { create: true, truncate: true, ..OpenFlags::default() };
        let file = self.open(path, truncate);
        let now = self.now();
        assert_eq!(self.space.write_at(file, 0, text.as_bytes(), now), Ok(text.len()));
        self.space.close(file).unwrap();
    }

    pub(crate) fn read(&mut self, path: &str) -> String {
        let file = self.open(path, OpenFlags::default());
        let mut bytes = vec![0; usize::try_from(self.space.stat(file).unwrap().size).unwrap()];
        self.space.read_at(file, 0, &mut bytes).unwrap();
        self.space.close(file).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn try_directory(&mut self, path: &str) -> tmpfs::Result<()> {
        let now = self.now();
        self.space.create_directory_at(self.root, path, now)
    }

    pub(crate) fn directories(&mut self, number: u32) {
        for at in 0..number {
            self.directory(&format!("directory {at}"));
        }
    }

    /// Makes directories until one is refused, and returns the reason.
    pub(crate) fn fill(&mut self) -> Error {
        (0..).find_map(|at| self.try_directory(&format!("{at}")).err()).unwrap()
    }

    pub(crate) fn directory(&mut self, path: &str) {
        self.try_directory(path).unwrap();
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        let now = self.now();
        self.space.rename_at(self.root, old, self.root, new, now).unwrap();
    }

    pub(crate) fn link(&mut self, old: &str, new: &str) {
        let now = self.now();
        self.space.link_at(self.root, Follow::No, old, self.root, new, now).unwrap();
    }

    pub(crate) fn symlink(&mut self, target: &str, path: &str) {
        let now = self.now();
        self.space.symlink_at(target, self.root, path, now).unwrap();
    }

    pub(crate) fn unlink(&mut self, path: &str) {
        let now = self.now();
        self.space.unlink_file_at(self.root, path, now).unwrap();
    }

    pub(crate) fn remove_directory(&mut self, path: &str) {
        let now = self.now();
        self.space.remove_directory_at(self.root, path, now).unwrap();
    }

    /// Sets the time of modification alone, or both.
    pub(crate) fn set_times(&mut self, path: &str, accessed: NewTimestamp) {
        let now = self.now();
        let modified = NewTimestamp::Timestamp(Timestamp { seconds: 5, nanoseconds: 0 });
        self.space.set_times_at(self.root, Follow::No, path, accessed, modified, now).unwrap();
    }

    pub(crate) fn changes(&self, template: &Template) -> Vec<Change> {
        self.space.changes_since(template).unwrap().map(Result::unwrap).collect()
    }

    /// Compares the changes with lines: a letter and a path, and for a rename also the old path.
    #[track_caller]
    pub(crate) fn assert_changes(&self, template: &Template, expected: &[&str]) {
        let line = |change: Change| {
            let path = &change.path;
            let slash = if change.kind == Kind::Directory { "/" } else { "" };
            match change.difference {
                Difference::Created => format!("A {path}{slash}"),
                Difference::Changed => format!("M {path}{slash}"),
                Difference::Removed => format!("D {path}{slash}"),
                Difference::Renamed { from, changed: false } => format!("R {path}{slash} < {from}"),
                Difference::Renamed { from, changed: true } => format!("RM {path}{slash} < {from}"),
                Difference::Metadata => format!("t {path}{slash}"),
            }
        };
        let lines: Vec<_> = self.changes(template).into_iter().map(line).collect();
        assert_eq!(lines, expected);
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.space.audit().unwrap();
        }
    }
}
