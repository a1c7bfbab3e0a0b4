//! The words of scripts and outcomes.

/// A script: its lines.
pub type Script = Vec<String>;

pub type Outcomes = Vec<String>;

const PLAIN: &str = "_-./";

/// Formats bytes as printable text: anything but letters, digits and `allowed` as `%XX`.
pub(super) fn escaped_but(bytes: &[u8], allowed: &str) -> String {
    let mut text = String::new();
    for &byte in bytes {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || PLAIN.contains(character) || allowed.contains(character)
        {
            text.push(character);
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

pub(super) fn escaped(bytes: &[u8]) -> String {
    escaped_but(bytes, "")
}

/// Returns a word of a script without its escapes.
pub(super) fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    bytes
}

/// Returns a word that is text, such as a mode.
pub(super) fn text(word: &str) -> String {
    String::from_utf8(unescaped(word)).expect("a word of text is UTF-8")
}

/// The root as the guest knows it.
pub(super) const ROOT: &str = "/tmp";

/// Returns a path of a script as the guest names it.
pub(super) fn guest(word: &str) -> String {
    match word.strip_prefix('@') {
        Some(below) => ROOT.to_owned() + &text(below),
        None => text(word),
    }
}

/// Returns the bytes that a word of content stands for.
pub(super) fn content(word: &str) -> Vec<u8> {
    if word == "\"\"" {
        return Vec::new();
    }
    let piece = |piece: &str| {
        let (piece, times) = piece.split_once('*').unwrap_or((piece, "1"));
        unescaped(piece).repeat(times.parse().unwrap())
    };
    word.split('+').flat_map(piece).collect()
}

/// Formats bytes as an outcome shows them: whole, or their number and a checksum.
pub(super) fn in_short(bytes: &[u8]) -> String {
    if bytes.len() <= 40 {
        escaped(bytes)
    } else {
        format!("{}:{:08x}", bytes.len(), adler32(bytes))
    }
}

pub(super) fn list_in_short(items: &[String]) -> String {
    let joined = items.join(",");
    if joined.len() <= 120 {
        format!("[{joined}]")
    } else {
        format!("[{} {:08x}]", items.len(), adler32(joined.as_bytes()))
    }
}

/// Returns the checksum of RFC 1950, which Python has as `zlib.adler32`.
pub fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes can be summed up before the sums must be reduced.
    for chunk in bytes.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        (a, b) = (a % 65521, b % 65521);
    }
    b << 16 | a
}
