//! Placements: which encrypted file and which key a declaration reads.
//!
//! Literal paths first, then the one encrypted file that has the key, then unknown, in words.

use std::fmt;

use super::path::RepoPath;
use crate::nix::Unknown;

/// What a declaration reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// File and key are known.
    Placed {
        /// The encrypted file.
        file: RepoPath,
        /// The key, parts separated by `/`; empty for the whole file.
        key: String,
        /// Whether the whole file is installed: `key = ""`, or a format without keys.
        whole_file: bool,
        /// How the file was found.
        basis: Basis,
    },
    /// Not known without evaluating.
    NotPlaced(NotPlaced),
}

/// How the file of a placement was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// `sopsFile` of the declaration.
    SopsFile,
    /// `defaultSopsFile` in the same Nix file.
    DefaultInFile,
    /// The only `defaultSopsFile` of the repository.
    DefaultInRepository,
    /// No literal path leads anywhere, but only this encrypted file has the key.
    UniqueKey,
}

/// Why a declaration has no place; `Display` says it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPlaced {
    /// The attribute name cannot be read.
    Name(Unknown),
    /// The key cannot be read.
    Key(Unknown),
    /// The named file is not in the repository.
    FileMissing(String),
    /// The file is outside the repository.
    FileOutside(String),
    /// The named file is there, but not encrypted by sops.
    FileNotEncrypted(RepoPath),
    /// The file cannot be read from the text, and no encrypted file has the key.
    NoFileHasKey(String),
    /// The file cannot be read from the text, and several encrypted files have the key.
    SeveralFilesHaveKey(String, Vec<RepoPath>),
}

impl fmt::Display for NotPlaced {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(unknown) => write!(out, "the name cannot be read: {unknown}"),
            Self::Key(unknown) => write!(out, "the key cannot be read: {unknown}"),
            Self::FileMissing(path) => write!(out, "{path} is not in the repository"),
            Self::FileOutside(path) => write!(out, "{path} lies outside the repository"),
            Self::FileNotEncrypted(path) => write!(out, "{path} is not encrypted by sops"),
            Self::NoFileHasKey(key) => write!(out, "the file cannot be read, and no encrypted file has the key {key}"),
            Self::SeveralFilesHaveKey(key, files) => {
                write!(out, "the file cannot be read, and {} encrypted files have the key {key}", files.len())
            }
        }
    }
}
