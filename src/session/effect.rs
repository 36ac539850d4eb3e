//! Effects: everything the session can ask of the world, in one closed list.
//!
//! The session decides, the edge performs and reports an [`Event`](super::Event) that names the request again.

use super::recipients::FileTask;
use super::setup::SetupAnswers;
use crate::repo::{ContentHash, RepoPath};
use crate::secret::Secret;
use crate::sops::{CreationRule, Metadata};

/// The number of a request; its reply carries it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request(pub u64);

/// Something that only the edge can do.
pub enum Effect {
    /// Reads a repository: `Event::RepositoryRead`.
    ReadRepository {
        /// The request.
        request: Request,
        /// A file or folder as the person named it, in another repository maybe; `None` reads the same one again.
        open: Option<String>,
    },
    /// Looks for an identity and unwraps the data key of the open file: `Event::Unwrapped`, `Event::PromptAsked`.
    UnwrapDataKey {
        /// The request. A newer one makes older ones worthless.
        request: Request,
        /// The file, for messages.
        path: RepoPath,
        /// Who can unwrap it, and the wrapped data key.
        metadata: Box<Metadata>,
    },
    /// Answers the prompt of an unwrapping.
    AnswerPrompt {
        /// The unwrapping that asked.
        request: Request,
        /// The answer; `None` when the person declined.
        answer: Option<Secret>,
    },
    /// Reads a file that is to become a value: `Event::ValueRead`.
    ReadValue {
        /// The request.
        request: Request,
        /// The path as it was typed; `~` and relative paths are the edge's business.
        path: String,
    },
    /// Writes files, all or none: `Event::Saved`.
    Save {
        /// The request.
        request: Request,
        /// The files; all are prepared before the first one is replaced.
        files: Vec<FileWrite>,
    },
    /// Seals a file without keys for the recipients of a rule, and writes nothing: `Event::FileMade`.
    MakeFile {
        /// The request.
        request: Request,
        /// Who is to read it.
        rule: Box<CreationRule>,
    },
    /// Encrypts a file that is in the clear, in place: `Event::FileEncrypted`.
    EncryptFile {
        /// The request.
        request: Request,
        /// The file.
        path: RepoPath,
        /// Who is to read it.
        rule: Box<CreationRule>,
    },
    /// Reads what a setup of the repository begins with: `Event::SetupRead`.
    ReadSetup {
        /// The request.
        request: Request,
    },
    /// Plans a setup, and keeps the plan: `Event::SetupPlanned`.
    PlanSetup {
        /// The request.
        request: Request,
        /// The number of the key that was chosen.
        key: usize,
        /// The answers.
        answers: Box<SetupAnswers>,
    },
    /// Carries out the plan that was made last, whole or not at all: `Event::SetupDone`.
    ApplySetup {
        /// The request.
        request: Request,
    },
    /// Changes recipients or data keys, `.sops.yaml` first, then file after file: `Event::KeysChanged` for each, and
    /// `Event::WorkEnded`.
    ChangeKeys {
        /// The request.
        request: Request,
        /// `.sops.yaml`, if it changes; if it cannot be written, nothing is done.
        rules: Option<FileWrite>,
        /// The files.
        tasks: Vec<FileTask>,
    },
    /// Lets such work end after the file that is under way.
    StopWork {
        /// The work.
        request: Request,
    },
    /// Puts text on the clipboard: `Event::Copied`.
    Copy {
        /// The request.
        request: Request,
        /// What is copied.
        clip: Clip,
    },
    /// Clears the clipboard, if what was copied by `request` is still there: `Event::ClipboardCleared`.
    ClearClipboard {
        /// The copy.
        request: Request,
    },
    /// Lets git know of files: `Event::GitAdded`.
    GitAdd {
        /// The request.
        request: Request,
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// Reads when the file changed, from git: `Event::HistoryRead`.
    ReadHistory {
        /// The request.
        request: Request,
        /// The file.
        path: RepoPath,
    },
    /// Asks nix for the flake's own secrets: `Event::Evaluated`.
    EvaluateNix {
        /// The request.
        request: Request,
    },
    /// Goes to the background; `Event::Resumed` when back.
    Suspend,
    /// Leaves. The clipboard has been asked to be cleared before.
    Quit,
}

/// One file of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrite {
    /// The file.
    pub path: RepoPath,
    /// What it must still hold; `None` for a file that must not exist yet.
    pub expected: Option<ContentHash>,
    /// What it is to hold: ciphertext or Nix text, never a value.
    pub text: String,
}

/// What goes to the clipboard.
pub enum Clip {
    /// A value: cleared after a while, kept out of clipboard histories.
    Secret(Secret),
    /// A reference, a path, a key: stays.
    Text(String),
}
