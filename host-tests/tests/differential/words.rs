//! The words from which programs on text are made.

pub(crate) const MODES: [&str; 12] =
    ["w+", "w+", "w+", "w+t", "+w", "r+", "x+", "a+", "w", "r", "x", "a"];
pub(crate) const SPOOLED_MODES: [&str; 6] = ["w+", "w+", "w+t", "r+", "x+", "a+"];
pub(crate) const WRONG_MODES: [&str; 6] = ["", "+", "z", "wr", "ww", "U"];

pub(crate) const ENCODINGS: [&str; 22] = [
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8",
    "UTF8",
    "utf_8",
    "ascii",
    "latin-1",
    "cp1252",
    "cp437",
    "koi8-r",
    "iso8859-15",
    "utf-8-sig",
    "utf-8-sig",
    "utf-16",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "Latin1",
];

/// Encodings with one byte a character. The EBCDIC family among them has its own line ends.
pub(crate) const CHARMAPS: [&str; 30] = [
    "cp037",
    "cp500",
    "cp1026",
    "cp1140",
    "cp273",
    "cp424",
    "cp720",
    "cp850",
    "cp864",
    "cp866",
    "cp874",
    "cp1125",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1258",
    "iso8859-2",
    "iso8859-6",
    "iso8859-8",
    "iso8859-11",
    "iso8859-16",
    "koi8-u",
    "koi8-t",
    "mac-roman",
    "mac-turkish",
    "ptcp154",
    "tis-620",
    "hp-roman8",
    "kz1048",
];
pub(crate) const WRONG_ENCODINGS: [&str; 6] = ["bad", "hex", "utf-9", "rot13", "", "locale"];

pub(crate) const HANDLERS: [&str; 8] = [
    "strict",
    "ignore",
    "replace",
    "backslashreplace",
    "xmlcharrefreplace",
    "ignore",
    "replace",
    "strict",
];
pub(crate) const SURROGATES: [&str; 3] = ["surrogateescape", "surrogatepass", "surrogateescape"];

pub(crate) const NEWLINES: [&str; 4] = ["", "%0A", "%0D", "%0D%0A"];
pub(crate) const WRONG_NEWLINES: [&str; 4] = ["x", "%0A%0D", "%0D%0A%0A", "%E2%82%AC"];

/// Characters of one to four bytes, and characters at which lines may end.
pub(crate) const CHARACTERS: [&str; 20] = [
    "a",
    "b",
    "1",
    "%0A",
    "%0A",
    "%0D",
    "%0D%0A",
    "%0D%0A",
    "%C3%A9",
    "%C3%A9",
    "%C3%BF",
    "%E2%82%AC",
    "%F0%9F%98%80",
    "%C4%80",
    "%EF%BB%BF",
    "%E2%80%A8",
    "%C2%85",
    "%00",
    "x%0D",
    "%0Dy",
];

/// Halves of surrogate pairs, in WTF-8.
pub(crate) const HALVES: [&str; 6] =
    ["%ED%B2%80", "%ED%B3%BF", "%ED%A0%80", "%ED%B0%80", "%ED%AF%BF", "%ED%A0%BD%ED%B8%80"];

/// Bytes that are valid text in some encodings only.
pub(crate) const BYTES: [&str; 16] = [
    "abc",
    "%0D%0A",
    "%0D",
    "%0A",
    "%FF",
    "%C3%A9",
    "%C3",
    "%E2%82",
    "%E2%82%AC",
    "%ED%A0%80",
    "%F0%9F%98",
    "%F0%9F%98%80",
    "%00",
    "%FE%FF",
    "%FF%FE",
    "%81",
];
