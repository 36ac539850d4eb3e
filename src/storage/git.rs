//! The git program, asked safely.
//!
//! A repository may be hostile, and git runs programs that its configuration names. Every call therefore turns off
//! hooks, file-system monitors, pagers, external diffs, text conversion, signature checks and prompts, takes no
//! optional locks and fetches nothing. Arguments are never joined into a shell line. Its truth: gitrepository-layout(5),
//! git-config(1) of git 2.39, and the variables that `git rev-parse --local-env-vars` lists.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::shown;
use crate::repo::RepoPath;

/// Variables that would point git at another repository than the one it is asked about.
const FOREIGN_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_TRACE",
    "GIT_WORK_TREE",
];

/// Settings under which a repository's own configuration cannot start a program.
const HARMLESS: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "core.untrackedCache=keep",
];

/// The longest that git may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of one answer that are read.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// What git knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GitState {
    /// In the index; a flake sees it.
    Tracked,
    /// Not in the index, not ignored. A flake does not see it.
    Untracked,
    /// Ignored by a rule. A flake does not see it.
    Ignored,
    /// The folder is no git repository, or git cannot be asked.
    Unknown,
}

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program is not installed.
    #[error("the git program is not there")]
    NotInstalled,
    /// git ended with an error.
    #[error("git {command} failed in {}: {said}", shown(folder))]
    Failed {
        /// The subcommand.
        command: String,
        /// Where it ran.
        folder: PathBuf,
        /// The first line of what it said, safe to show.
        said: String,
    },
    /// git did not answer in time.
    #[error("git {command} did not answer within {} s", PATIENCE.as_secs())]
    TooSlow {
        /// The subcommand.
        command: String,
    },
    /// The answer is larger than what is read.
    #[error("git {command} answered with more than {} MiB", MAX_ANSWER_BYTES >> 20)]
    TooMuch {
        /// The subcommand.
        command: String,
    },
    /// The system did not let it run.
    #[error("git {command} could not be run")]
    Refused {
        /// The subcommand.
        command: String,
        /// What the system said.
        source: io::Error,
    },
}

impl GitError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("install git to see what is tracked and who changed what"),
            Self::Failed { said, .. } if said.contains("dubious ownership") => {
                Some("the folder belongs to another user; git config --global --add safe.directory allows it")
            }
            Self::Failed { .. } | Self::Refused { .. } => None,
            Self::TooSlow { .. } | Self::TooMuch { .. } => Some("add large folders to .gitignore"),
        }
    }
}

/// git, to be asked about one folder.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
}

impl Git {
    /// git for the repository whose top folder is `folder`. Nothing is started yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Lets a flake see new files: `git add --intent-to-add`, which stages no content.
    ///
    /// # Errors
    /// See [`GitError`].
    pub fn add_intent(&self, paths: &[RepoPath]) -> Result<(), GitError> {
        let arguments = ["--intent-to-add", "--"].into_iter().chain(paths.iter().map(RepoPath::as_str));
        self.answer("add", arguments, &[]).map(drop)
    }

    /// Runs `git command arguments…`, feeds it `input`, and returns what it wrote to its standard output.
    pub(super) fn answer<'a>(
        &self,
        command: &str,
        arguments: impl IntoIterator<Item = &'a str>,
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound if self.folder.is_dir() => GitError::NotInstalled,
            _ => GitError::Refused { command: command.to_owned(), source },
        };
        let mut child = self.program(command, arguments).spawn().map_err(refused)?;
        let answers = converse(&mut child, input);
        let answer = match answers.recv_timeout(PATIENCE) {
            Ok(answer) => answer.map_err(refused)?,
            Err(_) => {
                return end(&mut child).map_err(refused).and(Err(GitError::TooSlow { command: command.to_owned() }));
            }
        };
        if answer.out.len() > MAX_ANSWER_BYTES {
            return end(&mut child).map_err(refused).and(Err(GitError::TooMuch { command: command.to_owned() }));
        }
        if child.wait().map_err(refused)?.success() {
            return Ok(answer.out);
        }
        let said = String::from_utf8_lossy(&answer.error);
        let first_line = said.lines().next().unwrap_or("it gave no reason");
        Err(GitError::Failed {
            command: command.to_owned(),
            folder: self.folder.clone(),
            said: crate::text::sanitize(first_line).into_owned(),
        })
    }

    fn program<'a>(&self, command: &str, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut git = Command::new("git");
        FOREIGN_VARIABLES.iter().for_each(|name| {
            git.env_remove(name);
        });
        git.env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("LC_ALL", "C")
            .arg("--no-pager")
            .arg("-C")
            .arg(&self.folder);
        HARMLESS.iter().for_each(|setting| {
            git.args(["-c", setting]);
        });
        git.arg(command).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        git
    }
}

struct Answer {
    out: Vec<u8>,
    error: Vec<u8>,
}

/// Feeds and reads a child in threads of their own, so that neither side waits for the other with a full pipe.
fn converse(child: &mut Child, input: &[u8]) -> mpsc::Receiver<io::Result<Answer>> {
    let (sender, receiver) = mpsc::channel();
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let input = input.to_vec();
    let feed = thread::spawn(move || match stdin.write_all(&input) {
        // git stops reading when it has failed; its own words then say why.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    });
    let complain = thread::spawn(move || read_up_to(stderr, 64 << 10));
    thread::spawn(move || {
        let answer = read_up_to(stdout, MAX_ANSWER_BYTES + 1).and_then(|out| {
            let error = complain.join().expect("reading does not panic")?;
            feed.join().expect("writing does not panic").map(|()| Answer { out, error })
        });
        // Nobody listens any more when git was too slow; the answer is then not wanted.
        drop(sender.send(answer));
    });
    receiver
}

fn read_up_to(from: impl Read, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit_bytes as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn end(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    child.wait().map(drop)
}
