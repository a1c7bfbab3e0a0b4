//! Splices between streams of the module and of the host, zeros, and polls of both.

use crate::preview2::CREATE;
use crate::program::{BYTES, OURS, OUT, Program};

/// The streams of the host.
const SOURCE: u64 = 5;
const SINK: u64 = 6;

fn splice(
    program: &mut Program,
    blocking: bool,
    [to, from]: [u64; 2],
    length: u64,
) -> Result<u64, u64> {
    let name = if blocking { "blocking-splice" } else { "splice" };
    let name = format!("wasi:io/streams#[method]output-stream.{name}");
    program.method(&name, &[to, from, length], 8)?;
    Ok(program.long(OUT + 8))
}

fn content(program: &mut Program, file: u64) -> Vec<u8> {
    program.descriptor("read", &[file, 1 << 20, 0], 4).unwrap();
    program.peek(program.word(OUT + 4), program.word(OUT + 8))
}

#[test]
fn bytes_go_from_any_stream_to_any_other() {
    for blocking in [false, true] {
        let mut program = Program::new();
        let root = program.root();
        let file = program.open(root, "file", CREATE).unwrap();
        program.store.data_mut().source = b"from the host".to_vec();
        let writer = program.stream("write-via-stream", file, 0);
        assert_eq!(splice(&mut program, blocking, [writer, SOURCE], 9), Ok(9));
        assert_eq!(splice(&mut program, blocking, [writer, SOURCE], 1 << 40), Ok(4));
        assert_eq!(splice(&mut program, blocking, [writer, SOURCE], 1), Err(1), "closed");
        assert_eq!(content(&mut program, file), b"from the host");

        let twin = program.open(root, "twin", CREATE).unwrap();
        let reader = program.stream("read-via-stream", file, 5);
        let writer = program.stream("write-via-stream", twin, 1);
        assert_eq!(splice(&mut program, blocking, [writer, reader], 3), Ok(3));
        assert_eq!(splice(&mut program, blocking, [writer, reader], 0), Ok(0));
        assert_eq!(splice(&mut program, blocking, [writer, reader], u64::MAX), Ok(5));
        assert_eq!(splice(&mut program, blocking, [writer, reader], 1), Err(1));
        assert_eq!(content(&mut program, twin), b"\0the host");

        program.store.data_mut().calls.clear();
        program.poke(BYTES, &[7; 3000]);
        program.descriptor("write", &[file, BYTES.into(), 3000, 0], 8).unwrap();
        let reader = program.stream("read-via-stream", file, 0);
        assert_eq!(splice(&mut program, blocking, [SINK, reader], 5000), Ok(1000), "as it takes");
        assert_eq!(splice(&mut program, blocking, [SINK, reader], 10), Err(0), "the host's error");
        assert_eq!(program.word(OUT + 12), 9, "the host's own handle");
        let world = program.store.data();
        assert_eq!(world.sink, [7; 1010]);
        let waits: &[&str] = if blocking { &["block 66", "drop 66"] } else { &[] };
        let expected = [waits, &["write 6 1000"], waits, &["write 6 10"]].concat();
        assert_eq!(world.calls, expected);
        program.audit();
    }
}

#[test]
fn zeros_take_no_place() {
    let mut program = Program::new();
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    let writer = program.stream("write-via-stream", file, 0);
    let method = |name: &str| format!("wasi:io/streams#[method]output-stream.{name}");
    for _ in 0..2000 {
        program.method(&method("check-write"), &[writer], 8).unwrap();
        program.method(&method("write-zeroes"), &[writer, 64 << 10], 4).unwrap();
    }
    program.method(&method("blocking-write-zeroes-and-flush"), &[writer, 4096], 4).unwrap();
    program.descriptor("stat", &[file], 8).unwrap();
    assert_eq!(program.long(OUT + 24), (2000 << 16) + 4096, "more than the limit of bytes");
    program.audit();
}

#[test]
fn polls_of_ours_and_of_the_hosts() {
    let mut program = Program::new();
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    let reader = program.stream("read-via-stream", file, 0);
    let subscribe = "wasi:io/streams#[method]input-stream.subscribe";
    let ours = u32::try_from(program.done(subscribe, &[reader])).unwrap();
    assert_eq!(ours & OURS, OURS);
    assert_eq!(program.done("wasi:io/poll#[method]pollable.ready", &[ours.into()]), 1);
    program.done("wasi:io/poll#[method]pollable.block", &[ours.into()]);
    program.store.data_mut().ready = vec![12];

    let list: Vec<u8> = [11, ours, 12, ours, 13].into_iter().flat_map(u32::to_le_bytes).collect();
    program.poke(BYTES, &list);
    program.done("wasi:io/poll#poll", &[BYTES.into(), 5, OUT.into()]);
    let (at, count) = (program.word(OUT), program.word(OUT + 4));
    let told: Vec<u32> = (0..count).map(|number| program.word(at + number * 4)).collect();
    assert_eq!(told, [1, 3, 2], "the module's, and the host's that are ready");
    assert_eq!(program.store.data().calls, ["drop 77"], "the expired timer is dropped");

    program.store.data_mut().calls.clear();
    program.store.data_mut().number = 3;
    program.poke(BYTES, &[11_u32.to_le_bytes(), 13_u32.to_le_bytes()].concat());
    program.done("wasi:io/poll#poll", &[BYTES.into(), 2, OUT.into()]);
    assert_eq!(program.store.data().calls, [format!("poll 3 {BYTES} 2 {OUT}")], "as it stands");
    program.done("wasi:io/poll#[resource-drop]pollable", &[ours.into()]);
    program.traps("wasi:io/poll#[method]pollable.ready", &[ours.into()]);
}
