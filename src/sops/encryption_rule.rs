//! Which leaves of a file are sealed: the one rule that its metadata names.
//!
//! Truth: sops 3.12.2, `sops.go`, `shouldBeEncrypted`. Regular expressions are Go's RE2, unanchored, tested against
//! each part of the path; an invalid one never matches there, and is an error here wherever it would be written.

use super::go_regex;
use regex::Regex;

/// What a file or a creation rule says about which values are sealed.
#[derive(Debug, Clone)]
pub struct EncryptionRule {
    selector: Selector,
    pattern: String,
    regex: Option<Regex>,
}

/// The six kinds of rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Selector {
    /// `unencrypted_suffix`
    UnencryptedSuffix,
    /// `encrypted_suffix`
    EncryptedSuffix,
    /// `unencrypted_regex`
    UnencryptedRegex,
    /// `encrypted_regex`
    EncryptedRegex,
    /// `unencrypted_comment_regex`
    UnencryptedCommentRegex,
    /// `encrypted_comment_regex`
    EncryptedCommentRegex,
}

impl Selector {
    /// All six, in the order in which sops writes them.
    pub const ALL: [Self; 6] = [
        Self::UnencryptedSuffix,
        Self::EncryptedSuffix,
        Self::UnencryptedRegex,
        Self::EncryptedRegex,
        Self::UnencryptedCommentRegex,
        Self::EncryptedCommentRegex,
    ];

    /// The name of the field in the metadata and in `.sops.yaml`.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::UnencryptedSuffix => "unencrypted_suffix",
            Self::EncryptedSuffix => "encrypted_suffix",
            Self::UnencryptedRegex => "unencrypted_regex",
            Self::EncryptedRegex => "encrypted_regex",
            Self::UnencryptedCommentRegex => "unencrypted_comment_regex",
            Self::EncryptedCommentRegex => "encrypted_comment_regex",
        }
    }

    fn is_regex(self) -> bool {
        !matches!(self, Self::UnencryptedSuffix | Self::EncryptedSuffix)
    }

    /// Whether it looks at comments instead of keys.
    #[must_use]
    pub fn reads_comments(self) -> bool {
        matches!(self, Self::UnencryptedCommentRegex | Self::EncryptedCommentRegex)
    }

    /// Whether what matches is sealed; otherwise what matches stays in the clear.
    fn seals_matches(self) -> bool {
        matches!(self, Self::EncryptedSuffix | Self::EncryptedRegex | Self::EncryptedCommentRegex)
    }
}

impl Default for EncryptionRule {
    /// sops' own rule where none is named: everything but `…_unencrypted`.
    fn default() -> Self {
        Self::new(Selector::UnencryptedSuffix, "_unencrypted")
    }
}

impl PartialEq for EncryptionRule {
    fn eq(&self, other: &Self) -> bool {
        self.selector == other.selector && self.pattern == other.pattern
    }
}

impl Eq for EncryptionRule {}

impl EncryptionRule {
    /// A rule as written; whether its regular expression is one tells [`EncryptionRule::is_valid`].
    #[must_use]
    pub fn new(selector: Selector, pattern: impl Into<String>) -> Self {
        let pattern = pattern.into();
        let regex = if selector.is_regex() { go_regex::compile(&pattern) } else { None };
        Self { selector, pattern, regex }
    }

    /// Which kind of rule it is.
    #[must_use]
    pub fn selector(&self) -> Selector {
        self.selector
    }

    /// The suffix or the regular expression, as written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the rule can match at all: sops takes an invalid regular expression for one that never matches.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.selector.is_regex() || self.regex.is_some()
    }

    /// Whether values below a key are sealed, going by the keys alone; the rules that read comments need the walk.
    #[must_use]
    pub fn seals_path<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> bool {
        self.seals(!self.selector.reads_comments() && keys.into_iter().any(|key| self.matches(key)))
    }

    /// Whether one key, or one comment, matches the pattern.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(text),
            None => !self.selector.is_regex() && text.ends_with(&self.pattern),
        }
    }

    /// Whether a value is sealed, given whether something above it matched.
    pub(super) fn seals(&self, matched: bool) -> bool {
        matched == self.selector.seals_matches()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(selector: Selector, pattern: &str, path: &[&str], expected: bool) {
        let rule = EncryptionRule::new(selector, pattern);
        assert_eq!(rule.seals_path(path.iter().copied()), expected, "{selector:?} {pattern} {path:?}");
    }

    #[test]
    fn a_part_above_counts_as_much_as_the_key_itself() {
        check(Selector::UnencryptedSuffix, "_clear", &["a_clear", "b"], false);
        check(Selector::UnencryptedSuffix, "_clear", &["a", "b"], true);
        check(Selector::EncryptedSuffix, "_x", &["a", "b_x"], true);
        check(Selector::EncryptedSuffix, "_x", &["a_xy", "b"], false);
        check(Selector::UnencryptedRegex, "^pub", &["public", "b"], false);
        check(Selector::EncryptedRegex, "^(data|stringData)$", &["data", "b"], true);
        check(Selector::EncryptedRegex, "^(data|stringData)$", &["metadata"], false);
    }

    #[test]
    fn an_invalid_expression_matches_nothing() {
        check(Selector::EncryptedRegex, "(", &["("], false);
        check(Selector::UnencryptedRegex, "(", &["("], true);
        assert!(!EncryptionRule::new(Selector::EncryptedRegex, "(").is_valid());
    }
}
