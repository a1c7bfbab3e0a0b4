//! Takes descriptors, calls the host with them directly, and sees the same bytes through std's
//! files.

use host_tests_programs::{cleanup, descriptors, tempfile};

fn main() {
    let anonymous = descriptors::open_temporary(None).unwrap();
    assert_eq!(anonymous.write(b"unseen", 0).unwrap(), 6);
    assert_eq!(anonymous.read(6, 0).unwrap().0, b"unseen");

    let (made, path) = descriptors::mkstemp(None).unwrap();
    assert_eq!(made.write(b"seen", 0).unwrap(), 4);
    assert_eq!(std::fs::read(&path).unwrap(), b"seen");
    std::fs::remove_file(path).unwrap();

    let file = tempfile::named_temporary_file(None).unwrap();
    file.write(b"waits").unwrap();
    let taken = descriptors::take(&file).unwrap();
    assert_eq!(taken.read(9, 0).unwrap().0, b"waits");
    assert!(file.write(b"x").is_err());
    let path = file.name().unwrap();
    assert_eq!(cleanup::owed().len(), 1);
    drop(file);
    assert!(!std::path::Path::new(&path).exists());
    assert_eq!(taken.read(9, 0).unwrap().0, b"waits", "open still");
}
