//! The history of a file for the session: commits and old texts, from git.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{World, failure};
use crate::session::{Event, Failure, Request, Revision};
use crate::storage::{Git, HistoryError, RepoPath, RootKind, commits, old_texts};
use crate::terminal::reports::Report;

/// All old texts of a history together are not larger than about this; fewer revisions are shown instead.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// As many characters of a commit's name as git itself shows.
const SHORT_ID: usize = 7;

impl World {
    pub(super) fn read_history(&self, request: Request, path: RepoPath) -> io::Result<()> {
        let Some(root) = self.root.clone() else { return Ok(()) };
        if root.kind() != RootKind::Git {
            self.reporter.report(Report::Event(Event::HistoryRead { request, outcome: Err(not_in_git()) }));
            return Ok(());
        }
        self.reporter.in_thread(move |_| {
            let size_bytes = root.absolute(&path).metadata().map_or(0, |metadata| metadata.len());
            let most = usize::try_from(MAX_TEXT_BYTES / size_bytes.max(1)).unwrap_or(usize::MAX);
            let outcome = revisions(&Git::at(root.path()), &path, most.max(1));
            Report::Event(Event::HistoryRead { request, outcome: outcome.map_err(|error| words(&error)) })
        })
    }
}

fn revisions(git: &Git, path: &RepoPath, most: usize) -> Result<Vec<Revision>, HistoryError> {
    let mut commits = commits(git, path)?;
    commits.truncate(most);
    let texts = old_texts(git, &commits)?;
    let revision = |(commit, text): (crate::storage::Commit, Option<String>)| Revision {
        seconds: commit.seconds,
        date: date(commit.seconds),
        commit: commit.id.chars().take(SHORT_ID).collect(),
        author: commit.author,
        subject: commit.subject,
        text,
    };
    Ok(commits.into_iter().zip(texts).map(revision).collect())
}

/// `2026-03-14`, in this machine's time zone. A commit may claim any time; one that no calendar has is shown as none.
fn date(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds);
    at.map_or_else(|_| String::new(), |at| at.to_zoned(TimeZone::system()).date().to_string())
}

fn not_in_git() -> Failure {
    let words = "this folder is not in git, so nothing tells who changed a key when".to_owned();
    Failure { words, hint: Some("git init and a commit begin a history".to_owned()) }
}

fn words(error: &HistoryError) -> Failure {
    let hint = match error {
        HistoryError::Git(error) => error.hint(),
        HistoryError::Answer(_) => None,
    };
    failure(error, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_for_people_and_impossible_ones_are_empty() {
        assert!(date(1_700_000_000).starts_with("2023-11-1"));
        assert_eq!(date(i64::MAX), "");
    }
}
