//! The image: settings and files that a filesystem component or the embedded module reads when it
//! starts (`crates/tmpfs-start/src/image.rs`).

use std::borrow::Cow;

use anyhow::{Context as _, bail, ensure};
use tmpfs::Timestamp;
use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, MemorySection, MemoryType, Section as _,
};
use wasmparser::{Data, DataKind, Operator, Parser, Payload};

use crate::binary;
use crate::error::{Error, Result};

/// The mark before the place in which the component or the embedded module looks for its image.
pub(crate) const MARK: &[u8; 16] = b"scratch:tmpfs@01";

/// A page of linear memory.
const PAGE: u64 = 1 << 16;

/// The greatest length of an image, in bytes. Runtimes refuse a module of more than 1 GiB
/// (`MAX_WASM_MODULE_SIZE` in wasmparser), and one mebibyte of it is left for the filesystem
/// itself.
pub(crate) const MOST: u64 = (1 << 30) - (1 << 20);

/// A setting, or a file that the filesystem starts with. A directory comes before its entries, and
/// a file before its other names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A variable of the program's environment, or a setting: name and value.
    Variable(String, String),
    /// A directory: its path below the root.
    Directory(String),
    /// A file: its path and its content.
    File(String, Vec<u8>),
    /// A symbolic link: its path and its target.
    Link(String, String),
    /// Another name of a file: the new path and the path of the file.
    HardLink(String, String),
    /// A modification time: the path and the time. That of a directory comes after the directory's
    /// entries.
    Modified(String, Time),
}

impl Record {
    /// Returns the record as the filesystem reads it from the image.
    pub(crate) fn baked(&self) -> tmpfs_start::Record<'_> {
        use tmpfs_start::Record as Baked;
        match self {
            Self::Variable(name, value) => Baked::Variable(name, value),
            Self::Directory(path) => Baked::Directory(path),
            Self::File(path, content) => Baked::File(path, content),
            Self::Link(path, target) => Baked::Link(path, target),
            Self::HardLink(path, file) => Baked::HardLink(path, file),
            Self::Modified(path, Time { seconds, nanoseconds }) => {
                let time = Timestamp { seconds: *seconds, nanoseconds: *nanoseconds };
                Baked::Modified(path, time)
            }
        }
    }

    /// Returns the path of the file, directory or link that the record makes.
    pub(crate) fn made(&self) -> Option<&str> {
        match self {
            Self::Directory(path)
            | Self::File(path, _)
            | Self::Link(path, _)
            | Self::HardLink(path, _) => Some(path),
            Self::Variable(..) | Self::Modified(..) => None,
        }
    }
}

/// A time, counted from 1970-01-01T00:00:00Z. For an earlier time, the seconds are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds beyond the whole seconds.
    pub nanoseconds: u32,
}

impl Time {
    fn bytes(self) -> Vec<u8> {
        [&self.seconds.to_le_bytes()[..], &self.nanoseconds.to_le_bytes()].concat()
    }
}

/// Returns a copy of a filesystem component, or of the embedded module, with the records baked in.
///
/// # Errors
/// - [`Error::Component`]: it is not a filesystem, has records already, or its memory has no room;
/// - [`Error::Start`]: the records are longer than an image may be.
pub fn bake(component: &[u8], records: &[Record]) -> Result<Vec<u8>> {
    if records.is_empty() {
        return Ok(component.to_vec());
    }
    let image = image(records).map_err(Error::start)?;
    with_image(component, &image).map_err(Error::component)
}

fn with_image(component: &[u8], image: &[u8]) -> anyhow::Result<Vec<u8>> {
    let place = find(component)?
        .context("this component is not a filesystem: nothing in it reads settings")?;
    let at = u32::try_from(place.pages * PAGE).context("its memory is full")?;
    let length = u32::try_from(image.len())?;
    ensure!(
        u64::from(at) + u64::from(length) < 1 << 31,
        "the memory of the component starts with {at} bytes: no room for {length} bytes of image"
    );

    let mut module = 0;
    binary::rewrite(component, |payload, section, output| {
        if matches!(payload, Payload::TypeSection(_)) {
            module += 1;
        }
        match payload {
            _ if module != place.module => section.append_to(output),
            Payload::MemorySection(memories) => {
                let mut grown = MemorySection::new();
                for memory in memories.clone() {
                    let memory = memory?;
                    grown.memory(MemoryType {
                        minimum: memory.initial + u64::from(length).div_ceil(PAGE),
                        maximum: memory.maximum,
                        memory64: memory.memory64,
                        shared: memory.shared,
                        page_size_log2: memory.page_size_log2,
                    });
                }
                grown.append_to(output);
            }
            Payload::DataCountSection { count, .. } => {
                DataCountSection { count: count + 1 }.append_to(output);
            }
            Payload::DataSection(segments) => {
                let mut data = DataSection::new();
                for (segment, number) in segments.clone().into_iter().zip(0..) {
                    let segment = segment?;
                    let mut bytes = segment.data.to_vec();
                    if number == place.segment {
                        let held = &mut bytes[place.offset + MARK.len()..][..8];
                        ensure!(
                            held.iter().all(|byte| *byte == 0),
                            "settings were already baked into this component; use the one that ships"
                        );
                        held[..4].copy_from_slice(&at.to_le_bytes());
                        held[4..].copy_from_slice(&length.to_le_bytes());
                    }
                    match start(&segment)? {
                        Some(start) => data.active(0, &ConstExpr::i32_const(start), bytes),
                        None => data.passive(bytes),
                    };
                }
                data.active(0, &ConstExpr::i32_const(i32::try_from(at)?), image.iter().copied());
                data.append_to(output);
            }
            _ => section.append_to(output),
        }
        Ok(())
    })
}

/// The place of the mark.
struct Place {
    /// The number of the module among those that have types, counted from 1.
    module: u32,
    segment: u32,
    /// The offset of the mark in the segment.
    offset: usize,
    /// The original number of pages of the module's memory.
    pages: u64,
}

fn find(component: &[u8]) -> anyhow::Result<Option<Place>> {
    let (mut module, mut pages, mut found) = (0, 0, None);
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::TypeSection(_) => module += 1,
            Payload::MemorySection(memories) => {
                pages = memories.into_iter().next().transpose()?.map_or(0, |memory| memory.initial);
            }
            Payload::DataSection(segments) => {
                for (segment, number) in segments.into_iter().zip(0..) {
                    let data = segment?.data;
                    let offset = data.windows(MARK.len()).position(|bytes| bytes == MARK);
                    let Some(offset) = offset.filter(|at| at + MARK.len() + 8 <= data.len()) else {
                        continue;
                    };
                    if found.is_some() {
                        bail!("this component has more than one place for settings");
                    }
                    found = Some(Place { module, segment: number, offset, pages });
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Returns the address of a segment in memory.
fn start(segment: &Data<'_>) -> anyhow::Result<Option<i32>> {
    let DataKind::Active { memory_index: 0, offset_expr } = &segment.kind else {
        ensure!(matches!(segment.kind, DataKind::Passive), "it has more than one memory");
        return Ok(None);
    };
    match offset_expr.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(Some(value)),
        _ => bail!("the address of its data is not a constant"),
    }
}

/// Returns the number of bytes that the records take in the filesystem's memory.
pub(crate) fn length(records: &[Record]) -> u64 {
    let lengths = records.iter().map(|record| {
        let (_, name, value) = parts(record);
        // A byte for the kind, and four for each length.
        9 + name.len() + value.len()
    });
    lengths.map(|length| u64::try_from(length).expect("BUG: a length fits 64 bits")).sum()
}

fn image(records: &[Record]) -> anyhow::Result<Vec<u8>> {
    let length = length(records);
    ensure!(
        length <= MOST,
        "the seed and the variables take {length} bytes; a composition carries at most {MOST}"
    );
    let mut image = Vec::new();
    for record in records {
        let (kind, name, value) = parts(record);
        image.push(kind);
        for bytes in [name.as_bytes(), &value] {
            image.extend(u32::try_from(bytes.len())?.to_le_bytes());
            image.extend(bytes);
        }
    }
    Ok(image)
}

/// Splits a record into its kind, its name and its value.
fn parts(record: &Record) -> (u8, &str, Cow<'_, [u8]>) {
    let (kind, name, value): (_, _, &[u8]) = match record {
        Record::Variable(name, value) => (b'v', name, value.as_bytes()),
        Record::Directory(path) => (b'd', path, &[]),
        Record::File(path, content) => (b'f', path, content),
        Record::Link(path, target) => (b'l', path, target.as_bytes()),
        Record::HardLink(path, file) => (b'h', path, file.as_bytes()),
        Record::Modified(path, time) => return (b't', path, Cow::Owned(time.bytes())),
    };
    (kind, name, Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, ConstExpr, DataSection, MemorySection, MemoryType, Module, ModuleSection,
        TypeSection,
    };
    use wasmparser::{Parser, Payload, Validator};

    use super::{MARK, Record, Time, bake, length};

    /// Makes a component with one module, whose memory of a page holds these bytes from 1024 on.
    fn component(bytes: &[u8]) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(1024), bytes.iter().copied());
        module.section(&types).section(&memories).section(&data);
        let mut component = Component::new();
        component.section(&ModuleSection(&module));
        component.finish()
    }

    fn marked() -> Vec<u8> {
        [b"before".as_slice(), MARK, &[0; 8], b"after"].concat()
    }

    /// Returns the pages of the memory, and every segment.
    fn memory(component: &[u8]) -> (u64, Vec<Vec<u8>>) {
        let (mut pages, mut segments) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::MemorySection(memories) => {
                    pages = memories.into_iter().next().unwrap().unwrap().initial;
                }
                Payload::DataSection(data) => {
                    segments.extend(data.into_iter().map(|it| it.unwrap().data.to_vec()));
                }
                _ => {}
            }
        }
        (pages, segments)
    }

    #[test]
    fn records_lie_behind_the_memory_and_the_mark_says_where() {
        let records = [Record::Variable("A".into(), "bc".into()), Record::Directory("d".into())];
        let baked = bake(&component(&marked()), &records).unwrap();
        Validator::new().validate_all(&baked).unwrap();
        let (pages, segments) = memory(&baked);
        assert_eq!(pages, 2);
        let image = b"v\x01\0\0\0A\x02\0\0\0bcd\x01\0\0\0d\0\0\0\0";
        assert_eq!(segments[1], image);
        let length = u8::try_from(image.len()).unwrap();
        let place = [b"before".as_slice(), MARK, &[0, 0, 1, 0, length, 0, 0, 0], b"after"];
        assert_eq!(segments[0], place.concat());
    }

    #[test]
    fn other_names_and_times_are_records_too() {
        let time = Time { seconds: -2, nanoseconds: 258 };
        let records =
            [Record::HardLink("l".into(), "f".into()), Record::Modified("f".into(), time)];
        let baked = bake(&component(&marked()), &records).unwrap();
        let image = b"h\x01\0\0\0l\x01\0\0\0ft\x01\0\0\0f\x0c\0\0\0\
            \xfe\xff\xff\xff\xff\xff\xff\xff\x02\x01\0\0";
        assert_eq!(memory(&baked).1[1], image);
        assert_eq!(length(&records), u64::try_from(image.len()).unwrap());
    }

    #[test]
    fn a_large_file_takes_as_many_pages_as_it_needs() {
        let records = [Record::File("f".into(), vec![7; 200_000])];
        let baked = bake(&component(&marked()), &records).unwrap();
        Validator::new().validate_all(&baked).unwrap();
        assert_eq!(memory(&baked).0, 1 + 4);
    }

    #[test]
    fn what_looks_for_nothing_is_refused() {
        let records = [Record::Link("l".into(), "f".into())];
        assert!(bake(&component(b"nothing"), &records).is_err());
    }

    #[test]
    fn nothing_is_baked_twice() {
        let records = [Record::Directory("d".into())];
        let once = bake(&component(&marked()), &records).unwrap();
        assert!(bake(&once, &records).unwrap_err().to_string().contains("already"));
    }

    #[test]
    fn without_records_nothing_changes() {
        assert_eq!(bake(b"anything", &[]).unwrap(), b"anything");
    }
}
