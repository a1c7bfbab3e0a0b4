//! Reaches each limit of a small filesystem by std, and asserts std's answer. Earlier content must
//! stay, and there must be room again after a removal. The host sets the limits that are named
//! here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::Path;

const BYTES: usize = 1 << 20;
const FILE_SIZE: u64 = 512 << 10;
const NODES: usize = 20;
const HANDLES: usize = 10;

// The numbers of WASI's C library, since std has no kinds for most of them on WASI. For a failed
// stream that library has no number but EIO (wasi-libc, `wasip2_handle_write_error`).
// `stream_failures` shows the code that the filesystem gave.
const EFBIG: i32 = 22;
const EIO: i32 = 29;
const ENOMEM: i32 = 48;
const ENOSPC: i32 = 51;

fn errno<T>(result: io::Result<T>) -> Option<i32> {
    result.err().expect("it is refused").raw_os_error()
}

fn main() {
    let root = std::env::var("TMPDIR").unwrap();
    let root = Path::new(&root);
    bytes(root);
    file_size(root);
    nodes(root);
    handles(root);
    assert_eq!(fs::read_dir(root).unwrap().count(), 0);
}

fn bytes(root: &Path) {
    let full = |name: &str| fs::write(root.join(name), vec![b'x'; 400 << 10]);
    full("one").unwrap();
    full("two").unwrap();
    assert_eq!(errno(full("three")), Some(EIO));
    let partly = fs::metadata(root.join("three")).unwrap().len();
    assert!(partly < 400 << 10, "{partly}");
    assert_eq!(fs::read(root.join("one")).unwrap(), vec![b'x'; 400 << 10]);

    // A hole takes no room. Content written into it does.
    let holes = File::create(root.join("holes")).unwrap();
    holes.set_len(FILE_SIZE).unwrap();
    fs::remove_file(root.join("one")).unwrap();
    fs::remove_file(root.join("three")).unwrap();
    full("four").unwrap();
    assert_eq!(fs::read(root.join("four")).unwrap(), vec![b'x'; 400 << 10]);

    // Small appends end exactly at the limit, too.
    let mut log = OpenOptions::new().append(true).create(true).open(root.join("log")).unwrap();
    let mut lines = 0;
    let refusal = loop {
        match log.write_all(&[b'l'; 1000]) {
            Ok(()) => lines += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refusal.raw_os_error(), Some(EIO));
    let whole = fs::read(root.join("log")).unwrap();
    assert!(whole.len() >= lines * 1000 && whole.iter().all(|byte| *byte == b'l'));
    let left = BYTES - 2 * (400 << 10);
    assert!(lines * 1000 > left - (8 << 10), "{lines} lines in {left} bytes");
    // After a refused write, a handle works again after a seek, once there is room.
    fs::remove_file(root.join("two")).unwrap();
    assert_eq!(log.write_all(b"more").unwrap_err().kind(), ErrorKind::BrokenPipe);
    log.seek(SeekFrom::End(0)).unwrap();
    log.write_all(b"more").unwrap();
    assert!(fs::read(root.join("log")).unwrap().ends_with(b"lmore"));
    for name in ["four", "holes", "log"] {
        fs::remove_file(root.join(name)).unwrap();
    }
}

fn file_size(root: &Path) {
    let path = root.join("long");
    let mut file = File::create(&path).unwrap();
    file.set_len(FILE_SIZE).unwrap();
    assert_eq!(errno(file.set_len(FILE_SIZE + 1)), Some(EFBIG));
    let mut end = OpenOptions::new().append(true).open(&path).unwrap();
    assert_eq!(errno(end.write_all(b"x")), Some(EIO));
    assert_eq!(file.metadata().unwrap().len(), FILE_SIZE);
    file.write_all(b"at the beginning").unwrap();
    fs::remove_file(path).unwrap();
}

fn nodes(root: &Path) {
    let name = |number: usize| root.join(format!("{number}"));
    let make = |number| File::create_new(name(number)).map(drop);
    let made = (0..NODES).take_while(|number| make(*number).is_ok()).count();
    assert!(made + 2 >= NODES, "{made}");
    assert_eq!(errno(make(made)), Some(ENOSPC));
    assert_eq!(errno(fs::create_dir(root.join("directory"))), Some(ENOSPC));
    // A hard link takes no node.
    fs::hard_link(name(0), root.join("link")).unwrap();
    fs::remove_file(root.join("link")).unwrap();
    fs::remove_file(name(0)).unwrap();
    make(made).unwrap();
    (1..=made).for_each(|number| fs::remove_file(name(number)).unwrap());
}

fn handles(root: &Path) {
    let path = root.join("file");
    fs::write(&path, "text").unwrap();
    let mut open = Vec::new();
    let refusal = loop {
        match File::open(&path) {
            Ok(file) => open.push(file),
            Err(error) => break error,
        }
        assert!(open.len() <= HANDLES);
    };
    assert_eq!(refusal.raw_os_error(), Some(ENOMEM));
    assert_eq!(refusal.kind(), ErrorKind::OutOfMemory);
    drop(open);
    assert_eq!(fs::read_to_string(&path).unwrap(), "text");
    fs::remove_file(path).unwrap();
}
