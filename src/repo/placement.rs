//! Placements: which encrypted file and which key a declaration reads.
//!
//! Literal paths first, then the one encrypted file that has the key, then unknown, in words.

use std::fmt;

use super::path::RepoPath;
use crate::nix::Unknown;

/// What a declaration reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// File and key are known. Several targets: hosts that import the declaration have different defaults. Never empty.
    Placed(Vec<Target>),
    /// Not known without evaluating.
    NotPlaced(NotPlaced),
}

/// One file and key that a declaration reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The encrypted file.
    pub file: RepoPath,
    /// The key, parts separated by `/`; empty for the whole file.
    pub key: String,
    /// Whether the whole file is installed: `key = ""`, or a format without keys.
    pub whole_file: bool,
    /// How the file was found.
    pub basis: Basis,
    /// Whether a condition stands over the default that names the file, so that it may be another one.
    pub is_conditional: bool,
}

/// How the file of a placement was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// `sopsFile` of the declaration.
    SopsFile,
    /// `defaultSopsFile` in the same Nix file.
    DefaultInFile,
    /// `defaultSopsFile` in a file that imports this one, or is imported by one that does.
    DefaultInScope,
    /// The only `defaultSopsFile` of the repository.
    DefaultInRepository,
    /// No literal path leads anywhere, but only this encrypted file has the key.
    UniqueKey,
    /// Nix itself says so.
    Evaluated,
}

/// Why a declaration has no place; `Display` says it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPlaced {
    /// The attribute name cannot be read.
    Name(Unknown),
    /// The key cannot be read.
    Key(Unknown),
    /// `sopsFile` is neither a path nor a text.
    NoFile,
    /// The named file is not in the repository.
    FileMissing(RepoPath),
    /// The file is outside the repository.
    FileOutside(String),
    /// The named file is there, but not encrypted by sops.
    FileNotEncrypted(RepoPath),
    /// The file cannot be read from the text, and no encrypted file has the key.
    NoFileHasKey(String),
    /// The file cannot be read from the text, and several encrypted files have the key.
    SeveralFilesHaveKey(String, Vec<RepoPath>),
    /// The file cannot be read from the text, and a whole file has no key to look for.
    WholeFileUnknown,
}

impl Placement {
    /// What is read; empty when that is not known.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        match self {
            Self::Placed(targets) => targets,
            Self::NotPlaced(_) => &[],
        }
    }

    /// Why nothing is known.
    #[must_use]
    pub fn not_placed(&self) -> Option<&NotPlaced> {
        match self {
            Self::Placed(_) => None,
            Self::NotPlaced(why) => Some(why),
        }
    }
}

impl fmt::Display for NotPlaced {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(unknown) => write!(out, "the name cannot be read: {unknown}"),
            Self::Key(unknown) => write!(out, "the key cannot be read: {unknown}"),
            Self::NoFile => out.write_str("sopsFile is no path"),
            Self::FileMissing(path) => write!(out, "{path} is not in the repository"),
            Self::FileOutside(path) => write!(out, "{path} lies outside the repository"),
            Self::FileNotEncrypted(path) => write!(out, "{path} is not encrypted by sops"),
            Self::NoFileHasKey(key) => write!(out, "the file cannot be read, and no encrypted file has the key {key}"),
            Self::SeveralFilesHaveKey(key, files) => {
                write!(out, "the file cannot be read, and {} encrypted files have the key {key}", files.len())
            }
            Self::WholeFileUnknown => out.write_str("the file cannot be read, and a whole file is asked for"),
        }
    }
}
