//! Calls Rust's std on files and directories under `TMPDIR`, and prints the answers, a line for
//! each. The output has no times of the run and no inode numbers.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, BufRead as _, IoSlice, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, str};

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, PathFlags};

fn main() {
    let root = PathBuf::from(env::var("TMPDIR").expect("TMPDIR is set"));
    println!("TMPDIR {}", root.display());
    stdio();
    let areas: [(&str, Area); 13] = [
        ("whole files", whole_files),
        ("positions", positions),
        ("at the end", at_the_end),
        ("options", options),
        ("lengths", lengths),
        ("directories", directories),
        ("renaming", renaming),
        ("hard links", hard_links),
        ("symbolic links", symbolic_links),
        ("metadata", metadata),
        ("unlinked", unlinked),
        ("many and large", many_and_large),
        ("paths", paths),
    ];
    for (area, work) in areas {
        println!("-- {area}");
        let own = root.join(area.replace(' ', "-"));
        fs::create_dir(&own).unwrap();
        work(&own).unwrap();
        fs::remove_dir_all(&own).unwrap();
    }
    println!("left: {:?}", names(&root).unwrap());
}

/// A part of the program, which works in a directory of its own.
type Area = fn(&Path) -> io::Result<()>;

/// Formats a result: the value, or the kind of the error and its number in the C library.
fn told<T: std::fmt::Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => match error.raw_os_error() {
            number @ Some(_) => format!("{:?} {number:?}", error.kind()),
            None => format!("{:?} None {error}", error.kind()),
        },
    }
}

fn names(directory: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(directory)?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().into_string().expect("WASI's names are text")))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Uses standard input and output, besides files.
fn stdio() {
    let mut lines = io::stdin().lock().lines();
    println!("first line {:?}", lines.next().transpose().unwrap());
    println!("other lines {:?}", lines.map(Result::unwrap).collect::<Vec<_>>());
    io::stdout().flush().unwrap();
    eprintln!("to standard error");
}

fn whole_files(own: &Path) -> io::Result<()> {
    let path = own.join("file");
    fs::write(&path, "some text")?;
    println!("read {:?}", fs::read_to_string(&path)?);
    fs::write(&path, "less")?;
    println!("read {:?}", fs::read(&path)?);
    fs::write(&path, "")?;
    println!("read {:?}", fs::read(&path)?);
    fs::write(&path, b"not \xff text")?;
    println!("as text {}", told(fs::read_to_string(&path)));
    println!("copied {}", fs::copy(&path, own.join("copy"))?);
    println!("names {:?}", names(own)?);
    fs::remove_file(&path)?;
    println!("read {}", told(fs::read(&path)));
    println!("remove again {}", told(fs::remove_file(&path)));
    println!("copy {}", told(fs::copy(&path, own.join("other"))));
    println!("exists {:?} {:?}", path.try_exists()?, own.join("copy").try_exists()?);
    Ok(())
}

fn positions(own: &Path) -> io::Result<()> {
    let mut file = File::create_new(own.join("file"))?;
    file.write_all(b"0123456789")?;
    println!("position {}", file.stream_position()?);
    println!("read {}", told(file.read(&mut [0; 4])));
    let mut file = OpenOptions::new().read(true).write(true).open(own.join("file"))?;
    let mut four = [0; 4];
    file.read_exact(&mut four)?;
    println!("read {:?}", str::from_utf8(&four));
    println!("seek {}", file.seek(SeekFrom::Current(-2))?);
    file.write_all(b"ab")?;
    println!("seek {}", file.seek(SeekFrom::End(-1))?);
    println!("read {}", told(file.read(&mut four)));
    println!("read {}", told(file.read(&mut four)));
    println!("read exactly {}", told(file.read_exact(&mut four)));
    println!("seek {}", told(file.seek(SeekFrom::Current(-11))));
    println!("seek {}", file.seek(SeekFrom::Start(15))?);
    println!("read {}", told(file.read(&mut four)));
    file.write_all(b"end")?;
    file.rewind()?;
    let mut all = String::new();
    file.read_to_string(&mut all)?;
    println!("all {all:?}");
    file.rewind()?;
    println!("vectored {}", file.write_vectored(&[IoSlice::new(b"xy"), IoSlice::new(b"z")])? > 0);
    let mut twin = file.try_clone();
    println!(
        "clone {}",
        told(
            twin.as_mut()
                .map(|twin| twin.stream_position().unwrap())
                .map_err(|error| io::Error::from(error.kind()),)
        )
    );
    println!("seek far {}", told(file.seek(SeekFrom::Start(u64::MAX))));
    Ok(())
}

/// Reads a file to its end, and then uses it further.
fn at_the_end(own: &Path) -> io::Result<()> {
    let path = own.join("file");
    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create_new(true).open(&path)?;
    println!("read of an empty file {}", told(file.read(&mut [0; 9])));
    file.write_all(&[b'1'; 201])?;
    println!("read where it was written {}", told(file.read(&mut [0; 71])));
    println!("position {}", file.stream_position()?);
    file.write_all(b"end")?;
    println!("length {}", file.metadata()?.len());
    println!("ends with {:?}", fs::read(&path)?.ends_with(b"111end"));
    file.seek(SeekFrom::Start(199))?;
    println!("after a seek {:?}", io::read_to_string(&file)?);
    file.write_all(b"more")?;
    file.seek(SeekFrom::Start(201))?;
    println!("and again {:?}", io::read_to_string(&file)?);

    // One handle follows a log. The C library holds a stream, which stays closed after its end
    // until the program asks for the position.
    let mut log = File::create(own.join("log"))?;
    let mut reader = File::open(own.join("log"))?;
    for line in ["one", "two", "three"] {
        log.write_all(line.as_bytes())?;
        let mut read = || reader.read(&mut [0; 9]);
        println!("read of the log {}, then {}", told(read()), told(read()));
        log.write_all(b"more")?;
        println!("when it has grown {}", told(reader.read(&mut [0; 9])));
        println!("position {}", reader.stream_position()?);
        println!("and now {}", told(reader.read(&mut [0; 9])));
    }
    Ok(())
}

fn options(own: &Path) -> io::Result<()> {
    let path = own.join("file");
    println!("read none {}", told(File::open(&path).map(drop)));
    println!("write none {}", told(OpenOptions::new().write(true).open(&path).map(drop)));
    println!("create {}", told(File::create(&path).map(drop)));
    println!("create anew {}", told(File::create_new(&path).map(drop)));
    println!("no mode {}", told(OpenOptions::new().open(&path).map(drop)));
    let mut append = OpenOptions::new().append(true).open(&path)?;
    append.write_all(b"one ")?;
    fs::write(&path, "other ")?;
    append.write_all(b"two ")?;
    append.rewind()?;
    append.write_all(b"three")?;
    println!("appended {:?}", fs::read_to_string(&path)?);
    println!("read of append {}", told(append.read(&mut [0])));
    let mut both = OpenOptions::new().read(true).append(true).open(&path)?;
    both.write_all(b"!")?;
    both.rewind()?;
    println!("read and append {:?}", io::read_to_string(&both)?);
    println!("write of read {}", told(File::open(&path)?.write(b"x")));
    println!("set_len of read {}", told(File::open(&path)?.set_len(0)));
    println!("directory to read {}", told(File::open(own).and_then(|mut it| it.read(&mut [0]))));
    println!("directory to write {}", told(OpenOptions::new().write(true).open(own).map(drop)));
    println!("create a directory's name {}", told(File::create(own).map(drop)));
    println!("create anew {}", told(File::create_new(own).map(drop)));
    println!("in none {}", told(File::create(own.join("none/file")).map(drop)));
    println!("in a file {}", told(File::create(path.join("file")).map(drop)));
    println!("with a slash {}", told(File::open(own.join("file/")).map(drop)));
    println!("create with a slash {}", told(File::create(own.join("new/")).map(drop)));
    Ok(())
}

fn lengths(own: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(own.join("file"))?;
    file.write_all(b"content")?;
    file.set_len(3)?;
    println!("position {}", file.stream_position()?);
    file.write_all(b"!")?;
    file.rewind()?;
    println!("all {:?}", io::read_to_string(&file)?);
    file.set_len(0)?;
    file.set_len(5)?;
    file.rewind()?;
    println!("all {:?}", io::read_to_string(&file)?);

    // The file is sparse: a gigabyte without content, and one byte.
    file.set_len(1 << 30)?;
    file.seek(SeekFrom::Start((1 << 30) + 5))?;
    file.write_all(b"x")?;
    println!("long {}", file.metadata()?.len());
    file.seek(SeekFrom::Start(1 << 29))?;
    let mut piece = [1; 4096];
    file.read_exact(&mut piece)?;
    println!("nothing {}", piece.iter().all(|byte| *byte == 0));
    println!("too long {}", told(file.set_len(u64::MAX)));
    file.sync_all()?;
    file.sync_data()
}

fn directories(own: &Path) -> io::Result<()> {
    let deep = own.join("a/b/c");
    println!("create {}", told(fs::create_dir(&deep)));
    fs::create_dir_all(&deep)?;
    fs::create_dir_all(&deep)?;
    println!("create {}", told(fs::create_dir(&deep)));
    fs::write(own.join("a/file"), "x")?;
    println!("create over a file {}", told(fs::create_dir(own.join("a/file"))));
    println!("create all over a file {}", told(fs::create_dir_all(own.join("a/file"))));
    println!("create in a file {}", told(fs::create_dir(own.join("a/file/b"))));
    println!("remove what is full {}", told(fs::remove_dir(own.join("a"))));
    println!("remove a file {}", told(fs::remove_dir(own.join("a/file"))));
    println!("unlink a directory {}", told(fs::remove_file(own.join("a/b"))));
    println!("remove none {}", told(fs::remove_dir(own.join("z"))));
    println!("list a file {}", told(fs::read_dir(own.join("a/file")).map(drop)));
    println!("list none {}", told(fs::read_dir(own.join("z")).map(drop)));
    let mut entries = fs::read_dir(own.join("a"))?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        println!("{:?} {} {}", entry.file_name(), kind.is_dir(), entry.metadata()?.is_file());
    }

    // Remove entries while the directory is listed: each entry must be listed exactly once.
    let crowd = own.join("crowd");
    fs::create_dir(&crowd)?;
    (0..300).try_for_each(|number| fs::write(crowd.join(format!("f{number:03}")), ""))?;
    let mut seen = Vec::new();
    for (number, entry) in fs::read_dir(&crowd)?.enumerate() {
        let name = entry?.file_name();
        fs::remove_file(crowd.join(&name))?;
        seen.push(name);
        assert!(number < 300, "more than there were");
    }
    seen.sort();
    seen.dedup();
    println!("seen and removed {}, left {}", seen.len(), names(&crowd)?.len());
    println!("remove all of a file {}", told(fs::remove_dir_all(own.join("a/file"))));
    println!("remove all of none {}", told(fs::remove_dir_all(own.join("z"))));
    fs::remove_dir_all(own.join("a"))?;
    println!("names {:?}", names(own)?);
    Ok(())
}

fn renaming(own: &Path) -> io::Result<()> {
    let at = |name: &str| own.join(name);
    fs::write(at("one"), "1")?;
    fs::write(at("two"), "2")?;
    fs::rename(at("one"), at("three"))?;
    println!("over {}", told(fs::rename(at("three"), at("two"))));
    println!("names {:?} with {:?}", names(own)?, fs::read_to_string(at("two"))?);
    println!("onto itself {}", told(fs::rename(at("two"), at("two"))));
    println!("none {}", told(fs::rename(at("none"), at("two"))));
    for name in ["empty", "full", "other"] {
        fs::create_dir(at(name))?;
    }
    fs::write(at("full/file"), "")?;
    println!("file over directory {}", told(fs::rename(at("two"), at("empty"))));
    println!("directory over file {}", told(fs::rename(at("empty"), at("two"))));
    println!("over a full directory {}", told(fs::rename(at("empty"), at("full"))));
    println!("over an empty directory {}", told(fs::rename(at("full"), at("empty"))));
    println!("into itself {}", told(fs::rename(at("empty"), at("empty/within"))));
    println!("into another {}", told(fs::rename(at("empty"), at("other/moved"))));
    println!("names {:?} {:?}", names(own)?, names(&at("other/moved"))?);
    let mut open = OpenOptions::new().read(true).write(true).open(at("two"))?;
    fs::rename(at("two"), at("other/open"))?;
    open.write_all(b"by the handle")?;
    println!("moved while open {:?}", fs::read_to_string(at("other/open"))?);
    Ok(())
}

fn hard_links(own: &Path) -> io::Result<()> {
    let at = |name: &str| own.join(name);
    fs::write(at("one"), "first")?;
    fs::hard_link(at("one"), at("two"))?;
    fs::write(at("two"), "second")?;
    println!("one is two {:?}", fs::read_to_string(at("one"))?);
    println!("over {}", told(fs::hard_link(at("one"), at("two"))));
    println!("none {}", told(fs::hard_link(at("none"), at("three"))));
    fs::create_dir(at("directory"))?;
    // Linux answers EPERM, and std chooses its `ErrorKind`.
    println!("a directory {}", told(fs::hard_link(at("directory"), at("three"))));
    println!("rename one to the other {}", told(fs::rename(at("one"), at("two"))));
    println!("both stay {:?}", names(own)?);
    fs::remove_file(at("one"))?;
    println!("two alone {:?}", fs::read_to_string(at("two"))?);
    Ok(())
}

/// Returns the directory that the host grants, and a path relative to it.
fn granted(path: &Path) -> (Descriptor, String) {
    let (root, mount) = get_directories().swap_remove(0);
    let path = path.strip_prefix(mount).expect("it is below the mount");
    (root, path.to_str().expect("WASI's names are text").to_owned())
}

/// Makes a hard link by calling the host, because std removes a slash at the end of the name.
fn hard_link(own: &Path, old: &str, new: &str) -> io::Result<()> {
    let (root, own) = granted(own);
    let (old, new) = (format!("{own}/{old}"), format!("{own}/{new}"));
    let made = root.link_at(PathFlags::empty(), &old, &root, &new);
    made.map_err(|code| io::Error::other(code.name()))
}

fn symbolic_links(own: &Path) -> io::Result<()> {
    let at = |name: &str| own.join(name);
    // std has no stable function for symbolic links on every WASI target.
    let link = |target: &str, name: &str| {
        let (root, own) = granted(own);
        let made = root.symlink_at(target, &format!("{own}/{name}"));
        made.map_err(|code| io::Error::other(code.name()))
    };
    fs::create_dir(at("directory"))?;
    fs::write(at("directory/file"), "text")?;
    link("directory/file", "to-file")?;
    link("directory", "to-directory")?;
    link("none", "dangling")?;
    link("loop", "loop")?;
    link("../directory", "directory/up")?;
    println!("absolute {}", told(link("/tmp/directory", "absolute")));
    println!("over {}", told(link("other", "to-file")));
    fs::write(at("plain"), "")?;
    for name in ["plain/", "directory/", "to-file/", "to-directory/", "dangling/", "loop/", "none/"]
    {
        println!("at {name} {}", told(link("other", name)));
        println!("hard link at {name} {}", told(hard_link(own, "plain", name)));
    }
    println!("target {:?}", fs::read_link(at("to-file"))?);
    println!("target of a file {}", told(fs::read_link(at("directory/file"))));
    println!("through {:?}", fs::read_to_string(at("to-file"))?);
    println!("through {:?}", fs::read_to_string(at("to-directory/file"))?);
    println!("through {:?}", fs::read_to_string(at("directory/up/up/file"))?);
    println!("dangling {}", told(fs::read(at("dangling"))));
    println!("loop {}", told(fs::read(at("loop"))));
    println!("in a loop {}", told(fs::read(at("loop/file"))));
    println!("create anew {}", told(File::create_new(at("dangling")).map(drop)));
    println!("metadata {}", told(fs::metadata(at("to-directory")).map(|it| it.is_dir())));
    println!("of the link {}", told(fs::symlink_metadata(at("to-file")).map(|it| it.is_symlink())));
    println!("length of the link {}", fs::symlink_metadata(at("to-file"))?.len());
    println!("canonical {}", told(fs::canonicalize(at("to-file"))));
    println!("remove as directory {}", told(fs::remove_dir(at("to-directory"))));
    fs::write(at("dangling"), "through the link")?;
    println!("names {:?}", names(own)?);
    fs::remove_dir_all(at("to-directory"))?;
    println!("the tree stays {:?}", names(&at("directory"))?);
    fs::remove_file(at("to-file"))?;
    println!("the file stays {:?}", fs::read_to_string(at("directory/file"))?);
    Ok(())
}

fn metadata(own: &Path) -> io::Result<()> {
    let path = own.join("file");
    let before = SystemTime::now();
    let file = File::create(&path)?;
    (&file).write_all(b"12345")?;
    let metadata = fs::metadata(&path)?;
    println!("{} {} {}", metadata.len(), metadata.is_file(), metadata.is_dir());
    // The clock of files may be coarser than the clock that programs read.
    let slack = Duration::from_secs(1);
    let modified = metadata.modified()?;
    println!(
        "modified now {}",
        modified + slack >= before && modified <= SystemTime::now() + slack
    );
    println!("accessed {}", metadata.accessed().is_ok());
    println!("created {}", told(metadata.created().map(drop)));
    println!("permissions {:?}", metadata.permissions().readonly());

    let moment =
        |seconds, nanoseconds| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    let times = FileTimes::new()
        .set_accessed(moment(981_173_106, 123_456_789))
        .set_modified(moment(1_000_000_000, 1));
    println!("set {}", told(file.set_times(times)));
    let since =
        |time: io::Result<SystemTime>| time.map(|it| it.duration_since(SystemTime::UNIX_EPOCH));
    let metadata = file.metadata()?;
    println!("modified {}", told(since(metadata.modified())));
    println!("accessed {}", told(since(metadata.accessed())));
    println!("set {}", told(file.set_modified(moment(4_000_000_000, 999_999_999))));
    println!("modified {}", told(since(fs::metadata(&path)?.modified())));
    println!("accessed {}", told(since(fs::metadata(&path)?.accessed())));
    println!("epoch {}", told(file.set_modified(SystemTime::UNIX_EPOCH)));
    println!("modified {}", told(since(fs::metadata(&path)?.modified())));
    println!("of none {}", told(fs::metadata(own.join("none")).map(drop)));
    println!("below a file {}", told(fs::metadata(path.join("x")).map(drop)));
    println!("of a directory {}", fs::metadata(own)?.is_dir());
    Ok(())
}

fn unlinked(own: &Path) -> io::Result<()> {
    let path = own.join("file");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    file.write_all(b"still ")?;
    fs::remove_file(&path)?;
    file.write_all(b"there")?;
    file.rewind()?;
    println!("all {:?}", io::read_to_string(&file)?);
    println!("long {}", file.metadata()?.len());
    println!("names {:?}", names(own)?);
    fs::write(&path, "another of the name")?;
    file.rewind()?;
    println!("all {:?}", io::read_to_string(&file)?);
    Ok(())
}

fn many_and_large(own: &Path) -> io::Result<()> {
    for number in 0..2000 {
        fs::write(own.join(format!("{number}")), format!("content {number}"))?;
    }
    let right = |number: usize| {
        let text = fs::read_to_string(own.join(format!("{number}")));
        text.is_ok_and(|text| text == format!("content {number}"))
    };
    println!("files {} {}", names(own)?.len(), (0..2000).all(right));
    (0..2000).try_for_each(|number| fs::remove_file(own.join(format!("{number}"))))?;

    let mut open = Vec::new();
    for number in 0..500 {
        let mut file = File::create_new(own.join(format!("{number}")))?;
        file.write_all(&[b'x'; 10])?;
        open.push(file);
    }
    println!("open {}", open.len());
    drop(open);

    let path = own.join("large");
    let mut file = File::create(&path)?;
    let piece: Vec<u8> = (0..=255).cycle().take(1_000_003).collect();
    (0..16).try_for_each(|_| file.write_all(&piece))?;
    let all = fs::read(&path)?;
    println!("large {} {}", all.len(), all.chunks(piece.len()).all(|it| it == piece));
    Ok(())
}

fn paths(own: &Path) -> io::Result<()> {
    let longest = "n".repeat(255);
    println!("255 {}", told(fs::write(own.join(&longest), "")));
    println!("256 {}", told(fs::write(own.join("n".repeat(256)), "")));
    for name in ["with space", "ünïcödé \u{1f980}", "-", "...", "a\nb", "\\", "~"] {
        fs::write(own.join(name), name)?;
    }
    println!("names {:?}", names(own)?.iter().filter(|name| name.len() < 255).collect::<Vec<_>>());
    println!("NUL {}", told(fs::write(own.join("a\0b"), "")));
    println!("empty {}", told(File::open("").map(drop)));
    println!("elsewhere {}", told(File::open("/elsewhere/file").map(drop)));
    println!("dots {:?}", fs::read_to_string(own.join("./../paths//~"))?);
    println!("dots to none {}", told(fs::read(own.join("none/../~"))));
    println!("out {}", told(fs::read("/tmp/../etc/passwd")));
    Ok(())
}
