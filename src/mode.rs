//! Modes and buffers of files: the checks of CPython's `io.open` that come before a file is made,
//! in their order.

use alloc::format;

use crate::error::{Error, Result};

/// A type of file. In Python only the mode tells the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    Binary,
    Text,
}

impl Flavour {
    /// Returns the mode of a file that is opened without one.
    pub(crate) fn default_mode(self) -> &'static str {
        match self {
            Self::Binary => "w+b",
            Self::Text => "w+",
        }
    }

    /// Refuses a mode of the other flavour: the object to return is of another type.
    pub(crate) fn check(self, binary: bool) -> Result<()> {
        match (self, binary) {
            (Self::Binary, false) => Err(Error::unsupported(
                "a text mode makes a text file, which another function opens; or add 'b'",
            )),
            (Self::Text, true) => Err(Error::unsupported(
                "a binary mode makes a binary file, which another function opens; or leave out 'b'",
            )),
            _ => Ok(()),
        }
    }
}

/// CPython's text for a text file without a buffer.
pub(crate) const UNBUFFERED: &str = "can't have unbuffered text I/O";

/// The default size of a file's buffer in bytes: CPython's `io.DEFAULT_BUFFER_SIZE`, which it uses
/// if the filesystem does not tell a block size.
pub(crate) const BUFFER_SIZE: usize = 8192;

/// A mode string, taken apart. The letter sets the direction only: the file is always new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mode {
    letter: Letter,
    updating: bool,
    text: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Append,
    Read,
    Write,
    Exclusive,
}

impl Mode {
    /// `O_RDWR`, as `mkstemp` opens.
    pub(crate) const READ_WRITE: Self = Self { letter: Letter::Read, updating: true, text: false };

    /// Checks `mode`, and that a binary one comes without the parameters of text.
    pub(crate) fn parse(mode: &str, parameters: TextParameters<'_>) -> Result<Self> {
        let symbols = mode.as_bytes();
        let TextParameters { encoding, errors, newline } = parameters;
        if [Some(mode), encoding, errors, newline].into_iter().flatten().any(|it| it.contains('\0'))
        {
            return Err(Error::value("embedded null character"));
        }
        for (at, symbol) in symbols.iter().enumerate() {
            if !b"axrwb+t".contains(symbol) || symbols[..at].contains(symbol) {
                return Err(Error::value(format!("invalid mode: '{mode}'")));
            }
        }
        let (text, binary) = (symbols.contains(&b't'), symbols.contains(&b'b'));
        if text && binary {
            return Err(Error::value("can't have text and binary mode at once"));
        }
        let mut letter = None;
        for symbol in symbols {
            let given = match symbol {
                b'a' => Letter::Append,
                b'r' => Letter::Read,
                b'w' => Letter::Write,
                b'x' => Letter::Exclusive,
                _ => continue,
            };
            if letter.replace(given).is_some() {
                return Err(Error::value("must have exactly one of create/read/write/append mode"));
            }
        }
        if binary {
            parameters.refuse()?;
        }
        let Some(letter) = letter else {
            return Err(Error::value(
                "Must have exactly one of create/read/write/append mode and at most one plus",
            ));
        };
        Ok(Self { letter, updating: symbols.contains(&b'+'), text: !binary })
    }

    /// Tells the mode of a text file.
    pub(crate) fn text(self) -> bool {
        self.text
    }

    pub(crate) fn readable(self) -> bool {
        self.updating || self.letter == Letter::Read
    }

    pub(crate) fn appends(self) -> bool {
        self.letter == Letter::Append
    }

    pub(crate) fn writable(self) -> bool {
        self.updating || self.letter != Letter::Read
    }

    /// Returns the mode as `FileIO.mode` spells it.
    pub(crate) fn name(self) -> &'static str {
        match (self.letter, self.updating) {
            (Letter::Append, false) => "ab",
            (Letter::Append, true) => "ab+",
            (Letter::Exclusive, false) => "xb",
            (Letter::Exclusive, true) => "xb+",
            (Letter::Read, false) => "rb",
            (Letter::Write, false) => "wb",
            (Letter::Read | Letter::Write, true) => "rb+",
        }
    }
}

/// The way in which a file passes bytes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buffering {
    /// Every call goes to the host.
    Unbuffered,
    /// Through a buffer of this many bytes.
    Buffer(usize),
}

impl Buffering {
    /// Applies the rules of `io.open`: a negative size is the default, 0 is no buffer, and 1 (line
    /// buffering) is the default in a binary file, about which Python warns.
    pub(crate) fn parse(buffering: i32) -> Self {
        match usize::try_from(buffering) {
            Ok(0) => Self::Unbuffered,
            Ok(1) | Err(_) => Self::Buffer(BUFFER_SIZE),
            Ok(size) => Self::Buffer(size),
        }
    }
}

/// The parameters that only a text file takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextParameters<'a> {
    pub(crate) encoding: Option<&'a str>,
    pub(crate) errors: Option<&'a str>,
    pub(crate) newline: Option<&'a str>,
}

impl TextParameters<'_> {
    fn refuse(self) -> Result<()> {
        let message = match (self.encoding, self.errors, self.newline) {
            (Some(_), _, _) => "binary mode doesn't take an encoding argument",
            (_, Some(_), _) => "binary mode doesn't take an errors argument",
            (_, _, Some(_)) => "binary mode doesn't take a newline argument",
            (None, None, None) => return Ok(()),
        };
        Err(Error::value(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use chance::Chance;

    fn parse(mode: &str) -> Result<Mode> {
        Mode::parse(mode, TextParameters::default())
    }

    #[test]
    fn a_binary_mode_is_named_as_file_io_names_it() {
        // Right-hand sides: `tempfile.TemporaryFile(mode).mode` of CPython 3.13.
        for (mode, name) in [
            ("wb", "wb"),
            ("w+b", "rb+"),
            ("rb", "rb"),
            ("r+b", "rb+"),
            ("ab", "ab"),
            ("a+b", "ab+"),
            ("xb", "xb"),
            ("x+b", "xb+"),
            ("b+w", "rb+"),
        ] {
            assert_eq!(parse(mode).unwrap().name(), name, "{mode}");
        }
    }

    #[test]
    fn a_wrong_mode_is_refused_in_pythons_words() {
        const ONE: &str =
            "Must have exactly one of create/read/write/append mode and at most one plus";
        const MANY: &str = "must have exactly one of create/read/write/append mode";
        // Right-hand sides: the ValueError of `tempfile.TemporaryFile(mode)` of CPython 3.13.
        for (mode, text) in [
            ("", ONE),
            ("b", ONE),
            ("+", ONE),
            ("t", ONE),
            ("z", "invalid mode: 'z'"),
            ("U", "invalid mode: 'U'"),
            ("W", "invalid mode: 'W'"),
            ("bb", "invalid mode: 'bb'"),
            ("wwb", "invalid mode: 'wwb'"),
            ("w++b", "invalid mode: 'w++b'"),
            ("zt b", "invalid mode: 'zt b'"),
            ("wbt", "can't have text and binary mode at once"),
            ("rwb", MANY),
            ("brx", MANY),
            ("wb\0", "embedded null character"),
        ] {
            assert_eq!(parse(mode).unwrap_err().to_string(), text, "{mode}");
        }
    }

    #[test]
    fn a_binary_file_takes_no_parameter_of_text() {
        let given = |encoding, errors, newline| {
            let parameters = TextParameters { encoding, errors, newline };
            Mode::parse("b", parameters).unwrap_err().to_string()
        };
        // Also where the mode lacks its letter: CPython 3.13 checks that later.
        let text = |name| format!("binary mode doesn't take {name} argument");
        assert_eq!(given(Some("x"), Some("x"), Some("x")), text("an encoding"));
        assert_eq!(given(None, Some("x"), Some("x")), text("an errors"));
        assert_eq!(given(None, None, Some("")), text("a newline"));
    }

    #[test]
    fn buffering_follows_io_open() {
        assert_eq!(Buffering::parse(0), Buffering::Unbuffered);
        assert_eq!(Buffering::parse(-1), Buffering::Buffer(8192));
        assert_eq!(Buffering::parse(i32::MIN), Buffering::Buffer(8192));
        assert_eq!(Buffering::parse(1), Buffering::Buffer(8192));
        assert_eq!(Buffering::parse(2), Buffering::Buffer(2));
    }

    #[test]
    fn any_string_is_a_mode_or_a_value_error() {
        let mut chance = Chance(0x5eed);
        let alphabet: alloc::vec::Vec<char> = "axrwb+taxrwb+tzU\0é\u{10ffff}".chars().collect();
        for _ in 0..50_000 {
            let length = chance.below(6);
            let mode: alloc::string::String =
                (0..length).map(|_| alphabet[chance.below(alphabet.len())]).collect();
            let count = |letters: &str| mode.chars().filter(|it| letters.contains(*it)).count();
            let each_once = "axrwb+t".chars().all(|letter| mode.matches(letter).count() < 2);
            let known = count("axrwb+t") == mode.chars().count();
            let expected = known && each_once && count("tb") < 2 && count("axrw") == 1;
            match parse(&mode) {
                Ok(parsed) => assert!(expected && parsed.text() == (count("b") == 0), "{mode:?}"),
                Err(error) => assert!(!expected && matches!(error, Error::Value(_)), "{mode:?}"),
            }
        }
    }
}
