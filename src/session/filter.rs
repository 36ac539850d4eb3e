//! The filter: which rows match what is typed, by key, declaration and owner. Values are never looked at.
//!
//! Matching is fuzzy (nucleo): `apds` finds `api/deepseek`; words apart by blanks must all match; `^`, `$`, `'` and `!`
//! mean start, end, exactly and not. Rows keep the order of the file; the best one is told apart. A text that only
//! grew looks at the rows that matched before, so typing gets cheaper with each key.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::nix::{OptionName, Static};
use crate::repo::{Repository, Row};

/// What each row is searched for, in one text.
pub(super) struct Haystacks {
    text: String,
    ends: Vec<usize>,
}

/// A filter and what it found.
pub(super) struct Filter {
    text: String,
    matches: Vec<u32>,
    best: Option<u32>,
}

impl Haystacks {
    /// Collects keys, attribute names and owners. Branches are no matches: their leaves carry their names.
    pub(super) fn new(rows: &[Row], repository: &Repository) -> Self {
        let mut haystacks = Self { text: String::new(), ends: Vec::with_capacity(rows.len()) };
        for row in rows {
            if !row.is_branch() {
                haystacks.add(row, repository);
            }
            haystacks.ends.push(haystacks.text.len());
        }
        haystacks
    }

    fn add(&mut self, row: &Row, repository: &Repository) {
        self.text.push_str(&row.key);
        for declaration in row.declarations.iter().filter_map(|declaration| repository.declaration(declaration)) {
            let owner = declaration.text(&OptionName::Owner).as_ref().and_then(Static::known).copied();
            let name = declaration.name.known().map(String::as_str).filter(|name| *name != row.key);
            for name in name.into_iter().chain(owner) {
                self.text.push(' ');
                self.text.push_str(name);
            }
        }
    }

    fn of(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn all(&self) -> Vec<u32> {
        (0..u32::try_from(self.ends.len()).expect("rows have been counted in 32 bits")).collect()
    }
}

impl Filter {
    /// Finds the rows that match `text`; `before` is the filter it grew from, if it did.
    pub(super) fn new(text: &str, before: Option<Self>, haystacks: &Haystacks) -> Self {
        let candidates = match before {
            // A negated or anchored word may match more when it grows; plain words only match less.
            Some(before) if text.starts_with(&before.text) && !text.contains(['!', '$', '^', '\'', '\\']) => {
                before.matches
            }
            _ => haystacks.all(),
        };
        let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
        let mut characters = Vec::new();
        let mut best: Option<((u32, Reverse<usize>), u32)> = None;
        let mut matches = Vec::new();
        for index in candidates {
            let haystack = haystacks.of(index as usize);
            let score = match haystack {
                "" => None,
                haystack => pattern.score(Utf32Str::new(haystack, &mut characters), &mut matcher),
            };
            if let Some(score) = score {
                matches.push(index);
                // Of two equal scores the shorter text is the better match.
                let rank = (score, Reverse(haystack.len()));
                if best.is_none_or(|(highest, _)| rank > highest) {
                    best = Some((rank, index));
                }
            }
        }
        Self { text: text.to_owned(), matches, best: best.map(|(_, index)| index) }
    }

    /// What was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The numbers of the rows that match, in the order of the file.
    pub(super) fn matches(&self) -> &[u32] {
        &self.matches
    }

    /// The row that matches best.
    pub(super) fn best(&self) -> Option<usize> {
        self.best.map(|index| index as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &["api/deepseek", "api/ctfd_token", "db/main/password", "mail/pass", "Zoë"];

    fn haystacks() -> Haystacks {
        let mut haystacks = Haystacks { text: String::new(), ends: Vec::new() };
        for key in KEYS {
            haystacks.text.push_str(key);
            haystacks.ends.push(haystacks.text.len());
        }
        haystacks
    }

    fn check(text: &str, expected: &[&str], best: Option<&str>) {
        let haystacks = haystacks();
        let at_once = Filter::new(text, None, &haystacks);
        let mut typed = Filter::new("", None, &haystacks);
        for end in (1..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            typed = Filter::new(&text[..end], Some(typed), &haystacks);
        }
        for filter in [at_once, typed] {
            let found: Vec<&str> = filter.matches().iter().map(|index| KEYS[*index as usize]).collect();
            assert_eq!(found, expected, "{text}");
            assert_eq!(filter.best().map(|index| KEYS[index]), best, "{text}");
        }
    }

    #[test]
    fn keys_match_by_their_letters_in_order() {
        check("apds", &["api/deepseek"], Some("api/deepseek"));
        check("pass", &["db/main/password", "mail/pass"], Some("mail/pass"));
        check("api tok", &["api/ctfd_token"], Some("api/ctfd_token"));
        check("zoe", &["Zoë"], Some("Zoë"));
        check("qqq", &[], None);
    }

    #[test]
    fn signs_narrow_a_word() {
        check("^api", &["api/deepseek", "api/ctfd_token"], Some("api/deepseek"));
        check("pass$", &["mail/pass"], Some("mail/pass"));
        check("pass !mail", &["db/main/password"], Some("db/main/password"));
    }
}
