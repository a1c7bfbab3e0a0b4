//! The hosts in the crate's documentation.

use host_tests::programs::SHELL;
use wasmtime_scratch::Limit;

/// The example of the crate's README.
#[expect(dead_code, reason = "its `main` is for the command line")]
#[path = "../../../crates/wasmtime-scratch/examples/host.rs"]
mod host;

/// The program at the start of the guide for query engines.
#[expect(dead_code, reason = "its `main` is for the command line")]
#[path = "../../../crates/wasmtime-scratch/examples/query_engine.rs"]
mod query_engine;

#[test]
fn the_host_of_the_documentation_runs_a_program_and_sees_what_it_left() {
    let arguments = ["write /tmp/left text", "mkdir /tmp/empty"].map(str::to_owned);
    let space = host::run(SHELL.file(), &arguments).unwrap();
    assert_eq!((space.usage().content, space.usage().nodes), (64, 3));
    for last in ["exit 0", "exit-with 3"] {
        let arguments = ["write /tmp/left text", last].map(str::to_owned);
        let space = host::run(SHELL.file(), &arguments).unwrap();
        assert_eq!((space.usage().content, space.usage().nodes), (64, 2));
    }
    assert!(host::run(SHELL.file(), &["abort".to_owned()]).is_err());
}

#[test]
fn the_query_engine_of_the_documentation_takes_files_from_the_memory_of_the_query() {
    const MEMORY: u64 = 1 << 20;
    let memory = query_engine::QueryMemory::new(MEMORY);
    let arguments = ["read /input/rows", "write /input/rows other", "fill /tmp 10000", "exit 0"];
    let arguments = arguments.map(str::to_owned);
    let partitions = ["1,2", "3,4", "5,6"].map(|rows| rows.as_bytes().to_vec());
    let function = SHELL.file();
    let answers = query_engine::run(function, &arguments, &partitions, &memory).unwrap();
    assert_eq!(answers.len(), 3);
    let mut made = 0;
    for (answer, rows) in answers.iter().zip(["1,2", "3,4", "5,6"]) {
        let lines: Vec<&str> = answer.output.lines().collect();
        assert_eq!(lines[0], format!("read /input/rows: {rows}"));
        // 69 is EROFS in WASI.
        assert!(lines[1].ends_with("Some(69)"), "{}", lines[1]);
        let filled = lines[2].strip_prefix("fill /tmp 10000: ").unwrap();
        made += filled.split(' ').next().unwrap().parse::<u64>().unwrap();
        assert_eq!(answer.refusal.unwrap().limit, Limit::SharedBytes);
    }
    // A partition that has ended returns its bytes, and another may then have them.
    assert!((MEMORY >> 11..=3 * (MEMORY >> 10)).contains(&made), "{made}");
    assert_eq!(memory.free(), MEMORY);

    // A partition that runs alone can have all bytes.
    let answers = query_engine::run(function, &arguments, &partitions[..1], &memory).unwrap();
    let refusal = answers[0].refusal.unwrap();
    assert!(refusal.held <= MEMORY && refusal.held > MEMORY - 4_096, "{refusal}");
    assert_eq!(memory.free(), MEMORY);
}
