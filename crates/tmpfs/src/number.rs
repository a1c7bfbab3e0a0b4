//! The notation of numbers in limits.

/// Reads a number with an optional unit of KiB, MiB or GiB, as the options of Linux's tmpfs: `64M`.
///
/// Returns `None` unless the text is decimal digits followed by at most one of the letters K, M and
/// G, in either case. It also returns `None` if the number does not fit 64 bits.
///
/// # Example
/// ```
/// assert_eq!(tmpfs::parse_number("64M"), Some(64 << 20));
/// assert_eq!(tmpfs::parse_number("-1"), None);
/// ```
#[must_use]
pub fn parse_number(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()? {
        b'k' | b'K' => 1 << 10,
        b'm' | b'M' => 1 << 20,
        b'g' | b'G' => 1 << 30,
        _ => 1,
    };
    let digits = if unit == 1 { text } else { &text[..text.len() - 1] };
    // `parse` alone would accept a sign.
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::parse_number;

    #[test]
    fn numbers_have_units() {
        assert_eq!(parse_number("17"), Some(17));
        assert_eq!(parse_number("2K"), Some(2048));
        assert_eq!(parse_number("2k"), Some(2048));
        assert_eq!(parse_number("3m"), Some(3_145_728));
        assert_eq!(parse_number("64M"), Some(67_108_864));
        assert_eq!(parse_number("1g"), Some(1_073_741_824));
        assert_eq!(parse_number("0G"), Some(0));
        assert_eq!(parse_number("18446744073709551615"), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_number_or_does_not_fit_is_refused() {
        let texts = ["", "K", "+1", "-1", "1 M", "1.5G", "1é", "é", "1T", "1KK", "0x10", "1_000"];
        for text in texts {
            assert_eq!(parse_number(text), None, "{text}");
        }
        for text in ["18446744073709551616", "18446744073709551615K", "99999999999999999999"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}
