//! Runs of the benchmark's workloads in every way of calling. They must succeed and remove their
//! files. No test checks their time.

use host_tests::zig;

#[test]
fn every_workload_runs_in_every_way_and_leaves_nothing_behind() {
    let ran = bench::smoke(3).unwrap();
    for (workload, ways) in [
        ("W1", ["native", "in wasm", "descriptors", "interface", "on tmpfs.wasm"]),
        ("W2", ["native", "linked", "descriptors", "interface", "on tmpfs.wasm"]),
        ("W3", ["native", "linked", "descriptors", "interface", "on tmpfs.wasm"]),
        ("W5", ["native", "in wasm", "linked", "interface", "on tmpfs.wasm"]),
        ("W6", ["native", "in wasm", "linked", "descriptors", "interface"]),
    ] {
        for way in ways {
            let present = ran.iter().any(|it| it.starts_with(workload) && it.contains(way));
            assert!(present, "{workload}, {way}: only {ran:#?} ran");
        }
    }
    for workload in ["W1", "W2", "W3", "W5", "W6", "STAT", "SWEEP-64", "SWEEP-4096", "SWEEP-65536"]
    {
        let present = ran.iter().any(|it| it.starts_with(workload) && it.ends_with("embedded"));
        assert!(present, "{workload}, embedded: only {ran:#?} ran");
    }
    // Without its compiler the program of preview 1 is named as one that did not run.
    let compiled = zig::module("files.c", &["-O1".as_ref()], &[]).is_ok();
    for workload in ["W1", "W2", "W3", "STAT", "SWEEP-64", "SWEEP-4096", "SWEEP-65536"] {
        let ran_in =
            |it: &String| it.starts_with(workload) && it.ends_with("C of preview 1, embedded");
        assert_eq!(ran.iter().any(ran_in), compiled, "{workload}, preview 1: only {ran:#?} ran");
    }
}
