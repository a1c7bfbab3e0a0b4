//! Returns from `main` while its file and directory are in scope.

use host_tests_programs::made::one_of_each;

fn main() {
    let (file, directory) = one_of_each();
    let inside = std::path::Path::new(&directory.name()).join("inside");
    std::fs::write(inside, "of std").unwrap();
    file.flush().unwrap();
    assert_eq!(std::fs::read(file.name().unwrap()).unwrap(), b"waits");
}
