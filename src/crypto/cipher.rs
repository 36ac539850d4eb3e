//! Sealing and opening: AES-256-GCM with the nonce sizes that SOPS files have.
//!
//! The plaintext appears in the arena and nowhere else: base64 is decoded straight into it and decrypted in place.

use aes_gcm::aead::consts::{U12, U16, U32};
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce, Tag};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::data_key::DataKey;
use super::envelope::{Envelope, ValueType};
use crate::secret::{Guarded, Random, Secret, SecretBuffer, scrub_shallow_stack};

/// The data key's key schedule, made once and used for every value of a file. It lies in the arena.
///
/// SOPS writes nonces of 32 bytes; 12 and 16 are read, because other writers use them and SOPS accepts them.
pub struct Cipher {
    schedules: Guarded<Schedules>,
}

struct Schedules {
    nonce_32: AesGcm<Aes256, U32>,
    nonce_16: AesGcm<Aes256, U16>,
    nonce_12: AesGcm<Aes256, U12>,
}

/// Why a value did not open. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A part is not base64, or has a length it cannot have.
    #[error("the encrypted value is damaged: its part {part} cannot be decoded")]
    Damaged {
        /// `data`, `iv` or `tag`.
        part: &'static str,
    },
    /// The tag does not fit: another key, another place in the file, or changed bytes.
    #[error("the encrypted value was not sealed with this data key for this place")]
    Rejected,
}

/// Base64 as Go's `StdEncoding` reads it: padded, with unused bits at the end that may be anything.
const STANDARD: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

impl OpenError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Damaged { .. } => "restore the line from version control: git log -p shows its last good form",
            Self::Rejected => {
                "a value that was moved or copied by hand does not open; set it anew, or restore the line"
            }
        }
    }
}

const NONCE_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

impl Cipher {
    pub(super) fn new(key: &DataKey) -> Self {
        let schedules = Guarded::new(|| {
            let key = key.expose().into();
            Schedules { nonce_32: AesGcm::new(key), nonce_16: AesGcm::new(key), nonce_12: AesGcm::new(key) }
        });
        Self { schedules }
    }

    /// `AES256-GCM-open[key, iv, aad](data, tag)`, into a secret of its own.
    ///
    /// # Errors
    /// When a part is damaged or the tag does not fit.
    pub fn open(&self, envelope: &Envelope<'_>, aad: &[u8]) -> Result<Secret, OpenError> {
        let mut buffer = SecretBuffer::new();
        self.open_into(envelope, aad, &mut buffer)?;
        Ok(buffer.into_secret())
    }

    /// As [`open`](Self::open), into a buffer whose old content is wiped: one slot serves a whole file.
    ///
    /// # Errors
    /// When a part is damaged or the tag does not fit; the buffer is empty then.
    pub fn open_into(&self, envelope: &Envelope<'_>, aad: &[u8], buffer: &mut SecretBuffer) -> Result<(), OpenError> {
        buffer.clear();
        let mut nonce = [0; 2 * NONCE_BYTES];
        let nonce_len = decode(envelope.iv, "iv", &mut nonce)?;
        let room = base64::decoded_len_estimate(envelope.data.len()) + base64::decoded_len_estimate(envelope.tag.len());
        buffer.resize(room);
        let outcome = self.open_in_place(envelope, &nonce[..nonce_len], aad, buffer.expose_mut());
        // Round keys and blocks of the plaintext passed over the stack.
        scrub_shallow_stack();
        buffer.truncate(*outcome.as_ref().unwrap_or(&0));
        outcome.map(|_| ())
    }

    /// Decodes and decrypts at the beginning of `bytes`; returns how long the plaintext is.
    fn open_in_place(
        &self,
        envelope: &Envelope<'_>,
        nonce: &[u8],
        aad: &[u8],
        bytes: &mut [u8],
    ) -> Result<usize, OpenError> {
        let data_len = decode(envelope.data, "data", bytes)?;
        let tag_len = decode(envelope.tag, "tag", &mut bytes[data_len..])?;
        // SOPS joins both again, so where the text divides them does not matter: the last 16 bytes are the tag.
        let text_len = (data_len + tag_len).checked_sub(TAG_BYTES).ok_or(OpenError::Damaged { part: "tag" })?;
        let (text, rest) = bytes.split_at_mut(text_len);
        self.decrypt(nonce, aad, text, Tag::from_slice(&rest[..TAG_BYTES]))?;
        Ok(text_len)
    }

    fn decrypt(&self, nonce: &[u8], aad: &[u8], bytes: &mut [u8], tag: &Tag) -> Result<(), OpenError> {
        let outcome = match nonce.len() {
            32 => self.schedules.nonce_32.decrypt_in_place_detached(Nonce::from_slice(nonce), aad, bytes, tag),
            16 => self.schedules.nonce_16.decrypt_in_place_detached(Nonce::from_slice(nonce), aad, bytes, tag),
            12 => self.schedules.nonce_12.decrypt_in_place_detached(Nonce::from_slice(nonce), aad, bytes, tag),
            _ => return Err(OpenError::Damaged { part: "iv" }),
        };
        outcome.map_err(|_| OpenError::Rejected)
    }

    /// `AES256-GCM-seal[key, fresh iv, aad](plaintext)`, as the text of an envelope.
    ///
    /// An empty plaintext has no envelope in SOPS: callers write `""` instead.
    ///
    /// # Panics
    /// When the plaintext is empty.
    pub fn seal(&self, plaintext: &[u8], value_type: ValueType, aad: &[u8], random: &mut dyn Random) -> String {
        assert!(!plaintext.is_empty(), "an empty value is written as such, never sealed");
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let mut bytes = SecretBuffer::with_capacity(plaintext.len());
        bytes.push_bytes(plaintext);
        let tag = self
            .schedules
            .nonce_32
            .encrypt_in_place_detached(Nonce::from_slice(&nonce), aad, bytes.expose_mut())
            .expect("a value is shorter than the 64 GiB that GCM can seal");
        scrub_shallow_stack();
        let (data, iv, tag) = (STANDARD.encode(bytes.expose()), STANDARD.encode(nonce), STANDARD.encode(tag));
        Envelope { data: &data, iv: &iv, tag: &tag, value_type }.to_string()
    }
}

/// Decodes base64 into a small array and returns the length.
fn decode(text: &str, part: &'static str, into: &mut [u8]) -> Result<usize, OpenError> {
    STANDARD.decode_slice(text, into).map_err(|_| OpenError::Damaged { part })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    /// The key of the known answers: bytes 00 to 1f. Used nowhere else.
    fn cipher() -> Cipher {
        let bytes: Vec<u8> = (0..32).collect();
        DataKey::from_secret(Secret::from_exposed(&bytes)).unwrap().cipher()
    }

    /// Nonce 20 to 3f, as in the known answers; made with another implementation and accepted by four versions of SOPS.
    const KNOWN: &[(&str, &str, ValueType, &str)] = &[
        (
            "hello",
            "k_str:",
            ValueType::Str,
            "data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:JaZ+5Nd3vEwYlfYZOlsF2w==,type:str",
        ),
        (
            " c",
            ":",
            ValueType::Comment,
            "data:N6I=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:Hex67WQX+1JM9G2RHNP62A==,type:comment",
        ),
        (
            "1.5",
            "k_float:",
            ValueType::Float,
            "data:Ju/E,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:G2SoBr60xIp9uhCnyrXCgg==,type:float",
        ),
        (
            "True",
            "k_bool:",
            ValueType::Bool,
            "data:Q7OELQ==,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:RwtKr49ITuT2GgU3v3Jl8Q==,type:bool",
        ),
        (
            "2001-12-14T21:59:43.1-05:00",
            "k_time:",
            ValueType::Time,
            "data:JfHBeaA+5A73ZTJF17pUxr2lhIpa2hllnQAN,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,\
             tag:hFTutR2sZ3j+IFB9pP5ePg==,type:time",
        ),
        (
            "-42",
            "k_int:",
            ValueType::Int,
            "data:OvXD,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:GipOUiV8Jq8tgihQdDzF8A==,type:int",
        ),
        (
            "x",
            "a:b:",
            ValueType::Str,
            "data:bw==,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,tag:xsz6Qk2wDCmwXRT8Ah4uZw==,type:str",
        ),
    ];

    #[test]
    fn values_are_sealed_and_opened_as_sops_does() {
        for (plaintext, aad, value_type, expected) in KNOWN {
            let expected = format!("ENC[AES256_GCM,{expected}]");
            let sealed = cipher().seal(plaintext.as_bytes(), *value_type, aad.as_bytes(), &mut Counting(0x20));
            assert_eq!(sealed, expected);
            let opened = cipher().open(&Envelope::parse(&expected).unwrap(), aad.as_bytes()).ok();
            assert!(opened.unwrap().expose() == plaintext.as_bytes());
        }
    }

    #[track_caller]
    fn check_refused(change: impl Fn(&str) -> String, aad: &str, expected: OpenError) {
        let sealed = cipher().seal(b"hello", ValueType::Str, b"k:", &mut Counting(0));
        let changed = change(&sealed);
        let outcome = cipher().open(&Envelope::parse(&changed).unwrap(), aad.as_bytes());
        assert_eq!(outcome.err(), Some(expected));
    }

    #[test]
    fn a_value_opens_in_its_own_place_only() {
        check_refused(str::to_owned, "other:", OpenError::Rejected);
        check_refused(|text| text.replace("data:", "data:AAAA"), "k:", OpenError::Rejected);
    }

    #[test]
    fn damage_is_not_tampering() {
        check_refused(|text| text.replace("data:", "data:*"), "k:", OpenError::Damaged { part: "data" });
        check_refused(|text| text.replace("iv:", "iv:AAAA"), "k:", OpenError::Damaged { part: "iv" });
        check_refused(|text| text.replace("tag:", "tag:="), "k:", OpenError::Damaged { part: "tag" });
    }

    #[test]
    fn a_buffer_serves_many_values() {
        let cipher = cipher();
        let mut buffer = SecretBuffer::new();
        for number in 0..100 {
            let plaintext = "x".repeat(number + 1);
            let sealed = cipher.seal(plaintext.as_bytes(), ValueType::Str, b"k:", &mut Counting(number as u8));
            cipher.open_into(&Envelope::parse(&sealed).unwrap(), b"k:", &mut buffer).unwrap();
            assert!(buffer.expose() == plaintext.as_bytes());
        }
    }
}
