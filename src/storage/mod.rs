//! The disk: finding a repository, reading it, replacing its files, asking git. The only room that writes files.
//!
//! ```text
//!   root      where the repository begins         listing   which files it has, and what git knows of each
//!   read      one file, capped, never a FIFO      load      the whole repository, read in parallel
//!   replace   files replaced atomically, all prepared before the first one changes
//!   lock      one writer a folder                 watch     has a file changed since it was read
//!   git       the git program, asked safely         history   who changed a file when, and its old texts
//!   evaluate  nix, asked on demand
//!   keys      who can open a file, and its data key, changed
//!   identity  the private keys of this machine, wherever sops would look
//!   new_identity  a key that is made          folders   folders that a new file needs
//!   change_keys  other recipients, another data key of one file
//!   encrypt_file  a file in the clear, sealed in place
//!   seal_new  a new encrypted file            setup     a repository's setup, read and carried out
//!   setup_offers  what a setup in the editor begins with
//! ```
//!
//! Nothing here sees a plaintext value: what is written is ciphertext, Nix text, or a new identity handed in as
//! [`Secret`](crate::secret). Paths come from people and from hostile repositories: every message shows them through
//! [`shown`]. Its truth: POSIX on what a rename and an fsync promise, and faults injected into each system call.

use std::path::Path;

pub use crate::crypto::age::{NoPrompt, PassphraseFor, Prompt};
pub use crate::repo::setup::SetupPlan;
pub use crate::repo::{ContentHash, RepoPath};
pub use crate::sops::CreationRule;

mod change_keys;
mod encrypt_file;
mod evaluate;
mod folders;
mod git;
mod history;
mod identity;
mod keys;
mod listing;
mod load;
mod lock;
mod new_identity;
mod plain_text;
mod program;
mod random;
mod read;
mod replace;
mod root;
mod seal_new;
mod setup;
mod setup_offers;
mod watch;

pub use change_keys::change_keys;
pub use encrypt_file::{EncryptFileError, encrypt_file};
pub use evaluate::{EvaluateError, evaluate};
pub use folders::{FolderError, NewFolderMode, NewFolders};
pub use git::{Git, GitError, GitState};
pub use history::{Commit, HistoryError, commits, old_texts};
pub use identity::{Environment, Finding, Keyring, Place, Platform, Tried, Unlocked};
pub use keys::{FileKeys, KeysError, KeysOutcome};
pub use listing::{Listing, ListingNote};
pub use load::{LoadNote, Loaded, load};
pub use lock::{FolderLock, LockError};
pub use new_identity::{NewIdentity, NewIdentityError};
pub use plain_text::{PlainInGit, RemovePlainError, plain_in_git, remove_plain};
pub use program::end_programs;
pub use random::OsRandom;
pub use read::{MAX_FILE_BYTES, ReadError, read_bytes, read_secret, read_text};
pub use replace::{
    Accept, Before, Change, Durability, Loss, NewFileMode, Refusal, SaveError, SavedFile, Stage, save_all,
    survive_size_limit, sweep,
};
pub use root::{Root, RootError, RootKind};
pub use seal_new::{SealNewError, seal_new_file};
pub use setup::{OwnKey, OwnKeys, Setup, SetupDone, SetupError};
pub use setup_offers::{login_name, own_host};
pub use watch::Stamp;

/// A path as it may be shown: control characters in file names become visible escapes.
#[must_use]
pub fn shown(path: &Path) -> String {
    crate::text::sanitize(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod scratch;
