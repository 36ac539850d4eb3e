//! From text to tree: limits, errors, and the walk over the parser's events.
//!
//! The grammar is granit-parser's; nothing of it shows outside this file. Hostile input is refused by size and
//! nesting before the parser sees it.

use super::Yaml;
use crate::text::Position;

/// How large a text may be. Every limit refuses with [`ParseError::Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Containers inside containers.
    pub depth: usize,
    /// Keys, values and containers.
    pub nodes: usize,
    /// Comment lines.
    pub comments: usize,
    /// Nodes that aliases stand for, counted through every expansion.
    pub expanded: usize,
}

impl Default for Limits {
    /// 256 MiB, 200 levels, ten million nodes: far above any file of secrets, far below what hurts.
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 200, nodes: 10_000_000, comments: 2_000_000, expanded: 10_000_000 }
    }
}

/// Why a text is not a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The grammar is not followed.
    #[error("line {}, column {}: {message}", at.line, at.column)]
    Syntax {
        /// Where.
        at: Position,
        /// What is wrong, in words, without content of the file.
        message: String,
    },
    /// An alias without an anchor before it.
    #[error("line {}, column {}: the alias *{name} has no anchor before it", at.line, at.column)]
    UnknownAlias {
        /// Where.
        at: Position,
        /// The alias, its `*` left out.
        name: String,
    },
    /// Larger than is read.
    #[error("{what} are more than the {limit} that are read")]
    Limit {
        /// "bytes", "levels of nesting" …
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl ParseError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "mend the line with a text editor; nothing was changed",
            Self::UnknownAlias { .. } => "name an anchor that stands above, or write the value itself",
            Self::Limit { .. } => "split the file",
        }
    }
}

impl Yaml {
    /// Reads `text`.
    ///
    /// # Errors
    /// When the text is not YAML or larger than `limits`. Duplicate keys are no error here, see [`Yaml::duplicates`].
    pub fn parse(text: impl Into<String>, limits: &Limits) -> Result<Self, ParseError> {
        let _ = (text.into(), limits);
        todo!()
    }
}
