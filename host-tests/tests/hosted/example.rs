//! The host that the crate's documentation shows.

use host_tests::program_file;

/// The file that is the documentation's example.
#[allow(dead_code, reason = "its `main` is for the command line")]
#[path = "../../../crates/wasmtime-scratch/examples/host.rs"]
mod host;

#[test]
fn the_host_of_the_documentation_runs_a_program_and_sees_what_it_left() {
    let arguments = ["write /tmp/left text", "mkdir /tmp/empty"].map(str::to_owned);
    let space = host::run(program_file("shell"), &arguments).unwrap();
    assert_eq!((space.usage().content, space.usage().nodes), (64, 3));
}
