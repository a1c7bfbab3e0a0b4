//! Moves files between a directory of the host, `/data`, and a filesystem in memory beside it,
//! `/tmp`. `/data/given` is there at the start.

use std::fs::{self, File};
use std::io::{Read as _, Result, Seek as _, Write as _};

fn main() -> Result<()> {
    let given = fs::read_to_string("/data/given")?;
    fs::write("/tmp/made", format!("made of {given}"))?;
    println!("read {:?}", fs::read_to_string("/tmp/made")?);
    println!("copied {}", fs::copy("/tmp/made", "/data/out")?);
    println!("copied {}", fs::copy("/data/given", "/tmp/in")?);

    let mut files = ["/data/one", "/tmp/other"].map(|path| {
        File::options().read(true).write(true).create_new(true).open(path).expect("it is new")
    });
    for number in 0..100 {
        for file in &mut files {
            writeln!(file, "line {number}")?;
        }
    }
    let mut texts = Vec::new();
    for file in &mut files {
        let mut text = String::new();
        file.rewind()?;
        file.read_to_string(&mut text)?;
        texts.push(text);
    }
    println!("same {} of {}", texts[0] == texts[1], texts[0].len());

    for (from, to) in [("/tmp/made", "/data/moved"), ("/data/given", "/tmp/moved")] {
        println!("rename {:?}", fs::rename(from, to).map_err(|error| error.kind()));
        println!("link {:?}", fs::hard_link(from, to).map_err(|error| error.kind()));
    }
    for directory in ["/data", "/tmp"] {
        let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name()));
        let mut names = entries.collect::<Result<Vec<_>>>()?;
        names.sort();
        println!("{directory} {names:?}");
    }
    for path in ["/data/one", "/tmp/other", "/data/out"] {
        fs::remove_file(path)?;
    }
    Ok(())
}
