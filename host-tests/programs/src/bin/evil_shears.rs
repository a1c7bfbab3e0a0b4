//! Cuts a file and lengthens it ten thousand times, and writes a byte at each new end.

use host_tests_programs::hostile::{create, root};

const LARGEST: u64 = 1 << 20;

fn main() {
    let file = create(&root(), "file").unwrap();
    for round in 0..10_000 {
        let size = round * 48_271 % LARGEST + 1;
        file.set_size(size).unwrap();
        file.write(&[1], size - 1).unwrap();
        if round % 100 == 0 {
            let (mut content, mut end) = (Vec::new(), false);
            while !end {
                let at = u64::try_from(content.len()).unwrap();
                let (piece, is_end) = file.read(LARGEST, at).unwrap();
                content.extend(piece);
                end = is_end;
            }
            let places: Vec<_> = (0..content.len()).filter(|at| content[*at] != 0).collect();
            println!("{} {places:?}", content.len());
        }
    }
}
