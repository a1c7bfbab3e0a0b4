//! A program that asks how full its filesystem is stops in time; one that does not is refused.

use host_tests::{Program, Sandbox};

#[test]
fn a_program_that_asks_is_never_refused() {
    let ground = Sandbox::builder().memory().env("TMPFS_BYTES", "2M");
    let run = Program::new("readme_cache", ground).run(&[]).succeeded();
    // 100,000 bytes lie in six pages of 16 KiB and one of 4: 100 KiB, or 102,400 bytes, so that the
    // sixteenth file passes the soft limit of 1.5 MiB.
    assert_eq!(run.stdout, "16 results are kept of 1000\n");
}

#[test]
fn where_the_soft_limit_is_no_limit_it_is_refused() {
    let ground = Sandbox::builder().memory().env("TMPFS_BYTES", "2M").env("TMPFS_SOFT", "1G");
    let run = Program::new("readme_cache", ground).run(&[]);
    assert_eq!(run.exit, Some(1));
    // wasi-libc knows no reason for a stream's failure but EIO, whatever the filesystem told.
    assert!(run.stderr.contains("I/O error"), "{}", run.stderr);
}
