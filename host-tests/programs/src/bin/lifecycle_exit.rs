//! Ends by `exit` or by a panic while its file and directory are in scope: no destructor runs.

use host_tests_programs::made::one_of_each;

fn main() {
    let _made = one_of_each();
    let how = std::env::args().nth(1).expect("an exit status, or `panic`");
    match how.parse() {
        Ok(status) => std::process::exit(status),
        Err(_) => panic!("as it was told"),
    }
}
