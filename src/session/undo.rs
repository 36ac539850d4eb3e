//! Undo and redo: every change as a value that leads back.
//!
//! A change is text patches over the encrypted file (ciphertext) and over Nix files. Nothing plaintext is ever in here:
//! an edited value was sealed before its patch was made. The history is as long as the session.

use crate::repo::RepoPath;
use crate::text::Patch;

/// A change of one or several files that was made at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    /// What was done: `renamed api/old to api/new`.
    pub(super) name: String,
    /// One patch a file; in the history these lead to the other side of the change.
    pub(super) patches: Vec<(RepoPath, Patch)>,
    /// The key to go to when the change is taken back.
    pub(super) key_before: Option<String>,
    /// The key to go to when it is made.
    pub(super) key_after: Option<String>,
    /// The key that got another name, before and after.
    pub(super) rename: Option<(String, String)>,
}

/// What was done and what was taken back.
#[derive(Debug, Default)]
pub(super) struct UndoHistory {
    done: Vec<Change>,
    undone: Vec<Change>,
    /// How many changes were done at the last save; none when those are not in the history any more.
    saved_at: Option<usize>,
}

impl UndoHistory {
    /// An empty history; what there is, is saved.
    pub(super) fn new() -> Self {
        Self { saved_at: Some(0), ..Self::default() }
    }

    /// Remembers a change by the patches that take it back. What was undone before can no longer be redone.
    pub(super) fn push(&mut self, inverse: Change) {
        if self.saved_at.is_some_and(|saved_at| saved_at > self.done.len()) {
            self.saved_at = None;
        }
        self.undone.clear();
        self.done.push(inverse);
    }

    /// Forgets every change: the way back would lead over what another program wrote, and a save would undo its work.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The change to be taken back next.
    pub(super) fn last_done(&self) -> Option<&Change> {
        self.done.last()
    }

    /// The change to be made again next.
    pub(super) fn last_undone(&self) -> Option<&Change> {
        self.undone.last()
    }

    /// Moves the last change to the other side; `patches` make it again.
    pub(super) fn mark_undone(&mut self, patches: Vec<(RepoPath, Patch)>) {
        if let Some(change) = self.done.pop() {
            self.undone.push(Change { patches, ..change });
        }
    }

    /// Moves the last undone change back; `patches` take it back.
    pub(super) fn mark_redone(&mut self, patches: Vec<(RepoPath, Patch)>) {
        if let Some(change) = self.undone.pop() {
            self.done.push(Change { patches, ..change });
        }
    }

    /// Everything is saved now.
    pub(super) fn mark_saved(&mut self) {
        self.saved_at = Some(self.done.len());
    }

    /// The keys that got other names since the last save, as they were then and as they are now.
    pub(super) fn renames(&self) -> Vec<(String, String)> {
        let mut renames: Vec<(String, String)> = Vec::new();
        let since = self.saved_at.unwrap_or(0).min(self.done.len());
        for (from, to) in self.done[since..].iter().filter_map(|change| change.rename.as_ref()) {
            match renames.iter_mut().find(|(_, now)| now == from) {
                Some((_, now)) => now.clone_from(to),
                None => renames.push((from.clone(), to.clone())),
            }
        }
        renames.retain(|(before, now)| before != now);
        renames
    }

    /// How many changes lie between now and the last save, redone or undone.
    pub(super) fn unsaved(&self) -> usize {
        match self.saved_at {
            Some(saved_at) => self.done.len().abs_diff(saved_at),
            // Something not in the history is unsaved, such as what was merged.
            None => self.done.len().max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str) -> Change {
        Change { name: name.to_owned(), patches: Vec::new(), key_before: None, key_after: None, rename: None }
    }

    #[test]
    fn changes_since_the_save_are_counted_both_ways() {
        let mut history = UndoHistory::new();
        history.push(change("a"));
        history.push(change("b"));
        assert_eq!(history.unsaved(), 2);
        history.mark_saved();
        history.mark_undone(Vec::new());
        assert_eq!(history.unsaved(), 1);
        history.mark_redone(Vec::new());
        assert_eq!(history.unsaved(), 0);
    }

    #[test]
    fn a_key_renamed_twice_was_renamed_once() {
        let mut history = UndoHistory::new();
        let rename = |from: &str, to: &str| Change { rename: Some((from.to_owned(), to.to_owned())), ..change("r") };
        history.push(rename("x", "y"));
        history.mark_saved();
        history.push(rename("a", "b"));
        history.push(rename("b", "c"));
        history.push(rename("d", "e"));
        history.push(rename("e", "d"));
        assert_eq!(history.renames(), [("a".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn a_new_change_forgets_what_was_undone() {
        let mut history = UndoHistory::new();
        history.push(change("a"));
        history.mark_saved();
        history.mark_undone(Vec::new());
        history.push(change("b"));
        assert!(history.last_undone().is_none());
        assert_eq!(history.last_done().map(|change| change.name.as_str()), Some("b"));
        assert_eq!(history.unsaved(), 1, "the saved state cannot be reached any more");
    }
}
