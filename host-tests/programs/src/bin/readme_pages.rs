//! The first program of the README: it fills the scratch directory, and goes on.

use std::{env, fs};

fn main() -> std::io::Result<()> {
    let scratch = env::var("TMPDIR").expect("the host lends a directory");
    let mut pages = 0;
    while fs::write(format!("{scratch}/page{pages}"), [b'x'; 4096]).is_ok() {
        pages += 1;
    }
    println!("{pages} pages of 4 KiB fit into {scratch}");
    fs::remove_file(format!("{scratch}/page0"))?;
    fs::write(format!("{scratch}/note.txt"), "there is room again")
}
