//! Adds an audit hook that uses a spooled file while that file waits for the hook to move to the
//! disk.

use std::sync::OnceLock;

use wasi_tempfile::{BinaryFile, SpooledOptions, add_audit_hook, spooled_temporary_file};

static FILE: OnceLock<BinaryFile> = OnceLock::new();

fn main() {
    let file = spooled_temporary_file(&SpooledOptions::new()).unwrap();
    let file = FILE.get_or_init(|| file);
    add_audit_hook(|event, _| {
        println!("asked about {event}");
        FILE.get().unwrap().write(b"once more").map(|_| ()).map_err(|error| error.to_string())
    });
    let _ = file.rollover();
    println!("never reached");
}
