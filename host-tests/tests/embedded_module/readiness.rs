//! `poll_oneoff` over descriptors of the module and of the host.

use wasmtime::Result;

use crate::preview1::BADF;
use crate::program::{BYTES, OUT, Of, Program, World, read, write};

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;

/// The address for events.
const EVENTS: u32 = BYTES + 0x1000;

/// Makes a subscription from its data, its kind, its descriptor or clock, and its time.
fn subscription(data: u64, kind: u8, of: u32, time: u64) -> Vec<u8> {
    let mut bytes = vec![0x55; 48];
    bytes[..8].copy_from_slice(&data.to_le_bytes());
    bytes[8] = kind;
    bytes[16..20].copy_from_slice(&of.to_le_bytes());
    bytes[24..32].copy_from_slice(&time.to_le_bytes());
    bytes[40..42].fill(0);
    bytes
}

/// Answers `poll_oneoff` for the host: a time of 0 is over, and the descriptors in `ready` are
/// ready.
pub(crate) fn poll_oneoff(
    mut of: Of<'_>,
    list: u32,
    events: u32,
    count: u32,
    out: u32,
) -> Result<u32> {
    let mut told = 0;
    let mut asked = Vec::new();
    for number in 0..count {
        let bytes = read(&of, list + 48 * number, 48)?;
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let (kind, of_what, time) = (bytes[8], word(16), word(24));
        asked.push(if kind == CLOCK { format!("time {time}") } else { format!("{of_what}") });
        let ready = if kind == CLOCK { time == 0 } else { of.data().ready.contains(&of_what) };
        if ready {
            let mut event = vec![0; 32];
            event[..8].copy_from_slice(&bytes[..8]);
            event[10] = kind;
            event[16] = 99;
            write(&mut of, events + 32 * told, &event)?;
            told += 1;
        }
    }
    of.data_mut().calls.push(format!("poll {}", asked.join(", ")));
    write(&mut of, out, &told.to_le_bytes())?;
    Ok(0)
}

/// An event: its data, error, kind, number of bytes, and a flag for the end.
type Event = (u64, u16, u8, u64, u16);

/// Polls, and returns the events.
fn poll(program: &mut Program, subscriptions: &[Vec<u8>]) -> Result<Vec<Event>, u64> {
    let list = subscriptions.concat();
    program.poke(BYTES, &list);
    let arguments = [BYTES.into(), EVENTS.into(), subscriptions.len() as u64, OUT.into()];
    let errno = program.done("beside:wasi_snapshot_preview1#poll_oneoff", &arguments);
    let kept = program.peek(BYTES, u32::try_from(list.len()).unwrap());
    assert_eq!(kept, list, "subscriptions do not change");
    if errno != 0 {
        return Err(errno);
    }
    let events = (0..program.word(OUT)).map(|number| EVENTS + 32 * number).map(|at| {
        let short = |at| u16::from_le_bytes(program.peek(at, 2).try_into().unwrap());
        (
            program.long(at),
            short(at + 8),
            program.peek(at + 10, 1)[0],
            program.long(at + 16),
            short(at + 24),
        )
    });
    Ok(events.collect())
}

#[test]
fn files_are_ready_and_the_host_is_asked_about_the_rest() {
    let directories = vec!["/tmp", "/input"];
    let ready = vec![0, 4];
    let mut program = Program::of(World { directories, ready, ..World::default() }, 4, usize::MAX);
    // The host's 4 is 3 in the table, and the space is 4.
    let [at, length] = program.text(0, "file");
    let open = [4, 0, at, length, 1, 66, 0, 0, OUT.into()];
    assert_eq!(program.done("beside:wasi_snapshot_preview1#path_open", &open), 0);
    let file = program.word(OUT);
    assert_eq!(file, 5);

    let ours = [subscription(7, WRITE, file, 0), subscription(8, READ, file, 0)];
    let told = poll(&mut program, &ours).unwrap();
    assert_eq!(told, [(7, 0, WRITE, 1, 0), (8, 0, READ, 1, 1)], "nothing is left to read");
    assert_eq!(program.store.data().calls, [""; 0], "the host is not asked");

    let hour = 3_600_000_000_000;
    let mixed = [
        subscription(7, CLOCK, 1, hour),
        subscription(7, WRITE, file, 0),
        subscription(7, READ, 3, 0),
        subscription(9, READ, 0, 0),
        subscription(10, WRITE, 1, 0),
        subscription(11, CLOCK, 1, 0),
    ];
    let told = poll(&mut program, &mixed).unwrap();
    let expected =
        [(7, 0, READ, 99, 0), (9, 0, READ, 99, 0), (11, 0, CLOCK, 99, 0), (7, 0, WRITE, 1, 0)];
    assert_eq!(told, expected, "the data makes no difference");
    let hour = hour & 0xffff_ffff;
    assert_eq!(program.store.data().calls, [format!("poll time {hour}, time 0, 4, 0, 1, time 0")]);

    program.store.data_mut().calls.clear();
    let hosts = [subscription(1, READ, 0, 0), subscription(2, READ, 3, 0)];
    assert_eq!(
        poll(&mut program, &hosts).unwrap(),
        [(1, 0, READ, 99, 0), (2, 0, READ, 99, 0)],
        "with the host's number"
    );
    assert_eq!(program.store.data().calls, ["poll 0, 4"]);
    assert_eq!(poll(&mut program, &[subscription(1, READ, 77, 0)]), Err(BADF));
    assert_eq!(poll(&mut program, &[subscription(1, WRITE, 4, 0)]), Err(BADF), "a directory");
    assert_eq!(poll(&mut program, &[subscription(1, 3, 0, 0)]), Err(28), "no such kind");
    program.audit();
}
