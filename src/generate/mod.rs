//! Values nobody has to think up: passwords, passphrases, keys and identifiers, written straight into the arena.
//!
//! Every choice is uniform (numbers that would favour some are drawn again), so [`Kind::strength_bits`] is the whole
//! truth about how hard a value is to guess. Randomness is handed in; nothing here knows files or formats.

mod kind;
mod words;

use crate::secret::{Random, Secret, SecretBuffer, scrub_stack};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

pub use kind::{Alphabet, Kind, KindError, Length};

/// Makes a value of that kind.
#[must_use]
pub fn generate(kind: &Kind, random: &mut dyn Random) -> Secret {
    let value = match *kind {
        Kind::Password { chars, alphabet } => password(chars, alphabet.letters(), random),
        Kind::Passphrase { words } => passphrase(words, random),
        Kind::Hex { bytes } => hex(Secret::random(bytes, random).expose()),
        Kind::Base64 { bytes } => encoded(&BASE64_STANDARD, Secret::random(bytes, random).expose()),
        Kind::Base64Url { bytes } => encoded(&BASE64_URL_SAFE_NO_PAD, Secret::random(bytes, random).expose()),
        Kind::Uuid => uuid(random),
        Kind::WireGuard => wireguard_key(random),
    };
    scrub_stack();
    value.into_secret()
}

fn password(chars: usize, letters: &[u8], random: &mut dyn Random) -> SecretBuffer {
    let mut value = SecretBuffer::with_capacity(chars);
    let mut choice = Choice::new(random);
    for _ in 0..chars {
        value.push_bytes(&letters[choice.below(letters.len())..][..1]);
    }
    value
}

/// Words joined by hyphens, as in `staple-battery-horse`.
fn passphrase(count: usize, random: &mut dyn Random) -> SecretBuffer {
    let all = words::all();
    let mut value = SecretBuffer::with_capacity(count * (words::LONGEST_BYTES + 1));
    let mut choice = Choice::new(random);
    for number in 0..count {
        if number > 0 {
            value.push_bytes(b"-");
        }
        value.push_bytes(all[choice.below(all.len())].as_bytes());
    }
    value
}

fn hex(bytes: &[u8]) -> SecretBuffer {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut value = SecretBuffer::with_capacity(2 * bytes.len());
    for byte in bytes {
        value.push_bytes(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    value
}

fn encoded(engine: &impl Engine, bytes: &[u8]) -> SecretBuffer {
    let mut value = SecretBuffer::zeros(bytes.len().div_ceil(3) * 4);
    let length = engine.encode_slice(bytes, value.expose_mut()).expect("four letters for three bytes are enough");
    value.truncate(length);
    value
}

/// RFC 9562, version 4: 122 random bits, four that name the version, two the variant.
fn uuid(random: &mut dyn Random) -> SecretBuffer {
    let mut bytes = SecretBuffer::from(Secret::random(16, random));
    let bits = bytes.expose_mut();
    bits[6] = (bits[6] & 0x0f) | 0x40;
    bits[8] = (bits[8] & 0x3f) | 0x80;
    let mut value = hex(bytes.expose());
    for at in [20, 16, 12, 8] {
        value.insert(at, b"-");
    }
    value
}

/// A scalar of curve25519 (RFC 7748, section 5): five bits of it are always the same.
fn wireguard_key(random: &mut dyn Random) -> SecretBuffer {
    let mut scalar = SecretBuffer::from(Secret::random(32, random));
    let bytes = scalar.expose_mut();
    bytes[0] &= 0xf8;
    bytes[31] = (bytes[31] & 0x7f) | 0x40;
    encoded(&BASE64_STANDARD, scalar.expose())
}

/// Numbers drawn one by one from a pool of random bytes in the arena.
struct Choice<'a> {
    random: &'a mut dyn Random,
    pool: SecretBuffer,
    used: usize,
}

impl<'a> Choice<'a> {
    fn new(random: &'a mut dyn Random) -> Self {
        let pool = SecretBuffer::zeros(128);
        Self { random, used: pool.len(), pool }
    }

    /// A number below `count`, each as likely as any other: numbers above the last whole multiple are drawn again.
    fn below(&mut self, count: usize) -> usize {
        let count = u32::try_from(count).expect("no alphabet or word list is that long");
        let whole_multiples = u32::MAX - u32::MAX % count;
        loop {
            let drawn = self.draw();
            if drawn < whole_multiples {
                return (drawn % count) as usize;
            }
        }
    }

    fn draw(&mut self) -> u32 {
        if self.used == self.pool.len() {
            self.random.fill(self.pool.expose_mut());
            self.used = 0;
        }
        let (number, _) = self.pool.expose()[self.used..].split_first_chunk().expect("the pool holds whole numbers");
        self.used += size_of::<u32>();
        u32::from_le_bytes(*number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generator that is good enough to count with (xorshift), and repeats.
    struct Xorshift(u64);

    impl Random for Xorshift {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 ^= self.0 << 13;
                self.0 ^= self.0 >> 7;
                self.0 ^= self.0 << 17;
                *byte = (self.0 >> 32) as u8;
            }
        }
    }

    /// What a kind makes, as text. Test values only.
    fn made(kind: Kind) -> String {
        String::from_utf8(generate(&kind, &mut Xorshift(42)).expose().to_vec()).unwrap()
    }

    #[track_caller]
    fn check(kind: Kind, length: usize, allowed: impl Fn(char) -> bool) {
        let value = made(kind);
        assert!(value.len() == length && value.chars().all(allowed), "{kind:?}: {value}");
    }

    #[test]
    fn each_kind_has_its_form() {
        check(Kind::Password { chars: 24, alphabet: Alphabet::LettersAndDigits }, 24, |c| c.is_ascii_alphanumeric());
        check(Kind::Password { chars: 6, alphabet: Alphabet::Digits }, 6, |c| c.is_ascii_digit());
        check(Kind::Password { chars: 500, alphabet: Alphabet::Unambiguous }, 500, |c| !"0O1lI".contains(c));
        check(Kind::Password { chars: 500, alphabet: Alphabet::Symbols }, 500, |c| {
            c.is_ascii_graphic() && !"\"'`\\$".contains(c)
        });
        check(Kind::Hex { bytes: 32 }, 64, |c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        check(Kind::Base64 { bytes: 32 }, 44, |c| c.is_ascii_alphanumeric() || "+/=".contains(c));
        check(Kind::Base64Url { bytes: 32 }, 43, |c| c.is_ascii_alphanumeric() || "-_".contains(c));
        check(Kind::Uuid, 36, |c| c.is_ascii_hexdigit() || c == '-');
    }

    #[test]
    fn a_uuid_names_its_version_and_variant() {
        let value = made(Kind::Uuid);
        let parts: Vec<usize> = value.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(value.as_bytes()[14] == b'4' && b"89ab".contains(&value.as_bytes()[19]), "{value}");
    }

    #[test]
    fn a_wireguard_key_is_a_scalar() {
        for seed in 1..50 {
            let value = generate(&Kind::WireGuard, &mut Xorshift(seed));
            let bytes = BASE64_STANDARD.decode(value.expose()).unwrap();
            assert!(bytes.len() == 32 && bytes[0].trailing_zeros() >= 3 && bytes[31] >> 6 == 1, "{bytes:?}");
        }
    }

    #[test]
    fn a_passphrase_is_made_of_words_from_the_list() {
        let value = made(Kind::Passphrase { words: 6 });
        let list = words::all();
        assert_eq!(value.split('-').count(), 6);
        assert!(value.split('-').all(|word| list.binary_search(&word).is_ok()), "{value}");
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        let alphabet = Alphabet::LettersAndDigits;
        let value = made(Kind::Password { chars: 62_000, alphabet });
        for letter in alphabet.letters() {
            let count = value.bytes().filter(|byte| byte == letter).count();
            // 1,000 expected, with a standard deviation of 31.
            assert!((840..1160).contains(&count), "{}: {count}", char::from(*letter));
        }
    }

    #[test]
    fn numbers_that_would_favour_some_are_drawn_again() {
        struct High(u32);
        impl Random for High {
            fn fill(&mut self, bytes: &mut [u8]) {
                for chunk in bytes.chunks_exact_mut(4) {
                    chunk.copy_from_slice(&self.0.to_le_bytes());
                    self.0 = self.0.wrapping_add(1);
                }
            }
        }
        // 2³² is 3 · 1,431,655,765 + 1: the last number would make one choice likelier.
        let mut random = High(u32::MAX);
        assert_eq!(Choice::new(&mut random).below(3), 0, "the second number, 0, is taken");
    }

    #[test]
    fn long_values_do_not_repeat_the_pool() {
        let value = made(Kind::Password { chars: 400, alphabet: Alphabet::Symbols });
        assert_ne!(value[..32], value[32..64]);
    }
}
