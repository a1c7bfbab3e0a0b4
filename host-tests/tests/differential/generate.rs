//! Random programs: their kinds, and the options with which each begins.

use host_tests::script::Script;

use crate::chance::Chance;
use crate::cpython::Version;
use crate::{append, binary, text, world};

/// A kind of object, which has programs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    TemporaryBinary,
    TemporaryText,
    NamedBinary,
    NamedText,
    SpooledBinary,
    SpooledText,
    Directories,
    Names,
    Appending,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::TemporaryBinary,
        Self::TemporaryText,
        Self::NamedBinary,
        Self::NamedText,
        Self::SpooledBinary,
        Self::SpooledText,
        Self::Directories,
        Self::Names,
        Self::Appending,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TemporaryBinary => "temporary-file",
            Self::TemporaryText => "temporary-text-file",
            Self::NamedBinary => "named-temporary-file",
            Self::NamedText => "named-temporary-text-file",
            Self::SpooledBinary => "spooled-temporary-file",
            Self::SpooledText => "spooled-temporary-text-file",
            Self::Directories => "temporary-directory",
            Self::Names => "names",
            Self::Appending => "appending",
        }
    }

    /// Returns the first version of CPython whose programs can be compared. Before 3.12,
    /// directories were not always named by an absolute path. Before 3.13, buffers and waiting text
    /// were written at other moments, some reads after writes were wrong, and a refused removal
    /// named no path.
    pub(crate) fn since(self) -> Version {
        match self {
            Self::Names => Version([3, 12, 0]),
            _ => Version([3, 13, 0]),
        }
    }

    pub(crate) fn named(self) -> bool {
        matches!(self, Self::NamedBinary | Self::NamedText)
    }

    pub(crate) fn spooled(self) -> bool {
        matches!(self, Self::SpooledBinary | Self::SpooledText)
    }

    /// Generates the program of a seed.
    pub(crate) fn program(self, seed: u64) -> Script {
        let at = Self::ALL.iter().position(|kind| *kind == self).expect("it is a kind");
        let mut chance = Chance::new(seed * 8 + u64::try_from(at).unwrap());
        match self {
            Self::TemporaryBinary | Self::NamedBinary | Self::SpooledBinary => {
                binary::program(self, &mut chance)
            }
            Self::TemporaryText | Self::NamedText | Self::SpooledText => {
                text::program(self, &mut chance)
            }
            Self::Directories => world::directories(&mut chance),
            Self::Names => world::names(&mut chance),
            Self::Appending => append::program(&mut chance),
        }
    }
}

/// Draws the option `buffering`, and returns with it a likely size of the buffer.
pub(crate) fn buffering(kind: Kind, chance: &mut Chance) -> (Option<i32>, u64) {
    let buffering = match chance.below(10) {
        0 => return (None, 8192),
        1 => 0,
        // On the disk, a spooled file would have Python's buffer of a block.
        2 if !kind.spooled() => chance.of(&[-1, 1, -5]),
        2..6 => 2 + i32::try_from(chance.below(9)).unwrap(),
        6 => 100,
        _ => chance.of(&[16, 128, 4096, 8191, 8192, 8193]),
    };
    let buffer = u64::try_from(buffering).ok().filter(|it| *it > 1).unwrap_or(8192);
    (Some(if kind.spooled() && buffering < 0 { 8192 } else { buffering }), buffer)
}

/// Draws the options that all files share: deletion, place, and limit in memory.
pub(crate) fn options(kind: Kind, chance: &mut Chance, options: &mut Vec<String>) {
    let mut option = |key: &str, value: &str| options.push(format!("{key}={value}"));
    if kind.named() {
        if chance.one_in(4) {
            option("delete", chance.of(&["0", "1"]));
        }
        if chance.one_in(3) {
            option("delete-on-close", chance.of(&["0", "1"]));
        }
    }
    if chance.one_in(12) {
        option("prefix", chance.of(&["", "x", "%C3%A9"]));
    }
    if chance.one_in(12) {
        option("suffix", chance.of(&[".txt", "-", "a"]));
    }
    if kind.spooled() && !chance.one_in(8) {
        option("max-size", chance.of(&["0", "1", "5", "10", "11", "100", "8192", "-1"]));
    }
    if chance.one_in(40) {
        option("dir", chance.of(&["@", "@/nix", "."]));
    }
}

/// Draws a step towards the end of a file: its owner closes it, or somebody removes it.
pub(crate) fn ending(kind: Kind, chance: &mut Chance) -> &'static str {
    if kind.named() {
        chance.of(&["0.close", "0.close", "0.exit", "0.close-file", "remove 0:"])
    } else {
        chance.of(&["0.close", "0.close", "0.exit"])
    }
}
