//! Events: everything that can wake the session, in one closed list.
//!
//! What a person does arrives as an action, as typed text or as a paste; what the world reports arrives as the reply to
//! an [`Effect`](super::Effect) and names the request it answers, so that a late reply is recognised. Typed and pasted
//! text is a [`Secret`] always: only the session knows whether the field it lands in is one.

use super::action::Action;
use super::effect::Request;
use super::pane::history::Revision;
use super::setup::{SetupFacts, SetupPreview};
use crate::repo::RepoPath;
pub use crate::repo::check::GitFiles;
use crate::secret::Secret;

/// Something happened.
pub enum Event {
    /// A key, a menu or the palette asked for this.
    Action(Action),
    /// Characters were typed where text is taken, or a character without meaning elsewhere.
    Text(Secret),
    /// Text was pasted, whole.
    Paste(Secret),
    /// A key without meaning here was pressed; its name, for the answer.
    Unbound(String),
    /// The mouse was used on something that was drawn.
    Pointed {
        /// What was drawn there.
        target: Target,
        /// What the mouse did.
        press: Press,
    },
    /// The window has this size now.
    Resized {
        /// Width in cells.
        columns: u16,
        /// Height in cells.
        rows: u16,
    },
    /// Time has passed; see [`Session::wake_at`](super::Session::wake_at).
    Tick,
    /// The program is in the foreground again.
    Resumed,
    /// The edge has something to say that answers no request, safe to show: a plugin's "touch your key", a paste that
    /// was too large.
    Notice(String),

    /// The repository was read.
    RepositoryRead {
        /// The request it answers.
        request: Request,
        /// What was read.
        outcome: Result<Loaded, Failure>,
    },
    /// Another program changed, made or removed a file of the repository.
    FileChanged {
        /// The file.
        path: RepoPath,
        /// Its new text; `None` when it is gone.
        text: Option<String>,
    },
    /// A file may have come or gone; told again until the repository was read again.
    FoldersChanged,
    /// Unwrapping the data key came to an end.
    Unwrapped {
        /// The request it answers.
        request: Request,
        /// How it ended.
        outcome: Unwrapped,
    },
    /// Unwrapping needs an answer from the person: a passphrase, a PIN, a yes.
    PromptAsked {
        /// The unwrapping that asks; the answer names it again.
        request: Request,
        /// The question, safe to show.
        question: String,
        /// What kind of answer is wanted.
        kind: PromptKind,
    },
    /// A file was read to become a value.
    ValueRead {
        /// The request it answers.
        request: Request,
        /// Its bytes.
        outcome: Result<Secret, Failure>,
    },
    /// A save came to an end.
    Saved {
        /// The request it answers.
        request: Request,
        /// How it ended.
        outcome: SaveOutcome,
    },
    /// A new file without keys is sealed, and not written yet.
    FileMade {
        /// The request it answers.
        request: Request,
        /// Its text.
        outcome: Result<String, Failure>,
    },
    /// A file that was in the clear is encrypted on disk, or not.
    FileEncrypted {
        /// The request it answers.
        request: Request,
        /// The file, and what it holds now.
        outcome: Result<(RepoPath, String), Failure>,
    },
    /// One file of a work has other recipients or another data key, or is as it was.
    KeysChanged {
        /// The work.
        request: Request,
        /// The file.
        path: RepoPath,
        /// What became of it, in a few words.
        outcome: Result<&'static str, Failure>,
    },
    /// A work has ended, at its last file or because it was to stop.
    WorkEnded {
        /// The request it answers.
        request: Request,
        /// A failure before the first file.
        outcome: Result<(), Failure>,
    },
    /// What a setup begins with was read.
    SetupRead {
        /// The request it answers.
        request: Request,
        /// What there is.
        outcome: Result<Box<SetupFacts>, Failure>,
    },
    /// A setup is planned; nothing is written yet.
    SetupPlanned {
        /// The request it answers.
        request: Request,
        /// What it would do.
        outcome: Result<Box<SetupPreview>, Failure>,
    },
    /// A setup was carried out, or nothing was written.
    SetupDone {
        /// The request it answers.
        request: Request,
        /// What is worth saying beside.
        outcome: Result<Vec<String>, Failure>,
    },
    /// A copy came to an end.
    Copied {
        /// The request it answers.
        request: Request,
        /// Through what it was copied ("clipboard", "terminal (OSC 52)"), or why not.
        outcome: Result<String, Failure>,
    },
    /// The clipboard was cleared, or not.
    ClipboardCleared {
        /// The copy that was to be cleared.
        request: Request,
        /// How it ended.
        outcome: Cleared,
    },
    /// git knows of the new files now, or not.
    GitAdded {
        /// The request it answers.
        request: Request,
        /// The files.
        outcome: Result<Vec<RepoPath>, Failure>,
    },
    /// The history of the file was read.
    HistoryRead {
        /// The request it answers.
        request: Request,
        /// Its revisions, the newest first.
        outcome: Result<Vec<Revision>, Failure>,
    },
    /// nix has answered.
    Evaluated {
        /// The request it answers.
        request: Request,
        /// What it said, as JSON text.
        outcome: Result<String, Failure>,
    },
}

/// Why something could not be done, in words for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is, and what it means.
    pub words: String,
    /// The one next thing to do.
    pub hint: Option<String>,
}

/// A repository as it stands on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The folder's name for the title.
    pub name: String,
    /// Every file that may concern secrets, with its text.
    pub files: Vec<(RepoPath, String)>,
    /// The file that was asked for.
    pub open: Option<RepoPath>,
    /// Whether there is no such file yet.
    pub is_new: bool,
    /// What git knows; `None` outside git.
    pub git: Option<GitFiles>,
    /// What could not be read, in words.
    pub notes: Vec<String>,
}

/// How an unwrapping ended.
pub enum Unwrapped {
    /// The data key of the file.
    Opened {
        /// Its 32 bytes.
        data_key: Secret,
        /// The recipient whose identity fitted, as the file spells it.
        recipient: String,
    },
    /// No identity fits.
    NoneFits {
        /// What was tried, where, and why it did not fit.
        tried: Vec<Tried>,
    },
    /// Something else went wrong: a damaged entry, a plugin that is not there.
    Failed(Failure),
}

/// One place that was searched for identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The place: a path, or the name of a variable.
    pub place: String,
    /// What was found: "2 keys, none fits", "absent", "not set".
    pub outcome: String,
}

/// What kind of answer a prompt wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// A passphrase or PIN.
    Secret,
    /// Text that may be seen.
    Visible,
    /// Yes (any answer) or no (none).
    Confirmation,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveOutcome {
    /// All files are written.
    Saved {
        /// What is worth saying beside: durability unknown, a mode that could not be kept.
        notes: Vec<String>,
        /// Written files that git does not know.
        unknown_to_git: Vec<RepoPath>,
    },
    /// At least one file is not what was read; nothing was written.
    ChangedOutside {
        /// What stands there now; `None` when the file is gone.
        files: Vec<(RepoPath, Option<String>)>,
    },
    /// Nothing was written, or only a part.
    Failed {
        /// Why.
        failure: Failure,
        /// The files that were written before it failed.
        written: Vec<RepoPath>,
    },
}

/// How clearing the clipboard ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleared {
    /// It is empty now.
    Cleared,
    /// Something else had been copied meanwhile, and was left.
    NotOurs,
    /// It could not be cleared.
    Failed(Failure),
}

/// What stands at a place of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A line of the list that has the cursor, counted from the first line of the whole list.
    Line(usize),
    /// The fold sign of a line.
    Fold(usize),
    /// A field of the form.
    Field(usize),
    /// A hint, a menu entry, a tab.
    Action(Action),
    /// Anything else in the body.
    Body,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Press {
    /// One click.
    Click,
    /// A second click at the same place.
    DoubleClick,
    /// The wheel, up.
    ScrollUp,
    /// The wheel, down.
    ScrollDown,
}
