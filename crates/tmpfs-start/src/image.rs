//! The image: variables and files that were baked into the filesystem component or the embedded
//! module.
//!
//! `scratch compose` appends the records to the module's memory, and writes their address and
//! length into [`PLACE`], which it finds by its mark.

use core::str;

use tmpfs::Timestamp;

/// The address and length of the records in memory, after a mark.
#[repr(C)]
struct Place {
    mark: [u8; 16],
    at: usize,
    length: usize,
}

#[used]
static PLACE: Place = Place { mark: *b"scratch:tmpfs@01", at: 0, length: 0 };

/// A record of the image: a variable, a file, or an attribute of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A variable of the environment: name and value.
    Variable(&'a str, &'a str),
    /// A directory: its path below the root. It comes before its entries.
    Directory(&'a str),
    /// A file: its path and its content.
    File(&'a str, &'a [u8]),
    /// A symbolic link: its path and its target.
    Link(&'a str, &'a str),
    /// Another name of a file: the new path and the path of the file.
    HardLink(&'a str, &'a str),
    /// A modification time: the path and the time.
    Modified(&'a str, Timestamp),
}

/// Returns the records of this component or module in their order.
pub(crate) fn records() -> Records<'static> {
    Records(baked())
}

/// Lists the variables that were baked in.
pub(crate) fn variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    records().filter_map(|record| match record {
        Record::Variable(name, value) => Some((name, value)),
        _ => None,
    })
}

#[expect(unsafe_code, reason = "the composer writes into the module that the compiler made")]
fn baked() -> &'static [u8] {
    // SAFETY: `PLACE` is a static of this type. The read is volatile, since the composer changes
    // the value after compilation.
    let place = unsafe { core::ptr::read_volatile(&raw const PLACE) };
    if place.length == 0 {
        return &[];
    }
    // SAFETY: the composer put that many bytes there, in memory that it added to the module's own
    // and that nothing else uses.
    unsafe {
        core::slice::from_raw_parts(core::ptr::with_exposed_provenance(place.at), place.length)
    }
}

/// Records that are still to be read. Each is one byte for its kind, then two texts. The length of
/// a text comes before it, in four bytes, the least significant first.
#[derive(Clone)]
pub(crate) struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (bytes, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.bytes()?).ok()
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let (kind, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match kind {
            b'v' => Record::Variable(self.text()?, self.text()?),
            b'd' => {
                let path = self.text()?;
                self.bytes()?;
                Record::Directory(path)
            }
            b'f' => Record::File(self.text()?, self.bytes()?),
            b'l' => Record::Link(self.text()?, self.text()?),
            b'h' => Record::HardLink(self.text()?, self.text()?),
            b't' => Record::Modified(self.text()?, time(self.bytes()?)?),
            _ => return None,
        })
    }
}

/// Reads seconds since 1970, then nanoseconds, the least significant byte first.
fn time(bytes: &[u8]) -> Option<Timestamp> {
    let (seconds, rest) = bytes.split_first_chunk()?;
    let nanoseconds = u32::from_le_bytes(rest.try_into().ok()?);
    Some(Timestamp { seconds: i64::from_le_bytes(*seconds), nanoseconds })
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.record().expect("BUG: the composer wrote whole records"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Record, Records, Timestamp, records};

    fn push(image: &mut Vec<u8>, kind: u8, name: &str, value: &[u8]) {
        image.push(kind);
        for bytes in [name.as_bytes(), value] {
            image.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
            image.extend(bytes);
        }
    }

    #[test]
    fn nothing_is_baked_in_at_first() {
        assert_eq!(records().next(), None);
    }

    #[test]
    fn records_are_read_in_their_order() {
        let mut image = Vec::new();
        push(&mut image, b'v', "TMPFS_BYTES", b"1M");
        push(&mut image, b'd', "a", b"");
        push(&mut image, b'f', "a/b", &[0, 255]);
        push(&mut image, b'l', "c", b"a/b");
        push(&mut image, b'h', "d", b"a/b");
        push(&mut image, b't', "d", &[254, 255, 255, 255, 255, 255, 255, 255, 2, 1, 0, 0]);
        assert_eq!(
            Records(&image).collect::<Vec<_>>(),
            [
                Record::Variable("TMPFS_BYTES", "1M"),
                Record::Directory("a"),
                Record::File("a/b", &[0, 255]),
                Record::Link("c", "a/b"),
                Record::HardLink("d", "a/b"),
                Record::Modified("d", Timestamp { seconds: -2, nanoseconds: 258 }),
            ]
        );
    }

    #[test]
    #[should_panic(expected = "BUG")]
    fn a_torn_record_is_a_bug_of_the_composer() {
        let mut image = Vec::new();
        push(&mut image, b'f', "a", b"content");
        image.pop();
        let _ = Records(&image).next();
    }
}
