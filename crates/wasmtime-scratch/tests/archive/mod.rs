//! Archives made by another library, or byte by byte where that would not write such a thing.

use tar::{EntryType, GnuExtSparseHeader, Header};
use wasmtime_scratch::{CopyError, Kind, Reason, Space};

/// An archive that is being made.
pub(crate) struct Archive(Vec<u8>);

/// A header with its sum, of whatever name.
pub(crate) fn header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mtime(1_700_000_000);
    header.set_mode(0o644);
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    header
}

impl Archive {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Adds data, and fills the block.
    fn data(&mut self, bytes: &[u8]) {
        self.raw(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) {
        self.raw(header(name, EntryType::Regular, bytes.len() as u64).as_bytes());
        self.data(bytes);
    }

    pub(crate) fn named(&mut self, name: &[u8], bytes: &[u8]) {
        let mut header = header("", EntryType::Regular, bytes.len() as u64);
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        self.raw(header.as_bytes());
        self.data(bytes);
    }

    pub(crate) fn directory(&mut self, name: &str) {
        self.raw(header(name, EntryType::Directory, 0).as_bytes());
    }

    pub(crate) fn special(&mut self, name: &str, kind: EntryType) {
        self.raw(header(name, kind, 0).as_bytes());
    }

    pub(crate) fn symbolic_link(&mut self, name: &str, target: &str) {
        self.link(name, EntryType::Symlink, target);
    }

    pub(crate) fn hard_link(&mut self, name: &str, target: &str) {
        self.link(name, EntryType::Link, target);
    }

    fn link(&mut self, name: &str, kind: EntryType, target: &str) {
        let mut header = header(name, kind, 0);
        header.set_link_name_literal(target).unwrap();
        header.set_cksum();
        self.raw(header.as_bytes());
    }

    /// Adds a file of a long name, as the other library writes it.
    pub(crate) fn long(&mut self, name: String, bytes: &[u8]) {
        let mut header = header("", EntryType::Regular, bytes.len() as u64);
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_data(&mut header, name, bytes).unwrap();
        let mut written = builder.into_inner().unwrap();
        written.truncate(written.len() - 1024);
        self.raw(&written);
    }

    /// Adds a sparse file whose parts hold these bytes.
    pub(crate) fn sparse(&mut self, name: &str, real: u64, parts: &[(u64, &[u8])]) {
        let data = parts.iter().flat_map(|(_, bytes)| bytes.iter().copied());
        let data: Vec<u8> = data.collect();
        let map: Vec<_> = parts.iter().map(|(at, bytes)| (*at, bytes.len() as u64)).collect();
        self.gnu_sparse(name, real, &map, &data);
    }

    /// Adds a sparse file of GNU's format with any map, of which all but one part stand in blocks
    /// of their own.
    pub(crate) fn gnu_sparse(&mut self, name: &str, real: u64, map: &[(u64, u64)], data: &[u8]) {
        let mut header = header(name, EntryType::GNUSparse, data.len() as u64);
        let gnu = header.as_gnu_mut().unwrap();
        gnu.set_real_size(real);
        gnu.sparse[0].set_offset(map[0].0);
        gnu.sparse[0].set_length(map[0].1);
        gnu.set_is_extended(map.len() > 1);
        header.set_cksum();
        self.raw(header.as_bytes());
        for (number, (offset, length)) in map.iter().enumerate().skip(1) {
            let mut block = GnuExtSparseHeader::new();
            block.sparse_mut()[number % 21].set_offset(*offset);
            block.sparse_mut()[number % 21].set_length(*length);
            block.set_is_extended(number + 1 < map.len());
            self.raw(block.as_bytes());
        }
        self.data(data);
    }

    /// Adds a sparse file of pax, version 1.0, with any map.
    pub(crate) fn pax_sparse(&mut self, name: &str, real: u64, map: &[(u64, u64)], data: &[u8]) {
        let mut lines = format!("{}\n", map.len());
        for (offset, length) in map {
            lines += &format!("{offset}\n{length}\n");
        }
        let mut content = lines.into_bytes();
        content.resize(content.len().next_multiple_of(512), 0);
        content.extend_from_slice(data);
        let real = real.to_string();
        let mut builder = tar::Builder::new(Vec::new());
        builder
            .append_pax_extensions([
                ("GNU.sparse.major", &b"1"[..]),
                ("GNU.sparse.minor", b"0"),
                ("GNU.sparse.name", name.as_bytes()),
                ("GNU.sparse.realsize", real.as_bytes()),
            ])
            .unwrap();
        let mut written = builder.into_inner().unwrap();
        written.truncate(written.len() - 1024);
        self.raw(&written);
        self.file("GNUSparseFile.0/name", &content);
    }

    /// Ends the archive.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.raw(&[0; 1024]);
        self.0
    }
}

/// Checks what was refused, in its order.
pub(crate) fn expect_refused(error: &CopyError, expected: &[(&str, Reason)]) {
    let told = error.refused().iter().map(|it| (it.path(), it.reason()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(error.refusals(), expected.len() as u64);
    for (refused, (path, _)) in error.refused().iter().zip(expected) {
        assert!(refused.to_string().starts_with(&format!("{path}: ")), "{refused}");
    }
    assert!(error.stop().is_none(), "{error}");
}

/// Lists everything below a directory of a space: small files with their text, directories with a
/// slash, links with an `@`.
pub(crate) fn names(space: &Space, top: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(directory) = waiting.pop() {
        for entry in space.list(&format!("{top}/{directory}")).unwrap() {
            let path = format!("{directory}{}", entry.name);
            names.push(match entry.kind {
                Kind::Directory => {
                    waiting.push(format!("{path}/"));
                    format!("{path}/")
                }
                Kind::SymbolicLink => format!("{path}@"),
                Kind::RegularFile if entry.size > 10 => format!("{path}={}", entry.size),
                Kind::RegularFile => {
                    let bytes = space.read(&format!("{top}/{path}")).unwrap();
                    format!("{path}={}", String::from_utf8_lossy(&bytes))
                }
            });
        }
    }
    names.sort();
    names
}
