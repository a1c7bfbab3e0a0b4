//! Forgets its file and directory, and returns.

use host_tests_programs::made::one_of_each;

fn main() {
    std::mem::forget(one_of_each());
}
