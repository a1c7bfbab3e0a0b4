//! How characters look in bytes: UTF-8, -16 and -32.

use alloc::vec::Vec;

use crate::code_points;

/// How characters look in bytes.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// One byte each, which a table tells.
    Bytes,
    Utf8,
    Utf16(Order),
    Utf32(Order),
}

/// Which byte of a unit comes first: the least (native here) or the most significant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Form {
    /// The encoding's name in Python's errors, where no table makes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bytes | Self::Utf8 => "utf-8",
            Self::Utf16(Order::Little) => "utf-16-le",
            Self::Utf16(Order::Big) => "utf-16-be",
            Self::Utf32(Order::Little) => "utf-32-le",
            Self::Utf32(Order::Big) => "utf-32-be",
        }
    }

    /// How many bytes a character takes at least.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Bytes | Self::Utf8 => 1,
            Self::Utf16(_) => 2,
            Self::Utf32(_) => 4,
        }
    }

    /// The surrogate at the start of `bytes`, and how many bytes it takes.
    pub(super) fn surrogate(self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (found, length) = match (self, bytes) {
            (Self::Utf8, [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..]) => {
                (code_points::split_first(bytes)?.0, 3)
            }
            (Self::Utf16(order), [a, b, ..]) => (order.u16([*a, *b]).into(), 2),
            (Self::Utf32(order), [a, b, c, d, ..]) => (order.u32([*a, *b, *c, *d]), 4),
            _ => return None,
        };
        is_surrogate(found).then_some((found, length))
    }

    /// Appends a character or a surrogate, and tells whether there is a way to do so; room for four
    /// bytes must be there.
    pub(super) fn push(self, code_point: u32, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Bytes => return false,
            Self::Utf8 => code_points::push(out, code_point),
            Self::Utf16(order) => match code_point.checked_sub(0x1_0000) {
                None => order.push16(code_point, out),
                Some(bits) => {
                    order.push16(0xd800 | bits >> 10, out);
                    order.push16(0xdc00 | bits & 0x3ff, out);
                }
            },
            Self::Utf32(Order::Little) => out.extend_from_slice(&code_point.to_le_bytes()),
            Self::Utf32(Order::Big) => out.extend_from_slice(&code_point.to_be_bytes()),
        }
        true
    }
}

impl Order {
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
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

pub(super) fn is_surrogate(code_point: u32) -> bool {
    matches!(code_point, 0xd800..=0xdfff)
}
