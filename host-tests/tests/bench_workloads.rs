//! What the benchmark measures still runs, in every way of calling, and removes its files. How
//! long it takes is no matter of a test.

use host_tests::bench;

#[test]
fn every_workload_runs_in_every_way_and_leaves_nothing_behind() {
    let ran = bench::smoke(3).unwrap();
    for workload in ["W1", "W2", "W3", "W6"] {
        for way in ["native", "in wasm", "linked", "descriptors", "interface"] {
            let present = ran.iter().any(|it| it.starts_with(workload) && it.contains(way));
            assert!(present, "{workload}, {way}: only {ran:#?} ran");
        }
    }
}
