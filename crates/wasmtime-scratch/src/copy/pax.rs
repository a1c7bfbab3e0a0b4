//! Records of pax headers: properties of an entry in addition to its header.

use std::io::Write;

use tmpfs::Timestamp;

/// Returns the next record of a header, as key and value, and the rest. A record begins with its
/// own length, so that a value can contain any bytes.
pub(crate) fn record(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length: usize = number(&bytes[..space])?.try_into().ok()?;
    let record = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let key = str::from_utf8(&record[..equals]).ok()?;
    Some((key, &record[equals + 1..], &bytes[length..]))
}

/// Adds a record.
pub(crate) fn add(records: &mut Vec<u8>, key: &str, value: &[u8]) {
    // The length includes its own digits.
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() > length {
        length += 1;
    }
    write!(records, "{length} {key}=").expect("BUG: a vector takes what is written");
    records.extend_from_slice(value);
    records.push(b'\n');
}

/// Returns a number that consists of decimal digits only.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| str::from_utf8(digits).ok()?.parse().ok())?
}

/// Returns the time in a record: seconds, with or without a fraction. Digits finer than nanoseconds
/// are ignored. A time beyond the last one becomes the last one.
pub(crate) fn time(value: &[u8]) -> Option<Timestamp> {
    let (negative, value) = match value.strip_prefix(b"-") {
        Some(value) => (true, value),
        None => (false, value),
    };
    let (whole, fraction) = match value.iter().position(|byte| *byte == b'.') {
        Some(point) => (&value[..point], &value[point + 1..]),
        None => (value, &b""[..]),
    };
    let seconds = i64::try_from(number(whole)?).unwrap_or(i64::MAX);
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = fraction.iter().map(|digit| u32::from(digit - b'0')).chain([0; 9]);
    let nanoseconds = digits.take(9).fold(0, |number, digit| number * 10 + digit);
    Some(match (negative, nanoseconds) {
        (false, _) => Timestamp { seconds, nanoseconds },
        (true, 0) => Timestamp { seconds: -seconds, nanoseconds },
        (true, _) => Timestamp { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds },
    })
}

/// Returns the text of a time in a record.
pub(crate) fn time_text(time: Timestamp) -> String {
    let Timestamp { seconds, nanoseconds } = time;
    match (seconds < 0, nanoseconds) {
        (_, 0) => format!("{seconds}"),
        (false, _) => format!("{seconds}.{nanoseconds:09}"),
        // Seconds are rounded down, while the text is rounded towards zero.
        (true, _) => {
            format!("-{}.{:09}", (seconds + 1).unsigned_abs(), 1_000_000_000 - nanoseconds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_by_their_length() {
        // POSIX, pax: "25 ctime=1084839148.1212\n" is one of 25 bytes.
        let bytes = b"25 ctime=1084839148.1212\n13 path=a\nb\n\n";
        let (key, value, rest) = record(bytes).unwrap();
        assert_eq!((key, value), ("ctime", &b"1084839148.1212"[..]));
        assert_eq!(record(rest), Some(("path", &b"a\nb\n"[..], &b""[..])));
        for wrong in ["", "9", "0 a=b\n", "6 a=b", "99 a=b\n", "5 ab\n", "-6 a=b\n", "+6 a=b\n"] {
            assert_eq!(record(wrong.as_bytes()), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_record_counts_its_own_length() {
        for length in 0..1200 {
            let mut records = Vec::new();
            add(&mut records, "path", &vec![b'a'; length]);
            let (_, value, rest) = record(&records).unwrap();
            assert_eq!((value.len(), rest.len()), (length, 0));
        }
    }

    #[test]
    fn times_before_1970_are_rounded_down() {
        for (text, seconds, nanoseconds) in [
            ("0", 0, 0),
            ("1.5", 1, 500_000_000),
            ("1.0000000019", 1, 1),
            ("-1", -1, 0),
            ("-0.25", -1, 750_000_000),
            ("-1.5", -2, 500_000_000),
        ] {
            let told = Timestamp { seconds, nanoseconds };
            assert_eq!(time(text.as_bytes()), Some(told), "{text}");
            assert_eq!(time(time_text(told).as_bytes()), Some(told), "{text}");
        }
        for wrong in ["", "-", ".5", "1.x", "1e9", "+1", "99999999999999999999"] {
            assert_eq!(time(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
