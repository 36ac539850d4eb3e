//! RFC 3339 as Go reads and writes it (Go 1.24, `time/format_rfc3339.go`), for `lastmodified` and for values of type
//! time.

use jiff::civil;

/// The parts of a time, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rfc3339<'a> {
    /// `2026-01-31T23:59:59`
    pub(super) date_time: &'a str,
    /// The digits behind the point, without trailing zeros.
    pub(super) fraction: &'a str,
    /// `Z` for UTC, `+01:00` otherwise.
    pub(super) zone: &'a str,
}

impl<'a> Rfc3339<'a> {
    /// Reads a time; none where Go would refuse it.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (date_time, rest) = text.split_at_checked(19)?;
        let is_shaped = date_time.bytes().zip(b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *shape,
        });
        if !is_shaped || date_time.parse::<civil::DateTime>().is_err() || date_time.ends_with("60") {
            return None;
        }
        let (fraction, rest) = fraction(rest)?;
        Some(Self { date_time, fraction, zone: zone(rest)? })
    }

    /// The time without its fraction: what sops makes of `lastmodified` before it binds the MAC to it.
    pub(super) fn without_fraction(&self) -> String {
        format!("{}{}", self.date_time, self.zone)
    }
}

fn fraction(rest: &str) -> Option<(&str, &str)> {
    let Some(digits) = rest.strip_prefix(['.', ',']) else { return Some(("", rest)) };
    let zone = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = &digits[..digits.len() - zone.len()];
    // Go reads on, but keeps nanoseconds only.
    let kept = &digits[..digits.len().min(9)];
    (!digits.is_empty()).then(|| (kept.trim_end_matches('0'), zone))
}

fn zone(text: &str) -> Option<&str> {
    if text == "Z" {
        return Some("Z");
    }
    let [b'+' | b'-', h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let digits = [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit());
    if !digits || text[1..3] > *"23" || text[4..6] > *"59" {
        return None;
    }
    Some(if text[1..] == *"00:00" { "Z" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let read = Rfc3339::parse(text);
        assert_eq!(read.map(|time| (time.fraction, time.zone)), expected, "{text}");
        assert!(read.is_none_or(|time| time.date_time == "2024-01-02T03:04:05"), "{text}");
    }

    #[test]
    fn fractions_are_trimmed_and_utc_is_z() {
        check("2024-01-02T03:04:05Z", Some(("", "Z")));
        check("2024-01-02T03:04:05.50Z", Some(("5", "Z")));
        check("2024-01-02T03:04:05.1234567899+00:00", Some(("123456789", "Z")));
        check("2024-01-02T03:04:05.000+01:00", Some(("", "+01:00")));
        check("2024-01-02T03:04:05-00:00", Some(("", "Z")));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "2024-01-02", "2024-01-02 03:04:05Z", "2024-01-02T03:04:05", "2024-13-02T03:04:05Z"] {
            check(text, None);
        }
        for text in
            ["2024-01-02t03:04:05Z", "2024-01-02T03:04:05.Z", "2024-01-02T03:04:60Z", "2024-01-02T03:04:05+0100"]
        {
            check(text, None);
        }
    }
}
