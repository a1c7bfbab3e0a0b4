//! Calls each method of the streams of files, and prints the answers.

use wasip2::cli::{stdin::get_stdin, stdout::get_stdout};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags, filesystem_error_code,
};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

fn main() {
    let (root, _) = get_directories().swap_remove(0);
    reads(&root);
    writes(&root);
    appends(&root);
    zeroes(&root);
    splices(&root);
    refusals(&root);
    listings(&root);
}

const BOTH: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);

fn create(root: &Descriptor, path: &str, content: &[u8]) -> Descriptor {
    let new = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let file = root.open_at(PathFlags::empty(), path, new, BOTH).unwrap();
    assert_eq!(file.write(content, 0).unwrap(), content.len() as u64);
    file
}

fn content(file: &Descriptor) -> String {
    String::from_utf8(file.read(1 << 20, 0).unwrap().0).unwrap()
}

/// Formats a result: the value, or the kind of the error.
fn told<T: std::fmt::Debug>(result: Result<T, StreamError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(StreamError::Closed) => "closed".to_owned(),
        Err(StreamError::LastOperationFailed(error)) => {
            assert!(!error.to_debug_string().is_empty());
            format!("failed with {:?}", filesystem_error_code(&error))
        }
    }
}

fn text(bytes: Result<Vec<u8>, StreamError>) -> String {
    told(bytes.map(|bytes| String::from_utf8(bytes).unwrap()))
}

/// Returns the code with which the host refuses a stream, or the stream's first use: hosts choose
/// between the two.
fn refusal<T>(
    stream: Result<T, ErrorCode>,
    first_use: impl FnOnce(&T) -> Result<(), StreamError>,
) -> &'static str {
    let code = match stream {
        Err(code) => Some(code),
        Ok(stream) => match first_use(&stream) {
            Err(StreamError::LastOperationFailed(error)) => filesystem_error_code(&error),
            Err(StreamError::Closed) | Ok(()) => None,
        },
    };
    code.as_ref().map_or("none", ErrorCode::name)
}

fn reads(root: &Descriptor) {
    let file = create(root, "read", b"abcdefghij");
    let stream = file.read_via_stream(2).unwrap();
    println!("blocking-read 3: {}", text(stream.blocking_read(3)));
    println!("read 0: {}", text(stream.read(0)));
    println!("blocking-skip 2: {}", told(stream.blocking_skip(2)));
    println!("blocking-read the rest: {}", text(stream.blocking_read(100)));
    println!("at the end: {}", text(stream.blocking_read(100)));
    println!("after the end: {}", text(stream.blocking_read(1)));
    println!("skip after the end: {}", told(stream.blocking_skip(1)));

    let beyond = file.read_via_stream(100).unwrap();
    println!("from beyond the end: {}", text(beyond.blocking_read(1)));

    let ahead = file.read_via_stream(0).unwrap();
    println!("skip more than there is: {}", told(ahead.blocking_skip(100)));
    println!("then: {}", text(ahead.blocking_read(1)));

    // The file grows. A stream that answered `closed` stays closed. A stream that reached the end
    // without that answer reads on, and so does a new one.
    let (closed, open) = (file.read_via_stream(8).unwrap(), file.read_via_stream(8).unwrap());
    for stream in [&closed, &open] {
        println!("to the end: {}", text(stream.blocking_read(2)));
    }
    println!("at the end: {}", text(closed.blocking_read(1)));
    file.write(b"klmno", 10).unwrap();
    println!("blocking-read of the closed: {}", text(closed.blocking_read(1)));
    println!("read: {}", text(closed.read(1)));
    println!("read 0: {}", text(closed.read(0)));
    println!("blocking-skip: {}", told(closed.blocking_skip(1)));
    println!("skip 0: {}", told(closed.skip(0)));
    closed.subscribe().block();
    println!("after a wait: {}", text(closed.read(1)));
    let sink = create(root, "sink", b"").write_via_stream(0).unwrap();
    println!("blocking-splice 1: {}", told(sink.blocking_splice(&closed, 1)));
    println!("blocking-splice 0: {}", told(sink.blocking_splice(&closed, 0)));
    println!("blocking-read of the open: {}", text(open.blocking_read(100)));
    let new = file.read_via_stream(12).unwrap();
    println!("of a new one: {}", text(new.blocking_read(100)));
    println!("by position: {}", text(Ok(file.read(100, 13).unwrap().0)));
    file.set_size(10).unwrap();

    let skipped = file.read_via_stream(9).unwrap();
    println!("skip to the end: {}", told(skipped.blocking_skip(5)));
    println!("skip at the end: {}", told(skipped.blocking_skip(5)));
    file.write(b"k", 10).unwrap();
    println!("skip when it has grown: {}", told(skipped.blocking_skip(5)));
    file.set_size(10).unwrap();

    // A read that does not block may return nothing, so wait first.
    let stream = file.read_via_stream(0).unwrap();
    stream.subscribe().block();
    println!("read 4 after a wait: {}", text(stream.read(4)));
}

fn writes(root: &Descriptor) {
    let file = create(root, "written", b"..........");
    let stream = file.write_via_stream(2).unwrap();
    stream.blocking_write_and_flush(b"abc").unwrap();
    println!("blocking-write: {}", content(&file));
    assert!(stream.check_write().unwrap() >= 2);
    stream.write(b"de").unwrap();
    stream.flush().unwrap();
    stream.subscribe().block();
    assert!(stream.check_write().unwrap() > 0);
    println!("write, flush, wait: {}", content(&file));
    stream.blocking_write_and_flush(b"").unwrap();
    stream.blocking_flush().unwrap();
    stream.blocking_write_and_flush(b"f").unwrap();
    println!("nothing, flush, one more: {}", content(&file));

    let beyond = file.write_via_stream(12).unwrap();
    beyond.blocking_write_and_flush(b"!").unwrap();
    println!("beyond the end: {:?}", content(&file));

    let large = vec![b'x'; 4096];
    let stream = file.write_via_stream(0).unwrap();
    (0..64).for_each(|_| stream.blocking_write_and_flush(&large).unwrap());
    println!("64 times 4096: {}", file.stat().unwrap().size);

    let stream = file.write_via_stream(0).unwrap();
    let permitted = stream.check_write().unwrap();
    let all = vec![b'y'; usize::try_from(permitted).unwrap()];
    stream.write(&all).unwrap();
    stream.blocking_flush().unwrap();
    assert_eq!(file.read(permitted, 0).unwrap().0, all);
}

fn appends(root: &Descriptor) {
    let file = create(root, "appended", b"a");
    let (one, other) = (file.append_via_stream().unwrap(), file.append_via_stream().unwrap());
    one.blocking_write_and_flush(b"b").unwrap();
    other.blocking_write_and_flush(b"c").unwrap();
    file.write(b"d", 3).unwrap();
    one.blocking_write_and_flush(b"e").unwrap();
    println!("append by turns: {}", content(&file));
    file.set_size(0).unwrap();
    other.blocking_write_and_flush(b"f").unwrap();
    println!("append after truncation: {}", content(&file));
}

fn zeroes(root: &Descriptor) {
    let file = create(root, "zeroed", b"abcdef");
    let stream = file.write_via_stream(1).unwrap();
    println!("zeroes: {}", told(stream.blocking_write_zeroes_and_flush(2)));
    stream.blocking_write_and_flush(b"X").unwrap();
    println!("then: {:?}", content(&file));
    println!("no zeroes: {}", told(stream.blocking_write_zeroes_and_flush(0)));
    stream.check_write().unwrap();
    println!("zeroes: {}", told(stream.write_zeroes(3)));
    stream.blocking_flush().unwrap();
    println!("then: {:?}", content(&file));
}

fn splices(root: &Descriptor) {
    let from = create(root, "from", b"spliced text\n");
    let to = create(root, "to", b"");
    let (source, sink) = (from.read_via_stream(0).unwrap(), to.append_via_stream().unwrap());
    println!("file to file, 7: {}", told(sink.blocking_splice(&source, 7)));
    all("file to file, rest", &sink, &source);
    println!("copied: {:?}", content(&to));

    let stdout = get_stdout();
    stdout.blocking_flush().unwrap();
    let source = to.read_via_stream(8).unwrap();
    all("file to standard output", &stdout, &source);
    all("standard input to file", &sink, &get_stdin());
    println!("copied: {:?}", content(&to));

    // Splice a file into itself: the bytes read are appended to it.
    let (source, sink) = (from.read_via_stream(0).unwrap(), from.append_via_stream().unwrap());
    println!("into itself: {}", told(sink.blocking_splice(&source, 4)));
    println!("then: {:?}", content(&from));
}

/// Splices until the source ends. The pieces may have any size.
fn all(what: &str, sink: &OutputStream, source: &InputStream) {
    let mut moved = 0;
    let end = loop {
        match sink.blocking_splice(source, 1 << 20) {
            Ok(length) => moved += length,
            end => break end,
        }
    };
    sink.blocking_flush().unwrap();
    println!("{what}: {moved}, then {}", told(end));
}

fn refusals(root: &Descriptor) {
    create(root, "refused", b"content");
    let open = |flags| root.open_at(PathFlags::empty(), "refused", OpenFlags::empty(), flags);
    let (reader, writer) =
        (open(DescriptorFlags::READ).unwrap(), open(DescriptorFlags::WRITE).unwrap());
    let read = |stream: &InputStream| stream.blocking_read(1).map(drop);
    let write = |stream: &OutputStream| stream.blocking_write_and_flush(b"x");
    println!("read what is open for writing: {}", refusal(writer.read_via_stream(0), read));
    println!("write what is open for reading: {}", refusal(reader.write_via_stream(0), write));
    println!("append to what is open for reading: {}", refusal(reader.append_via_stream(), write));
    println!("read a directory: {}", refusal(root.read_via_stream(0), read));
    println!("write a directory: {}", refusal(root.write_via_stream(0), write));
    println!("append to a directory: {}", refusal(root.append_via_stream(), write));
    println!("list a file: {}", refusal(reader.read_directory(), |_| Ok(())));
}

fn listings(root: &Descriptor) {
    root.create_directory_at("listed").unwrap();
    let open = || {
        let how = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        root.open_at(PathFlags::empty(), "listed", how.0, how.1).unwrap()
    };
    for name in ["a", "b", "c"] {
        drop(create(root, &format!("listed/{name}"), b""));
    }
    let directory = open();
    let listing = directory.read_directory().unwrap();
    drop(directory);
    let mut names = Vec::new();
    while let Some(entry) = listing.read_directory_entry().unwrap() {
        names.push((entry.name, entry.type_));
    }
    names.sort_by(|one, other| one.0.cmp(&other.0));
    println!("listing: {names:?}");

    for name in ["a", "b", "c"] {
        root.unlink_file_at(&format!("listed/{name}")).unwrap();
    }
    let directory = open();
    root.remove_directory_at("listed").unwrap();
    let entry = directory.read_directory().map(|listing| listing.read_directory_entry());
    println!("listing of a removed directory: {entry:?}");
}
