//! A store whose memory is used up: every call gets an error code, and deletions work.

use crate::preview2::{CREATE, INSUFFICIENT_SPACE};
use crate::program::{BYTES, OUT, Program, World};

const PIECE: u64 = 16 << 10;

/// The most bytes of a memory. The module's memory is full long before its limits.
const MOST: usize = 4 << 20;

#[test]
fn what_is_full_can_be_emptied_and_filled_again() {
    let mut program = Program::of(World::default(), 4, MOST);
    let root = program.root();
    program.poke(BYTES, &[7; 16 << 10]);
    let mut filled = Vec::new();
    for turn in 0..3 {
        let mut written = 0;
        let mut files = 0;
        let code = 'full: loop {
            let file = match program.open(root, &format!("file {files}"), CREATE) {
                Ok(file) => file,
                Err(code) => break code,
            };
            files += 1;
            for piece in 0..9 {
                let write = [file, BYTES.into(), PIECE, piece * PIECE];
                if let Err(code) = program.descriptor("write", &write, 8) {
                    break 'full code;
                }
                written += program.long(OUT + 8);
            }
            program.drop_handle("descriptor", file);
        };
        assert_eq!(code, INSUFFICIENT_SPACE, "turn {turn}");
        program.audit();
        for file in 0..files {
            let [at, length] = program.text(0, &format!("file {file}"));
            program.descriptor("unlink-file-at", &[root, at, length], 1).unwrap();
        }
        program.audit();
        filled.push(written);
    }
    assert!(filled[0] > 2 << 20, "{filled:?}");
    assert!(filled[2] * 10 >= filled[0] * 9, "the memory can be used again: {filled:?}");
}

#[test]
fn the_same_by_preview_1() {
    let mut program = Program::of(World::default(), 4, MOST);
    program.poke(BYTES, &[7; 16 << 10]);
    program.buffers(&[(BYTES, 16 << 10)]);
    let file = program.path_open(3, "file", 1).unwrap();
    let mut pieces = 0;
    while program.preview1("fd_write", &[file, 0x800, 1, OUT.into()]) == 0 {
        pieces += 1;
    }
    assert_eq!(program.preview1("fd_write", &[file, 0x800, 1, OUT.into()]), 51, "NOSPC");
    assert!(pieces > 100);
    program.audit();
    assert_eq!(program.preview1("fd_filestat_set_size", &[file, 0]), 0);
    program.audit();
    for piece in 0..pieces * 9 / 10 {
        let code = program.preview1("fd_write", &[file, 0x800, 1, OUT.into()]);
        assert_eq!(code, 0, "piece {piece} of {pieces}");
    }
}
