//! Who changed a file when, and what it held then: from git, without a key.
//!
//! Old texts are read as blobs, not as diffs, so no configured filter or text conversion can decrypt them on the way.

use std::iter::Peekable;

use super::git::{Git, GitError};
use crate::repo::RepoPath;
use crate::text::sanitize;

/// The most commits that are read of one file.
const MAX_COMMITS: usize = 500;

/// A commit that touched a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The commit's name, in hexadecimal.
    pub id: String,
    /// When it was made, in seconds since 1970 UTC.
    pub seconds: i64,
    /// Who made it, safe to show.
    pub author: String,
    /// The first line of its message, safe to show.
    pub subject: String,
    /// The file's path at that commit: it may have been renamed since.
    pub path: RepoPath,
}

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// git did not answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// git's answer is not what it documents.
    #[error("git {0} answered in a way that is not understood")]
    Answer(&'static str),
}

/// The commits that touched a file, the newest first, renames followed. Empty for a file without history.
///
/// # Errors
/// See [`HistoryError`].
pub fn commits(git: &Git, path: &RepoPath) -> Result<Vec<Commit>, HistoryError> {
    let limit = format!("--max-count={MAX_COMMITS}");
    // NUL cannot stand in any of the fields. Merges show the path, too, when they changed it.
    let fields = "--format=%x00%H%x00%at%x00%an%x00%s";
    let arguments = ["--follow", "-z", "--name-only", "--diff-merges=first-parent", "--no-ext-diff", "--no-textconv"];
    let wanted = ["--no-color", &limit, fields, "--", path.as_str()];
    let answer = match git.answer("log", arguments.into_iter().chain(wanted), &[]) {
        // A repository without a first commit has no history yet.
        Err(GitError::Failed { said, .. }) if said.contains("does not have any commits yet") => return Ok(Vec::new()),
        answer => answer?,
    };
    let text = String::from_utf8_lossy(&answer);
    let mut fields = text.split('\0').peekable();
    let mut commits = Vec::new();
    while fields.next().is_some() && fields.peek().is_some() {
        commits.push(commit(&mut fields, path).ok_or(HistoryError::Answer("log"))?);
    }
    Ok(commits)
}

/// Takes `ID ␀ SECONDS ␀ AUTHOR ␀ SUBJECT`, and `␀ ␊ PATH` where git says it; `path` stands in where it does not.
fn commit<'a>(fields: &mut Peekable<impl Iterator<Item = &'a str>>, path: &RepoPath) -> Option<Commit> {
    let id = fields.next().filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()))?.to_owned();
    let seconds = fields.next()?.parse().ok()?;
    let author = sanitize(fields.next()?).into_owned();
    let subject = sanitize(fields.next()?).into_owned();
    let named = fields.next_if(|field| field.starts_with('\n')).and_then(|field| RepoPath::new(&field[1..]));
    Some(Commit { id, seconds, author, subject, path: named.unwrap_or_else(|| path.clone()) })
}

/// The file's text at each of the commits; `None` where it was absent or not UTF-8. One git for all of them.
///
/// # Errors
/// See [`HistoryError`].
pub fn old_texts(git: &Git, commits: &[Commit]) -> Result<Vec<Option<String>>, HistoryError> {
    // A path with a line break cannot be asked for in a list of lines.
    let request = |commit: &Commit| match commit.path.as_str().contains('\n') {
        true => "\n".to_owned(),
        false => format!("{}:{}\n", commit.id, commit.path),
    };
    let requests: String = commits.iter().map(request).collect();
    let answer = git.answer("cat-file", ["--batch"], requests.as_bytes())?;
    let mut rest = answer.as_slice();
    commits.iter().map(|_| blob(&mut rest).ok_or(HistoryError::Answer("cat-file"))).collect()
}

/// Takes one answer off the front: `ID blob SIZE ␊ CONTENT ␊`, or `NAME missing ␊`.
fn blob(answer: &mut &[u8]) -> Option<Option<String>> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (std::str::from_utf8(&answer[..end]).ok()?, &answer[end + 1..]);
    if head.ends_with(" missing") {
        *answer = rest;
        return Some(None);
    }
    let size_bytes: usize = head.rsplit(' ').next()?.parse().ok()?;
    let content = rest.get(..size_bytes)?;
    *answer = rest.get(size_bytes + 1..)?;
    Some(String::from_utf8(content.to_vec()).ok())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::scratch;
    use super::*;

    fn repository(script: &str) -> (tempfile::TempDir, Git) {
        let folder = scratch::folder(script);
        let git = Git::at(folder.path());
        (folder, git)
    }

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn history_follows_a_rename_and_gives_the_old_texts() {
        let (_folder, git) = repository(
            "git init -q; echo 'a: 1' > old.yaml; git add .; git commit -qm 'first:\u{1e}\u{1f} bidi\u{202e}'
             git mv old.yaml new.yaml; git commit -qm second; echo 'a: 2' > new.yaml; git commit -qam third
             echo x > other; git add .; git commit -qm other",
        );
        let commits = commits(&git, &path("new.yaml")).unwrap();
        let lines: Vec<String> = commits.iter().map(|c| format!("{} {} {}", c.path, c.subject, c.author)).collect();
        let who = "Ada\\u{1b}[2J";
        let first = format!("old.yaml first:\\u{{1e}}\\u{{1f}} bidi\\u{{202e}} {who}");
        assert_eq!(lines, [format!("new.yaml third {who}"), format!("new.yaml second {who}"), first]);
        assert_eq!(commits[0].seconds, 1_700_000_000);
        let texts = old_texts(&git, &commits).unwrap();
        assert_eq!(texts, [Some("a: 2\n".to_owned()), Some("a: 1\n".to_owned()), Some("a: 1\n".to_owned())]);
    }

    #[test]
    fn a_deleted_or_binary_version_has_no_text() {
        let (_folder, git) =
            repository("git init -q; printf '\\377' > x; git add .; git commit -qm a; git rm -q x; git commit -qm b");
        let commits = commits(&git, &path("x")).unwrap();
        assert_eq!(old_texts(&git, &commits).unwrap(), [None, None]);
    }

    #[test]
    fn a_file_without_history_has_an_empty_one() {
        let (_folder, git) = repository("git init -q; touch x");
        assert_eq!(commits(&git, &path("x")).unwrap(), []);
        let (_folder, git) = repository("git init -q; touch x; git add .; git commit -qm a; touch y");
        assert_eq!(commits(&git, &path("y")).unwrap(), []);
    }

    #[test]
    fn configured_text_conversions_and_signature_checks_are_not_started() {
        let (folder, git) = repository(
            r#"git init -q; printf '#!/bin/sh\ntouch "$(dirname "$0")/.git/started"\n' > run; chmod +x run
               echo '*.yaml diff=sops' > .gitattributes; git config diff.sops.textconv "$PWD/run"
               git config log.showSignature true; git config gpg.program "$PWD/run"; git config core.pager "$PWD/run"
               git config diff.external "$PWD/run"; echo 'a: 1' > x.yaml; git add .; git commit -qm a
               git cat-file commit HEAD | sed '/^committer/a gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----' > .git/signed
               git update-ref HEAD "$(git hash-object -t commit -w .git/signed)""#,
        );
        let commits = commits(&git, &path("x.yaml")).unwrap();
        assert_eq!(old_texts(&git, &commits).unwrap(), [Some("a: 1\n".to_owned())]);
        assert!(!folder.path().join(".git/started").exists());
    }

    #[test]
    fn intent_to_add_stages_no_content() {
        let (folder, git) = repository("git init -q; echo secret > '-n *.nix'");
        git.add_intent(&[path("-n *.nix")]).unwrap();
        let status = Command::new("git").args(["status", "--porcelain", "-z"]).current_dir(folder.path()).output();
        assert_eq!(String::from_utf8(status.unwrap().stdout).unwrap(), " A -n *.nix\0");
        let error = git.add_intent(&[path("absent")]).unwrap_err();
        assert!(error.to_string().contains("did not match any files"), "{error}");
    }
}
