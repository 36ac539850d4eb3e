//! Lossless YAML: a text with a tree of byte ranges over it, and edits that become patches of that text.
//!
//! Knows nothing of SOPS, and re-emits nothing that nobody touched. What a scalar means, where a comment belongs and
//! how new text is written follow go.yaml.in/yaml v3.0.4, because that is the reader every file has to please.
//!
//! # Walking a document
//!
//! [`Yaml::parse`] gives a tree whose nodes lie in one list; a [`NodeId`] names one of them. Containers hold
//! [`Item`]s in the order in which go-yaml hands them to SOPS: comments are items of their own.
//!
//! ```
//! use sopsmith::yaml::{Item, Limits, Yaml};
//!
//! let yaml = Yaml::parse("# top\na:\n  b: 1 # why\n", &Limits::default()).expect("this is YAML");
//! let mut seen = Vec::new();
//! for document in yaml.documents() {
//!     for visit in yaml.walk(document.root) {
//!         seen.push(match visit.item {
//!             Item::Comment(comment) => format!("{} #{}", visit.depth, yaml.comment(comment).text(&yaml)),
//!             Item::Entry(entry) => format!("{} {}", visit.depth, yaml.text_of(entry.key).unwrap_or("?")),
//!             Item::Element(_) => format!("{} -", visit.depth),
//!         });
//!     }
//! }
//! assert_eq!(seen, ["0 # top", "0 a", "1 # why", "1 b"]);
//! ```
//!
//! # Changing a document
//!
//! [`Yaml::edit`] takes a list of [`Edit`]s, all of which name nodes of the tree as it stands, and returns the
//! [`Patch`](crate::text::Patch) together with the tree of the changed text: the result has been parsed again and
//! compared with what was meant before anyone sees it.

mod document;
mod node;

mod parse;

mod build;
mod comment;
mod events;
mod layout;
mod lexeme;
mod quick;
mod strict;
mod tree;

mod edit;
mod emit;
mod resolve;

pub use document::{Duplicate, Visit, Walk, Yaml};
pub use edit::{Edit, EditError, Edited, Fragment, Place};
pub use emit::{Frame, Sink, write_bytes, write_key, write_scalar};
pub use node::{Comment, CommentId, Document, Entry, Item, Kind, NodeId, ScalarStyle};
pub use parse::{Limits, ParseError};
pub use resolve::{Impossible, Resolved};
