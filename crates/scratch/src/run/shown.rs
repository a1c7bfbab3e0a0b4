//! Amounts of bytes for the user.

/// Formats an amount of bytes with the largest unit of 1024 in which it is at least 1.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let power = bytes.checked_ilog2().unwrap_or(0) / 10;
    let Some(above) = power.checked_sub(1) else { return format!("{bytes} B") };
    let unit = UNITS[usize::try_from(above).expect("BUG: it is at most 5")];
    // Tenths are rounded down.
    let (whole, rest) = (bytes >> (10 * power), bytes >> (10 * above) & 1023);
    format!("{whole}.{} {unit}", rest * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, told) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1023.9 KiB"),
            (1 << 20, "1.0 MiB"),
            (64 << 20, "64.0 MiB"),
            (5 << 29, "2.5 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }
}
