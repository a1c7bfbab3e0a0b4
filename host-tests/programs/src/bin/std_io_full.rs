//! Writes files of the linked library by std's `BufWriter`, on a filesystem that becomes full and
//! has room again: a part of the bytes fits. Each byte must be in the file once.

use std::fs;
use std::io::{BufWriter, Write as _};

use wasi_tempfile::{NamedOptions, named_temporary_file};

fn main() {
    let bytes: Vec<u8> = (0..=250).cycle().take(60_000).collect();
    for buffering in [0, 5, -1, 50_000, 100_000] {
        fs::write("/tmp/taken", vec![1; 80_000]).unwrap();
        let file = named_temporary_file(&NamedOptions::new().buffering(buffering)).unwrap();
        let mut writer = BufWriter::with_capacity(100_000, &file);
        writer.write_all(&bytes).unwrap();
        writer.flush().unwrap_err();
        let path = file.name().unwrap();
        let partly = fs::metadata(&path).unwrap().len();
        assert!(0 < partly && partly < 60_000, "{partly}");
        fs::remove_file("/tmp/taken").unwrap();
        writer.flush().unwrap();
        assert!(fs::read(&path).unwrap() == bytes, "{buffering}");
    }
    assert_eq!(fs::read_dir("/tmp").unwrap().count(), 0);
}
