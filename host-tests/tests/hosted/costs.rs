//! The calls of the host in a round of a workload, in a Rust std program. There are as many as on a
//! directory of the host, since the program does the same.

use host_tests::programs::CALLS_TEMPFILE;
use host_tests::{Builder, Program, Sandbox};

/// Counts the calls of so many rounds. Callers subtract two counts, so that start and end do not
/// count.
fn calls(workload: &str, ground: Builder, rounds: u64) -> u64 {
    let run = Program::new(CALLS_TEMPFILE, ground).run(&[workload, &rounds.to_string()]);
    run.succeeded().calls
}

fn calls_of_a_round(workload: &str, ground: fn() -> Builder) -> u64 {
    let (few, many) = (calls(workload, ground(), 4), calls(workload, ground(), 12));
    assert_eq!((many - few) % 8, 0, "{workload}");
    (many - few) / 8
}

#[test]
fn a_round_takes_as_many_calls_as_on_a_directory_of_the_host() {
    let workloads = ["anonymous", "named", "tree", "make and unlink", "stat", "stat-at"];
    let moved = ["read 64", "read 65536", "write 64", "write 65536"];
    for workload in workloads.into_iter().chain(moved) {
        let on_disk =
            calls_of_a_round(workload, || Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp"));
        let hosted = calls_of_a_round(workload, || Sandbox::builder().hosted());
        println!("{workload}: {hosted} calls");
        assert_eq!(hosted, on_disk, "{workload}");
    }
    // W1 uses streams of files: open, write, read and close.
    assert_eq!(calls_of_a_round("anonymous", || Sandbox::builder().hosted()), 17);
    assert_eq!(calls_of_a_round("stat", || Sandbox::builder().hosted()), 2);
}
