//! Allocators of the program: well-behaved and hostile ones.

use crate::preview2::CREATE;
use crate::program::{Allocator, BYTES, OUT, PAGE, Program, World};

fn with_file() -> (Program, u64, u64) {
    let mut program = Program::new();
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    program.poke(BYTES, b"content");
    program.descriptor("write", &[file, BYTES.into(), 7, 0], 8).unwrap();
    (program, root, file)
}

/// Lists calls that allocate in the program's memory: a list of bytes, a list of tuples, a text,
/// and a list of numbers.
fn asking(root: u64, file: u64) -> [(&'static str, Vec<u64>); 4] {
    [
        ("wasi:filesystem/types#[method]descriptor.read", vec![file, 7, 0, OUT.into()]),
        ("wasi:filesystem/preopens#get-directories", vec![OUT.into()]),
        ("wasi:filesystem/types#[method]descriptor.readlink-at", vec![root, 0x100, 4, OUT.into()]),
        ("wasi:cli/environment#get-environment", vec![OUT.into()]),
    ]
}

#[test]
fn blocks_that_are_not_there_or_not_aligned_trap() {
    for place in 0..4 {
        for at in [0, u32::MAX, 4 * PAGE - 1, 0xffff_fff0, 4 * PAGE] {
            let (mut program, root, file) = with_file();
            link(&mut program, root);
            program.store.data_mut().allocator = Allocator::Always(at);
            let (name, arguments) = asking(root, file)[place].clone();
            program.traps(name, &arguments);
        }
    }
    for place in [1, 3] {
        let (mut program, root, file) = with_file();
        program.store.data_mut().allocator = Allocator::Always(PAGE + 2);
        let (name, arguments) = asking(root, file)[place].clone();
        program.traps(name, &arguments);
    }
}

fn link(program: &mut Program, root: u64) {
    program.poke(0x100, b"link");
    let [at, length] = program.text(0, "target");
    program.descriptor("symlink-at", &[root, at, length, 0x100, 4], 1).unwrap();
}

#[test]
fn memory_may_grow_meanwhile() {
    let (mut program, root, file) = with_file();
    link(&mut program, root);
    program.store.data_mut().allocator = Allocator::Growing;
    for (name, arguments) in asking(root, file) {
        program.done(name, &arguments);
    }
    program.descriptor("read", &[file, 100, 1], 4).unwrap();
    let (at, length) = (program.word(OUT + 4), program.word(OUT + 8));
    assert!(at >= 4 * PAGE, "beyond the old end of memory");
    assert_eq!(program.peek(at, length), b"ontent");
    program.audit();
}

#[test]
fn blocks_that_overlap_spoil_only_the_program() {
    let (mut program, root, file) = with_file();
    link(&mut program, root);
    for at in [PAGE, OUT, BYTES] {
        program.store.data_mut().allocator = Allocator::Always(at);
        for (name, arguments) in asking(root, file) {
            program.done(name, &arguments);
            program.audit();
        }
    }
    program.store.data_mut().allocator = Allocator::Next;
    program.descriptor("read", &[file, 100, 0], 4).unwrap();
    assert_eq!(program.peek(program.word(OUT + 4), 7), b"content");
}

/// Calls each of the module's functions from the program's allocator. The call must trap, and the
/// allocation with it.
#[test]
fn an_allocator_that_calls_back_traps() {
    for function in crate::signatures::functions() {
        let (mut program, root, file) = with_file();
        link(&mut program, root);
        let parameters: usize = function.parameters.iter().map(|it| it.count()).sum();
        let mut arguments = vec![file; parameters];
        arguments.extend(function.result.map(|_| u64::from(OUT)));
        let name: &'static str = function.name.leak();
        program.store.data_mut().allocator = Allocator::CallsBack(name, arguments);
        let (read, of) = &asking(root, file)[0];
        assert!(program.call(read, of).is_err(), "{name}");
        program.audit();
    }
}

#[test]
fn the_allocator_is_the_one_that_the_call_named() {
    let (mut program, root, file) = with_file();
    link(&mut program, root);
    program.store.data_mut().asked.clear();
    for (number, (name, arguments)) in (7..).zip(asking(root, file)) {
        let world: &mut World = program.store.data_mut();
        world.number = number;
        world.asked.clear();
        program.done(name, &arguments);
        let asked = &program.store.data().asked;
        assert!(!asked.is_empty() && asked.iter().all(|it| *it == number), "{name}: {asked:?}");
    }
}

/// Reads no bytes. The adapter of preview 1 relies on a call of its allocator even then.
#[test]
fn the_allocator_is_asked_for_nothing_too() {
    let (mut program, _, file) = with_file();
    program.store.data_mut().asked.clear();
    program.descriptor("read", &[file, 0, 0], 4).unwrap();
    assert_eq!(program.store.data().asked.len(), 1);
    assert_eq!(program.word(OUT + 8), 0);
}
