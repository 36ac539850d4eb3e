//! Where a value stands in a document: keys and list positions from the root.
//!
//! Two spellings are read: `a/b/c`, as sops-nix addresses keys (`pkgs/sops-install-secrets/main.go`), and
//! `["a"]["b"][0]`, as `sops --extract` does (sops 3.12.2, `cmd/sops/main.go`, `parseTreePath`). The second can say
//! what the first cannot: list positions and keys with a `/` inside.

use std::fmt;
use std::str::FromStr;

/// One step of a [`KeyPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The key of a mapping, decoded.
    Key(String),
    /// The position in a list, from 0. Comments are no positions.
    Index(usize),
}

/// The place of a value: the document in the file, then one [`Part`] for each level.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath {
    document: usize,
    parts: Vec<Part>,
}

/// A text is no key path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyPathError {
    /// There is nothing to address.
    #[error("the key path is empty")]
    Empty,
    /// `a//b`, `/a` or `a/`.
    #[error("part {part} of the key path is empty")]
    EmptyPart {
        /// Which part, from 1.
        part: usize,
    },
    /// A bracket, quote or number does not fit.
    #[error("the key path cannot be read from character {column} on")]
    Malformed {
        /// Where, in characters from 1.
        column: usize,
    },
}

impl KeyPathError {
    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        r#"write a/b/c, or ["a"]["b"][0] for list positions and for keys with a slash"#
    }
}

impl KeyPath {
    /// The root of the file's first document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The root of a document, counted from 0.
    #[must_use]
    pub fn root_of(document: usize) -> Self {
        Self { document, parts: Vec::new() }
    }

    /// A path of keys in the first document.
    #[must_use]
    pub fn from_keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        keys.into_iter().fold(Self::root(), |path, key| path.child(key))
    }

    /// The document of the file, from 0.
    #[must_use]
    pub fn document(&self) -> usize {
        self.document
    }

    /// The steps from the root.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The last step, none for a root.
    #[must_use]
    pub fn last(&self) -> Option<&Part> {
        self.parts.last()
    }

    /// The last step if it is a key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self.last()? {
            Part::Key(key) => Some(key),
            Part::Index(_) => None,
        }
    }

    /// Whether this is the root of a document.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.parts.is_empty()
    }

    /// The path one level down.
    #[must_use]
    pub fn child(&self, part: impl Into<Part>) -> Self {
        let mut parts = Vec::with_capacity(self.parts.len() + 1);
        parts.extend_from_slice(&self.parts);
        parts.push(part.into());
        Self { document: self.document, parts }
    }

    /// The path one level up, none for a root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.parts.split_last()?;
        Some(Self { document: self.document, parts: above.to_vec() })
    }

    /// Whether `self` is `ancestor` or stands below it.
    #[must_use]
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.document == ancestor.document && self.parts.starts_with(&ancestor.parts)
    }

    /// The same place after `from` has become `to`; none where `self` is not at or below `from`.
    #[must_use]
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let below = self.starts_with(from).then(|| &self.parts[from.parts.len()..])?;
        let mut moved = to.clone();
        moved.parts.extend_from_slice(below);
        Some(moved)
    }

    /// `a/b/c`, as sops-nix spells the path in its `key` option; none where sops-nix has no spelling for it.
    #[must_use]
    pub fn to_slashes(&self) -> Option<String> {
        let keys: Option<Vec<&str>> = self.parts.iter().map(Part::plain_key).collect();
        keys.filter(|keys| !keys.is_empty() && !keys[0].starts_with('[')).map(|keys| keys.join("/"))
    }

    /// `["a"]["b"][0]`, as sops spells the path.
    #[must_use]
    pub fn to_brackets(&self) -> String {
        self.parts.iter().map(Part::to_bracket).collect()
    }
}

impl Part {
    /// The key, if it can stand in `a/b/c`.
    fn plain_key(&self) -> Option<&str> {
        match self {
            Self::Key(key) if !key.is_empty() && !key.contains('/') => Some(key),
            _ => None,
        }
    }

    fn to_bracket(&self) -> String {
        match self {
            Self::Index(index) => format!("[{index}]"),
            // sops knows no escapes, only the choice of the quote.
            Self::Key(key) if key.contains("\"]") => format!("['{key}']"),
            Self::Key(key) => format!("[\"{key}\"]"),
        }
    }
}

impl From<&str> for Part {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<String> for Part {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Part {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl fmt::Display for KeyPath {
    /// `a/b/c` where that is unambiguous, brackets otherwise; documents after the first are named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_slashes().unwrap_or_else(|| self.to_brackets()))?;
        match self.document {
            0 => Ok(()),
            document => write!(f, " (document {})", document + 1),
        }
    }
}

impl FromStr for KeyPath {
    type Err = KeyPathError;

    /// Reads `a/b/c` or `["a"]["b"][0]`; the path lies in the first document.
    fn from_str(text: &str) -> Result<Self, KeyPathError> {
        if text.is_empty() {
            return Err(KeyPathError::Empty);
        }
        let parts = if text.starts_with('[') { parse_brackets(text)? } else { parse_slashes(text)? };
        Ok(Self { document: 0, parts })
    }
}

fn parse_slashes(text: &str) -> Result<Vec<Part>, KeyPathError> {
    let read = |(at, key): (usize, &str)| {
        if key.is_empty() { Err(KeyPathError::EmptyPart { part: at + 1 }) } else { Ok(Part::from(key)) }
    };
    text.split('/').enumerate().map(read).collect()
}

fn parse_brackets(text: &str) -> Result<Vec<Part>, KeyPathError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let read = parse_bracket(rest);
        let (part, length) =
            read.ok_or_else(|| KeyPathError::Malformed { column: text.chars().count() - rest.chars().count() + 1 })?;
        parts.push(part);
        rest = &rest[length..];
    }
    Ok(parts)
}

/// Reads one `[…]` at the start of `text`; also says how many bytes it took.
fn parse_bracket(text: &str) -> Option<(Part, usize)> {
    let inside = text.strip_prefix('[')?;
    let Some(quote @ ('"' | '\'')) = inside.chars().next() else {
        let end = inside.find(']')?;
        let digits = &inside[..end];
        let index = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        return Some((Part::Index(index), end + 2));
    };
    let quoted = &inside[1..];
    let end = closing_quote(quoted, quote)?;
    Some((Part::from(&quoted[..end]), end + 4))
}

/// The quote that ends a key: the first with `]` behind it and then another part or nothing; else the first with `]`.
fn closing_quote(quoted: &str, quote: char) -> Option<usize> {
    let closing = |at: &usize| quoted[at + 1..].starts_with(']');
    let last_of_part = |at: &usize| matches!(quoted[at + 2..].chars().next(), None | Some('['));
    let mut closings = quoted.match_indices(quote).map(|(at, _)| at).filter(closing);
    closings.clone().find(last_of_part).or_else(|| closings.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Part]) {
        let path: KeyPath = text.parse().unwrap();
        assert_eq!(path.parts(), expected, "{text}");
        assert_eq!(path.to_string().parse::<KeyPath>().unwrap(), path, "{text}");
    }

    fn refused(text: &str, expected: KeyPathError) {
        assert_eq!(text.parse::<KeyPath>(), Err(expected), "{text}");
    }

    #[test]
    fn both_spellings_are_read_and_written() {
        check("a", &["a".into()]);
        check("a/b c/d", &["a".into(), "b c".into(), "d".into()]);
        check(r#"["a"]['b'][0]["x/y"]"#, &["a".into(), "b".into(), 0.into(), "x/y".into()]);
        check(r#"["it's"]["a]b"]["a"]"#, &["it's".into(), "a]b".into(), "a".into()]);
        check(r#"['say "]"']"#, &[r#"say "]""#.into()]);
        check(r#"[""]"#, &["".into()]);
        check("0/1", &["0".into(), "1".into()]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        refused("", KeyPathError::Empty);
        refused("a//b", KeyPathError::EmptyPart { part: 2 });
        refused("/a", KeyPathError::EmptyPart { part: 1 });
        refused("a/", KeyPathError::EmptyPart { part: 2 });
        refused(r#"["ä"]x"#, KeyPathError::Malformed { column: 6 });
        refused(r#"["a]"#, KeyPathError::Malformed { column: 1 });
        refused("[-1]", KeyPathError::Malformed { column: 1 });
        refused("[]", KeyPathError::Malformed { column: 1 });
    }

    #[test]
    fn a_slash_or_a_position_forces_brackets() {
        assert_eq!(KeyPath::from_keys(["a", "b"]).to_string(), "a/b");
        assert_eq!(KeyPath::from_keys(["a/b"]).to_string(), r#"["a/b"]"#);
        assert_eq!(KeyPath::from_keys(["[a"]).to_string(), r#"["[a"]"#);
        assert_eq!(KeyPath::from_keys(["a"]).child(3).to_string(), r#"["a"][3]"#);
        assert_eq!(KeyPath::root_of(1).child("a").to_string(), "a (document 2)");
    }

    #[test]
    fn a_path_moves_with_its_ancestor() {
        let (from, to) = (KeyPath::from_keys(["a", "b"]), KeyPath::from_keys(["c"]));
        assert_eq!(from.child("x").moved(&from, &to), Some(to.child("x")));
        assert_eq!(KeyPath::from_keys(["a"]).moved(&from, &to), None);
        assert_eq!(from.parent(), Some(KeyPath::from_keys(["a"])));
        assert_eq!(KeyPath::root().parent(), None);
    }
}
