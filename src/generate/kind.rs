//! Kinds of values, their lengths and how hard they are to guess.

use std::fmt;
use std::str::FromStr;

use super::words;

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Characters of an alphabet.
    Password {
        /// How many.
        chars: usize,
        /// Which.
        alphabet: Alphabet,
    },
    /// English words joined by hyphens.
    Passphrase {
        /// How many.
        words: usize,
    },
    /// Random bytes, two hexadecimal digits each.
    Hex {
        /// How many bytes.
        bytes: usize,
    },
    /// Random bytes in standard base64 with padding.
    Base64 {
        /// How many bytes.
        bytes: usize,
    },
    /// Random bytes in base64 for URLs, without padding.
    Base64Url {
        /// How many bytes.
        bytes: usize,
    },
    /// A UUID of version 4.
    Uuid,
    /// A private key of WireGuard, in its base64, as `wg genkey` prints it.
    WireGuard,
}

/// The characters of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `A` to `Z`, `a` to `z`, `0` to `9`.
    LettersAndDigits,
    /// The same without `0 O 1 l I`, for reading aloud and typing.
    Unambiguous,
    /// Letters, digits and signs, without those that shells, Nix and environment files expand or quote with.
    Symbols,
    /// `0` to `9`.
    Digits,
}

/// How long a kind is, in what, and between which bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How many.
    pub count: usize,
    /// Of what: `characters`, `words` or `bytes`.
    pub unit: &'static str,
    /// The fewest that make sense.
    pub least: usize,
    /// The most that are made.
    pub most: usize,
}

/// A text that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// No kind has this name.
    #[error("\"{name}\" is not a kind of value")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// The length is no number, or out of bounds.
    #[error("\"{length}\" is not a length for {name}")]
    Length {
        /// The kind.
        name: &'static str,
        /// What was given.
        length: String,
    },
}

impl KindError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownName { .. } => {
                "the kinds are password, symbols, unambiguous, digits, passphrase, hex, base64, base64url, uuid, wireguard"
            }
            Self::Length { .. } => "give a number after a colon, such as password:32",
        }
    }
}

impl Alphabet {
    /// All alphabets, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::LettersAndDigits, Self::Symbols, Self::Unambiguous, Self::Digits];

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::LettersAndDigits => "letters and digits",
            Self::Symbols => "letters, digits and signs",
            Self::Unambiguous => "no look-alikes (0O1lI)",
            Self::Digits => "digits",
        }
    }

    pub(super) fn letters(self) -> &'static [u8] {
        match self {
            Self::LettersAndDigits => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            Self::Unambiguous => b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789",
            Self::Symbols => {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%&()*+,-./:;<=>?@[]^_{|}~"
            }
            Self::Digits => b"0123456789",
        }
    }
}

impl Kind {
    /// All kinds at their usual length, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::Password { chars: 32, alphabet: Alphabet::LettersAndDigits },
        Self::Passphrase { words: 6 },
        Self::Hex { bytes: 32 },
        Self::Base64 { bytes: 32 },
        Self::Base64Url { bytes: 32 },
        Self::Uuid,
        Self::WireGuard,
    ];

    /// The name, as the command line takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password { alphabet: Alphabet::LettersAndDigits, .. } => "password",
            Self::Password { alphabet: Alphabet::Symbols, .. } => "symbols",
            Self::Password { alphabet: Alphabet::Unambiguous, .. } => "unambiguous",
            Self::Password { alphabet: Alphabet::Digits, .. } => "digits",
            Self::Passphrase { .. } => "passphrase",
            Self::Hex { .. } => "hex",
            Self::Base64 { .. } => "base64",
            Self::Base64Url { .. } => "base64url",
            Self::Uuid => "uuid",
            Self::WireGuard => "wireguard",
        }
    }

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Passphrase { .. } => "passphrase",
            Self::Hex { .. } => "bytes, in hexadecimal",
            Self::Base64 { .. } => "bytes, in base64",
            Self::Base64Url { .. } => "bytes, in base64 for URLs",
            Self::Uuid => "UUID",
            Self::WireGuard => "WireGuard private key",
        }
    }

    /// How long it is. `None`: it has one length only.
    #[must_use]
    pub fn length(self) -> Option<Length> {
        let (count, unit, least, most) = match self {
            Self::Password { chars, .. } => (chars, "characters", 1, 4096),
            Self::Passphrase { words } => (words, "words", 1, 64),
            Self::Hex { bytes } | Self::Base64 { bytes } | Self::Base64Url { bytes } => (bytes, "bytes", 1, 4096),
            Self::Uuid | Self::WireGuard => return None,
        };
        Some(Length { count, unit, least, most })
    }

    /// The same kind at another length, kept within its bounds.
    #[must_use]
    pub fn with_length(self, count: usize) -> Self {
        let count = self.length().map_or(count, |length| count.clamp(length.least, length.most));
        match self {
            Self::Password { alphabet, .. } => Self::Password { chars: count, alphabet },
            Self::Passphrase { .. } => Self::Passphrase { words: count },
            Self::Hex { .. } => Self::Hex { bytes: count },
            Self::Base64 { .. } => Self::Base64 { bytes: count },
            Self::Base64Url { .. } => Self::Base64Url { bytes: count },
            Self::Uuid | Self::WireGuard => self,
        }
    }

    /// How many bits have to be guessed, rounded down.
    #[must_use]
    pub fn strength_bits(self) -> u32 {
        let bits = match self {
            Self::Password { chars, alphabet } => chars as f64 * (alphabet.letters().len() as f64).log2(),
            Self::Passphrase { words } => words as f64 * (words::all().len() as f64).log2(),
            Self::Hex { bytes } | Self::Base64 { bytes } | Self::Base64Url { bytes } => bytes as f64 * 8.0,
            Self::Uuid => 122.0,
            Self::WireGuard => 251.0,
        };
        bits as u32
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(Length { count, .. }) => write!(out, "{}:{count}", self.name()),
            None => out.write_str(self.name()),
        }
    }
}

/// Reads `NAME` or `NAME:LENGTH`, as in `password:32`.
impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let (name, length) = match text.split_once(':') {
            Some((name, length)) => (name, Some(length)),
            None => (text, None),
        };
        let passwords = Alphabet::ALL.map(|alphabet| Self::Password { chars: 32, alphabet });
        let kind = passwords.into_iter().chain(Self::ALL).find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| KindError::UnknownName { name: name.to_owned() })?;
        let Some(length) = length else {
            return Ok(kind);
        };
        let wanted = length.parse().ok().map(|count| (count, kind.with_length(count)));
        match wanted {
            Some((count, kind)) if kind.length().is_some_and(|length| length.count == count) => Ok(kind),
            _ => Err(KindError::Length { name: kind.name(), length: length.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(Kind, u32), KindError>) {
        assert_eq!(text.parse::<Kind>().map(|kind| (kind, kind.strength_bits())), expected, "{text}");
    }

    #[test]
    fn a_name_and_a_length_are_read() {
        let password = |chars, alphabet| Kind::Password { chars, alphabet };
        check("password", Ok((password(32, Alphabet::LettersAndDigits), 190)));
        check("password:20", Ok((password(20, Alphabet::LettersAndDigits), 119)));
        check("digits:6", Ok((password(6, Alphabet::Digits), 19)));
        check("unambiguous:10", Ok((password(10, Alphabet::Unambiguous), 58)));
        check("symbols:10", Ok((password(10, Alphabet::Symbols), 64)));
        check("passphrase", Ok((Kind::Passphrase { words: 6 }, 77)));
        check("hex:16", Ok((Kind::Hex { bytes: 16 }, 128)));
        check("base64", Ok((Kind::Base64 { bytes: 32 }, 256)));
        check("base64url:16", Ok((Kind::Base64Url { bytes: 16 }, 128)));
        check("uuid", Ok((Kind::Uuid, 122)));
        check("wireguard", Ok((Kind::WireGuard, 251)));
        check("pin", Err(KindError::UnknownName { name: "pin".to_owned() }));
        for (text, name) in [("hex:0", "hex"), ("hex:99999", "hex"), ("hex:x", "hex"), ("uuid:3", "uuid")] {
            check(text, Err(KindError::Length { name, length: text.split(':').nth(1).unwrap().to_owned() }));
        }
    }

    #[test]
    fn a_kind_is_written_as_it_is_read() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }

    #[test]
    fn every_letter_stands_once_in_its_alphabet() {
        for alphabet in Alphabet::ALL {
            let mut letters = alphabet.letters().to_vec();
            letters.sort_unstable();
            letters.dedup();
            assert_eq!(letters.len(), alphabet.letters().len(), "{alphabet:?}");
        }
    }
}
