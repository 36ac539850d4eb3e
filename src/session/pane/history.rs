//! The history pane: when keys changed, from git, without decrypting anything.
//!
//! An untouched value keeps its envelope from commit to commit, so two ciphertexts tell which keys changed.

use jiff::Timestamp;

use super::list::ListCursor;
use crate::repo::RepoPath;
use crate::session::effect::Request;
use crate::session::event::Failure;
use crate::session::view::{Grid, Tone, Words};
use crate::sops::{ChangeKind, Document, changes};
use crate::text::sanitize;

/// One commit that touched the open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The commit, abbreviated.
    pub commit: String,
    /// When, in seconds since 1970 UTC.
    pub seconds: i64,
    /// The same as a date for people: `2026-03-14`.
    pub date: String,
    /// Who, by name.
    pub author: String,
    /// The commit's subject.
    pub subject: String,
    /// The file's text as the commit left it; `None` where it was not there or cannot be read.
    pub text: Option<String>,
}

/// What is known of the history of one file.
#[derive(Default)]
pub(crate) struct FileHistory {
    state: State,
    pub(crate) cursor: ListCursor,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Asked(Request),
    Read(RepoPath, Vec<Line>),
    Failed(RepoPath, Failure),
}

/// One commit and what it did.
struct Line {
    commit: String,
    seconds: i64,
    date: String,
    author: String,
    subject: String,
    /// The keys it changed, each behind its sign.
    keys: Vec<String>,
}

impl FileHistory {
    /// Whether git has to be asked for this file.
    pub(crate) fn needs(&self, path: &RepoPath) -> bool {
        match &self.state {
            State::Unknown => true,
            State::Asked(_) => false,
            State::Read(read, _) | State::Failed(read, _) => read != path,
        }
    }

    /// git was asked.
    pub(crate) fn ask(&mut self, request: Request) {
        *self = Self { state: State::Asked(request), cursor: ListCursor::default() };
    }

    /// There is no git to be asked.
    pub(crate) fn without_git(&mut self, path: RepoPath) {
        let words = "This folder is not in git, so nothing tells when a key changed.".to_owned();
        self.state = State::Failed(path, Failure { words, hint: None });
    }

    /// Whether an answer is the one that is waited for.
    pub(crate) fn waits_for(&self, request: Request) -> bool {
        matches!(self.state, State::Asked(asked) if asked == request)
    }

    /// Takes git's answer.
    pub(crate) fn take(&mut self, path: RepoPath, outcome: Result<Vec<Revision>, Failure>) {
        self.state = match outcome {
            Ok(revisions) => State::Read(path, compare(revisions)),
            Err(failure) => State::Failed(path, failure),
        };
    }

    /// The file was written or opened: what was read may be outdated.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// How many commits there are.
    pub(crate) fn total(&self) -> usize {
        self.lines().len()
    }

    /// What to say instead of a list.
    pub(crate) fn words(&self) -> Option<String> {
        match &self.state {
            State::Unknown | State::Asked(_) => Some("git is being asked…".to_owned()),
            State::Failed(_, failure) => Some(failure.words.clone()),
            State::Read(_, lines) if lines.is_empty() => Some("No commit has touched this file yet.".to_owned()),
            State::Read(..) => None,
        }
    }

    /// When a key changed last, for the detail line.
    pub(crate) fn last_change(&self, key: &str, now: Timestamp) -> Option<String> {
        let is_it = |changed: &String| changed.split_once(' ').is_some_and(|(_, changed)| changed == key);
        let line = self.lines().iter().find(|line| line.keys.iter().any(is_it))?;
        Some(format!("last changed {}", ago(now.as_second() - line.seconds)))
    }

    /// The subject of the commit under the cursor with all its keys, for the detail line.
    pub(crate) fn detail(&self) -> Option<String> {
        let line = self.lines().get(self.cursor.row)?;
        Some(format!("{} ─ {}", line.subject, line.keys.join(", ")))
    }

    /// The pane as it is drawn.
    pub(crate) fn view(&self, page: usize) -> Grid {
        let lines = self.lines();
        let window = self.cursor.window(page, lines.len());
        let row = |line: &Line| {
            vec![
                Words::plain(sanitize(&line.date)),
                Words::toned(sanitize(&line.commit), Tone::Dim),
                Words::plain(sanitize(&line.author)),
                Words::plain(line.keys.join(", ")),
                Words::toned(sanitize(&line.subject), Tone::Dim),
            ]
        };
        Grid {
            headings: ["When", "Commit", "Who", "Keys", "Subject"].map(str::to_owned).to_vec(),
            first: window.start,
            rows: lines[window].iter().map(row).collect(),
            total: lines.len(),
            cursor: Some(self.cursor.row),
            main: 3,
            foot: Vec::new(),
        }
    }

    fn lines(&self) -> &[Line] {
        match &self.state {
            State::Read(_, lines) => lines,
            _ => &[],
        }
    }
}

/// What each commit did, told from its text and that of the commit before it. Each text is read once.
fn compare(revisions: Vec<Revision>) -> Vec<Line> {
    let parse = |text: Option<String>| text.and_then(|text| Document::parse(text).ok());
    let mut older: Option<Document> = None;
    let mut lines: Vec<Line> = Vec::with_capacity(revisions.len());
    for revision in revisions.into_iter().rev() {
        let Revision { commit, seconds, date, author, subject, text } = revision;
        let document = parse(text);
        let keys = match (&older, &document) {
            (Some(older), Some(document)) => keys(older, document),
            (None, Some(document)) => {
                vec![format!("+ {} keys", document.entries().filter(|entry| entry.is_leaf()).count())]
            }
            (_, None) => vec!["not readable as an encrypted file".to_owned()],
        };
        lines.push(Line { commit, seconds, date, author, subject, keys });
        older = document.or(older);
    }
    lines.reverse();
    lines
}

fn keys(older: &Document, newer: &Document) -> Vec<String> {
    let key = |change: crate::sops::Change| {
        let sign = match change.kind {
            ChangeKind::Added => '+',
            ChangeKind::Changed => '~',
            ChangeKind::Removed => '–',
        };
        format!("{sign} {}", sanitize(&change.path.to_string()))
    };
    let keys: Vec<String> = changes(older, newer).into_iter().map(key).collect();
    if keys.is_empty() { vec!["no key; recipients or layout".to_owned()] } else { keys }
}

/// A span of time as people say it.
fn ago(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let say = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => say(seconds / MINUTE, "minute"),
        HOUR..DAY => say(seconds / HOUR, "hour"),
        _ if seconds < 60 * DAY => say(seconds / DAY, "day"),
        _ if seconds < 730 * DAY => say(seconds / (30 * DAY), "month"),
        _ => say(seconds / (365 * DAY), "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        let check = |seconds, expected: &str| assert_eq!(ago(seconds), expected);
        check(-5, "just now");
        check(60, "1 minute ago");
        check(7_200, "2 hours ago");
        check(86_400 * 3, "3 days ago");
        check(86_400 * 90, "3 months ago");
        check(86_400 * 800, "2 years ago");
    }
}
