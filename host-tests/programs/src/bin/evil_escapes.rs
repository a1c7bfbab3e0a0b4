//! Opens every path of up to four pieces that lead up, down, round and away, and makes a file
//! there. It looks whether it got anything but its own files.

use host_tests_programs::hostile::{create, enter, open, root, say, told};
use wasip2::filesystem::types::Descriptor;

const PIECES: [&str; 8] = ["", ".", "..", "d", "file", "up", "away", "out"];

fn main() {
    let root = root();
    root.create_directory_at("d").unwrap();
    let below = enter(&root, "d").unwrap();
    let file = create(&root, "file").unwrap();
    for (target, at, name) in [
        ("..", &root, "up"),
        ("d/up/..//..", &root, "away"),
        ("d/../..", &root, "out"),
        ("..", &below, "up"),
        ("../..", &below, "away"),
        ("../file", &below, "out"),
    ] {
        at.symlink_at(target, name).unwrap();
    }
    say("a link to the root of everything", &root.symlink_at("/", "absolute"));
    let own = [(&root, "the root"), (&below, "the directory"), (&file, "the file")];
    let mut paths = vec![String::new()];
    for _ in 0..4 {
        let longer = |path: &String| PIECES.map(|piece| format!("{path}/{piece}"));
        let next: Vec<_> = paths.iter().flat_map(longer).collect();
        for path in &next {
            // With the slash and without it.
            for path in [path, &path[1..]] {
                let got = open(&root, path);
                let is_got =
                    |own: &&Descriptor| got.as_ref().is_ok_and(|it| it.is_same_object(own));
                let got = match own.iter().find(|(own, _)| is_got(own)) {
                    Some((_, name)) => name,
                    None if got.is_ok() => "something else",
                    None => told(&got),
                };
                let new = format!("{path}/new");
                let made = create(&root, &new).and_then(|_| root.unlink_file_at(&new));
                let made = told(&made);
                println!("{path}: {got}, {made}");
            }
        }
        paths = next;
    }
}
