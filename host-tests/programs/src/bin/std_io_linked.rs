//! Uses files of the linked library as std's readers and writers, and its errors as std's. Each
//! step is done with a file of std, too, and the two must agree.

use std::error::Error as _;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};

use wasi_tempfile::{
    Error, ErrorCode, FileOptions, NameOptions, NamedOptions, SpooledOptions, mkstemp,
    named_temporary_file, open_temporary, spooled_temporary_file, temporary_file,
};

/// Lines that are longer, in all, than every buffer.
fn lines() -> String {
    (0..20_000).map(|number| format!("line {number}\n")).collect()
}

/// The results of a program that knows only std's traits.
fn use_through_std<F: Read + Write + Seek>(mut file: F) -> io::Result<Vec<String>> {
    let mut results = Vec::new();
    let mut tell = |what: String| results.push(what);

    tell(format!("copied {}", io::copy(&mut lines().as_bytes(), &mut file)?));
    tell(format!("at {}", file.stream_position()?));
    file.rewind()?;
    let read = BufReader::new(&mut file).lines().collect::<io::Result<Vec<_>>>()?;
    tell(format!("{} lines, the last {:?}", read.len(), read.last()));

    tell(format!("at {}", file.seek(SeekFrom::End(-11))?));
    let mut end = String::new();
    file.read_to_string(&mut end)?;
    tell(end);
    tell(format!("{:?} at the end", file.read(&mut [0; 8])?));

    file.seek(SeekFrom::Start(5))?;
    let mut writer = BufWriter::new(&mut file);
    writer.write_all(b"zero")?;
    writer.write_all(b"th")?;
    writer.flush()?;
    drop(writer);
    tell(format!("at {}", file.seek(SeekFrom::Current(-8))?));
    let mut exact = [0; 16];
    file.read_exact(&mut exact)?;
    tell(format!("{:?}", String::from_utf8_lossy(&exact)));

    // A gap beyond the end is filled with zeros.
    let end = file.seek(SeekFrom::End(3))?;
    write!(file, "{end}")?;
    file.flush()?;
    file.seek(SeekFrom::End(-12))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    tell(format!("{rest:?}"));

    let mut long = [0; 300_000];
    file.rewind()?;
    tell(format!("{:?}", file.read_exact(&mut long).unwrap_err().kind()));
    refuse_seeks(file, tell)?;
    Ok(results)
}

/// POSIX lseek(2): a seek that is refused moves nothing. The C library of WASI moves a file of std
/// nevertheless, so that only the refusals are compared, and the position is set before each.
fn refuse_seeks<F: Seek>(mut file: F, mut tell: impl FnMut(String)) -> io::Result<()> {
    for target in [
        SeekFrom::Current(-8),
        SeekFrom::Current(i64::MIN),
        SeekFrom::End(-1_000_000),
        SeekFrom::End(i64::MIN),
        SeekFrom::Start(u64::MAX),
    ] {
        file.seek(SeekFrom::Start(7))?;
        tell(format!("{target:?}: {:?}", file.seek(target).unwrap_err().kind()));
    }
    Ok(())
}

fn stays_where_it_is<F: Seek>(mut file: F) -> io::Result<()> {
    for target in [SeekFrom::Current(-8), SeekFrom::End(-1_000_000), SeekFrom::Start(u64::MAX)] {
        file.seek(SeekFrom::Start(7))?;
        file.seek(target).unwrap_err();
        assert_eq!(file.stream_position()?, 7, "{target:?}");
    }
    Ok(())
}

fn main() {
    let native = OpenOptions::new().read(true).write(true).create_new(true).open("/tmp/native");
    let expected = use_through_std(native.unwrap()).unwrap();
    assert!(expected.len() > 10);
    fs::remove_file("/tmp/native").unwrap();

    let buffered = temporary_file(&FileOptions::new()).unwrap();
    assert_eq!(use_through_std(&buffered).unwrap(), expected);
    stays_where_it_is(&buffered).unwrap();
    let unbuffered = temporary_file(&FileOptions::new().buffering(0)).unwrap();
    assert_eq!(use_through_std(&unbuffered).unwrap(), expected);
    stays_where_it_is(&unbuffered).unwrap();
    let named = named_temporary_file(&NamedOptions::new().buffering(5)).unwrap();
    assert_eq!(use_through_std(named).unwrap(), expected);
    // In memory, and moving to the disk on the way.
    for max_size in [0, 100_000] {
        let spooled = spooled_temporary_file(&SpooledOptions::new().max_size(max_size)).unwrap();
        assert_eq!(use_through_std(&spooled).unwrap(), expected);
        stays_where_it_is(&spooled).unwrap();
        assert_eq!(spooled.rolled(), max_size != 0);
    }
    let descriptor = open_temporary(&NameOptions::new()).unwrap();
    let of_descriptor = wasi_tempfile::BinaryFile::from(descriptor);
    assert_eq!(use_through_std(of_descriptor).unwrap(), expected);
    long_reads_take_no_second_buffer().unwrap();
    refusals().unwrap();
    a_refused_write_took_nothing().unwrap();
    assert_eq!(fs::read_dir("/tmp").unwrap().count(), 0);
}

/// Returns the size of the linear memory.
fn memory() -> usize {
    #[cfg(target_family = "wasm")]
    return core::arch::wasm32::memory_size::<0>() << 16;
    #[cfg(not(target_family = "wasm"))]
    unimplemented!("the program is for wasm")
}

fn long_reads_take_no_second_buffer() -> io::Result<()> {
    let bytes = vec![7; 8 << 20];
    let mut buffer = vec![0; bytes.len()];
    for buffering in [0, -1] {
        let mut file = temporary_file(&FileOptions::new().buffering(buffering))?;
        let before = memory();
        file.write_all(&bytes)?;
        file.rewind()?;
        file.read_exact(&mut buffer)?;
        assert!(memory() - before < 1 << 20, "{} bytes more", memory() - before);
        assert!(buffer == bytes);
    }
    Ok(())
}

fn refusals() -> io::Result<()> {
    // As std itself answers.
    let missing = temporary_file(&FileOptions::new().dir("/tmp/missing")).unwrap_err();
    assert_eq!(missing.code(), Some(ErrorCode::NoEntry));
    assert!(missing.path().unwrap().starts_with("/tmp/missing/tmp"));
    assert_eq!(missing.message(), "No such file or directory");
    let converted = io::Error::from(missing.clone());
    assert_eq!(converted.kind(), fs::File::create_new("/tmp/missing/x").unwrap_err().kind());
    assert_eq!(converted.to_string(), missing.to_string());
    let inner = converted.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    assert_eq!(inner, Some(&missing));
    assert!(converted.source().is_none(), "the error has no cause below it");

    let (file, path) = mkstemp(&NameOptions::new())?;
    let taken = named_temporary_file(&NamedOptions::new())?;
    let exists = io::Error::from(taken.persist_noclobber(&path).unwrap_err());
    assert_eq!(exists.kind(), fs::File::create_new(&path).unwrap_err().kind());
    fs::remove_file(&path)?;

    file.close()?;
    let closed = (&file).write_all(b"late").unwrap_err();
    assert_eq!(closed.kind(), ErrorKind::InvalidInput);
    assert_eq!(closed.to_string(), "I/O operation on closed file");

    let write_only = temporary_file(&FileOptions::new().mode("wb"))?;
    let unreadable = (&write_only).read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(unreadable.kind(), ErrorKind::Unsupported);
    Ok(())
}

/// `Write::write` of std: after an error, no byte was written. A `BufWriter` writes them again.
fn a_refused_write_took_nothing() -> io::Result<()> {
    let options = SpooledOptions::new().max_size(8).dir("/tmp/late");
    let spooled = spooled_temporary_file(&options)?;
    (&spooled).write_all(b"memory, ")?;
    let mut writer = BufWriter::new(&spooled);
    writer.write_all(b"disk")?;
    assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!spooled.rolled());
    fs::create_dir("/tmp/late")?;
    writer.flush()?;
    drop(writer);
    assert!(spooled.rolled());
    (&spooled).rewind()?;
    assert_eq!(io::read_to_string(&spooled)?, "memory, disk");
    drop(spooled);
    fs::remove_dir("/tmp/late")
}
