//! Shamir's secret sharing over GF(2⁸), byte by byte, in the share format of sops 3.12.2 (`shamir/shamir.go`).
//!
//! A share is one y byte for each byte of the secret, then its x. The field is that of AES: x⁸ + x⁴ + x³ + x + 1.

use crate::secret::{Random, Secret, SecretBuffer};

/// Why a secret was not split or recombined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShamirError {
    /// Fewer than two shares.
    #[error("at least two shares are needed, there is {count}")]
    TooFew {
        /// How many there were.
        count: usize,
    },
    /// The threshold is below two or above the number of shares.
    #[error("{threshold} of {shares} shares is not possible")]
    Threshold {
        /// Shares needed.
        threshold: usize,
        /// Shares made.
        shares: usize,
    },
    /// Shares have different lengths, are too short, or share an x.
    #[error("the shares do not belong together")]
    Mismatch,
}

/// `a · b` in the field, in constant time.
fn multiply(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (a, 0);
    for bit in 0..8 {
        product ^= a & 0_u8.wrapping_sub((b >> bit) & 1);
        a = (a << 1) ^ (0x1B & 0_u8.wrapping_sub(a >> 7));
    }
    product
}

/// `1 / a` in the field: `a²⁵⁴`.
fn invert(a: u8) -> u8 {
    let mut power = 1;
    for _ in 0..254 {
        power = multiply(power, a);
    }
    power
}

/// Splits a secret into `shares` of which any `threshold` give it back. Share `i` has x = i + 1.
///
/// # Errors
/// When 2 ≤ threshold ≤ shares ≤ 255 does not hold.
pub fn split(
    secret: &Secret,
    shares: usize,
    threshold: usize,
    random: &mut dyn Random,
) -> Result<Vec<Secret>, ShamirError> {
    if threshold < 2 || threshold > shares || shares > 255 {
        return Err(ShamirError::Threshold { threshold, shares });
    }
    let mut made: Vec<SecretBuffer> = (0..shares).map(|_| SecretBuffer::with_capacity(secret.len() + 1)).collect();
    for byte in secret.expose() {
        let coefficients = Secret::random(threshold - 1, random);
        for (share, x) in made.iter_mut().zip(1..=u8::MAX) {
            // Horner's rule from the highest coefficient down to the byte itself.
            let y = coefficients.expose().iter().fold(0, |sum, coefficient| multiply(sum ^ coefficient, x)) ^ byte;
            share.push_bytes(&[y]);
        }
    }
    for (share, x) in made.iter_mut().zip(1..=u8::MAX) {
        share.push_bytes(&[x]);
    }
    Ok(made.into_iter().map(SecretBuffer::into_secret).collect())
}

/// Gives the secret back by Lagrange's interpolation at zero, from all the shares handed in.
///
/// Too few shares give other bytes, not an error: nothing in a share tells the threshold.
///
/// # Errors
/// When the shares cannot belong to one secret.
pub fn combine(shares: &[Secret]) -> Result<Secret, ShamirError> {
    let [first, _, ..] = shares else { return Err(ShamirError::TooFew { count: shares.len() }) };
    let length = first.len();
    if length < 2 || shares.iter().any(|share| share.len() != length) {
        return Err(ShamirError::Mismatch);
    }
    let xs: Vec<u8> = shares.iter().map(|share| share.expose()[length - 1]).collect();
    let repeated = xs.iter().enumerate().any(|(at, x)| *x == 0 || xs[..at].contains(x));
    if repeated {
        return Err(ShamirError::Mismatch);
    }
    let mut secret = SecretBuffer::zeros(length - 1);
    for (share, x) in shares.iter().zip(&xs) {
        let others = xs.iter().filter(|other| *other != x);
        let weight = others.fold(1, |weight, other| multiply(weight, multiply(*other, invert(other ^ x))));
        for (sum, y) in secret.expose_mut().iter_mut().zip(share.expose()) {
            *sum ^= multiply(weight, *y);
        }
    }
    Ok(secret.into_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(hex: &str) -> Secret {
        let bytes: Vec<u8> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        Secret::from_exposed(&bytes)
    }

    /// Three shares, two needed, taken from a file that sops 3.11.0 wrote for a throwaway key.
    const SHARES: [&str; 3] = [
        "5bc00e0cbb9cfce1ba8b39f2c6d0bfa8a39fecc8af51170486ec9aa162032aa201",
        "6d7793fe21b370972171913b521025fd211951bc2718028843e1d946e197d34502",
        "7f1a1159575ffd4ca127007cd75053ce5f923a905fd6f8050013111b6912841803",
    ];
    const KEY: &str = "49ad8cabcd70713a3adda8b54390c99bdd1487e4d79fed89c51e52fcea867dff";

    #[test]
    fn shares_of_a_real_file_give_its_data_key() {
        for chosen in [vec![0, 1], vec![1, 2], vec![2, 0], vec![0, 1, 2]] {
            let shares: Vec<Secret> = chosen.iter().map(|at| secret(SHARES[*at])).collect();
            assert!(combine(&shares).unwrap().same_as(&secret(KEY)), "shares {chosen:?}");
        }
    }

    struct Steps(u8);

    impl Random for Steps {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(29).wrapping_add(17);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn any_threshold_of_shares_gives_the_secret_back() {
        let original = Secret::random(32, &mut Steps(3));
        for (count, threshold) in [(2, 2), (5, 3), (255, 2)] {
            let mut shares = split(&original, count, threshold, &mut Steps(9)).unwrap();
            let chosen = shares.split_off(count - threshold);
            assert!(combine(&chosen).unwrap().same_as(&original), "{threshold} of {count}");
        }
    }

    #[test]
    fn impossible_splits_are_refused() {
        let secret = Secret::from_exposed(b"x");
        for (shares, threshold) in [(3, 1), (2, 3), (256, 2)] {
            let outcome = split(&secret, shares, threshold, &mut Steps(1)).map(|made| made.len());
            assert_eq!(outcome, Err(ShamirError::Threshold { threshold, shares }));
        }
    }

    #[test]
    fn shares_that_do_not_belong_together_are_refused() {
        let refused = |shares: &[Secret]| combine(shares).map(|_| ()).unwrap_err();
        assert_eq!(refused(&[secret("0101")]), ShamirError::TooFew { count: 1 });
        assert_eq!(refused(&[secret("0101"), secret("0201")]), ShamirError::Mismatch);
        assert_eq!(refused(&[secret("0101"), secret("020102")]), ShamirError::Mismatch);
    }
}
