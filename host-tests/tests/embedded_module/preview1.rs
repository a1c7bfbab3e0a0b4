//! Files through the functions of preview 1.

use crate::program::{BYTES, OUT, PAGE, Program, TEXT, World};

/// The address of the list of buffers.
const LIST: u32 = 0x800;

/// The numbers of errno.
pub(crate) const BADF: u64 = 8;
const ILSEQ: u64 = 25;
const INVAL: u64 = 28;
const NAMETOOLONG: u64 = 37;
const NOENT: u64 = 44;
const NOSPC: u64 = 51;
const NOTDIR: u64 = 54;
const NOTSUP: u64 = 58;

const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 6;

impl Program {
    pub(crate) fn preview1(&mut self, name: &str, arguments: &[u64]) -> u64 {
        self.done(&format!("wasi_snapshot_preview1#{name}"), arguments)
    }

    /// Opens a path for reading and writing, with these flags.
    pub(crate) fn path_open(&mut self, directory: u64, path: &str, open: u64) -> Result<u64, u64> {
        self.path_open_for(directory, path, open, READ | WRITE, 0)
    }

    fn path_open_for(
        &mut self,
        directory: u64,
        path: &str,
        open: u64,
        rights: u64,
        flags: u64,
    ) -> Result<u64, u64> {
        let [at, length] = self.text(0, path);
        let arguments = [directory, 1, at, length, open, rights, 0, flags, OUT.into()];
        match self.preview1("path_open", &arguments) {
            0 => Ok(self.word(OUT).into()),
            errno => Err(errno),
        }
    }

    /// Puts a list of buffers at [`LIST`].
    pub(crate) fn buffers(&mut self, buffers: &[(u32, u32)]) {
        let words = buffers.iter().flat_map(|(at, length)| [*at, *length]);
        let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        self.poke(LIST, &bytes);
    }

    /// Writes bytes at the descriptor's position.
    fn put_here(&mut self, fd: u64, bytes: &[u8]) -> Result<u32, u64> {
        self.poke(BYTES, bytes);
        self.buffers(&[(BYTES, u32::try_from(bytes.len()).unwrap())]);
        match self.preview1("fd_write", &[fd, LIST.into(), 1, OUT.into()]) {
            0 => Ok(self.word(OUT)),
            errno => Err(errno),
        }
    }

    /// Lists a directory through a buffer of `room` bytes: names, cookies, inode numbers and kinds.
    fn entries(&mut self, fd: u64, room: u32) -> Vec<(String, u64, u64, u8)> {
        let mut entries = Vec::new();
        let mut cookie = 0;
        loop {
            let list = [fd, BYTES.into(), room.into(), cookie, OUT.into()];
            assert_eq!(self.preview1("fd_readdir", &list), 0);
            let used = self.word(OUT);
            let bytes = self.peek(BYTES, used);
            let mut rest = bytes.as_slice();
            while let Some((head, behind)) = rest.split_first_chunk::<24>() {
                let next = u64::from_le_bytes(head[..8].try_into().unwrap());
                let inode = u64::from_le_bytes(head[8..16].try_into().unwrap());
                let length = u32::from_le_bytes(head[16..20].try_into().unwrap());
                let Some((name, behind)) = behind.split_at_checked(length as usize) else { break };
                let name = String::from_utf8(name.to_vec()).unwrap();
                entries.push((name, next, inode, head[20]));
                cookie = next;
                rest = behind;
            }
            if used < room {
                return entries;
            }
        }
    }
}

#[test]
fn a_file_is_made_written_read_and_removed() {
    let mut program = Program::new();
    assert_eq!(program.preview1("fd_prestat_get", &[3, OUT.into()]), 0);
    assert_eq!((program.word(OUT) & 0xff, program.word(OUT + 4)), (0, 4));
    assert_eq!(program.preview1("fd_prestat_dir_name", &[3, OUT.into(), 4]), 0);
    assert_eq!(program.peek(OUT, 4), b"/tmp");
    assert_eq!(program.preview1("fd_prestat_dir_name", &[3, OUT.into(), 3]), NAMETOOLONG);
    assert_eq!(program.preview1("fd_prestat_get", &[4, OUT.into()]), BADF, "no other");

    let file = program.path_open(3, "file", 1).unwrap();
    assert_eq!(file, 4);
    program.poke(BYTES, b"one, two and three");
    program.buffers(&[(BYTES, 3), (BYTES + 100, 0), (BYTES + 3, 15)]);
    let list = [file, LIST.into(), 3, OUT.into()];
    assert_eq!(program.preview1("fd_write", &list), 0);
    assert_eq!(program.word(OUT), 18);
    assert_eq!(program.preview1("fd_tell", &[file, OUT.into()]), 0);
    assert_eq!(program.long(OUT), 18);
    let back = (-10_i64).cast_unsigned();
    assert_eq!(program.preview1("fd_seek", &[file, back, 2, OUT.into()]), 0);
    assert_eq!(program.long(OUT), 8);
    program.buffers(&[(BYTES + 200, 1), (BYTES + 201, 100)]);
    assert_eq!(program.preview1("fd_read", &[file, LIST.into(), 2, OUT.into()]), 0);
    assert_eq!(program.word(OUT), 10);
    assert_eq!(program.peek(BYTES + 200, 10), b" and three");
    assert_eq!(program.preview1("fd_read", &[file, LIST.into(), 2, OUT.into()]), 0);
    assert_eq!(program.word(OUT), 0, "at the end");
    let far = [file, LIST.into(), 2, 5, OUT.into()];
    assert_eq!(program.preview1("fd_pread", &far), 0);
    assert_eq!((program.word(OUT), program.peek(BYTES + 200, 3)), (13, b"two".to_vec()));
    program.buffers(&[(BYTES, 3)]);
    let far = [file, LIST.into(), 1, 20, OUT.into()];
    assert_eq!(program.preview1("fd_pwrite", &far), 0);

    assert_eq!(program.preview1("fd_filestat_get", &[file, OUT.into()]), 0);
    let [device, inode, kind, links, size, accessed, modified] =
        [0, 8, 16, 24, 32, 40, 48].map(|at| program.long(OUT + at));
    assert_eq!((device, kind, links, size), (1, 4, 1, 23));
    // The clock shows a second more at each look: 1 when the space was made, 2 when the file was
    // made, 3 and 4 at the writes.
    assert_eq!((accessed, modified), (2_000_000_005, 4_000_000_005));
    let [at, length] = program.text(0, "file");
    let stat = [3, 0, at, length, OUT.into()];
    assert_eq!(program.preview1("path_filestat_get", &stat), 0);
    assert_eq!(program.long(OUT + 8), inode);

    assert_eq!(program.preview1("fd_filestat_set_size", &[file, 2]), 0);
    assert_eq!(program.preview1("path_unlink_file", &[3, at, length]), 0);
    assert_eq!(program.preview1("path_filestat_get", &stat), NOENT);
    assert_eq!(program.preview1("fd_close", &[file]), 0);
    assert_eq!(program.preview1("fd_close", &[file]), BADF);
    assert_eq!(program.done("handles:p1", &[]), 1, "only the root");
    program.audit();
}

#[test]
fn what_is_open_to_be_appended_to_is_appended_to() {
    let mut program = Program::new();
    let file = program.path_open_for(3, "file", 1, READ | WRITE, 1).unwrap();
    program.put_here(file, b"one").unwrap();
    assert_eq!(program.preview1("fd_seek", &[file, 0, 0, OUT.into()]), 0);
    program.put_here(file, b"two").unwrap();
    assert_eq!(program.preview1("fd_pwrite", &[file, LIST.into(), 1, 1, OUT.into()]), 0);
    assert_eq!(program.preview1("fd_tell", &[file, OUT.into()]), 0);
    assert_eq!(program.long(OUT), 6, "the second write set it, and the third did not");
    program.buffers(&[(BYTES + 100, 20)]);
    assert_eq!(program.preview1("fd_pread", &[file, LIST.into(), 1, 0, OUT.into()]), 0);
    assert_eq!(program.peek(BYTES + 100, program.word(OUT)), b"onetwotwo");
    // Without the flag, writes no longer append.
    assert_eq!(program.preview1("fd_fdstat_set_flags", &[file, 0]), 0);
    assert_eq!(program.preview1("fd_seek", &[file, 1, 0, OUT.into()]), 0);
    program.put_here(file, b"NE").unwrap();
    assert_eq!(program.preview1("fd_fdstat_set_flags", &[file, 16]), INVAL, "sync");
    assert_eq!(program.preview1("fd_fdstat_get", &[file, OUT.into()]), 0);
    assert_eq!((program.peek(OUT, 1)[0], program.word(OUT) >> 16), (4, 0));
}

#[test]
fn a_listing_is_one_whatever_the_buffer() {
    let mut program = Program::new();
    let mut inodes = std::collections::BTreeMap::new();
    for number in 0..50 {
        let name = format!("{}{number}", "n".repeat(number));
        let file = program.path_open(3, &name, 1).unwrap();
        assert_eq!(program.preview1("fd_filestat_get", &[file, OUT.into()]), 0);
        inodes.insert(name, program.long(OUT + 8));
        assert_eq!(program.preview1("fd_close", &[file]), 0);
    }
    let [at, length] = program.text(0, "directory");
    assert_eq!(program.preview1("path_create_directory", &[3, at, length]), 0);
    let all = program.entries(3, 0x4000);
    assert_eq!(all.len(), 53);
    let names: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names[..2], [".", ".."]);
    for (name, _, inode, kind) in &all[2..] {
        let is_file = name != "directory";
        assert_eq!(*kind, if is_file { 4 } else { 3 });
        assert!(!is_file || inodes[name] == *inode, "{name}");
    }
    for room in [75, 76, 99, 100, 128, 1000] {
        assert_eq!(program.entries(3, room), all, "through {room} bytes");
    }
    assert_eq!(program.preview1("fd_readdir", &[3, BYTES.into(), 0, 0, OUT.into()]), 0);
    assert_eq!(program.word(OUT), 0);
}

#[test]
fn paths_are_made_linked_and_renamed() {
    let mut program = Program::new();
    let [at, length] = program.text(0, "directory");
    assert_eq!(program.preview1("path_create_directory", &[3, at, length]), 0);
    let directory = program.path_open_for(3, "directory", 2, READ, 0).unwrap();
    let file = program.path_open(directory, "file", 1).unwrap();
    let [old, old_length] = program.text(0, "directory/file");
    let [new, new_length] = program.text(1, "moved");
    let link = [3, 0, old, old_length, directory, new, new_length];
    assert_eq!(program.preview1("path_link", &link), 0);
    let [old, old_length] = program.text(0, "moved");
    let rename = [directory, old, old_length, 3, new, new_length];
    assert_eq!(program.preview1("path_rename", &rename), 0);
    let [at, length] = program.text(2, "link");
    assert_eq!(program.preview1("path_symlink", &[new, new_length, 3, at, length]), 0);
    let readlink = [3, at, length, BYTES.into(), 3, OUT.into()];
    assert_eq!(program.preview1("path_readlink", &readlink), 0);
    assert_eq!((program.word(OUT), program.peek(BYTES, 3)), (3, b"mov".to_vec()), "cut off");
    let times = [3, 1, at, length, 70_000_000_007, 0, 1];
    assert_eq!(program.preview1("path_filestat_set_times", &times), 0);
    assert_eq!(program.preview1("fd_filestat_set_times", &[file, 0, 80_000_000_008, 4]), 0);
    assert_eq!(program.preview1("fd_filestat_get", &[file, OUT.into()]), 0);
    assert_eq!(program.long(OUT + 24), 2, "links");
    assert_eq!([40, 48].map(|at| program.long(OUT + at)), [70_000_000_007, 80_000_000_008]);
    assert_eq!(program.preview1("fd_filestat_set_times", &[file, 0, 0, 3]), INVAL, "both");
    assert_eq!(program.preview1("path_remove_directory", &[3, old, old_length]), NOTDIR);
    program.audit();
}

#[test]
fn a_refused_write_is_enospc() {
    let environment = vec![("TMPFS_BYTES", "64")];
    let mut program = Program::of(World { environment, ..World::default() }, 4, usize::MAX);
    let file = program.path_open(3, "file", 1).unwrap();
    assert_eq!(program.put_here(file, &[7; 65]), Err(NOSPC));
    assert_eq!(program.put_here(file, &[7; 64]), Ok(64));
    // If the second buffer does not fit, the write is short.
    assert_eq!(program.preview1("fd_seek", &[file, 0, 0, OUT.into()]), 0);
    program.buffers(&[(BYTES, 10), (BYTES, 100)]);
    assert_eq!(program.preview1("fd_write", &[file, LIST.into(), 2, OUT.into()]), 0);
    assert_eq!(program.word(OUT), 10);
}

#[test]
fn the_environment_is_the_hosts_and_its_memory_the_programs() {
    let environment = vec![("HOME", "/home"), ("TMPDIR", "/var/tmp"), ("EMPTY", "")];
    let mut program = Program::of(World { environment, ..World::default() }, 4, usize::MAX);
    let kept: Vec<u8> = (0..200).collect();
    program.poke(8, &kept);
    let out = u64::from(OUT);
    assert_eq!(program.preview1("environ_sizes_get", &[out, out + 4]), 0);
    let expected = b"HOME=/home\0EMPTY=\0TMPDIR=/tmp\0";
    assert_eq!((program.word(OUT), program.word(OUT + 4)), (3, 30));
    assert_eq!(program.preview1("environ_get", &[out, BYTES.into()]), 0);
    assert_eq!(program.peek(BYTES, 30), expected);
    let places = [0, 4, 8].map(|at| program.word(OUT + at) - BYTES);
    assert_eq!(places, [0, 11, 18]);
    program.path_open(3, "file", 1).unwrap();
    assert_eq!(program.peek(8, 200), kept, "the borrowed bytes are restored");
    program.traps("wasi_snapshot_preview1#environ_get", &[u64::from(4 * PAGE) - 11, out]);
    program.traps("wasi_snapshot_preview1#environ_get", &[out, u64::from(4 * PAGE) - 29]);
}

#[test]
fn descriptors_of_another_kind_are_refused_as_wasmtime_does() {
    let mut program = Program::new();
    let file = program.path_open(3, "file", 1).unwrap();
    let out = u64::from(OUT);
    program.buffers(&[(BYTES, 1)]);
    let (list, text) = (u64::from(LIST), u64::from(TEXT));
    for (name, arguments) in [
        ("fd_read", vec![3, list, 1, out]),
        ("fd_write", vec![3, list, 1, out]),
        ("fd_pread", vec![3, list, 1, 0, out]),
        ("fd_pwrite", vec![3, list, 1, 0, out]),
        ("fd_seek", vec![3, 0, 0, out]),
        ("fd_tell", vec![3, out]),
        ("fd_sync", vec![3]),
        ("fd_datasync", vec![3]),
        ("fd_advise", vec![3, 0, 0, 0]),
        ("fd_allocate", vec![3, 0, 1]),
        ("fd_filestat_set_size", vec![3, 0]),
        ("fd_fdstat_set_flags", vec![3, 0]),
        ("fd_readdir", vec![file, BYTES.into(), 100, 0, out]),
        ("path_create_directory", vec![file, text, 4]),
        ("path_rename", vec![3, text, 4, file, text, 4]),
        ("path_link", vec![file, 0, text, 4, 3, text, 4]),
        ("path_symlink", vec![text, 4, 0, text, 4]),
        ("path_readlink", vec![1, text, 4, BYTES.into(), 9, out]),
        ("path_open", vec![2, 0, text, 4, 0, 0, 0, 0, out]),
        ("fd_prestat_get", vec![0, out]),
        ("fd_renumber", vec![file, 9]),
        ("fd_renumber", vec![9, file]),
        ("fd_close", vec![u64::from(u32::MAX)]),
        ("fd_close", vec![1 << 30]),
        ("sock_shutdown", vec![77, 0]),
    ] {
        assert_eq!(program.preview1(name, &arguments), BADF, "{name} {arguments:?}");
    }
    assert_eq!(program.preview1("path_open", &[file, 0, text, 4, 0, 0, 0, 0, out]), NOTDIR);
    assert_eq!(program.preview1("fd_prestat_dir_name", &[file, out, 9]), NOTDIR);
    assert_eq!(program.preview1("fd_allocate", &[file, 0, 1]), NOTSUP);
    assert_eq!(program.preview1("fd_fdstat_set_rights", &[3, 0, 0]), NOTSUP);
    assert_eq!(program.preview1("sock_shutdown", &[file, 0]), 57, "NOTSOCK");
    assert_eq!(program.preview1("fd_advise", &[file, 0, 0, 6]), INVAL);
    assert_eq!(program.preview1("fd_seek", &[file, 0, 3, out]), INVAL);
    let before = (-1_i64).cast_unsigned();
    assert_eq!(program.preview1("fd_seek", &[file, before, 0, out]), INVAL);
    assert_eq!(program.preview1("path_open", &[3, 0, text, 4, 16, 0, 0, 0, out]), INVAL);
    assert_eq!(program.preview1("path_open", &[3, 0, text, 4, 0, 0, 0, 32, out]), INVAL);
    assert_eq!(program.preview1("path_filestat_get", &[3, 2, text, 4, out]), INVAL);
    program.poke(TEXT, b"\xff\xfe");
    assert_eq!(program.preview1("path_unlink_file", &[3, text, 2]), ILSEQ);
    program.audit();
}

#[test]
fn a_descriptor_takes_the_number_of_another() {
    let mut program = Program::new();
    let [one, other] = ["one", "other"].map(|path| program.path_open(3, path, 1).unwrap());
    program.put_here(one, b"one").unwrap();
    assert_eq!(program.preview1("fd_renumber", &[one, one]), 0);
    assert_eq!(program.preview1("fd_renumber", &[one, other]), 0);
    assert_eq!(program.preview1("fd_tell", &[one, OUT.into()]), BADF);
    assert_eq!(program.preview1("fd_tell", &[other, OUT.into()]), 0);
    assert_eq!(program.long(OUT), 3);
    assert_eq!(program.done("handles:p1", &[]), 2, "the root and one file");
    // A free number is used again.
    assert_eq!(program.path_open(3, "one", 0), Ok(one));
    program.audit();
}

#[test]
fn addresses_beyond_memory_trap() {
    let end = u64::from(4 * PAGE);
    let mut program = Program::new();
    let file = program.path_open(3, "file", 1).unwrap();
    program.put_here(file, b"content").unwrap();
    let (list, text, out) = (u64::from(LIST), u64::from(TEXT), u64::from(OUT));
    program.text(0, "file");
    program.buffers(&[(BYTES, 1)]);
    // The positions of addresses among the arguments, each with the bytes that are used there. For
    // 0, the next argument is the number of bytes.
    for (name, arguments, places) in [
        ("fd_read", vec![file, list, 1, out], vec![(1, 8), (3, 4)]),
        ("fd_write", vec![file, list, 1, out], vec![(1, 8), (3, 4)]),
        ("fd_pread", vec![file, list, 1, 0, out], vec![(1, 8), (4, 4)]),
        ("fd_pwrite", vec![file, list, 1, 0, out], vec![(1, 8), (4, 4)]),
        ("fd_seek", vec![file, 0, 0, out], vec![(3, 8)]),
        ("fd_tell", vec![file, out], vec![(1, 8)]),
        ("fd_filestat_get", vec![file, out], vec![(1, 64)]),
        ("fd_fdstat_get", vec![file, out], vec![(1, 24)]),
        ("fd_fdstat_get", vec![3, out], vec![(1, 24)]),
        ("fd_prestat_get", vec![3, out], vec![(1, 8)]),
        ("fd_prestat_dir_name", vec![3, out, 9], vec![(1, 9)]),
        ("fd_readdir", vec![3, out, 100, 0, out], vec![(1, 100), (4, 4)]),
        ("path_open", vec![3, 0, text, 4, 0, 2, 0, 0, out], vec![(2, 4), (8, 4)]),
        ("path_create_directory", vec![3, text, 4], vec![(1, 4)]),
        ("path_remove_directory", vec![3, text, 4], vec![(1, 4)]),
        ("path_unlink_file", vec![3, text, 4], vec![(1, 4)]),
        ("path_filestat_get", vec![3, 0, text, 4, out], vec![(2, 4), (4, 64)]),
        ("path_filestat_set_times", vec![3, 0, text, 4, 0, 0, 0], vec![(2, 4)]),
        ("path_link", vec![3, 0, text, 4, 3, text, 4], vec![(2, 4), (5, 4)]),
        ("path_rename", vec![3, text, 4, 3, text, 4], vec![(1, 4), (4, 4)]),
        ("path_symlink", vec![text, 4, 3, text, 4], vec![(0, 4), (3, 4)]),
        ("path_readlink", vec![3, text, 4, out, 9, out], vec![(1, 4), (3, 9), (5, 4)]),
        ("poll_oneoff", vec![out, out, 1, out], vec![(0, 48), (1, 32)]),
        ("environ_sizes_get", vec![out, out], vec![(0, 4), (1, 4)]),
    ] {
        let name = format!("wasi_snapshot_preview1#{name}");
        for (place, size) in places {
            for at in [end, end - size + 1, end - size + 8, 0xffff_ffff, 0xffff_fff8] {
                let mut arguments = arguments.clone();
                arguments[place] = at;
                program.traps(&name, &arguments);
            }
        }
    }
    for count in [0x2000_0000, 0x2000_0001, 0xffff_ffff] {
        for name in ["fd_read", "fd_write"] {
            program.traps(&format!("wasi_snapshot_preview1#{name}"), &[file, list, count, out]);
        }
        program.traps("wasi_snapshot_preview1#poll_oneoff", &[out, out, count, out]);
    }
    for buffer in [(4 * PAGE, 1), (4 * PAGE - 1, 2), (u32::MAX, u32::MAX), (8, u32::MAX)] {
        // The bad buffer follows a good one.
        program.buffers(&[(BYTES, 1), buffer]);
        for name in ["fd_read", "fd_write"] {
            assert_eq!(program.preview1("fd_seek", &[file, 0, 0, out]), 0);
            program.traps(&format!("wasi_snapshot_preview1#{name}"), &[file, list, 2, out]);
        }
    }
    program.traps("wasi_snapshot_preview1#fd_tell", &[file, out + 4]);
    program.traps("wasi_snapshot_preview1#fd_write", &[file, list + 2, 1, out]);
}

/// Passes the same buffer ten times, together longer than any memory.
#[test]
fn buffers_may_overlap() {
    let mut program = Program::of(World::default(), 3000, usize::MAX);
    let file = program.path_open(3, "file", 1).unwrap();
    program.poke(PAGE, &[7; 1 << 20]);
    program.buffers(&[(PAGE, 1 << 20); 10]);
    let list = [file, LIST.into(), 10, OUT.into()];
    assert_eq!(program.preview1("fd_write", &list), 0);
    assert_eq!(program.word(OUT), 10 << 20);
    assert_eq!(program.preview1("fd_filestat_set_size", &[file, u64::from(u32::MAX) * 3]), 0);
    assert_eq!(program.preview1("fd_seek", &[file, 1 << 30, 0, OUT.into()]), 0);
    program.buffers(&[(PAGE, 150 << 20); 40]);
    let list = [file, LIST.into(), 40, OUT.into()];
    assert_eq!(program.preview1("fd_read", &list), 0);
    assert_eq!(program.word(OUT), 27 * (150 << 20), "as many buffers as 32 bits count");
    program.audit();
}
