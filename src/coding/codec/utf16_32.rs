//! UTF-16 and UTF-32: units of two or four bytes, in an order that is known or that a byte order
//! mark tells.

use alloc::vec::Vec;

use super::decode::{Characters, Decode, Input, Piece, Wrong, push};
use super::encode::Encode;
use super::{Failure, is_surrogate};
use crate::bytes::reserve;
use crate::code_points;
use crate::error::Result;

/// One of the encodings of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utf16Or32 {
    pub(super) width: Width,
    /// `None` for the order that a mark at the start tells.
    pub(super) order: Option<Order>,
}

/// The size of a unit in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Bits16,
    Bits32,
}

/// The order of the bytes of a unit: the least (native here) or the most significant one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// The additional state while no byte order is known. Otherwise it is 0 for the native order,
/// little-endian, and 1 for the other.
const UNDECIDED: u32 = 2;

/// Units in an order that is known.
#[derive(Clone, Copy)]
struct Units {
    width: Width,
    order: Order,
}

impl Width {
    fn bytes(self) -> usize {
        match self {
            Self::Bits16 => 2,
            Self::Bits32 => 4,
        }
    }

    /// Returns the encoding's name while no order is known.
    fn name(self) -> &'static str {
        match self {
            Self::Bits16 => "utf-16",
            Self::Bits32 => "utf-32",
        }
    }
}

impl Order {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    fn push16(self, unit: u32, out: &mut Vec<u8>) {
        let [.., high, low] = unit.to_be_bytes();
        out.extend_from_slice(&match self {
            Self::Little => [low, high],
            Self::Big => [high, low],
        });
    }
}

impl Utf16Or32 {
    fn in_order(self, order: Order) -> Units {
        Units { width: self.width, order }
    }

    /// Returns the units that are written.
    fn written(self) -> Units {
        self.in_order(self.order.unwrap_or(Order::Little))
    }
}

impl Decode for Utf16Or32 {
    fn start(&self) -> u32 {
        self.state(UNDECIDED)
    }

    fn state(&self, flags: u32) -> u32 {
        match self.order {
            Some(_) => 0,
            None => flags.min(UNDECIDED),
        }
    }

    fn decode(&self, input: Input<'_>, flags: &mut u32) -> Result<Piece> {
        let known = self.order.or(match *flags {
            0 => Some(Order::Little),
            1 => Some(Order::Big),
            _ => None,
        });
        let mark = match (self.width, &input.bytes[..]) {
            (Width::Bits16, [0xff, 0xfe, ..]) => Some(Order::Little),
            (Width::Bits16, [0xfe, 0xff, ..]) => Some(Order::Big),
            (Width::Bits32, [0xff, 0xfe, 0, 0, ..]) => Some(Order::Little),
            (Width::Bits32, [0, 0, 0xfe, 0xff, ..]) => Some(Order::Big),
            _ => None,
        };
        let (order, start) = match (known, mark) {
            (Some(order), _) => (order, 0),
            (None, Some(order)) => (order, self.width.bytes()),
            (None, None) => (Order::Little, 0),
        };
        let units = self.in_order(order);
        let mut name = units.name();
        let mut text = Vec::new();
        reserve(&mut text, input.bytes.len() / self.width.bytes())?;
        let mut decoded = input.characters(start, &units, &mut text);
        match decoded {
            Ok(_) if start > 0 => *flags = u32::from(order == Order::Big),
            Ok(length) if known.is_none() && length >= self.width.bytes() => {
                // Whatever the handler is.
                let reason = "Stream does not start with BOM";
                decoded = Err(Failure::Unicode { start: 0, end: self.width.bytes(), reason });
                name = self.width.name();
            }
            _ => {}
        }
        input.finish(text, decoded, name)
    }
}

/// The kind of the bytes at a start.
enum Next {
    /// A character, with the number of its bytes.
    Character(u32, usize),
    /// The number of bytes that are no character.
    Wrong(usize, &'static str),
    /// Less than a character, or nothing, with the reason for an error if no bytes follow.
    Incomplete(&'static str),
}

impl Units {
    /// Returns the encoding's name in Python's errors.
    fn name(self) -> &'static str {
        match (self.width, self.order) {
            (Width::Bits16, Order::Little) => "utf-16-le",
            (Width::Bits16, Order::Big) => "utf-16-be",
            (Width::Bits32, Order::Little) => "utf-32-le",
            (Width::Bits32, Order::Big) => "utf-32-be",
        }
    }

    /// Appends a character or a surrogate; room for four bytes must be there.
    fn push(self, code_point: u32, out: &mut Vec<u8>) {
        match (self.width, self.order) {
            (Width::Bits16, order) => match code_point.checked_sub(0x1_0000) {
                None => order.push16(code_point, out),
                Some(bits) => {
                    order.push16(0xd800 | bits >> 10, out);
                    order.push16(0xdc00 | bits & 0x3ff, out);
                }
            },
            (Width::Bits32, Order::Little) => out.extend_from_slice(&code_point.to_le_bytes()),
            (Width::Bits32, Order::Big) => out.extend_from_slice(&code_point.to_be_bytes()),
        }
    }
}

impl Characters for Units {
    fn decode(&self, bytes: &[u8], text: &mut Vec<u8>) -> Result<(usize, Option<Wrong>)> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let next = match self.width {
                Width::Bits16 => utf_16(rest, self.order),
                Width::Bits32 => utf_32(rest, self.order),
            };
            let wrong = match next {
                Next::Character(character, length) => {
                    push(text, character)?;
                    at += length;
                    continue;
                }
                Next::Wrong(length, reason) => Some(Wrong { length, reason, open: false }),
                Next::Incomplete(_) if rest.is_empty() => None,
                Next::Incomplete(reason) => Some(Wrong { length: rest.len(), reason, open: true }),
            };
            return Ok((at, wrong));
        }
    }

    fn surrogate(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        let found = match (self.width, bytes) {
            (Width::Bits16, [a, b, ..]) => self.order.u16([*a, *b]).into(),
            (Width::Bits32, [a, b, c, d, ..]) => self.order.u32([*a, *b, *c, *d]),
            _ => return None,
        };
        is_surrogate(found).then_some((found, self.width.bytes()))
    }
}

fn utf_16(bytes: &[u8], order: Order) -> Next {
    let [a, b, rest @ ..] = bytes else { return Next::Incomplete("truncated data") };
    match (order.u16([*a, *b]), rest) {
        (high @ 0xd800..=0xdbff, [c, d, ..]) => match order.u16([*c, *d]) {
            low @ 0xdc00..=0xdfff => {
                let bits = u32::from(high & 0x3ff) << 10 | u32::from(low & 0x3ff);
                Next::Character(0x1_0000 + bits, 4)
            }
            _ => Next::Wrong(2, "illegal UTF-16 surrogate"),
        },
        (0xd800..=0xdbff, _) => Next::Incomplete("unexpected end of data"),
        (0xdc00..=0xdfff, _) => Next::Wrong(2, "illegal encoding"),
        (unit, _) => Next::Character(unit.into(), 2),
    }
}

fn utf_32(bytes: &[u8], order: Order) -> Next {
    let [a, b, c, d, ..] = bytes else { return Next::Incomplete("truncated data") };
    match order.u32([*a, *b, *c, *d]) {
        0xd800..=0xdfff => {
            Next::Wrong(4, "code point in surrogate code point range(0xd800, 0xe000)")
        }
        0x11_0000.. => Next::Wrong(4, "code point not in range(0x110000)"),
        character => Next::Character(character, 4),
    }
}

impl Encode for Utf16Or32 {
    fn name(&self, at_start: bool) -> &'static str {
        match self.order {
            None if at_start => self.width.name(),
            _ => self.written().name(),
        }
    }

    fn mark(&self) -> &'static [u8] {
        match (self.order, self.width) {
            (Some(_), _) => b"",
            (None, Width::Bits16) => b"\xff\xfe",
            (None, Width::Bits32) => b"\xff\xfe\0\0",
        }
    }

    fn width(&self) -> usize {
        self.width.bytes()
    }

    fn encode<'a>(&self, text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8]> {
        let units = self.written();
        let mut rest = text;
        while let Some((code_point, after)) = code_points::split_first(rest)
            && !is_surrogate(code_point)
        {
            reserve(out, 4)?;
            units.push(code_point, out);
            rest = after;
        }
        Ok(rest)
    }

    fn push_surrogate(&self, surrogate: u32, out: &mut Vec<u8>) -> bool {
        self.written().push(surrogate, out);
        true
    }
}
