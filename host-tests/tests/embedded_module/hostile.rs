//! Calls that no compiler would generate. Each must trap, and the accounts must be right
//! afterwards.

use std::collections::BTreeMap;

use crate::preview2::CREATE;
use crate::program::{BYTES, OURS, OUT, PAGE, Program, TEXT};
use crate::signatures::{Function, Parameter, functions};

/// Makes a program with a handle of every kind.
fn with_handles() -> (Program, BTreeMap<&'static str, u64>) {
    let mut program = Program::new();
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    program.poke(BYTES, b"content");
    program.descriptor("write", &[file, BYTES.into(), 7, 0], 8).unwrap();
    let input = program.stream("read-via-stream", file, 0);
    let output = program.stream("write-via-stream", file, u64::MAX);
    program.descriptor("read-directory", &[root], 4).unwrap();
    let listing = u64::from(program.word(OUT + 4));
    let subscribe = "wasi:io/streams#[method]input-stream.subscribe";
    let pollable = program.done(subscribe, &[input]);
    let write = "wasi:io/streams#[method]output-stream.blocking-write-and-flush";
    assert_eq!(program.method(write, &[output, BYTES.into(), 1], 4), Err(0));
    let error = u64::from(program.word(OUT + 8));
    let output = program.stream("write-via-stream", file, 0);
    program.text(0, "file");
    let handles = [
        ("descriptor", file),
        ("directory", root),
        ("input-stream", input),
        ("output-stream", output),
        ("directory-entry-stream", listing),
        ("pollable", pollable),
        ("error", error),
    ];
    (program, handles.into())
}

/// Returns valid arguments for a function, and the position of each parameter among them.
fn arguments(function: &Function, handles: &BTreeMap<&'static str, u64>) -> (Vec<u64>, Vec<usize>) {
    let (mut arguments, mut places) = (Vec::new(), Vec::new());
    let is_path = function.parameters.contains(&Parameter::Text);
    for parameter in &function.parameters {
        places.push(arguments.len());
        match parameter {
            Parameter::Handle(of) if of == "descriptor" && is_path => {
                arguments.push(handles["directory"]);
            }
            Parameter::Handle(of) => arguments.push(handles[of.as_str()]),
            Parameter::Text => arguments.extend([TEXT.into(), 4]),
            Parameter::Bytes => arguments.extend([u64::from(BYTES), 0]),
            Parameter::Handles => arguments.extend([u64::from(BYTES) + 0x100, 1]),
            Parameter::Plain(count) => arguments.extend(vec![0; *count]),
        }
    }
    places.push(arguments.len());
    arguments.extend(function.result.map(|_| u64::from(OUT)));
    (arguments, places)
}

/// Puts the handle into the list that `poll` gets.
fn put_list(program: &mut Program, pollable: u64) {
    program.poke(BYTES + 0x100, &u32::try_from(pollable).unwrap().to_le_bytes());
}

/// Calls each function with its [`arguments`]. None traps, so that the tests below trap for their
/// own reasons.
#[test]
fn what_is_in_order_is_answered() {
    for function in functions() {
        let (mut program, handles) = with_handles();
        put_list(&mut program, handles["pollable"]);
        let (arguments, _) = arguments(&function, &handles);
        program.done(&function.name, &arguments);
        program.audit();
    }
}

#[test]
fn addresses_beyond_memory_trap() {
    let end = u64::from(4 * PAGE);
    for function in functions() {
        let (mut program, handles) = with_handles();
        put_list(&mut program, handles["pollable"]);
        let (good, places) = arguments(&function, &handles);
        assert_eq!(program.end(), end);
        for (parameter, place) in function.parameters.iter().zip(&places) {
            let bad = match parameter {
                Parameter::Text | Parameter::Bytes => vec![
                    [end, 1],
                    [end - 1, 2],
                    [0, end + 1],
                    [end + 1, 0],
                    [0xffff_ffff, 0xffff_ffff],
                    [8, 0xffff_ffff],
                    [0x8000_0000, 0x8000_0000],
                ],
                Parameter::Handles => vec![
                    [end, 1],
                    [end - 4, 2],
                    [8, 0x4000_0001],
                    [8, 0x4000_0000],
                    [8, 0xffff_ffff],
                    [9, 1],
                    [10, 1],
                    [8, 0],
                ],
                Parameter::Handle(_) | Parameter::Plain(_) => continue,
            };
            for pair in bad {
                let mut arguments = good.clone();
                arguments[*place..*place + 2].copy_from_slice(&pair);
                program.traps(&function.name, &arguments);
            }
        }
        if let Some((size, align)) = function.result {
            let (size, align) = (u64::from(size), u64::from(align));
            let last = good.len() - 1;
            let beyond = (end - size + align).next_multiple_of(align);
            let mut bad = vec![end, beyond, 0xffff_ffff & !(align - 1), 0xffff_ffff];
            if align > 1 {
                bad.extend([u64::from(OUT) + 1, u64::from(OUT) + align / 2]);
            }
            for at in bad {
                let mut arguments = good.clone();
                arguments[last] = at;
                program.traps(&function.name, &arguments);
            }
            // The highest valid address.
            let mut arguments = good.clone();
            arguments[last] = (end - size) & !(align - 1);
            program.done(&function.name, &arguments);
            program.audit();
        }
    }
}

#[test]
fn handles_that_are_none_trap() {
    for function in functions() {
        let (mut program, mut handles) = with_handles();
        put_list(&mut program, handles["pollable"]);
        let (good, places) = arguments(&function, &handles);
        let stale = program.open(handles["directory"], "file", 0).unwrap();
        program.drop_handle("descriptor", stale);
        handles.insert("stale", stale);
        handles.insert("of the host", 5);
        for (name, handle) in [
            ("invented", u64::from(OURS) | 1000),
            ("far", 0x7fff_ffff),
            ("marked twice", handles["descriptor"] | 1 << 31),
            ("marked between", handles["descriptor"] | 1 << 29),
            ("null", 0),
        ] {
            handles.insert(name, handle);
        }
        let takes_the_hosts =
            ["link-at", "rename-at", "is-same-object", "splice", "filesystem-error-code"]
                .iter()
                .any(|name| function.name.ends_with(name));
        for (parameter, place) in function.parameters.iter().zip(&places) {
            let Parameter::Handle(of) = parameter else { continue };
            for (kind, handle) in &handles {
                let is_hosts = handle & u64::from(OURS) == 0;
                if kind == of || (*kind == "directory" && of == "descriptor") {
                    continue;
                }
                if is_hosts && takes_the_hosts {
                    // The host's handle is valid here: it is another device, another object, a
                    // stream, or an error of no file.
                    continue;
                }
                let mut arguments = good.clone();
                arguments[*place] = *handle;
                program.traps(&function.name, &arguments);
            }
        }
    }
    let (mut program, handles) = with_handles();
    for bad in [handles["descriptor"], u64::from(OURS) | 1000, u64::from(OURS) | 1 << 31] {
        put_list(&mut program, bad);
        let poll = [u64::from(BYTES) + 0x100, 1, OUT.into()];
        program.traps("wasi:io/poll#poll", &poll);
    }
}

#[test]
fn text_that_is_not_utf_8_traps() {
    for function in functions() {
        let (mut program, handles) = with_handles();
        let (good, places) = arguments(&function, &handles);
        for (parameter, place) in function.parameters.iter().zip(places) {
            if *parameter != Parameter::Text {
                continue;
            }
            for text in [&b"\xff"[..], b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80"] {
                program.poke(0x100, text);
                let mut arguments = good.clone();
                arguments[place..place + 2].copy_from_slice(&[0x100, text.len() as u64]);
                program.traps(&function.name, &arguments);
            }
        }
    }
}

#[test]
fn cases_that_there_are_not_trap() {
    let (mut program, handles) = with_handles();
    let (file, root) = (handles["descriptor"], handles["directory"]);
    let method = |name: &str| format!("wasi:filesystem/types#[method]descriptor.{name}");
    let out = u64::from(OUT);
    program.traps(&method("advise"), &[file, 0, 0, 6, out]);
    program.traps(&method("set-times"), &[file, 3, 0, 0, 0, 0, 0, out]);
    program.traps(&method("set-times"), &[file, 0, 0, 0, 0xffff_ffff, 0, 0, out]);
    let path = u64::from(TEXT);
    program.traps(&method("set-times-at"), &[root, 0, path, 4, 0, 0, 0, 3, 0, 0, out]);
}

#[test]
fn writing_more_than_was_permitted_traps() {
    let method = |name: &str| format!("wasi:io/streams#[method]output-stream.{name}");
    let (mut program, handles) = with_handles();
    let (stream, out) = (handles["output-stream"], u64::from(OUT));
    program.traps(&method("write"), &[stream, BYTES.into(), 1, out]);
    program.traps(&method("write-zeroes"), &[stream, 1, out]);
    program.traps(&method("blocking-write-and-flush"), &[stream, BYTES.into(), 4097, out]);
    program.traps(&method("blocking-write-zeroes-and-flush"), &[stream, u64::MAX, out]);
    program.done(&method("check-write"), &[stream, out]);
    program.traps(&method("write-zeroes"), &[stream, (64 << 10) + 1, out]);
    program.done(&method("write-zeroes"), &[stream, 64 << 10, out]);
    program.traps(&method("write"), &[stream, BYTES.into(), 1, out]);
}

/// Uses buffers at the last bytes of a memory of 4 GiB.
#[test]
fn a_memory_of_four_gibibytes_ends_where_it_ends() {
    let mut program = Program::of(Default::default(), 1 << 16, usize::MAX);
    let root = program.root();
    let file = program.open(root, "file", CREATE).unwrap();
    let last = u32::MAX - 15;
    program.poke(last, b"the last sixteen");
    let write = [file, last.into(), 16, 0];
    program.descriptor("write", &write, 8).unwrap();
    assert_eq!(program.long(OUT + 8), 16);
    program.poke(last, &[0; 16]);
    let hole = [file, u64::from(last) - 5000, 5016, 1 << 20];
    program.descriptor("write", &hole, 8).unwrap();
    for length in 1..=16 {
        let at = u64::from(u32::MAX) + 1 - length;
        let write = [file, at, length, (1 << 30) + length * (1 << 16)];
        program.descriptor("write", &write, 8).unwrap();
    }
    let preview1 = "wasi_snapshot_preview1#fd_write";
    program.traps(
        "wasi:filesystem/types#[method]descriptor.write",
        &[file, last.into(), 17, 0, OUT.into()],
    );
    program.done(preview1, &[3, 0, 0, OUT.into()]);
    program.descriptor("read", &[file, 16, 0], 4).unwrap();
    assert_eq!(program.peek(program.word(OUT + 4), 16), b"the last sixteen");
    program.audit();
}
