//! Envelopes: the text `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]` and its parts.
//!
//! Reading follows the regular expression of sops 3.12.2 (`aes/cipher.go`): only the start is anchored, each part has at
//! least one character, and what follows the last closing bracket of the line is ignored. Writing always uses 32-byte nonces.

use std::fmt;

/// What the plaintext inside an envelope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `str`: bytes, nearly always UTF-8.
    Str,
    /// `int`: a signed decimal number of 64 bits.
    Int,
    /// `float`: a decimal number.
    Float,
    /// `bool`: written `True` or `False`, as SOPS did when it was a Python program.
    Bool,
    /// `time`: RFC 3339.
    Time,
    /// `comment`: the text of a comment without its `#`.
    Comment,
    /// `bytes`: written by no version that is known, read as raw bytes.
    Bytes,
}

impl ValueType {
    /// The name in an envelope.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Comment => "comment",
            Self::Bytes => "bytes",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Str, Self::Int, Self::Float, Self::Bool, Self::Time, Self::Comment, Self::Bytes];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The parts of an envelope; all but the type are still base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The ciphertext without its tag.
    pub data: &'a str,
    /// The nonce.
    pub iv: &'a str,
    /// The authentication tag, 16 bytes.
    pub tag: &'a str,
    /// What the plaintext is.
    pub value_type: ValueType,
}

/// Why a text is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It does not begin as one.
    #[error("not an encrypted value")]
    NotAnEnvelope,
    /// It begins as one, but a part is missing, empty or out of order.
    #[error("the encrypted value is damaged: its part {part} is missing or empty")]
    Damaged {
        /// `data`, `iv`, `tag` or `type`.
        part: &'static str,
    },
    /// Its type has a name that SOPS does not have.
    #[error("the encrypted value has the unknown type {name}")]
    UnknownType {
        /// The name, cut to 20 characters.
        name: String,
    },
}

impl EnvelopeError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAnEnvelope => "set the value anew, or restore the line from version control",
            Self::Damaged { .. } => "restore the line from version control: git log -p shows its last good form",
            Self::UnknownType { .. } => "the types are str, int, float, bool, time, comment; restore the line",
        }
    }
}

const START: &str = "ENC[AES256_GCM,";

impl<'a> Envelope<'a> {
    /// Whether a text begins as an envelope does, damaged or not.
    #[must_use]
    pub fn begins(text: &str) -> bool {
        text.starts_with(START)
    }

    /// Takes an envelope apart. Nothing is decoded yet.
    ///
    /// # Errors
    /// When the text is none, or a damaged one.
    pub fn parse(text: &'a str) -> Result<Self, EnvelopeError> {
        let rest = text.strip_prefix(START).ok_or(EnvelopeError::NotAnEnvelope)?;
        // The expression is greedy and its dot matches no line break: each label counts where it stands last.
        let line = rest.split('\n').next().unwrap_or_default();
        let body = line.rfind(']').map(|end| &line[..end]).ok_or(EnvelopeError::Damaged { part: "type" })?;
        let (body, name) = last_part(body, "type", ",type:")?;
        let (body, tag) = last_part(body, "tag", ",tag:")?;
        let (body, iv) = last_part(body, "iv", ",iv:")?;
        let data = body.strip_prefix("data:").filter(|data| !data.is_empty());
        let data = data.ok_or(EnvelopeError::Damaged { part: "data" })?;
        let value_type = ValueType::from_name(name)
            .ok_or_else(|| EnvelopeError::UnknownType { name: name.chars().take(20).collect() })?;
        Ok(Self { data, iv, tag, value_type })
    }
}

fn last_part<'a>(text: &'a str, part: &'static str, label: &str) -> Result<(&'a str, &'a str), EnvelopeError> {
    // Base64 holds no comma, so the last one nearly always begins the label: looking for one byte is several times faster.
    let at_last_comma = text.rfind(',').filter(|at| text[*at..].starts_with(label));
    let found =
        at_last_comma.map_or_else(|| text.rsplit_once(label), |at| Some((&text[..at], &text[at + label.len()..])));
    found.filter(|(_, value)| !value.is_empty()).ok_or(EnvelopeError::Damaged { part })
}

impl fmt::Display for Envelope<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data, iv, tag, value_type } = self;
        write!(out, "{START}data:{data},iv:{iv},tag:{tag},type:{value_type}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<ValueType, EnvelopeError>) {
        assert_eq!(Envelope::parse(text).map(|envelope| envelope.value_type), expected, "{text}");
    }

    #[test]
    fn parts_are_found_in_their_order_only() {
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str]", Ok(ValueType::Str));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:time] and more", Ok(ValueType::Time));
        check("ENC[AES256_GCM,data:,iv:eQ==,tag:eg==,type:str]", Err(EnvelopeError::Damaged { part: "data" }));
        check("ENC[AES256_GCM,data:eA==,tag:eg==,iv:eQ==,type:str]", Err(EnvelopeError::Damaged { part: "iv" }));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str", Err(EnvelopeError::Damaged { part: "type" }));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==]", Err(EnvelopeError::Damaged { part: "type" }));
        check(" ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str]", Err(EnvelopeError::NotAnEnvelope));
        check("hello", Err(EnvelopeError::NotAnEnvelope));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str] and [more", Ok(ValueType::Str));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str]\n]", Ok(ValueType::Str));
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,\ntag:eg==,type:str]", Err(EnvelopeError::Damaged { part: "type" }));
        let greedy = EnvelopeError::UnknownType { name: "str] and more".to_owned() };
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:str] and more]", Err(greedy));
        let unknown = EnvelopeError::UnknownType { name: "text".to_owned() };
        check("ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:text]", Err(unknown));
    }

    #[test]
    fn an_envelope_is_written_as_it_was_read() {
        let text = "ENC[AES256_GCM,data:eA==,iv:eQ==,tag:eg==,type:float]";
        assert_eq!(Envelope::parse(text).unwrap().to_string(), text);
    }
}
