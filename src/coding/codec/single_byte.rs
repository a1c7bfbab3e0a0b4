//! Encodings with one byte a character: ASCII, Latin-1, and those of the tables.

use alloc::{boxed::Box, vec::Vec};
use core::mem;

use super::decode::{Characters, Decode, Input, Piece, Wrong, push};
use super::encode::Encode;
use super::{ascii_block, extend, tables};
use crate::bytes::reserve;
use crate::code_points;
use crate::error::Result;

/// One of the encodings of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SingleByte {
    Ascii,
    Latin1,
    /// One of the tables, by its place.
    Table(usize),
}

/// The entry of a byte that stands for no character.
const NONE: u16 = 0xfffe;

/// The character that each byte is.
pub(super) struct Table {
    encoding: SingleByte,
    characters: Box<[u16; 256]>,
    /// The lower half is ASCII.
    is_ascii: bool,
}

impl SingleByte {
    /// Returns the encoding's name and the reason in Python's errors.
    fn name_and_reason(self) -> (&'static str, &'static str) {
        match self {
            Self::Ascii => ("ascii", "ordinal not in range(128)"),
            Self::Latin1 => ("latin-1", "ordinal not in range(256)"),
            Self::Table(_) => ("charmap", "character maps to <undefined>"),
        }
    }
}

impl Table {
    pub(super) fn of(encoding: SingleByte) -> Self {
        let mut characters = Box::new([NONE; 256]);
        match encoding {
            SingleByte::Ascii => fill(0x80, &mut characters),
            SingleByte::Latin1 => fill(0x100, &mut characters),
            SingleByte::Table(place) => expand(place, &mut characters),
        }
        let is_ascii = (0..0x80).zip(&*characters).all(|(byte, character)| byte == *character);
        Self { encoding, characters, is_ascii }
    }

    fn character(&self, byte: u8) -> Option<u32> {
        let character = self.characters[usize::from(byte)];
        (character != NONE).then_some(character.into())
    }
}

impl Decode for Table {
    fn decode(&self, mut input: Input<'_>, _: &mut u32) -> Result<Piece> {
        let (name, _) = self.encoding.name_and_reason();
        if self.is_ascii && input.bytes.is_ascii() {
            let text = mem::take(&mut input.bytes);
            return input.finish(text, Ok(0), name);
        }
        let mut text = Vec::new();
        reserve(&mut text, input.bytes.len())?;
        let decoded = input.characters(0, self, &mut text);
        input.finish(text, decoded, name)
    }
}

impl Characters for Table {
    fn decode(&self, bytes: &[u8], text: &mut Vec<u8>) -> Result<(usize, Option<Wrong>)> {
        let mut at = 0;
        while let Some(rest @ [byte, ..]) = bytes.get(at..) {
            if let Some((block, _)) = ascii_block(rest).filter(|_| self.is_ascii) {
                extend(text, block)?;
                at += block.len();
            } else if let Some(character) = self.character(*byte) {
                push(text, character)?;
                at += 1;
            } else {
                let (_, reason) = self.encoding.name_and_reason();
                return Ok((at, Some(Wrong { length: 1, reason, open: false })));
            }
        }
        Ok((at, None))
    }
}

/// The byte that each character is.
pub(super) struct Inverse {
    table: Table,
    /// Bytes that have a meaning, 0x100 added, where the hash of their character is or next to it.
    slots: Box<[u16; SLOTS]>,
    /// The number of characters, from the first on, that are their own bytes.
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

    /// Tells whether ASCII is encoded as it is.
    fn is_ascii(&self) -> bool {
        self.same >= 0x80
    }

    fn byte(&self, character: u32) -> Option<u8> {
        match u8::try_from(character) {
            Ok(same) if same < self.same => Some(same),
            _ => match self.slots[self.slot(character)].to_be_bytes() {
                [0, _] => None,
                [_, byte] => Some(byte),
            },
        }
    }

    /// Returns the index of a character, or the one that it would have.
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

impl Encode for Inverse {
    fn name(&self, _: bool) -> &'static str {
        self.table.encoding.name_and_reason().0
    }

    fn reason(&self) -> &'static str {
        self.table.encoding.name_and_reason().1
    }

    fn is_verbatim(&self, text: &[u8]) -> bool {
        self.is_ascii() && text.is_ascii()
    }

    fn encode<'a>(&self, text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8]> {
        let keeps_ascii = self.is_ascii();
        let mut rest = text;
        while let Some((code_point, after)) = code_points::split_first(rest) {
            if let Some((block, after)) = ascii_block(rest).filter(|_| keeps_ascii) {
                extend(out, block)?;
                rest = after;
            } else if let Some(byte) = self.byte(code_point) {
                reserve(out, 1)?;
                out.push(byte);
                rest = after;
            } else {
                break;
            }
        }
        Ok(rest)
    }

    fn has(&self, code_point: u32) -> bool {
        self.byte(code_point).is_some()
    }

    fn escapes_all_or_none(&self) -> bool {
        matches!(self.table.encoding, SingleByte::Table(_))
    }
}

/// Fills in the first characters of Unicode, as many as `known`.
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

/// Reads the next character of a table, which follows `before`.
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
