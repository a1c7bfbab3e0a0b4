//! Encodings with one byte a character, by table.

use super::Encoding;

/// One of them, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charmap(pub(super) u8);

/// What each byte means.
#[derive(Clone)]
pub(super) struct Table {
    characters: [u16; 256],
}

/// What a byte without meaning has: no character.
const NONE: u16 = 0xfffe;

impl Table {
    /// The table of an encoding that has one byte a character.
    pub(super) fn of(encoding: Encoding) -> Option<Self> {
        let known = match encoding {
            Encoding::Ascii => 0x80,
            Encoding::Latin1 => 0x100,
            Encoding::Charmap(_) => 0x80, // TODO
            _ => return None,
        };
        let mut characters = [NONE; 256];
        for (character, place) in (0..known).zip(&mut characters) {
            *place = character;
        }
        Some(Self { characters })
    }

    /// Whether the first half is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        (0..0x80).zip(&self.characters).all(|(byte, character)| byte == *character)
    }

    pub(super) fn character(&self, byte: u8) -> Option<u32> {
        let character = self.characters[usize::from(byte)];
        (character != NONE).then(|| character.into())
    }

    pub(super) fn byte(&self, code_point: u32) -> Option<u8> {
        let at = self.characters.iter().position(|it| u32::from(*it) == code_point)?;
        u8::try_from(at).ok()
    }
}
