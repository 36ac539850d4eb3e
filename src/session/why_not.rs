//! Why an action does nothing here and now, in words for the hint line.

use std::fmt;

/// Why an action is not available. `Display` says it, with the one next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The key or command has no meaning where it was used.
    NotHere,
    /// The same in a form, where `?` is text.
    NotInForm,
    /// The same in whatever else is open above a pane.
    NotInLayer,
    /// No file is open.
    NoFile,
    /// There is no encrypted file yet.
    NoFileYet,
    /// No identity fits the file.
    ReadOnly,
    /// The file does not match its MAC and that was not accepted.
    Tampered,
    /// The data key was dropped.
    Locked,
    /// The same, where ⏎ means something else.
    LockedHere,
    /// The data key is being unwrapped.
    Unlocking,
    /// The data key was never dropped.
    NotLocked,
    /// No row is there to act on.
    NoRow,
    /// The row is a branch.
    IsBranch,
    /// The row is no branch, or is that way already.
    NothingToFold,
    /// The row stands for the whole file.
    WholeFile,
    /// The row's key is not in the file.
    NotInFile,
    /// The row was removed and the removal is not saved yet.
    Removed,
    /// The row has no value that could be shown or copied.
    NoValue,
    /// The row stands in a list, which the Nix side cannot address.
    InList,
    /// Nothing was changed yet.
    NothingToUndo,
    /// Nothing was taken back.
    NothingToRedo,
    /// Nothing was changed since the last save.
    NothingToSave,
    /// A save is under way.
    Saving,
    /// There is no filter.
    NoFilter,
    /// There are no problems.
    NoProblems,
    /// The row, or the problem, has no fix that can be applied.
    NoFix,
    /// git knows every file.
    NothingForGit,
    /// Nothing was changed by another program.
    NothingOutside,
    /// The MAC matches.
    MacMatches,
    /// The file that was asked for cannot be opened.
    FileDamaged,
    /// An identity fitted; nothing had to be tried.
    NothingTried,
    /// What is shown is no file in the clear.
    NotPlain,
    /// A field holds something that has to be mended first.
    FieldWrong(String),
}

impl fmt::Display for WhyNot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotHere => "does nothing here; ? shows the keys that work",
            Self::NotInForm => "does nothing here; Ctrl-s finishes the form, Esc leaves it",
            Self::NotInLayer => "does nothing here; Esc goes back",
            Self::NoFile => "no file is open; 4 lists the encrypted files",
            Self::NoFileYet => "no encrypted file is here yet; i sets everything up",
            Self::ReadOnly => "read-only: no identity fits; i shows what was tried",
            Self::Tampered => "read-only: the file does not match its MAC; :accept-mac allows changes",
            Self::Locked => "locked; ⏎ unlocks",
            Self::LockedHere => "locked; ⏎ unlocks among the keys (Esc, 1)",
            Self::Unlocking => "the data key is being unwrapped; a moment",
            Self::NotLocked => "nothing is locked",
            Self::NoRow => "no row is here; a adds a key",
            Self::IsBranch => "a branch has no value of its own; l unfolds it",
            Self::NothingToFold => "nothing to fold here",
            Self::WholeFile => "this declaration installs the whole file; n edits its Nix fields",
            Self::NotInFile => "the key is declared, but not in the file; e adds it",
            Self::Removed => "the key is removed; u brings it back",
            Self::NoValue => "there is no value here",
            Self::InList => "sops-nix cannot read list items; only the file can be changed here",
            Self::NothingToUndo => "nothing to undo",
            Self::NothingToRedo => "nothing to redo",
            Self::NothingToSave => "nothing to save",
            Self::Saving => "a save is under way; a moment",
            Self::NoFilter => "no filter is set; / sets one",
            Self::NoProblems => "no problems",
            Self::NoFix => "nothing can be mended by itself here",
            Self::NothingForGit => "git knows every file",
            Self::NothingOutside => "no other program changed the file",
            Self::MacMatches => "the file matches its MAC",
            Self::FileDamaged => "the file cannot be opened; o opens another path, 4 lists the encrypted files",
            Self::NothingTried => "an identity fitted at once",
            Self::NotPlain => "nothing here is in the clear; o opens a plain file",
            Self::FieldWrong(words) => words,
        })
    }
}
