//! Numbers as go-yaml reads them: Go's `strconv` with base prefixes, underscores dropped, then decimal floats.

use super::Resolved;

/// Reads a number; `None` when the text is none.
pub(super) fn read(text: &str) -> Option<Resolved<'static>> {
    match text.as_bytes().first()? {
        b'.' => go_float(text).map(Resolved::Float),
        b'0'..=b'9' | b'+' | b'-' => {
            let plain = if text.contains('_') { &text.replace('_', "") } else { text };
            signed(plain, None)
                .map(Resolved::Int)
                .or_else(|| unsigned(plain).map(Resolved::UInt))
                .or_else(|| is_decimal_float(plain).then(|| finite(plain)).flatten().map(Resolved::Float))
                .or_else(|| odd_prefix(plain).map(Resolved::Int))
        }
        _ => None,
    }
}

/// `strconv.ParseInt(text, base, 64)`; without a base the prefix tells it, and a leading zero means octal.
fn signed(text: &str, base: Option<u32>) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = magnitude(digits, base)?;
    let value = if negative { -i128::from(value) } else { i128::from(value) };
    i64::try_from(value).ok()
}

/// `strconv.ParseUint(text, 0, 64)`.
fn unsigned(text: &str) -> Option<u64> {
    magnitude(text, None)
}

fn magnitude(digits: &str, base: Option<u32>) -> Option<u64> {
    let (base, digits) = match (base, digits.get(..2)) {
        (Some(base), _) => (base, digits),
        (None, Some("0x" | "0X")) => (16, &digits[2..]),
        (None, Some("0o" | "0O")) => (8, &digits[2..]),
        (None, Some("0b" | "0B")) => (2, &digits[2..]),
        (None, Some(_)) if digits.starts_with('0') => (8, &digits[1..]),
        (None, _) => (10, digits),
    };
    // Rust would take a sign here, Go has read it already.
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    all_digits.then(|| u64::from_str_radix(digits, base).ok()).flatten()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
        None => digits(mantissa) && !mantissa.is_empty(),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        digits(exponent) && !exponent.is_empty()
    });
    mantissa_fits && exponent_fits
}

/// `strconv.ParseFloat` of a text that begins with a point.
fn go_float(text: &str) -> Option<f64> {
    is_decimal_float(text).then(|| finite(text)).flatten()
}

/// A number too large for a float is an error in Go, not infinity.
fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// What go-yaml still takes after Go has refused it: a sign behind the prefix.
fn odd_prefix(text: &str) -> Option<i64> {
    let (digits, base) = match (text.strip_prefix("0b"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 2),
        (_, Some(digits)) => (digits, 8),
        _ => return None,
    };
    signed(digits, Some(base))
}
