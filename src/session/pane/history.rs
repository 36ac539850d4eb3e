//! The history pane: when keys changed, from git, without decrypting anything.

/// One commit that touched the open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit, abbreviated.
    pub commit: String,
    /// When, as a date for people: `2026-03-14`.
    pub date: String,
    /// Who, by name.
    pub author: String,
    /// The commit's subject.
    pub subject: String,
    /// The file's text as the commit left it; `None` where the commit removed it.
    pub text: Option<String>,
}
