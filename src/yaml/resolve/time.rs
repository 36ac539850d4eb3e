//! Timestamps as go-yaml reads them (resolve.go, `parseTimestamp`) and as Go prints them (`time.RFC3339Nano`).
//!
//! The date and the clock are printed as they were read, in the zone that was given: no calendar is needed beyond
//! the length of months.

/// Reads a timestamp and prints it; `None` when the text is none.
pub(super) fn read(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let begins_with_year = bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-';
    if !begins_with_year {
        return None;
    }
    let mut rest = Rest(&bytes[5..]);
    let year = bytes[..4].iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let month = rest.number()?;
    rest.literal(b'-')?;
    let day = rest.number()?;
    if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.0.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let zoned = rest.literal(b'T').or_else(|| rest.literal(b't')).is_some();
    if !zoned {
        rest.blanks()?;
    }
    let clock = rest.clock()?;
    let zone = if zoned { rest.zone()? } else { "Z".to_owned() };
    rest.0.is_empty().then(|| format!("{date}T{clock}{zone}"))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What has not been read yet.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn literal(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    /// One blank or more.
    fn blanks(&mut self) -> Option<()> {
        self.literal(b' ')?;
        while self.literal(b' ').is_some() {}
        Some(())
    }

    /// One digit or two.
    fn number(&mut self) -> Option<u32> {
        let length = self.0.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        (length > 0).then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// Hours, minutes, seconds and perhaps a fraction, of which nine digits count.
    fn clock(&mut self) -> Option<String> {
        let hour = self.number()?;
        self.literal(b':')?;
        let minute = self.number()?;
        self.literal(b':')?;
        let second = self.number()?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(format!("{hour:02}:{minute:02}:{second:02}{}", self.fraction()))
    }

    fn fraction(&mut self) -> String {
        let (Some(b'.' | b','), Some(b'0'..=b'9')) = (self.0.first(), self.0.get(1)) else { return String::new() };
        let length = self.0[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits: String = self.0[1..=length].iter().take(9).map(|digit| char::from(*digit)).collect();
        self.0 = &self.0[1 + length..];
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() { String::new() } else { format!(".{digits}") }
    }

    /// `Z` or `±hh:mm`; Go takes 24 hours and 60 minutes, and prints no offset as `Z`.
    fn zone(&mut self) -> Option<String> {
        if self.literal(b'Z').is_some() {
            return Some("Z".to_owned());
        }
        let &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, ref rest @ ..] = self.0 else { return None };
        if ![h1, h2, m1, m2].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let two = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
        let (hours, minutes) = (two(h1, h2), two(m1, m2));
        if hours > 24 || minutes > 60 {
            return None;
        }
        self.0 = rest;
        let total = hours * 60 + minutes;
        Some(match total {
            0 => "Z".to_owned(),
            _ => format!("{}{:02}:{:02}", char::from(sign), total / 60, total % 60),
        })
    }
}
