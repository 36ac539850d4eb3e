//! What a scalar means: typing exactly as go.yaml.in/yaml v3.0.4 does it (resolve.go, decode.go), and the texts that
//! Go prints for the values.
//!
//! Not what YAML 1.2 says: `yes` is a string, `017` is fifteen, `1_000` is a thousand, `0b-1` is minus one.

mod number;
mod time;

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Kind, NodeId, ScalarStyle, Yaml};

/// A resolved scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved<'y> {
    /// `null`, `~`, nothing at all.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number that fits 64 bits with sign.
    Int(i64),
    /// A number above that, which SOPS refuses.
    UInt(u64),
    /// A floating-point number, infinities and NaN included.
    Float(f64),
    /// A point in time, as RFC 3339 with nanoseconds trimmed of trailing zeros: what SOPS hashes and seals.
    Time(String),
    /// A text. A plain `<<` (a merge key) is one as well.
    Str(Cow<'y, str>),
    /// The bytes of a `!!binary`.
    Binary(Vec<u8>),
}

/// A tag that does not fit its text, such as `!!int foo`. go-yaml refuses it; SOPS drops the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: the tag {tag} does not fit the value")]
pub struct Impossible {
    /// Where.
    pub line: usize,
    /// The tag.
    pub tag: String,
}

impl Resolved<'_> {
    /// The bytes SOPS hashes for an unsealed value and seals for a sealed one; `None` for null.
    ///
    /// Integers in decimal, floats in the shortest form without exponent, booleans as `True` and `False`.
    #[must_use]
    pub fn canonical(&self) -> Option<Cow<'_, [u8]>> {
        let text = match self {
            Self::Null => return None,
            Self::Bool(true) => return Some(Cow::Borrowed(b"True")),
            Self::Bool(false) => return Some(Cow::Borrowed(b"False")),
            Self::Str(text) => return Some(Cow::Borrowed(text.as_bytes())),
            Self::Time(text) => return Some(Cow::Borrowed(text.as_bytes())),
            Self::Binary(bytes) => return Some(Cow::Borrowed(bytes)),
            Self::Int(number) => number.to_string(),
            Self::UInt(number) => number.to_string(),
            Self::Float(number) if number.is_infinite() => (if *number > 0.0 { "+Inf" } else { "-Inf" }).to_owned(),
            Self::Float(number) => number.to_string(),
        };
        Some(Cow::Owned(text.into_bytes()))
    }
}

impl Yaml {
    /// Resolves a scalar; `None` for a container. An alias resolves as the scalar it stands for.
    ///
    /// # Errors
    /// When an explicit tag does not fit the text.
    pub fn resolve(&self, node: NodeId) -> Result<Option<Resolved<'_>>, Impossible> {
        let node = self.follow(node);
        let (Kind::Scalar(style), Some(text)) = (self.kind(node), self.text_of(node)) else { return Ok(None) };
        // The tag `!` alone says nothing to go-yaml.
        let tag = self.tag(node).filter(|tag| *tag != "!");
        let resolved = match tag {
            None if style == ScalarStyle::Plain => Some(plain(text)),
            None => Some(Resolved::Str(Cow::Borrowed(text))),
            Some(tag) => tagged(tag, text),
        };
        let impossible = || Impossible { line: self.line(node), tag: tag.unwrap_or_default().to_owned() };
        resolved.map(Some).ok_or_else(impossible)
    }
}

/// Types a scalar that has no tag and no quotes.
pub(super) fn plain(text: &str) -> Resolved<'_> {
    word(text)
        .or_else(|| time::read(text).map(Resolved::Time))
        .or_else(|| number::read(text))
        .unwrap_or(Resolved::Str(Cow::Borrowed(text)))
}

/// Types a scalar by its tag; `None` when it does not fit.
fn tagged<'y>(tag: &str, text: &'y str) -> Option<Resolved<'y>> {
    match tag {
        "!!null" => word(text).filter(|found| *found == Resolved::Null),
        "!!bool" => word(text).filter(|found| matches!(found, Resolved::Bool(_))),
        "!!int" => number::read(text).filter(|found| matches!(found, Resolved::Int(_) | Resolved::UInt(_))),
        "!!float" => match word(text).or_else(|| number::read(text))? {
            Resolved::Float(number) => Some(Resolved::Float(number)),
            Resolved::Int(number) => Some(Resolved::Float(number as f64)),
            _ => None,
        },
        "!!timestamp" => time::read(text).map(Resolved::Time),
        "!!binary" => binary(text).map(Resolved::Binary),
        _ => Some(Resolved::Str(Cow::Borrowed(text))),
    }
}

/// The words that mean something else than themselves. A merge key stays the text it is.
fn word(text: &str) -> Option<Resolved<'_>> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// Decodes base64 as Go's standard encoding does: line breaks are ignored, padding is needed.
fn binary(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let joined: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(joined).ok()
}
