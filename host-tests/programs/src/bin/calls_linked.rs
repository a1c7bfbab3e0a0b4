//! Runs a workload of the measurements with the library linked in. The arguments name the workload
//! and the number of rounds.

use std::env;

use wasi_tempfile::{
    FileOptions, NamedOptions, named_temporary_file, set_spare_files, temporary_file,
};

fn main() {
    let mut arguments = env::args().skip(1);
    let workload = arguments.next().expect("new, recycled, named or pieces");
    let rounds: u32 =
        arguments.next().and_then(|word| word.parse().ok()).expect("a number of rounds");
    let bytes = vec![7; if workload == "pieces" { 32 << 10 } else { 4096 }];
    set_spare_files(if workload == "recycled" { 4 } else { 0 });
    for _ in 0..rounds {
        let file = if workload == "named" {
            named_temporary_file(&NamedOptions::new()).unwrap()
        } else {
            temporary_file(&FileOptions::new()).unwrap()
        };
        file.write(&bytes).unwrap();
        if workload == "named" {
            let again = file.reopen("rb", -1).unwrap();
            assert_eq!(again.read(Some(4096)).unwrap(), bytes);
            again.close().unwrap();
        } else if workload == "pieces" {
            file.seek(0, 0).unwrap();
            let mut piece = [0; 64];
            for _ in 0..bytes.len() / piece.len() {
                file.readinto(&mut piece).unwrap();
                assert_eq!(piece, [7; 64]);
            }
        } else {
            file.seek(0, 0).unwrap();
            assert_eq!(file.read(Some(4096)).unwrap(), bytes);
        }
        file.close().unwrap();
    }
}
