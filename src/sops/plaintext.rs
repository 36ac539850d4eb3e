//! The bytes inside envelopes: what each type looks like, on the way in and on the way out.
//!
//! sops parses what it opens and prints it again for the MAC, so `+5` counts as `5`. Truth: sops 3.12.2, `aes/cipher.go`
//! and `sops.go` (`ToBytes`), with Go 1.24's `strconv`. Limitations: Go's hexadecimal floats are refused.

use super::entry::LeafType;
use super::rfc3339::Rfc3339;
use crate::secret::{Secret, SecretBuffer};
use std::fmt::{self, Write as _};
use std::str;

/// The plaintext as sops would print it, in place of `plaintext`; false where it is no value of that type.
pub(super) fn normalise(leaf_type: LeafType, plaintext: &mut SecretBuffer) -> bool {
    let Ok(text) = str::from_utf8(plaintext.expose()) else { return is_untyped(leaf_type) };
    let normal = match leaf_type {
        _ if is_untyped(leaf_type) => return true,
        LeafType::Int => int(text),
        LeafType::Float => float(text),
        LeafType::Bool => go_bool(text).map(|value| bytes(if value { b"True" } else { b"False" })),
        LeafType::Time => time(text),
        _ => None,
    };
    match normal {
        None => false,
        Some(normal) => {
            *plaintext = normal;
            true
        }
    }
}

fn is_untyped(leaf_type: LeafType) -> bool {
    matches!(leaf_type, LeafType::Str | LeafType::Bytes)
}

/// What a person typed as a value of a type, as sops would seal it.
pub(super) fn from_typed(leaf_type: LeafType, typed: Secret) -> Option<Secret> {
    if is_untyped(leaf_type) {
        return Some(typed);
    }
    let text = str::from_utf8(typed.expose()).ok()?.trim();
    let normal = match leaf_type {
        LeafType::Int => int(text),
        LeafType::Float => yaml_special_float(text).or_else(|| float(text)),
        LeafType::Bool => typed_bool(text),
        LeafType::Time => time(text),
        _ => None,
    };
    normal.map(SecretBuffer::into_secret)
}

/// How YAML writes an opened value: `True` is `true` there. Strings are not touched.
pub(super) fn to_yaml(leaf_type: LeafType, plaintext: &mut SecretBuffer) {
    let shown = match (leaf_type, plaintext.expose()) {
        (LeafType::Bool, b"True") => bytes(b"true"),
        (LeafType::Bool, _) => bytes(b"false"),
        (LeafType::Float, b"NaN") => bytes(b".nan"),
        (LeafType::Float, b"+Inf") => bytes(b".inf"),
        (LeafType::Float, b"-Inf") => bytes(b"-.inf"),
        (LeafType::Float, digits) => match yaml_float(digits) {
            Some(shown) => shown,
            None => return,
        },
        _ => return,
    };
    *plaintext = shown;
}

/// `FormatFloat(…, 'g', -1, 64)` where that has an exponent: below 10⁻⁴ and from 10⁶ on. None where the digits stay.
fn yaml_float(digits: &[u8]) -> Option<SecretBuffer> {
    let value: f64 = str::from_utf8(digits).ok()?.parse().ok()?;
    let scientific = formatted(format_args!("{value:e}"));
    let (mantissa, exponent) = str::from_utf8(scientific.expose()).ok()?.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let sign = if exponent < 0 { '-' } else { '+' };
    let has_exponent = value != 0.0 && !(-4..6).contains(&exponent);
    has_exponent.then(|| formatted(format_args!("{mantissa}e{sign}{:02}", exponent.abs())))
}

fn bytes(bytes: &[u8]) -> SecretBuffer {
    let mut buffer = SecretBuffer::new();
    buffer.push_bytes(bytes);
    buffer
}

/// Formats straight into the arena.
struct Formatter(SecretBuffer);

impl fmt::Write for Formatter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_bytes(text.as_bytes());
        Ok(())
    }
}

fn formatted(value: fmt::Arguments<'_>) -> SecretBuffer {
    let mut formatter = Formatter(SecretBuffer::new());
    formatter.write_fmt(value).expect("writing to the arena cannot fail");
    formatter.0
}

/// `strconv.Atoi`: a decimal number of 64 bits with an optional sign.
fn int(text: &str) -> Option<SecretBuffer> {
    text.parse::<i64>().ok().map(|value| formatted(format_args!("{value}")))
}

/// `strconv.ParseFloat`, printed as `FormatFloat(…, 'f', -1, 64)`.
fn float(text: &str) -> Option<SecretBuffer> {
    let value: f64 = text.parse().ok()?;
    let letters = text.trim_start_matches(['+', '-']);
    let is_named = letters.starts_with(['i', 'I', 'n', 'N']);
    if value.is_nan() {
        return (letters.len() == text.len()).then(|| bytes(b"NaN"));
    }
    if value.is_infinite() {
        return is_named.then(|| bytes(if value > 0.0 { b"+Inf" } else { b"-Inf" }));
    }
    Some(formatted(format_args!("{value}")))
}

fn yaml_special_float(text: &str) -> Option<SecretBuffer> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(bytes(b"NaN")),
        ".inf" | "+.inf" => Some(bytes(b"+Inf")),
        "-.inf" => Some(bytes(b"-Inf")),
        _ => None,
    }
}

/// `strconv.ParseBool`
fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// What YAML takes for a truth value, nothing else: whoever types `1` means a number.
fn typed_bool(text: &str) -> Option<SecretBuffer> {
    match text {
        "true" | "True" | "TRUE" => Some(bytes(b"True")),
        "false" | "False" | "FALSE" => Some(bytes(b"False")),
        _ => None,
    }
}

/// `time.Time.UnmarshalText` and `MarshalText`
fn time(text: &str) -> Option<SecretBuffer> {
    let time = Rfc3339::parse(text)?;
    let point = if time.fraction.is_empty() { "" } else { "." };
    Some(formatted(format_args!("{}{point}{}{}", time.date_time, time.fraction, time.zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(leaf_type: LeafType, plaintext: &str, expected: Option<&str>) {
        let mut buffer = bytes(plaintext.as_bytes());
        let outcome = normalise(leaf_type, &mut buffer).then(|| str::from_utf8(buffer.expose()).unwrap());
        assert_eq!(outcome, expected, "{} {plaintext}", leaf_type.name());
    }

    fn typed(leaf_type: LeafType, text: &str, expected: Option<&str>) {
        let outcome = from_typed(leaf_type, Secret::from_exposed(text.as_bytes()));
        let outcome = outcome.as_ref().map(|secret| str::from_utf8(secret.expose()).unwrap());
        assert_eq!(outcome, expected, "{} {text}", leaf_type.name());
    }

    #[test]
    fn numbers_count_as_go_prints_them() {
        check(LeafType::Int, "+5", Some("5"));
        check(LeafType::Int, "-007", Some("-7"));
        check(LeafType::Int, "9223372036854775807", Some("9223372036854775807"));
        check(LeafType::Int, "9223372036854775808", None);
        check(LeafType::Int, "1.5", None);
        check(LeafType::Int, "", None);
        check(LeafType::Float, "1e3", Some("1000"));
        check(LeafType::Float, "1.10", Some("1.1"));
        check(LeafType::Float, "-0.0", Some("-0"));
        check(LeafType::Float, "1e-7", Some("0.0000001"));
        check(LeafType::Float, "123456789012345678901234567890", Some("123456789012345680000000000000"));
        check(LeafType::Float, "inf", Some("+Inf"));
        check(LeafType::Float, "-Infinity", Some("-Inf"));
        check(LeafType::Float, "nan", Some("NaN"));
        check(LeafType::Float, "+nan", None);
        check(LeafType::Float, "1e400", None);
    }

    #[test]
    fn truth_values_and_times_count_as_go_prints_them() {
        check(LeafType::Bool, "t", Some("True"));
        check(LeafType::Bool, "0", Some("False"));
        check(LeafType::Bool, "yes", None);
        check(LeafType::Time, "2001-12-14T21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00"));
        check(LeafType::Time, "2001-12-14T00:00:00+00:00", Some("2001-12-14T00:00:00Z"));
        check(LeafType::Time, "2001-12-14", None);
        check(LeafType::Str, " as it is ", Some(" as it is "));
    }

    #[test]
    fn yaml_has_its_own_spellings() {
        let check = |leaf_type: LeafType, plaintext: &str, expected: &str| {
            let mut buffer = bytes(plaintext.as_bytes());
            to_yaml(leaf_type, &mut buffer);
            assert_eq!(str::from_utf8(buffer.expose()).unwrap(), expected, "{plaintext}");
        };
        check(LeafType::Bool, "True", "true");
        check(LeafType::Float, "-Inf", "-.inf");
        check(LeafType::Float, "1000", "1000");
        check(LeafType::Float, "123456.5", "123456.5");
        check(LeafType::Float, "1000000", "1e+06");
        check(LeafType::Float, "123456789.123", "1.23456789123e+08");
        check(LeafType::Float, "0.0001", "0.0001");
        check(LeafType::Float, "0.00001", "1e-05");
        check(LeafType::Float, "0", "0");
        check(LeafType::Int, "1000000", "1000000");
        check(LeafType::Str, "True", "True");
    }

    #[test]
    fn what_is_typed_is_read_as_asked() {
        typed(LeafType::Str, " 8080", Some(" 8080"));
        typed(LeafType::Int, " 8080\n", Some("8080"));
        typed(LeafType::Int, "0x10", None);
        typed(LeafType::Bool, "true", Some("True"));
        typed(LeafType::Bool, "1", None);
        typed(LeafType::Float, ".inf", Some("+Inf"));
        typed(LeafType::Time, "2026-01-31T23:59:59.50Z", Some("2026-01-31T23:59:59.5Z"));
        typed(LeafType::Null, "null", None);
    }
}
