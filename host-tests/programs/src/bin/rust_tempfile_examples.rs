//! Runs the examples of Rust's published crate `tempfile`, and what its documentation says of each
//! function. The program first sets the directory for temporary files, as that documentation
//! advises: otherwise the crate calls `std::env::temp_dir`, which panics in WASI.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, SpooledData, SpooledTempFile, TempDir, TempPath};
use tempfile::{spooled_tempfile, spooled_tempfile_in, tempdir, tempdir_in, tempfile, tempfile_in};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let root = PathBuf::from(std::env::var("TMPDIR")?);
    tempfile::env::override_temp_dir(&root).unwrap();
    assert_eq!(tempfile::env::override_temp_dir(Path::new("/other")).unwrap_err(), root);
    assert_eq!(tempfile::env::temp_dir(), root);

    anonymous(&root)?;
    named(&root)?;
    persisted(&root)?;
    paths(&root)?;
    directories(&root)?;
    builders(&root)?;
    spooled(&root)?;
    many(&root)?;
    assert_eq!(fs::read_dir(&root)?.count(), 0, "nothing is left");
    println!("nothing is left");
    Ok(())
}

fn text(mut file: impl io::Read + io::Seek) -> io::Result<String> {
    file.rewind()?;
    io::read_to_string(file)
}

fn anonymous(root: &Path) -> Outcome {
    let mut file = tempfile()?;
    writeln!(file, "Brian was here. Briefly.")?;
    assert_eq!(fs::read_dir(root)?.count(), 0, "it has no name");
    println!("tempfile: {:?}", text(&file)?);

    let mut file = tempfile_in(root)?;
    file.write_all(b"in a directory")?;
    println!("tempfile_in: {:?}", text(&file)?);
    let none = tempfile_in(root.join("none")).map(drop).unwrap_err();
    println!("in none: {:?}", none.kind());
    Ok(())
}

fn named(root: &Path) -> Outcome {
    let mut file = NamedTempFile::new()?;
    assert!(file.path().starts_with(root) && file.path().exists());
    writeln!(file, "to be or not to be")?;
    file.flush()?;

    // The second handle is opened by the name of the file.
    let mut other = file.reopen()?;
    let mut told = String::new();
    other.read_to_string(&mut told)?;
    println!("reopen: {told:?}");
    file.as_file_mut().set_len(5)?;
    println!("as_file: {} {:?}", file.as_file().metadata()?.len(), text(&other)?);

    // Another file took the name: the crate must not return it.
    let path = file.path().to_owned();
    fs::remove_file(&path)?;
    fs::write(&path, "another")?;
    println!("reopen what was replaced: {:?}", file.reopen().map(drop).unwrap_err().kind());
    file.close()?;
    assert!(!path.exists());

    let path = NamedTempFile::new_in(root)?.path().to_owned();
    assert!(!path.exists(), "a drop removes it");
    let name = |file: &NamedTempFile| file.path().file_name().unwrap().to_str().unwrap().to_owned();
    let file = NamedTempFile::with_prefix("begin-")?;
    println!("prefix: {} {}", name(&file).starts_with("begin-"), name(&file).len());
    let file = NamedTempFile::with_suffix_in(".txt", root)?;
    println!("suffix: {} {}", name(&file).ends_with(".txt"), name(&file).len());
    let gone = NamedTempFile::new()?;
    fs::remove_file(gone.path())?;
    println!("close what is gone: {:?}", gone.close().unwrap_err().kind());
    Ok(())
}

fn persisted(root: &Path) -> Outcome {
    let target = root.join("saved");
    let mut file = NamedTempFile::new()?;
    let mut kept = {
        writeln!(file, "first")?;
        file.persist(&target)?
    };
    writeln!(kept, "second")?;
    println!("persist: {:?}", fs::read_to_string(&target)?);

    let mut file = NamedTempFile::new()?;
    write!(file, "replaced")?;
    file.persist(&target)?;
    println!("persist over it: {:?}", fs::read_to_string(&target)?);

    let mut file = NamedTempFile::new()?;
    write!(file, "refused")?;
    let refused = file.persist_noclobber(&target).unwrap_err();
    println!("persist_noclobber over it: {:?}", refused.error.kind());
    println!("it stays: {:?}", text(refused.file.as_file())?);
    fs::remove_file(&target)?;
    refused.file.persist_noclobber(&target)?;
    println!("persist_noclobber: {:?}", fs::read_to_string(&target)?);
    fs::remove_file(&target)?;

    let refused = NamedTempFile::new()?.persist(root.join("none/saved")).unwrap_err();
    println!("persist into none: {:?}", refused.error.kind());

    let (mut kept, path) = NamedTempFile::new()?.keep()?;
    write!(kept, "kept")?;
    println!("keep: {:?}", fs::read_to_string(&path)?);
    fs::remove_file(path)?;
    Ok(())
}

fn paths(root: &Path) -> Outcome {
    let mut file = NamedTempFile::new()?;
    write!(file, "by its path")?;
    let path = file.into_temp_path();
    println!("into_temp_path: {:?}", fs::read_to_string(&path)?);
    path.close()?;

    let (mut file, path) = NamedTempFile::new()?.into_parts();
    write!(file, "in parts")?;
    let file = NamedTempFile::from_parts(file, path);
    println!("from_parts: {:?}", fs::read_to_string(file.path())?);

    let own = root.join("own");
    fs::write(&own, "")?;
    drop(TempPath::try_from_path(&own)?);
    assert!(!own.exists(), "a path that it was given is removed, too");
    Ok(())
}

fn directories(root: &Path) -> Outcome {
    let directory = TempDir::new()?;
    let path = directory.path().join("my-temporary-note.txt");
    let mut file = File::create(&path)?;
    writeln!(file, "Brian was here. Briefly.")?;
    drop(file);
    directory.close()?;
    assert!(!path.exists());

    let directory = tempdir()?;
    fs::create_dir_all(directory.path().join("deep/tree"))?;
    fs::write(directory.path().join("deep/tree/file"), "x")?;
    let path = directory.path().to_owned();
    drop(directory);
    assert!(!path.exists(), "with all that was in it");

    let directory = tempdir_in(root)?;
    let nested = TempDir::with_prefix_in("nested-", directory.path())?;
    println!("in a directory: {}", nested.path().starts_with(directory.path()));
    drop(directory);
    println!("close what is gone: {:?}", nested.close().unwrap_err().kind());

    // A directory is removed even if a file in it is open.
    let directory = TempDir::with_suffix(".d")?;
    let mut file = File::create_new(directory.path().join("open"))?;
    directory.close()?;
    file.write_all(b"still")?;

    let kept = TempDir::new()?.keep();
    println!("keep: {}", kept.is_dir());
    fs::remove_dir(kept)?;
    Ok(())
}

fn builders(root: &Path) -> Outcome {
    let file = Builder::new().prefix("my-").suffix(".txt").rand_bytes(5).tempfile()?;
    let name = file.path().file_name().unwrap().to_str().unwrap().to_owned();
    println!("{} {} {}", name.starts_with("my-"), name.ends_with(".txt"), name.len());

    let mut log = Builder::new().append(true).tempfile_in(root)?;
    write!(log, "one ")?;
    log.seek(SeekFrom::Start(0))?;
    write!(log, "two")?;
    println!("append: {:?}", fs::read_to_string(log.path())?);

    let directory = Builder::new().prefix("dir-").rand_bytes(3).tempdir()?;
    println!("tempdir: {}", directory.path().file_name().unwrap().len());
    let own = Builder::new().prefix("exactly").rand_bytes(0).tempdir_in(directory.path())?;
    println!("exactly: {:?}", own.path().file_name());
    let again = Builder::new().prefix("exactly").rand_bytes(0).tempdir_in(directory.path());
    println!("again: {:?}", again.map(drop).unwrap_err().kind());

    let made = Builder::new().prefix("made-").make(|path| File::create_new(path))?;
    println!("make: {}", made.path().exists());
    let refused = Builder::new().make(|_| Err::<(), _>(io::Error::from(ErrorKind::Unsupported)));
    println!("make refused: {:?}", refused.map(drop).unwrap_err().kind());

    let mut kept = Builder::new().disable_cleanup(true).tempfile()?;
    write!(kept, "stays")?;
    let path = kept.path().to_owned();
    drop(kept);
    println!("disable_cleanup: {:?}", fs::read_to_string(&path)?);
    fs::remove_file(path)?;
    Ok(())
}

fn spooled(root: &Path) -> Outcome {
    let mut file = SpooledTempFile::new(15);
    writeln!(file, "short line")?;
    println!("in memory: {}", !file.is_rolled());
    writeln!(file, "marvin gardens")?;
    println!("on disk: {}", file.is_rolled());
    println!("{:?}", text(&mut file)?);

    let mut file = spooled_tempfile(1000);
    write!(file, "rolled by hand")?;
    file.roll()?;
    file.set_len(6)?;
    println!("roll: {:?}", text(&mut file)?);
    println!("into_inner: {}", matches!(file.into_inner(), SpooledData::OnDisk(_)));

    let mut file = spooled_tempfile_in(4, root);
    file.set_len(10)?;
    println!("set_len: {} {:?}", file.is_rolled(), text(&mut file)?);
    println!("into_file: {}", SpooledTempFile::new(10).into_file()?.metadata()?.len());
    let none = spooled_tempfile_in(2, root.join("none")).write(b"rolls").unwrap_err();
    println!("in none: {:?}", none.kind());
    Ok(())
}

fn many(root: &Path) -> Outcome {
    let files = (0..200).map(|_| NamedTempFile::new()).collect::<io::Result<Vec<_>>>()?;
    println!("many: {}", fs::read_dir(root)?.count());
    drop(files);
    Ok(())
}
