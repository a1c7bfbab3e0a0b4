//! The costs of a spooled file in memory: no calls of the host, and no more work and memory than
//! its bytes need.

use host_tests::{Sandbox, place};

#[test]
fn no_call_of_the_host_is_made_before_the_file_moves_to_the_disk() {
    // No directory is granted. Making a handle and growing memory count as calls of the host, so
    // make two handles and take memory before calls are refused.
    let sandbox = Sandbox::builder().start();
    sandbox.spooled_temporary_file(None).unwrap().write(&[0; 2 << 20]).unwrap();
    let file = sandbox.spooled_temporary_file(None).unwrap();
    let text = sandbox.spooled_temporary_text_file(None).unwrap();
    assert_eq!(sandbox.draws(), 0, "no name is drawn");
    // From here on, every call of the host traps.
    sandbox.refuse_host_calls();
    file.write(&[b'\n'; 100_000]).unwrap();
    file.writelines(&[b"one\n", b"two\n"]).unwrap();
    assert_eq!(file.seek(-8, 2).unwrap(), 100_000);
    assert_eq!(file.readline(None).unwrap(), b"one\n");
    assert_eq!(file.readlines(None).unwrap(), [b"two\n"]);
    assert_eq!(file.read1(None).unwrap(), b"");
    file.seek(5, 0).unwrap();
    assert_eq!(file.read(Some(2)).unwrap(), b"\n\n");
    assert_eq!(file.readinto(2).unwrap(), b"\n\n");
    assert_eq!(file.truncate(None).unwrap(), 9);
    file.flush().unwrap();
    assert!(file.readable().unwrap() && file.writable().unwrap() && !file.isatty().unwrap());
    assert_eq!((file.name(), file.tell().unwrap()), (None, 9));
    assert_eq!(sandbox.unclosed().len(), 2);
    file.close().unwrap();
    text.write(&"café\n".repeat(10_000)).unwrap();
    text.seek(place(0), 0).unwrap();
    assert_eq!(text.readline(None).unwrap(), "café\n");
    let there = text.tell().unwrap();
    assert_eq!(text.read(None).unwrap().chars().count(), 49_995);
    text.seek(there, 0).unwrap();
    assert_eq!(text.next().unwrap().as_deref(), Some("café\n"));
    text.flush().unwrap();
    text.truncate(None).unwrap();
    text.exit().unwrap();
}

#[test]
fn appending_costs_as_much_a_byte_however_long_the_file_is() {
    for chunk in [1, 100, 5_000, 100_000] {
        let fuel = |length: usize| {
            let sandbox = Sandbox::builder().tmp("/tmp").fuel(u64::MAX).start();
            let file = sandbox.spooled_temporary_file(None).unwrap();
            let before = sandbox.fuel_left();
            for _ in 0..length / chunk {
                file.write(&vec![7; chunk]).unwrap();
            }
            before - sandbox.fuel_left()
        };
        let (short, long) = (fuel(200_000), fuel(1_600_000));
        assert!(long <= 8 * short + 8 * short / 10, "by {chunk}: {short} and {long}");
    }
}

#[test]
fn the_instance_grows_by_little_more_than_the_bytes() {
    for chunk in [10_000, 64 << 10, 1 << 20] {
        let sandbox = Sandbox::new();
        let file = sandbox.spooled_temporary_file(None).unwrap();
        // Make room for the argument of the largest write before measuring.
        file.write(&vec![7; chunk]).unwrap();
        file.truncate(Some(0)).unwrap();
        file.seek(0, 0).unwrap();
        let before = sandbox.memory();
        let mut written = 0;
        while written < 16 << 20 {
            file.write(&vec![7; chunk]).unwrap();
            written += chunk;
        }
        let grown = sandbox.memory() - before;
        assert!(grown <= written + written / 10 + (64 << 10), "{grown} for {written} by {chunk}");
    }
}
