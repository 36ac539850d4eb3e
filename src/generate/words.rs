//! The word list of passphrases: `assets/words.txt`, whose origin and licence stand beside it.

use std::sync::LazyLock;

/// No word is longer.
pub(super) const LONGEST_BYTES: usize = 9;

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("../../assets/words.txt").lines().collect());

/// All words, in alphabetical order, none twice.
pub(super) fn all() -> &'static [&'static str] {
    &WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_plain_and_different() {
        let words = all();
        assert_eq!(words.len(), 7772);
        assert!(words.is_sorted_by(|one, next| one < next));
        assert!(words.iter().all(|word| (3..=LONGEST_BYTES).contains(&word.len())));
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}
