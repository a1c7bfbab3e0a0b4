//! Files through the functions of WASI 0.2, called by a program that keeps the rules.

use crate::program::{BYTES, OURS, OUT, Program, World};

const TYPES: &str = "wasi:filesystem/types#";
const STREAMS: &str = "wasi:io/streams#";

/// The flag `create` of `open-at`, and below it the descriptor flags for reading and writing.
pub(crate) const CREATE: u64 = 1;
pub(crate) const READ_WRITE: u64 = 3;

/// Cases of `error-code`, numbered by their order in WIT.
pub(crate) const BAD_DESCRIPTOR: u64 = 3;
pub(crate) const EXIST: u64 = 7;
pub(crate) const NAME_TOO_LONG: u64 = 18;
pub(crate) const NO_ENTRY: u64 = 20;
pub(crate) const INSUFFICIENT_SPACE: u64 = 23;

impl Program {
    /// Returns the root of the space.
    pub(crate) fn root(&mut self) -> u64 {
        self.done("wasi:filesystem/preopens#get-directories", &[OUT.into()]);
        let (list, count) = (self.word(OUT), self.word(OUT + 4));
        assert!(count >= 1);
        self.word(list + (count - 1) * 12).into()
    }

    /// Calls a method whose result begins at [`OUT`], and returns the code if it is an error.
    pub(crate) fn method(
        &mut self,
        name: &str,
        arguments: &[u64],
        payload: u32,
    ) -> Result<(), u64> {
        // Fill the place of the result, so that unwritten bytes show.
        self.poke(OUT, &[0xaa; 128]);
        let arguments: Vec<u64> = arguments.iter().copied().chain([OUT.into()]).collect();
        self.done(name, &arguments);
        match self.peek(OUT, 1)[0] {
            0 => Ok(()),
            1 => Err(self.peek(OUT + payload, 1)[0].into()),
            case => panic!("{name}: the case {case}"),
        }
    }

    pub(crate) fn descriptor(
        &mut self,
        name: &str,
        arguments: &[u64],
        payload: u32,
    ) -> Result<(), u64> {
        self.method(&format!("{TYPES}[method]descriptor.{name}"), arguments, payload)
    }

    /// Opens a path with these flags.
    pub(crate) fn open(&mut self, directory: u64, path: &str, open: u64) -> Result<u64, u64> {
        let flags = if open & 2 == 0 { READ_WRITE } else { 1 };
        let [at, length] = self.text(0, path);
        self.descriptor("open-at", &[directory, 1, at, length, open, flags], 4)?;
        let handle = self.word(OUT + 4);
        assert_eq!(handle & !0xffff, OURS, "a handle of ours");
        Ok(handle.into())
    }

    /// Opens a stream of a file.
    pub(crate) fn stream(&mut self, kind: &str, file: u64, offset: u64) -> u64 {
        self.descriptor(kind, &[file, offset], 4).unwrap();
        self.word(OUT + 4).into()
    }

    /// Writes as much to a stream as it permits.
    pub(crate) fn put(&mut self, stream: u64, bytes: &[u8]) -> Result<(), u64> {
        self.method(&format!("{STREAMS}[method]output-stream.check-write"), &[stream], 8)?;
        assert_eq!(self.long(OUT + 8), 64 << 10, "as tmpfs.wasm permits");
        self.poke(BYTES, bytes);
        let length = bytes.len() as u64;
        let arguments = [stream, BYTES.into(), length];
        self.method(&format!("{STREAMS}[method]output-stream.write"), &arguments, 4)
    }

    /// Reads from a stream. Returns the number of the error's case if the read fails.
    pub(crate) fn get(&mut self, stream: u64, length: u64) -> Result<Vec<u8>, u64> {
        self.method(&format!("{STREAMS}[method]input-stream.read"), &[stream, length], 4)?;
        let (at, length) = (self.word(OUT + 4), self.word(OUT + 8));
        Ok(self.peek(at, length))
    }

    pub(crate) fn drop_handle(&mut self, of: &str, handle: u64) {
        let interface =
            if ["descriptor", "directory-entry-stream"].contains(&of) { TYPES } else { STREAMS };
        self.done(&format!("{interface}[resource-drop]{of}"), &[handle]);
    }
}

#[test]
fn a_file_is_made_written_read_listed_and_removed() {
    let mut program = Program::new();
    let root = program.root();
    let list = program.word(OUT);
    let (at, length) = (program.word(list + 4), program.word(list + 8));
    assert_eq!(program.peek(at, length), b"/tmp");

    let file = program.open(root, "file", CREATE).unwrap();
    let writer = program.stream("write-via-stream", file, 2);
    program.put(writer, b"written").unwrap();
    let reader = program.stream("read-via-stream", file, 0);
    assert_eq!(program.get(reader, 4).unwrap(), b"\0\0wr");
    assert_eq!(program.get(reader, 100).unwrap(), b"itten");
    assert_eq!(program.get(reader, 100), Err(1), "closed");

    program.descriptor("stat", &[file], 8).unwrap();
    let [kind, links, size] = [8, 16, 24].map(|at| program.long(OUT + at));
    assert_eq!((kind & 0xff, links, size), (6, 1, 9), "a regular file");
    // The second look at the clock made the file, and the third wrote it.
    let times = [32, 56, 80].map(|at| (program.peek(OUT + at, 1)[0], program.long(OUT + at + 8)));
    assert_eq!(times, [(1, 2), (1, 3), (1, 3)]);
    assert_eq!(program.word(OUT + 72), 5, "nanoseconds");

    program.descriptor("read", &[file, 3, 1], 4).unwrap();
    let (at, length, end) = (program.word(OUT + 4), program.word(OUT + 8), program.word(OUT + 12));
    assert_eq!((program.peek(at, length).as_slice(), end & 0xff), (&b"\0wr"[..], 0));
    // As on wasmtime, `end` is true if nothing was read.
    for (length, offset, expected) in [(u64::MAX, 7, (2, 0)), (1, 9, (0, 1)), (0, 0, (0, 1))] {
        program.descriptor("read", &[file, length, offset], 4).unwrap();
        assert_eq!((program.word(OUT + 8), program.word(OUT + 12) & 0xff), expected);
    }

    program.descriptor("read-directory", &[root], 4).unwrap();
    let listing = program.word(OUT + 4).into();
    let next = format!("{TYPES}[method]directory-entry-stream.read-directory-entry");
    program.method(&next, &[listing], 4).unwrap();
    let [some, kind, at, length] = [4, 8, 12, 16].map(|at| program.word(OUT + at));
    assert_eq!((some & 0xff, kind & 0xff), (1, 6));
    assert_eq!(program.peek(at, length), b"file");
    program.method(&next, &[listing], 4).unwrap();
    assert_eq!(program.word(OUT + 4) & 0xff, 0, "none");

    let [at, length] = program.text(0, "file");
    program.descriptor("unlink-file-at", &[root, at, length], 1).unwrap();
    assert_eq!(program.descriptor("stat-at", &[root, 0, at, length], 8), Err(NO_ENTRY));
    assert_eq!(program.open(root, "file", 0), Err(NO_ENTRY));
    // Drop parents before their children, as tmpfs.wasm allows.
    for (of, handle) in [
        ("descriptor", file),
        ("descriptor", root),
        ("input-stream", reader),
        ("output-stream", writer),
        ("directory-entry-stream", listing),
    ] {
        program.drop_handle(of, handle);
    }
    assert_eq!(program.done("handles:p2", &[]), 0);
    program.audit();
}

#[test]
fn paths_are_made_linked_renamed_and_told_apart() {
    let mut program = Program::new();
    let root = program.root();
    let [at, length] = program.text(0, "directory");
    program.descriptor("create-directory-at", &[root, at, length], 1).unwrap();
    assert_eq!(program.descriptor("create-directory-at", &[root, at, length], 1), Err(EXIST));
    let directory = program.open(root, "directory", 2).unwrap();
    program.descriptor("get-type", &[directory], 1).unwrap();
    assert_eq!(program.peek(OUT + 1, 1), [3]);
    program.descriptor("get-flags", &[directory], 1).unwrap();
    assert_eq!(
        program.peek(OUT + 1, 1),
        [0b10_0001],
        "what is opened from the root may be changed"
    );

    let file = program.open(root, "file", CREATE).unwrap();
    let [old, old_length] = program.text(0, "file");
    let [new, new_length] = program.text(1, "linked");
    let link = [root, 0, old, old_length, directory, new, new_length];
    program.descriptor("link-at", &link, 1).unwrap();
    let linked = program.open(root, "directory/linked", 0).unwrap();
    let same = format!("{TYPES}[method]descriptor.is-same-object");
    assert_eq!(program.done(&same, &[file, linked]), 1);
    assert_eq!(program.done(&same, &[file, directory]), 0);
    assert_eq!(program.done(&same, &[5, directory]), 0, "the host's is another object");

    program.descriptor("metadata-hash", &[file], 8).unwrap();
    let inode = program.long(OUT + 8);
    let [at, length] = program.text(0, "directory/linked");
    program.descriptor("metadata-hash-at", &[root, 0, at, length], 8).unwrap();
    assert_eq!(program.long(OUT + 8), inode);

    let [old, old_length] = program.text(0, "linked");
    let [new, new_length] = program.text(1, "moved");
    let rename = [directory, old, old_length, root, new, new_length];
    program.descriptor("rename-at", &rename, 1).unwrap();
    let symlink = [root, new, new_length, old, old_length];
    program.descriptor("symlink-at", &symlink, 1).unwrap();
    program.descriptor("readlink-at", &[root, old, old_length], 4).unwrap();
    let (at, length) = (program.word(OUT + 4), program.word(OUT + 8));
    assert_eq!(program.peek(at, length), b"moved");
    program.descriptor("stat-at", &[root, 1, old, old_length], 8).unwrap();
    assert_eq!(program.peek(OUT + 8, 1), [6], "followed");

    program.descriptor("set-times", &[file, 2, 70, 7, 1, 0, 0], 1).unwrap();
    program.descriptor("set-times-at", &[root, 0, new, new_length, 0, 0, 0, 2, 80, 8], 1).unwrap();
    program.descriptor("stat", &[file], 8).unwrap();
    let times = [32, 56].map(|at| (program.long(OUT + at + 8), program.word(OUT + at + 16)));
    assert_eq!(times, [(70, 7), (80, 8)]);
    program.audit();
}

#[test]
fn a_refused_write_closes_its_stream_and_its_error_tells_why() {
    let environment = vec![("TMPFS_BYTES", "64"), ("HOME", "/home")];
    let mut program = Program::of(World { environment, ..World::default() }, 4, usize::MAX);
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    program.poke(BYTES, &[7; 100]);
    let write = [file, BYTES.into(), 65, 0];
    assert_eq!(program.descriptor("write", &write, 8), Err(INSUFFICIENT_SPACE));
    let writer = program.stream("write-via-stream", file, 0);
    assert_eq!(program.put(writer, &[7; 65]), Err(0), "last-operation-failed");
    let error = u64::from(program.word(OUT + 8));
    assert_eq!(program.put(writer, b"x"), Err(1), "closed");

    program.done(&format!("{TYPES}filesystem-error-code"), &[error, OUT.into()]);
    assert_eq!(program.peek(OUT, 2), [1, 23], "insufficient-space");
    program.poke(OUT, &[0xaa; 2]);
    for other in ["wasi:http/types#http-error-code", "wasi:sockets/network#network-error-code"] {
        program.done(other, &[error, OUT.into()]);
        assert_eq!(program.peek(OUT, 1), [0], "none");
    }
    program.done("wasi:io/error#[method]error.to-debug-string", &[error, OUT.into()]);
    let (at, length) = (program.word(OUT), program.word(OUT + 4));
    assert_eq!(program.peek(at, length), b"insufficient space");
    program.done("wasi:io/error#[resource-drop]error", &[error]);
    program.traps("wasi:io/error#[resource-drop]error", &[error]);
}

#[test]
fn the_environment_is_the_hosts_with_a_temporary_directory() {
    let environment =
        vec![("HOME", "/é/ü"), ("TMPDIR", "/var/tmp"), ("EMPTY", ""), ("TMPFS_MOUNT", "/scratch")];
    let mut program = Program::of(World { environment, ..World::default() }, 4, usize::MAX);
    program.done("wasi:cli/environment#get-environment", &[OUT.into()]);
    let (list, count) = (program.word(OUT), program.word(OUT + 4));
    let text = |at: u32| {
        let bytes = program.peek(program.word(at), program.word(at + 4));
        String::from_utf8(bytes).unwrap()
    };
    let told: Vec<_> =
        (0..count).map(|number| list + number * 16).map(|at| (text(at), text(at + 8))).collect();
    let expected =
        [("HOME", "/é/ü"), ("EMPTY", ""), ("TMPFS_MOUNT", "/scratch"), ("TMPDIR", "/scratch")];
    assert!(told.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected));
}

#[test]
fn a_root_of_everything_has_a_directory_for_temporary_files() {
    let environment = vec![("TMPFS_MOUNT", "/")];
    let mut program = Program::of(World { environment, ..World::default() }, 4, usize::MAX);
    let root = program.root();
    let list = program.word(OUT);
    assert_eq!(program.peek(program.word(list + 4), program.word(list + 8)), b"/");
    program.open(root, "tmp", 2).unwrap();
    program.open(root, "relative", CREATE).unwrap();
    program.done("wasi:cli/environment#get-environment", &[OUT.into()]);
    let at = program.word(OUT) + 16;
    let value = program.peek(program.word(at + 8), program.word(at + 12));
    assert_eq!(value, b"/tmp", "TMPDIR");
}

#[test]
fn a_path_that_is_too_long_is_not_copied() {
    let mut program = Program::of(World::default(), 64, usize::MAX);
    let root = program.root();
    let most = 4095;
    let at = 0x2_0000;
    program.poke(at, &vec![b'/'; 3 << 20]);
    for length in [most + 1, 3 << 20] {
        let stat = [root, 0, at.into(), length];
        assert_eq!(program.descriptor("stat-at", &stat, 8), Err(NAME_TOO_LONG));
    }
    assert_eq!(program.descriptor("stat-at", &[root, 0, at.into(), most], 8), Err(31), "absolute");
}

#[test]
fn what_is_opened_for_reading_is_not_written() {
    let mut program = Program::new();
    let root = program.root();
    program.open(root, "file", CREATE).unwrap();
    let [at, length] = program.text(0, "file");
    program.descriptor("open-at", &[root, 0, at, length, 0, 1], 4).unwrap();
    let file = u64::from(program.word(OUT + 4));
    for name in ["write-via-stream", "append-via-stream"] {
        let arguments = if name.starts_with("append") { vec![file] } else { vec![file, 0] };
        assert_eq!(program.descriptor(name, &arguments, 4), Err(BAD_DESCRIPTOR));
    }
    let write = [file, BYTES.into(), 1, 0];
    assert_eq!(program.descriptor("write", &write, 8), Err(BAD_DESCRIPTOR));
}

/// Counts calls of the clock. Files need no other function of the host, and only changes of files
/// call it.
#[test]
fn an_anonymous_file_takes_three_calls_of_the_host() {
    let mut program = Program::new();
    let root = program.root();
    let file = program.open(root, "other", CREATE).unwrap();
    let before = program.store.data().seconds;
    program.descriptor("stat", &[file], 8).unwrap();
    program.descriptor("get-flags", &[file], 1).unwrap();
    program.descriptor("read-directory", &[root], 4).unwrap();
    program.open(root, "other", 0).unwrap();
    let [at, length] = program.text(0, "other");
    program.descriptor("stat-at", &[root, 0, at, length], 8).unwrap();
    assert_eq!(program.store.data().seconds, before, "a question");

    let file = program.open(root, "file", CREATE).unwrap();
    let writer = program.stream("write-via-stream", file, 0);
    program.put(writer, &[7; 4096]).unwrap();
    let [at, length] = program.text(0, "file");
    program.descriptor("unlink-file-at", &[root, at, length], 1).unwrap();
    let reader = program.stream("read-via-stream", file, 0);
    assert_eq!(program.get(reader, 4096).unwrap(), [7; 4096]);
    for (of, handle) in [("input-stream", reader), ("output-stream", writer), ("descriptor", file)]
    {
        program.drop_handle(of, handle);
    }
    assert_eq!(program.store.data().seconds - before, 3, "the calls that make, write and remove");
    assert_eq!(program.store.data().calls, [""; 0]);
}
