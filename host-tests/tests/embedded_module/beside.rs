//! The host's directories beside the filesystem. In preview 2 they share one list. In preview 1
//! they share one table of descriptors, in which the module numbers the host's descriptors itself.

use wasmtime::{FuncType, Linker, Result, Val, ValType};

use crate::preview1::BADF;
use crate::program::{BYTES, OUT, Of, PAGE, Program, TEXT, World, read, write};

const XDEV: u64 = 75;

/// Defines the host of preview 1. Calls that do not belong to the start are only recorded.
pub(crate) fn define_host(linker: &mut Linker<World>) -> Result<()> {
    let module = "wasi_snapshot_preview1";
    linker.func_wrap(module, "clock_time_get", |mut of: Of<'_>, _: u32, _: u64, out: u32| {
        of.data_mut().seconds += 1;
        let time = of.data().seconds * 1_000_000_000 + 5;
        write(&mut of, out, &time.to_le_bytes())?;
        Ok(0_u32)
    })?;
    linker.func_wrap(module, "random_get", |mut of: Of<'_>, at: u32, length: u32| {
        write(&mut of, at, &vec![4; length as usize])?;
        Ok(0_u32)
    })?;
    linker.func_wrap(module, "environ_sizes_get", |mut of: Of<'_>, count: u32, bytes: u32| {
        let texts = texts(&of);
        let length: usize = texts.iter().map(String::len).sum();
        write(&mut of, count, &u32::try_from(texts.len())?.to_le_bytes())?;
        write(&mut of, bytes, &u32::try_from(length)?.to_le_bytes())?;
        Ok(0_u32)
    })?;
    linker.func_wrap(module, "environ_get", |mut of: Of<'_>, places: u32, buffer: u32| {
        let mut at = buffer;
        for (place, text) in (places..).step_by(4).zip(texts(&of)) {
            write(&mut of, place, &at.to_le_bytes())?;
            write(&mut of, at, text.as_bytes())?;
            at += u32::try_from(text.len())?;
        }
        Ok(0_u32)
    })?;
    linker.func_wrap(module, "fd_prestat_get", |mut of: Of<'_>, fd: u32, out: u32| {
        let Some(path) = directory(&of, fd) else { return Ok(8_u32) };
        let prestat = [0, u32::try_from(path.len())?].map(u32::to_le_bytes).concat();
        write(&mut of, out, &prestat)?;
        Ok(0)
    })?;
    linker.func_wrap(
        module,
        "fd_prestat_dir_name",
        |mut of: Of<'_>, fd: u32, at: u32, _: u32| {
            let path = directory(&of, fd).unwrap();
            write(&mut of, at, path.as_bytes())?;
            Ok(0_u32)
        },
    )?;
    linker.func_wrap(module, "fd_fdstat_get", |mut of: Of<'_>, fd: u32, out: u32| {
        let kind: u8 = match fd {
            0..3 => 2,
            _ if fd < 3 + of.data().sockets => 6,
            _ if directory(&of, fd).is_some() => 3,
            _ => return Ok(8_u32),
        };
        write(&mut of, out, &[&[kind; 1], &[0; 23][..]].concat())?;
        Ok(0)
    })?;
    linker.func_wrap(module, "fd_close", |mut of: Of<'_>, fd: u32| {
        let world = of.data_mut();
        world.calls.push(format!("fd_close {fd}"));
        if world.closes_nothing { 58_u32 } else { 0 }
    })?;
    linker.func_wrap(module, "poll_oneoff", crate::readiness::poll_oneoff)?;
    linker.func_wrap(
        module,
        "path_open",
        |mut of: Of<'_>,
         fd: u32,
         _: u32,
         at: u32,
         length: u32,
         _: u32,
         _: u64,
         _: u64,
         _: u32,
         out: u32| {
            let path = String::from_utf8(read(&of, at, length)?)?;
            of.data_mut().calls.push(format!("path_open {fd} {path}"));
            write(&mut of, out, &40_u32.to_le_bytes())?;
            Ok(0_u32)
        },
    )?;
    for (name, parameters) in [
        ("fd_read", "iiii"),
        ("fd_readdir", "iiili"),
        ("fd_write", "iiii"),
        ("fd_filestat_get", "ii"),
        ("path_create_directory", "iii"),
        ("sock_accept", "iii"),
        ("path_filestat_get", "iiiii"),
        ("path_link", "iiiiiii"),
        ("path_readlink", "iiiiii"),
        ("path_rename", "iiiiii"),
        ("path_symlink", "iiiii"),
        ("path_unlink_file", "iii"),
    ] {
        let kinds =
            parameters.chars().map(|it| if it == 'l' { ValType::I64 } else { ValType::I32 });
        let kind = FuncType::new(linker.engine(), kinds, [ValType::I32]);
        linker.func_new(module, name, kind, move |mut of, arguments, results| {
            let numbers = arguments.iter().map(|it| match it {
                Val::I64(number) => number.to_string(),
                other => other.unwrap_i32().cast_unsigned().to_string(),
            });
            let call = format!("{name} {}", numbers.collect::<Vec<_>>().join(" "));
            of.data_mut().calls.push(call);
            results[0] = Val::I32(0);
            Ok(())
        })?;
    }
    Ok(())
}

/// Returns the path of a descriptor of the host, if it is a directory.
fn directory(of: &Of<'_>, fd: u32) -> Option<&'static str> {
    let world = of.data();
    let number = fd.checked_sub(3 + world.sockets)?;
    world.directories.get(number as usize).copied()
}

/// Lists the host's variables as preview 1 encodes them.
fn texts(of: &Of<'_>) -> Vec<String> {
    of.data().environment.iter().map(|(name, value)| format!("{name}={value}\0")).collect()
}

fn program() -> Program {
    let directories = vec!["/input", "/tmp/", "/output"];
    Program::of(World { directories, ..World::default() }, 4, usize::MAX)
}

impl Program {
    fn beside(&mut self, name: &str, arguments: &[u64]) -> u64 {
        self.done(&format!("beside:wasi_snapshot_preview1#{name}"), arguments)
    }

    /// Returns the calls of the host since the last time.
    fn noted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.store.data_mut().calls)
    }
}

#[test]
fn preview_2_lists_the_hosts_directories_before_ours() {
    let mut program = program();
    program.done("beside:wasi:filesystem/preopens#get-directories", &[OUT.into()]);
    let (list, count) = (program.word(OUT), program.word(OUT + 4));
    let told: Vec<_> = (0..count)
        .map(|number| list + 12 * number)
        .map(|at| {
            let path = program.peek(program.word(at + 4), program.word(at + 8));
            (program.word(at), String::from_utf8(path).unwrap())
        })
        .collect();
    let [(3, input), (5, output), (ours, tmp)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!([input, output, tmp], ["/input", "/output", "/tmp"], "the space hides the host's");
    assert_eq!(program.noted(), ["close 4"], "nobody else can close it");
    let ours = u64::from(*ours);
    program.open(ours, "file", 1).unwrap();
    let [at, length] = program.text(0, "file");
    for rename in [[5, at, length, ours, at, length], [ours, at, length, 5, at, length]] {
        assert_eq!(program.descriptor("rename-at", &rename, 1), Err(36), "cross-device");
    }
    for link in [[5, 0, at, length, ours, at, length], [ours, 0, at, length, 5, at, length]] {
        assert_eq!(program.descriptor("link-at", &link, 1), Err(36));
    }
    program.done("wasi:filesystem/preopens#get-directories", &[OUT.into()]);
    assert_eq!(program.word(OUT + 4), 1, "without the host's, only the space");
}

#[test]
fn preview_1_has_one_table() {
    let mut program = program();
    let out = u64::from(OUT);
    // The host's 3 and 5 are 3 and 4 in the table, and the space is 5.
    assert_eq!(program.beside("fd_write", &[1, 0x800, 0, out]), 0);
    assert_eq!(program.noted(), ["fd_write 1 2048 0 4096"]);
    for (fd, path) in [(3, &b"/input"[..]), (4, b"/output"), (5, b"/tmp")] {
        assert_eq!(program.beside("fd_prestat_get", &[fd, out]), 0);
        assert_eq!(program.word(OUT + 4) as usize, path.len());
        assert_eq!(program.beside("fd_prestat_dir_name", &[fd, BYTES.into(), 9]), 0);
        assert_eq!(program.peek(BYTES, u32::try_from(path.len()).unwrap()), path);
    }
    assert_eq!(program.beside("fd_prestat_get", &[6, out]), BADF);

    let [at, length] = program.text(0, "file");
    let open = |fd| [fd, 0, at, length, 1, 66, 0, 0, out];
    assert_eq!(program.beside("path_open", &open(4)), 0);
    let theirs = u64::from(program.word(OUT));
    assert_eq!(program.beside("path_open", &open(5)), 0);
    let ours = u64::from(program.word(OUT));
    assert_eq!((theirs, ours), (6, 7), "the next free numbers of the table");
    assert_eq!(program.noted(), ["path_open 5 file"]);
    assert_eq!(program.beside("fd_filestat_get", &[theirs, out]), 0);
    assert_eq!(program.beside("fd_filestat_get", &[ours, out]), 0);
    assert_eq!(program.long(OUT + 16) & 0xff, 4);
    assert_eq!(program.beside("fd_readdir", &[4, 64, 10, 3, out]), 0);
    assert_eq!(program.beside("path_unlink_file", &[4, at, length]), 0);
    let rename = |from, to| [from, at, length, to, at, length];
    assert_eq!(program.beside("path_rename", &rename(3, 4)), 0);
    assert_eq!(
        program.noted(),
        [
            "fd_filestat_get 40 4096".to_owned(),
            "fd_readdir 5 64 10 3 4096".to_owned(),
            format!("path_unlink_file 5 {at} {length}"),
            format!("path_rename 3 {at} {length} 5 {at} {length}"),
        ]
    );
    assert_eq!(program.beside("path_rename", &rename(4, 5)), XDEV);
    assert_eq!(program.beside("path_rename", &rename(5, 3)), XDEV);
    assert_eq!(program.beside("path_link", &[5, 0, at, length, 3, at, length]), XDEV);
    assert_eq!(program.beside("path_link", &[3, 0, at, length, 5, at, length]), XDEV);

    assert_eq!(program.beside("fd_renumber", &[ours, theirs]), 0, "ours over the host's");
    assert_eq!(program.noted(), ["fd_close 40"]);
    assert_eq!(program.beside("fd_tell", &[theirs, out]), 0);
    assert_eq!(program.beside("fd_close", &[3]), 0);
    assert_eq!(program.noted(), ["fd_close 3"]);
    assert_eq!(program.beside("path_unlink_file", &[3, at, length]), BADF);
    assert_eq!(program.beside("path_unlink_file", &[5, at, length]), 0);
    program.audit();
}

/// Gives the host listening sockets, which precede directories in preview 1. Programs know them by
/// number.
#[test]
fn sockets_of_the_host_keep_their_numbers() {
    let directories = vec!["/input", "/output"];
    for (prefix, paths) in [("", &["/tmp"][..]), ("beside:", &["/input", "/output", "/tmp"])] {
        let world = World { directories: directories.clone(), sockets: 2, ..World::default() };
        let mut program = Program::of(world, 4, usize::MAX);
        let name = |function: &str| format!("{prefix}wasi_snapshot_preview1#{function}");
        let out = u64::from(OUT);
        for fd in [3, 4] {
            assert_eq!(program.done(&name("sock_accept"), &[fd, 0, out]), 0);
            assert_eq!(program.noted(), [format!("sock_accept {fd} 0 {out}")]);
            // A C library skips a descriptor that is no directory, and stops at a bad descriptor.
            assert_eq!(program.done(&name("fd_prestat_get"), &[fd, out]), 0);
            assert_ne!(program.peek(OUT, 1), [0], "a directory");
        }
        let mut found = Vec::new();
        for fd in 5.. {
            if program.done(&name("fd_prestat_get"), &[fd, out]) == BADF {
                break;
            }
            assert_eq!(program.peek(OUT, 1), [0]);
            let length = program.word(OUT + 4);
            let arguments = [fd, BYTES.into(), length.into()];
            assert_eq!(program.done(&name("fd_prestat_dir_name"), &arguments), 0);
            found.push(String::from_utf8(program.peek(BYTES, length)).unwrap());
        }
        assert_eq!(found, paths);
    }
}

/// Uses a host that answers `notsup` to `fd_close`, as the tool does for a program that does not
/// import it.
#[test]
fn a_number_of_the_hosts_is_taken_although_it_is_not_closed_there() {
    let mut program =
        Program::of(World { closes_nothing: true, ..World::default() }, 4, usize::MAX);
    let out = u64::from(OUT);
    let [at, length] = program.text(0, "file");
    let open = [3, 0, at, length, 1, 66, 0, 0, out];
    assert_eq!(program.done("wasi_snapshot_preview1#path_open", &open), 0);
    let file = u64::from(program.word(OUT));
    assert_eq!(program.done("wasi_snapshot_preview1#fd_renumber", &[file, 1]), 0);
    assert_eq!(program.noted(), ["fd_close 1"]);
    assert_eq!(program.done("wasi_snapshot_preview1#fd_tell", &[1, out]), 0, "1 is the file");
    assert_eq!(program.done("wasi_snapshot_preview1#fd_tell", &[file, out]), BADF);
    program.audit();
}

/// Gives the host variables that do not fit. The host writes them into the program's memory, and a
/// program grows its memory only for its own reads.
#[test]
fn variables_that_do_not_fit_into_memory_are_none() {
    for (length, count) in [(60_000, 2), (66_000, 1), (1 << 20, 1)] {
        let environment = vec![("LONG", &*"x".repeat(length).leak())];
        let mut program = Program::of(World { environment, ..World::default() }, 1, usize::MAX);
        let [out, at] = [OUT, TEXT].map(u64::from);
        for _ in 0..2 {
            let sizes = [out, out + 4];
            assert_eq!(program.done("wasi_snapshot_preview1#environ_sizes_get", &sizes), 0);
            let tmpdir = u32::try_from("TMPDIR=/tmp".len() + 1).unwrap();
            let long = u32::try_from("LONG=".len() + length + 1).unwrap();
            let bytes = if count == 1 { tmpdir } else { tmpdir + long };
            assert_eq!((program.word(OUT), program.word(OUT + 4)), (count, bytes), "{length}");
            // The answer stays the same when there is room.
            let memory = program.store.data().memory();
            memory.grow(&mut program.store, 100).unwrap();
        }
        let there = [at, u64::from(PAGE)];
        assert_eq!(program.done("wasi_snapshot_preview1#environ_get", &there), 0);
        assert_eq!(program.peek(PAGE, 5)[..2], if count == 1 { *b"TM" } else { *b"LO" });
    }
}
