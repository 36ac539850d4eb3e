//! RFC 3339 as Go reads and writes it (Go 1.24, `time/format_rfc3339.go`), as far as metadata need it.

use jiff::civil;

/// The time without its fraction and with `Z` for UTC: what sops makes of `lastmodified` before it binds the MAC to it.
///
/// None where Go would refuse the text.
pub(crate) fn without_fraction(text: &str) -> Option<String> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let bytes = date_time.as_bytes();
    let shaped = bytes.iter().zip(b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == shape,
    });
    if !shaped || date_time.parse::<civil::DateTime>().is_err() || &date_time[17..] == "60" {
        return None;
    }
    let zone = zone(after_fraction(rest)?)?;
    Some(format!("{date_time}{zone}"))
}

fn after_fraction(rest: &str) -> Option<&str> {
    let Some(fraction) = rest.strip_prefix(['.', ',']) else { return Some(rest) };
    let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (zone.len() < fraction.len()).then_some(zone)
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

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(without_fraction(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn fractions_go_and_utc_is_z() {
        check("2024-01-02T03:04:05Z", Some("2024-01-02T03:04:05Z"));
        check("2024-01-02T03:04:05.5Z", Some("2024-01-02T03:04:05Z"));
        check("2024-01-02T03:04:05.123456789+00:00", Some("2024-01-02T03:04:05Z"));
        check("2024-01-02T03:04:05+01:00", Some("2024-01-02T03:04:05+01:00"));
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
