//! Removes a tree while it lists each directory of it, and meanwhile moves entries up and makes new
//! ones. It does so ten times.

use host_tests_programs::hostile::{create, enter, names, root};
use wasip2::filesystem::types::{Descriptor, ErrorCode};

fn main() {
    let root = root();
    for round in 0..10 {
        plant(&root, 3);
        let mut disturbances = 100;
        raze(&root, &root, &mut disturbances);
        assert!(names(&root).is_empty(), "{round}");
        assert_eq!(disturbances, 0);
    }
    println!("nothing is left");
}

fn plant(at: &Descriptor, depth: usize) {
    for number in 0..4 {
        drop(create(at, &format!("file{number}")).unwrap());
        if depth > 0 {
            let name = format!("d{number}");
            at.create_directory_at(&name).unwrap();
            plant(&enter(at, &name).unwrap(), depth - 1);
        }
    }
}

/// Removes everything in a directory.
fn raze(root: &Descriptor, at: &Descriptor, disturbances: &mut u32) {
    // A listing need not have what is made meanwhile, so that one is not enough.
    loop {
        let (entries, mut removed) = (at.read_directory().unwrap(), 0);
        while let Some(entry) = entries.read_directory_entry().unwrap() {
            removed += 1;
            if *disturbances > 0 {
                *disturbances -= 1;
                drop(create(at, &format!("new{disturbances}")).unwrap());
                let moved = at.rename_at(&entry.name, root, &format!("up{disturbances}"));
                assert!(matches!(moved, Ok(()) | Err(ErrorCode::NoEntry)), "{moved:?}");
                continue;
            }
            match at.unlink_file_at(&entry.name) {
                Ok(()) | Err(ErrorCode::NoEntry) => continue,
                Err(_) => {}
            }
            if let Ok(below) = enter(at, &entry.name) {
                raze(root, &below, disturbances);
                at.remove_directory_at(&entry.name).unwrap();
                assert!(create(&below, "late").is_err());
            }
        }
        if removed == 0 {
            return;
        }
    }
}
