//! The program's memory and its allocator. The tool replaces these imports by instructions on the
//! program's memory. No other file accesses that memory, and each access here is checked first.
#![expect(unsafe_code, reason = "foreign functions that move bytes between two memories")]

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tmpfs::{Error, Result, Sink, Source, Zeros};

mod raw {
    #[link(wasm_import_module = "program")]
    unsafe extern "C" {
        #[link_name = "copy-in"]
        pub(super) fn copy_in(to: *mut u8, from: u32, length: usize);
        #[link_name = "copy-out"]
        pub(super) fn copy_out(to: u32, from: *const u8, length: usize);
        pub(super) safe fn fill(at: u32, byte: u32, length: usize);
        pub(super) safe fn load8(at: u32) -> u32;
        pub(super) safe fn load32(at: u32) -> u32;
        pub(super) safe fn load64(at: u32) -> u64;
        pub(super) safe fn store8(at: u32, value: u32);
        pub(super) safe fn store16(at: u32, value: u32);
        pub(super) safe fn store32(at: u32, value: u32);
        pub(super) safe fn store64(at: u32, value: u64);
        /// `memory.size`, in pages.
        pub(super) safe fn size() -> u32;
        #[link_name = "realloc-number"]
        pub(super) safe fn realloc_number() -> u32;
        pub(super) safe fn realloc(
            number: u32,
            old: u32,
            old_size: u32,
            align: u32,
            size: u32,
        ) -> u32;
    }
}

/// Ends the program with a trap, as a host does for invalid arguments.
#[cold]
pub(crate) fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

/// A flag that is true while the program's allocator runs.
static ALLOCATING: AtomicBool = AtomicBool::new(false);

/// The caller of an exported function of WASI 0.2, with the allocator that it was lowered with.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    realloc: u32,
}

/// Begins every exported function of WASI 0.2. Call it first: the number of the allocator is in a
/// global that the next call overwrites.
#[inline]
pub(crate) fn enter() -> Caller {
    let realloc = raw::realloc_number();
    if ALLOCATING.load(Relaxed) {
        trap();
    }
    Caller { realloc }
}

impl Caller {
    /// Returns the number of the allocator.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.realloc
    }

    /// Allocates bytes that the program will own, with the program's allocator. It is called even
    /// for no bytes, as the canonical ABI does. It may grow memory, but must not call a function of
    /// this module.
    pub(crate) fn allocate(self, length: u32, align: u32) -> Area {
        ALLOCATING.store(true, Relaxed);
        let at = raw::realloc(self.realloc, 0, 0, align, length);
        ALLOCATING.store(false, Relaxed);
        if at == 0 && length > 0 {
            trap();
        }
        Area::new(at, length, align)
    }

    /// Copies bytes into memory that the program will own.
    #[inline(never)]
    pub(crate) fn give(self, bytes: &[u8]) -> Area {
        let given = self.allocate(length(bytes), 1);
        given.copy_from(bytes);
        given
    }
}

/// Returns whether a range of the program's memory exists.
pub(crate) fn fits(at: u32, length: u32) -> bool {
    u64::from(at) + u64::from(length) <= u64::from(raw::size()) << 16
}

/// Traps unless a range of the program's memory exists and is aligned.
#[inline(never)]
fn check(at: u32, length: u32, align: u32) {
    if at & (align - 1) != 0 || !fits(at, length) {
        trap();
    }
}

/// A checked range of the program's memory. It stays valid, since memory never shrinks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    at: u32,
    length: u32,
}

impl Area {
    /// A range of no bytes.
    pub(crate) const EMPTY: Self = Self { at: 0, length: 0 };

    /// Makes a range. Traps unless it exists and is aligned.
    #[inline]
    pub(crate) fn new(at: u32, length: u32, align: u32) -> Self {
        check(at, length, align);
        Self { at, length }
    }

    /// Makes the range of a list with `count` elements of `size` bytes.
    pub(crate) fn list(at: u32, count: u32, size: u32, align: u32) -> Self {
        match count.checked_mul(size) {
            Some(length) => Self::new(at, length, align),
            None => trap(),
        }
    }

    #[inline]
    pub(crate) fn at(self) -> u32 {
        self.at
    }

    #[inline]
    pub(crate) fn length(self) -> u32 {
        self.length
    }

    /// Returns the address of a value of `size` bytes at an offset in the range.
    #[inline]
    fn place(self, offset: u32, size: u32) -> u32 {
        debug_assert!(offset + size <= self.length, "BUG: beyond what was checked");
        self.at + offset
    }

    #[inline]
    pub(crate) fn load8(self, offset: u32) -> u32 {
        raw::load8(self.place(offset, 1))
    }

    #[inline]
    pub(crate) fn load32(self, offset: u32) -> u32 {
        raw::load32(self.place(offset, 4))
    }

    #[inline]
    pub(crate) fn load64(self, offset: u32) -> u64 {
        raw::load64(self.place(offset, 8))
    }

    #[inline]
    pub(crate) fn store8(self, offset: u32, value: u32) {
        raw::store8(self.place(offset, 1), value);
    }

    #[inline]
    pub(crate) fn store16(self, offset: u32, value: u32) {
        raw::store16(self.place(offset, 2), value);
    }

    #[inline]
    pub(crate) fn store32(self, offset: u32, value: u32) {
        raw::store32(self.place(offset, 4), value);
    }

    #[inline]
    pub(crate) fn store64(self, offset: u32, value: u64) {
        raw::store64(self.place(offset, 8), value);
    }

    /// Copies bytes to the beginning of the range. Precondition: they fit.
    pub(crate) fn copy_from(self, bytes: &[u8]) {
        debug_assert!(bytes.len() <= index(self.length), "BUG: beyond what was checked");
        // SAFETY: it reads within `bytes`. It writes to a checked range of the program's memory,
        // which is not this module's.
        unsafe { raw::copy_out(self.at, bytes.as_ptr(), bytes.len()) }
    }

    /// Copies as many bytes as fit to an offset in the range, and returns their number.
    pub(crate) fn copy_at(self, offset: u32, bytes: &[u8]) -> u32 {
        let room = index(self.length - offset.min(self.length));
        let copied = &bytes[..bytes.len().min(room)];
        Self { at: self.at.wrapping_add(offset), length: length(copied) }.copy_from(copied);
        length(copied)
    }

    /// Copies the range into this module's memory.
    ///
    /// # Errors
    /// `InsufficientMemory` if the allocator refuses.
    pub(crate) fn to_vec(self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let reserved = bytes.try_reserve_exact(index(self.length));
        reserved.map_err(|_| Error::InsufficientMemory)?;
        self.bytes().append_to(&mut bytes, index(self.length));
        Ok(bytes)
    }

    /// Returns the range as the source of a write or the sink of a read.
    #[inline]
    pub(crate) fn bytes(self) -> Bytes {
        Bytes { at: self.at, left: self.length }
    }
}

/// A text of the program that cannot be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unreadable {
    NotUtf8,
    Refused(Error),
}

/// Copies a text into this module's memory. Of a text longer than `most` bytes only the beginning
/// is copied. That is still too long, and the engine refuses it when it checks the length of the
/// path.
///
/// # Errors
/// The text is not UTF-8; `InsufficientMemory`.
#[inline(never)]
pub(crate) fn text(area: Area, most: u32) -> core::result::Result<String, Unreadable> {
    let length = area.length.min(most.saturating_add(5));
    let mut bytes = Area { length, ..area }.to_vec().map_err(Unreadable::Refused)?;
    if length < area.length {
        // The last character has at most four bytes, and may be cut.
        let mut rest = 4;
        while rest > 0 && matches!(bytes.pop(), Some(0x80..0xc0)) {
            rest -= 1;
        }
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)
}

/// Bytes of the program's memory, read or written from the beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes {
    at: u32,
    left: u32,
}

impl Bytes {
    /// Skips bytes, and returns their address.
    #[inline]
    fn next(&mut self, length: usize) -> u32 {
        debug_assert!(length <= index(self.left), "BUG: beyond what was checked");
        let at = self.at;
        // Both fit 32 bits, since the range does. The range may end at the end of memory.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.at = at.wrapping_add(length);
        self.left = self.left.wrapping_sub(length);
        at
    }
}

impl Sink for Bytes {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let to = self.next(bytes.len());
        // SAFETY: it reads within `bytes`. It writes to a checked range of the program's memory,
        // which is not this module's.
        unsafe { raw::copy_out(to, bytes.as_ptr(), bytes.len()) }
    }

    #[inline]
    fn put_zeros(&mut self, length: usize) {
        raw::fill(self.next(length), 0, length);
    }
}

impl Source for Bytes {
    fn is_zero(&self, length: usize) -> bool {
        let (mut at, mut left) = (self.at, length);
        while left >= 8 {
            if raw::load64(at) != 0 {
                return false;
            }
            at = at.wrapping_add(8);
            left -= 8;
        }
        while left > 0 {
            if raw::load8(at) != 0 {
                return false;
            }
            at = at.wrapping_add(1);
            left -= 1;
        }
        true
    }

    fn skip(&mut self, length: usize) {
        self.next(length);
    }

    #[inline]
    fn fill(&mut self, bytes: &mut [u8]) {
        let from = self.next(bytes.len());
        // SAFETY: it writes within `bytes`. It reads from a checked range.
        unsafe { raw::copy_in(bytes.as_mut_ptr(), from, bytes.len()) }
    }

    #[inline]
    fn append_to(&mut self, bytes: &mut Vec<u8>, length: usize) {
        let from = self.next(length);
        let held = bytes.len();
        assert!(bytes.capacity() - held >= length, "BUG: it has the capacity");
        // SAFETY: the capacity is there, and the bytes are written before the length includes them.
        unsafe {
            raw::copy_in(bytes.as_mut_ptr().add(held), from, length);
            bytes.set_len(held + length);
        }
    }
}

/// The source of a write of WASI 0.2. It is one type, so that the code that writes exists once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    Program(Bytes),
    Ours(&'a [u8]),
    Zeros,
}

impl Source for Piece<'_> {
    fn is_zero(&self, length: usize) -> bool {
        match self {
            Self::Program(bytes) => bytes.is_zero(length),
            Self::Ours(bytes) => bytes.is_zero(length),
            Self::Zeros => true,
        }
    }

    fn skip(&mut self, length: usize) {
        match self {
            Self::Program(bytes) => bytes.skip(length),
            Self::Ours(bytes) => bytes.skip(length),
            Self::Zeros => {}
        }
    }

    fn fill(&mut self, into: &mut [u8]) {
        match self {
            Self::Program(bytes) => bytes.fill(into),
            Self::Ours(bytes) => bytes.fill(into),
            Self::Zeros => into.fill(0),
        }
    }

    fn append_to(&mut self, into: &mut Vec<u8>, length: usize) {
        match self {
            Self::Program(bytes) => bytes.append_to(into, length),
            Self::Ours(bytes) => bytes.append_to(into, length),
            Self::Zeros => Zeros.append_to(into, length),
        }
    }
}

/// Returns the length of bytes in this module's memory, which has 32-bit addresses.
#[inline]
pub(crate) fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("BUG: memory has 32 bits")
}

#[inline]
pub(crate) fn index(length: u32) -> usize {
    usize::try_from(length).expect("BUG: memory has 32 bits")
}
