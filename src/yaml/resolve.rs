//! What a scalar means: typing exactly as go.yaml.in/yaml v3.0.4 does it (resolve.go, decode.go), and the texts that
//! Go prints for the values. Not what YAML 1.2 says: `yes` is a string, `017` is fifteen, `1_000` is a thousand.

use std::borrow::Cow;

use super::{NodeId, Yaml};

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
        todo!()
    }
}

impl Yaml {
    /// Resolves a scalar; `None` for a container. An alias resolves as the scalar it stands for.
    ///
    /// # Errors
    /// When an explicit tag does not fit the text.
    pub fn resolve(&self, node: NodeId) -> Result<Option<Resolved<'_>>, Impossible> {
        todo!("{node:?}")
    }
}
