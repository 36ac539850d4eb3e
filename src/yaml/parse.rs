//! From text to tree: limits and errors.
//!
//! The grammar is granit-parser's, read as leniently as go.yaml.in/yaml v3.0.4 does (flow collections that close at
//! the margin are what SOPS itself writes). Nothing of that crate shows outside this file, `events` and `quick`.

use granit_parser::{ErrorKind, Event, Options, Parser, ScanError};

use super::Yaml;
use super::build::Builder;
use super::comment;
use super::events::Events;
use super::quick;
use super::strict;
use super::tree::Tree;
use crate::text::{LineIndex, Position};

/// How large a text may be. Every limit refuses with [`ParseError::Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text. Never more than 4 GiB are read.
    pub bytes: usize,
    /// Containers inside containers.
    pub depth: usize,
    /// Keys, values and containers.
    pub nodes: usize,
    /// Comment lines.
    pub comments: usize,
    /// Nodes in all, those that aliases stand for counted at every place.
    pub expanded: usize,
}

impl Default for Limits {
    /// 256 MiB, 200 levels, ten million nodes: far above any file of secrets, far below what hurts.
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 200, nodes: 10_000_000, comments: 2_000_000, expanded: 20_000_000 }
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
    /// An alias that stands for nothing.
    #[error("line {}, column {}: the alias *{name} {problem}", at.line, at.column)]
    Alias {
        /// Where.
        at: Position,
        /// The alias, its `*` left out.
        name: String,
        /// "has no anchor before it", "stands inside its own anchor".
        problem: &'static str,
    },
    /// Larger than is read.
    #[error("more than {limit} {what}")]
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
            Self::Alias { .. } => "write the value itself instead of the alias",
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
        let text = text.into();
        if text.len() > limits.bytes.min(u32::MAX as usize - 1) {
            return Err(ParseError::Limit { what: "bytes", limit: limits.bytes });
        }
        let mut tree = match quick::read(&text, limits) {
            Some(tree) => tree?,
            None => whole(&text, limits)?,
        };
        strict::check(&text, &tree)?;
        comment::attribute(&text, &mut tree);
        Ok(Self::of(text, tree, *limits))
    }
}

/// How the general parser is set. All limits are ours to check; its own are one above, to be the second lock.
pub(super) fn options(limits: &Limits) -> Options {
    granit_parser::options! {
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: limits.comments + 1,
        flow_nesting_limit: limits.depth + 1,
        block_nesting_limit: limits.depth + 1,
    }
}

/// Reads a whole text with the general parser.
pub(super) fn whole(text: &str, limits: &Limits) -> Result<Tree, ParseError> {
    let mut builder = Builder::new(text, limits);
    let mut events = Events::new(&mut builder, 0);
    for event in Parser::new_from_str_with_options(text, options(limits)) {
        let (event, span) = event.map_err(|error| translate(text, limits, &error))?;
        if let Event::DocumentStart(_, Some(version)) = &event
            && (version.major, version.minor) != (1, 1)
        {
            let message = format!("the directive %YAML {}.{} is not read by sops", version.major, version.minor);
            return Err(ParseError::Syntax { at: Position { line: span.start.line(), column: 1 }, message });
        }
        events.event(event, &span)?;
    }
    Ok(builder.finish())
}

fn translate(text: &str, limits: &Limits, error: &ScanError) -> ParseError {
    let offset = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let offset = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let at = LineIndex::new(text).position(text, offset);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => ParseError::Limit { what: "levels of nesting", limit: limits.depth },
        ErrorKind::TooManyComments => ParseError::Limit { what: "comment lines", limit: limits.comments },
        ErrorKind::UnknownAnchor => {
            let rest = text[offset..].trim_start_matches('*');
            let end = rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
            ParseError::Alias { at, name: rest[..end].to_owned(), problem: "has no anchor before it" }
        }
        kind => ParseError::Syntax { at, message: kind.to_string() },
    }
}
