//! Actions: what a person can ask for. One table names and explains every one of them.
//!
//! The key that asks for an action is the keymap's business; whether it makes sense right now is
//! [`Session::availability`](super::Session::availability). Palette, help and README are derived from [`COMMANDS`], so
//! nothing is described twice.

use super::pane::Pane;

/// What a person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Moves the cursor of whatever has it.
    Move(Motion),
    /// Erases text in the field that has the cursor.
    Erase(Extent),

    /// Folds the branch under the cursor, or goes to the branch above.
    Fold,
    /// Unfolds the branch under the cursor, or goes to its first key.
    Unfold,
    /// Opens the form for a new key.
    Add,
    /// Opens the form for the value under the cursor.
    Edit,
    /// Opens the form that renames the row.
    Rename,
    /// Asks for the removal of the row.
    Delete,
    /// Opens the form at its Nix fields.
    NixFields,
    /// Shows the value under the cursor for a while, or hides it.
    Reveal,
    /// Copies the value under the cursor.
    CopyValue,
    /// Offers what else people paste: reference, path, export, key.
    CopyElse,
    /// Starts or goes on typing a filter.
    Filter,
    /// Shows all rows again.
    ClearFilter,
    /// Lists what can be done with the row.
    RowMenu,
    /// Takes the last change back.
    Undo,
    /// Makes the change that was taken back.
    Redo,
    /// Opens the review of what a save would write.
    Save,
    /// Shows the pane to the right.
    NextPane,
    /// Shows the pane to the left.
    PreviousPane,
    /// Shows one pane.
    Show(Pane),
    /// Goes to the next problem.
    NextProblem,
    /// Applies the fix of the problem under the cursor.
    ApplyFix,
    /// Asks nix what the flake says.
    Evaluate,
    /// Drops the data key.
    Lock,
    /// Unwraps the data key again.
    Unlock,
    /// Lists every command by name.
    Palette,
    /// Explains where you are.
    Help,
    /// Leaves, after asking when something is unsaved.
    Quit,
    /// Ctrl-c: as [`Action::Quit`]; a second time it leaves.
    Interrupt,
    /// Goes to the background.
    Suspend,

    /// Shows which identities were tried and who could open the file.
    ShowTried,
    /// Merges what another program wrote, key by key.
    Merge,
    /// Keeps our state of a key that another program changed too.
    KeepMine,
    /// Takes the other program's state of such a key.
    TakeTheirs,
    /// Keeps our state of all such keys.
    KeepAllMine,
    /// Takes the other program's state of all such keys.
    TakeAllTheirs,
    /// Shows what another program changed.
    Difference,
    /// Allows changes to a file that does not match its MAC.
    AcceptMac,
    /// Asks for the path of a file to open.
    OpenPath,
    /// Opens the form for a new recipient.
    AddRecipient,
    /// Asks for the removal of the recipient under the cursor.
    RemoveRecipient,
    /// Asks for files to be brought in step with their rules.
    UpdateKeys,
    /// Asks for a new data key of the open file.
    Rotate,
    /// Sets the repository up: key, rules, encrypted file, Nix.
    SetUp,
    /// Asks for the path of a file to make.
    NewFile,
    /// Encrypts the file that was opened in the clear, in place.
    EncryptFile,
    /// Reads the repository from disk again.
    ReadAgain,
    /// Lets git know of the new files, so that a flake sees them.
    GitAdd,

    /// Does what the screen offers.
    Confirm,
    /// Closes what is open, keeping what was typed.
    Cancel,
    /// Goes to the next field.
    NextField,
    /// Goes to the field before.
    PreviousField,
    /// Finishes the form.
    Done,
    /// Flips a switch.
    Toggle,
    /// Takes the next of several choices.
    NextChoice,
    /// Takes the choice before.
    PreviousChoice,
    /// Shows or hides what is typed into a secret field.
    ToggleShown,
    /// Makes a random value.
    Generate,
    /// Asks for a file to take the value from.
    FromFile,
    /// Goes between one line and many lines.
    ManyLines,
    /// Breaks the line.
    NewLine,

    /// Leaves without saving.
    Leave,
    /// Adds a key whose value is what was pasted.
    AddPasted,
    /// Replaces the value under the cursor by what was pasted.
    ReplacePasted,
}

/// Ways a cursor moves. In lists left and right do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Motion {
    /// One row or line up.
    Up,
    /// One row or line down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first row, or the start of the text.
    First,
    /// To the last row, or the end of the text.
    Last,
    /// One character back.
    Left,
    /// One character on.
    Right,
    /// One word back.
    WordLeft,
    /// One word on.
    WordRight,
    /// To the start of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
}

/// How much is erased at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// The character before the cursor.
    CharacterBefore,
    /// The character under the cursor.
    CharacterAfter,
    /// The word before the cursor.
    WordBefore,
    /// From the start of the line to the cursor.
    ToLineStart,
    /// From the cursor to the end of the line.
    ToLineEnd,
}

/// An action as it is called and explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// The action.
    pub action: Action,
    /// Its name in the palette (`:accept-mac`) and in settings.
    pub name: &'static str,
    /// What it does, in one sentence without a full stop.
    pub words: &'static str,
}

macro_rules! commands {
    ($($action:expr, $name:literal, $words:literal;)*) => {
        &[$(Command { action: $action, name: $name, words: $words }),*]
    };
}

/// Every action that a person can call by name, in the order of the help page.
pub const COMMANDS: &[Command] = commands! {
    Action::Add, "add", "add a key, its value and its declaration";
    Action::Edit, "edit", "edit the value; on a branch: unfold";
    Action::Rename, "rename", "rename the key, its declaration and every reference";
    Action::Delete, "delete", "delete the key and its declaration";
    Action::NixFields, "nix-fields", "edit the Nix fields of this row";
    Action::Reveal, "reveal", "show this value for a while, or hide it";
    Action::CopyValue, "copy", "copy the value; the clipboard is cleared after a while";
    Action::CopyElse, "copy-else", "copy the reference, the path, an export line or the key";
    Action::RowMenu, "menu", "list what can be done with this row";
    Action::Filter, "filter", "show only rows that match";
    Action::ClearFilter, "clear-filter", "show all rows";
    Action::Fold, "fold", "fold the branch, or go to the branch above";
    Action::Unfold, "unfold", "unfold the branch, or go to its first key";
    Action::Undo, "undo", "take the last change back";
    Action::Redo, "redo", "make the change that was taken back";
    Action::Save, "save", "review what changed, then save";
    Action::Show(Pane::Keys), "keys", "show the keys of the file";
    Action::Show(Pane::Problems), "problems", "show what a rebuild would complain about";
    Action::Show(Pane::Recipients), "recipients", "show who can read which file";
    Action::Show(Pane::Files), "files", "show the encrypted files";
    Action::Show(Pane::History), "history", "show when keys changed, from git";
    Action::NextPane, "next-pane", "show the next pane";
    Action::PreviousPane, "previous-pane", "show the pane before";
    Action::NextProblem, "next-problem", "go to the next problem";
    Action::ApplyFix, "fix", "apply the fix of this problem";
    Action::Evaluate, "evaluate", "ask nix what the flake says";
    Action::OpenPath, "open", "open a file by its path";
    Action::AddRecipient, "add-recipient", "add a recipient to rules and files, such as a host by its SSH key";
    Action::RemoveRecipient, "remove-recipient", "remove the recipient under the cursor from rules and files";
    Action::UpdateKeys, "update-keys", "give files the recipients that their rules name";
    Action::Rotate, "rotate", "give the open file a new data key";
    Action::SetUp, "set-up", "set everything up that is missing: key, rules, file, Nix";
    Action::NewFile, "new-file", "make an encrypted file by the rules of .sops.yaml";
    Action::EncryptFile, "encrypt", "encrypt this plain file in place, by the rules of .sops.yaml";
    Action::ReadAgain, "read-again", "read the repository from disk again";
    Action::Merge, "merge", "merge what another program wrote, key by key";
    Action::KeepMine, "keep-mine", "keep your change of this key that another program changed too";
    Action::TakeTheirs, "take-theirs", "take the other program's change of this key";
    Action::KeepAllMine, "keep-all-mine", "keep your change of every key that both changed";
    Action::TakeAllTheirs, "take-all-theirs", "take the other program's change of every such key";
    Action::Difference, "difference", "show what another program changed";
    Action::AcceptMac, "accept-mac", "allow changes to a file that does not match its MAC";
    Action::ShowTried, "tried", "show which identities were tried, and who can open the file";
    Action::GitAdd, "git-add", "let git know of new files, so that the flake sees them";
    Action::Lock, "lock", "drop the data key; names stay readable";
    Action::Unlock, "unlock", "unwrap the data key again";
    Action::Palette, "commands", "list every command by name";
    Action::Help, "help", "explain the keys that work here";
    Action::Suspend, "suspend", "go to the background; fg comes back";
    Action::Quit, "quit", "leave; asks when something is unsaved";
    Action::Leave, "quit-without-saving", "leave and forget unsaved changes";
    Action::Interrupt, "interrupt", "as quit; a second time leaves without saving";
    Action::Confirm, "confirm", "do what the screen offers";
    Action::Cancel, "cancel", "close what is open; what was typed is kept";
    Action::NextField, "next-field", "go to the next field";
    Action::PreviousField, "previous-field", "go to the field before";
    Action::Done, "done", "finish the form";
    Action::Toggle, "toggle", "flip the switch";
    Action::NextChoice, "next-choice", "take the next choice";
    Action::PreviousChoice, "previous-choice", "take the choice before";
    Action::ToggleShown, "show-typed", "show or hide what is typed";
    Action::Generate, "generate", "make a random value";
    Action::FromFile, "from-file", "take the value from a file";
    Action::ManyLines, "many-lines", "go between one line and many lines";
    Action::NewLine, "new-line", "break the line";
    Action::AddPasted, "add-pasted", "add a key with what was pasted";
    Action::ReplacePasted, "replace-pasted", "replace this value by what was pasted";
    Action::Move(Motion::Up), "up", "go up";
    Action::Move(Motion::Down), "down", "go down";
    Action::Move(Motion::PageUp), "page-up", "go a screen up";
    Action::Move(Motion::PageDown), "page-down", "go a screen down";
    Action::Move(Motion::First), "first", "go to the start";
    Action::Move(Motion::Last), "last", "go to the end";
    Action::Move(Motion::Left), "left", "go a character back";
    Action::Move(Motion::Right), "right", "go a character on";
    Action::Move(Motion::WordLeft), "word-left", "go a word back";
    Action::Move(Motion::WordRight), "word-right", "go a word on";
    Action::Move(Motion::LineStart), "line-start", "go to the start of the line";
    Action::Move(Motion::LineEnd), "line-end", "go to the end of the line";
    Action::Erase(Extent::CharacterBefore), "erase", "erase the character before the cursor";
    Action::Erase(Extent::CharacterAfter), "erase-after", "erase the character under the cursor";
    Action::Erase(Extent::WordBefore), "erase-word", "erase the word before the cursor";
    Action::Erase(Extent::ToLineStart), "erase-to-start", "erase to the start of the line";
    Action::Erase(Extent::ToLineEnd), "erase-to-end", "erase to the end of the line";
};

impl Action {
    /// The action as it is called and explained.
    ///
    /// # Panics
    /// Never: a test walks the keymap, and the table above is complete.
    #[must_use]
    pub fn command(self) -> &'static Command {
        COMMANDS.iter().find(|command| command.action == self).expect("every action has a line in the table")
    }

    /// The action of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        COMMANDS.iter().find(|command| command.name == name).map(|command| command.action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
        for command in COMMANDS {
            assert_eq!(Action::by_name(command.name), Some(command.action));
            assert_eq!(command.action.command().name, command.name);
        }
    }

    #[test]
    fn words_are_plain_sentences() {
        for command in COMMANDS {
            assert!(!command.words.ends_with('.') && !command.words.contains('!'), "{}", command.words);
            assert!(command.words.starts_with(|first: char| first.is_lowercase()), "{}", command.words);
        }
    }
}
