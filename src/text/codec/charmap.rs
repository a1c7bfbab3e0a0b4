//! Encodings with one byte a character, by table.

use alloc::boxed::Box;

use super::{Encoding, tables};

/// One of the tables, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charmap(pub(super) usize);

/// What a byte without a meaning has instead of a character.
const NONE: u16 = 0xfffe;

/// What each byte means.
#[derive(Clone)]
pub(super) struct Table {
    characters: Box<[u16; 256]>,
    /// The lower half is ASCII.
    pub(super) is_ascii: bool,
}

impl Table {
    /// The table of an encoding that has one byte a character.
    pub(super) fn of(encoding: Encoding) -> Option<Self> {
        let mut characters = Box::new([NONE; 256]);
        match encoding {
            Encoding::Ascii => fill(0x80, &mut characters),
            Encoding::Latin1 => fill(0x100, &mut characters),
            Encoding::Charmap(Charmap(place)) => expand(place, &mut characters),
            _ => return None,
        }
        let is_ascii = (0..0x80).zip(&*characters).all(|(byte, character)| byte == *character);
        Some(Self { characters, is_ascii })
    }

    pub(super) fn character(&self, byte: u8) -> Option<u32> {
        let character = self.characters[usize::from(byte)];
        (character != NONE).then_some(character.into())
    }
}

/// Which byte means a character.
#[derive(Clone)]
pub(super) struct Inverse {
    table: Table,
    /// Bytes that have a meaning, 0x100 added, where the hash of their character is or next to it.
    slots: Box<[u16; SLOTS]>,
    /// How many characters, of the first ones, are their own bytes.
    same: u8,
}

/// Twice as many as there may be characters.
const SLOTS: usize = 512;

impl Inverse {
    pub(super) fn of(table: Table) -> Self {
        let mut inverse = Self { table, slots: Box::new([0; SLOTS]), same: 0 };
        for byte in 0..=255 {
            // Of several bytes that mean the same the last one is taken, as in Python.
            if let Some(character) = inverse.table.character(byte) {
                let slot = inverse.slot(character);
                inverse.slots[slot] = 0x100 | u16::from(byte);
            }
        }
        let other = (0..u8::MAX).find(|byte| inverse.byte((*byte).into()) != Some(*byte));
        inverse.same = other.unwrap_or(u8::MAX);
        inverse
    }

    /// Whether ASCII is encoded as it is.
    pub(super) fn is_ascii(&self) -> bool {
        self.same >= 0x80
    }

    pub(super) fn byte(&self, character: u32) -> Option<u8> {
        match u8::try_from(character) {
            Ok(same) if same < self.same => Some(same),
            _ => match self.slots[self.slot(character)].to_be_bytes() {
                [0, _] => None,
                [_, byte] => Some(byte),
            },
        }
    }

    /// Where a character is, or where it would be.
    fn slot(&self, character: u32) -> usize {
        let [hash, next, ..] = character.wrapping_mul(0x9e37_79b1).to_be_bytes();
        let hash = usize::from(hash) << 1 | usize::from(next >> 7);
        let free = |slot: &usize| match self.slots[*slot].to_be_bytes() {
            [0, _] => true,
            [_, byte] => self.table.character(byte) == Some(character),
        };
        (hash..SLOTS).chain(0..hash).find(free).unwrap_or(hash)
    }
}

/// The first characters of Unicode, as many as `known`.
fn fill(known: u16, characters: &mut [u16; 256]) {
    for (character, place) in (0..known).zip(characters) {
        *place = character;
    }
}

/// Writes a table as `charmaps.py` describes it.
fn expand(place: usize, characters: &mut [u16; 256]) {
    let mut tables = tables::TABLES;
    for _ in 0..place {
        let length = tables.get(1).map_or(0, |length| usize::from(*length));
        tables = tables.get(2 + length..).unwrap_or_default();
    }
    let [base, length, runs @ ..] = tables else { return };
    match usize::from(*base).checked_sub(1) {
        Some(base) => expand(base, characters),
        None => fill(0x100, characters),
    }
    let mut runs = runs.get(..usize::from(*length)).unwrap_or_default().iter().copied();
    let mut places = characters.iter_mut();
    let mut before = NONE;
    while let Some(run) = runs.next() {
        let mut successor = None;
        for place in places.by_ref().take(usize::from(run & 0x3f) + 1) {
            *place = match (run >> 6, successor) {
                (0, _) => *place,
                (1, _) => NONE,
                (2, Some(successor)) => successor,
                _ => character(&mut runs, before),
            };
            before = *place;
            successor = Some(before.wrapping_add(1));
        }
    }
}

/// The next character of a table, which follows `before`.
fn character(runs: &mut impl Iterator<Item = u8>, before: u16) -> u16 {
    let mut next = || runs.next().unwrap_or_default();
    match next() {
        distance @ ..=0x7f => before.wrapping_add(1 + u16::from(distance)).wrapping_sub(64),
        high => match u16::from_be_bytes([high & 0x7f, next()]) {
            character @ ..=0x6fff => character,
            folded => folded | 0x8000,
        },
    }
}
