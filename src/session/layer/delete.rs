//! The question before a row is removed: what goes, and what would still refer to it.

use super::page::Page;
use crate::session::view::{PageLine, Tone};

/// What of a row is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// The key and its declarations.
    Everything,
    /// The key; its declarations stay.
    Key,
    /// The declarations; the key stays.
    Declarations,
}

/// The question.
pub(crate) struct DeleteQuestion {
    /// The key.
    pub(crate) key: String,
    choices: Vec<Removal>,
    chosen: usize,
    places: Vec<String>,
    references: Vec<String>,
    below: usize,
    page: Page,
}

impl DeleteQuestion {
    /// A question about `key` (safe to show) with `below` keys under it, the places of its declarations, and the places
    /// that refer to them.
    pub(crate) fn new(
        key: String,
        is_in_file: bool,
        below: usize,
        places: Vec<String>,
        references: Vec<String>,
    ) -> Self {
        let choices = match (is_in_file, places.is_empty()) {
            (true, true) => vec![Removal::Key],
            (false, _) => vec![Removal::Declarations],
            (true, false) => vec![Removal::Everything, Removal::Key, Removal::Declarations],
        };
        let page = Page::small(format!("Delete {key}"), Vec::new());
        let mut question = Self { key, choices, chosen: 0, places, references, below, page };
        question.write();
        question
    }

    /// What is to be removed.
    pub(crate) fn removal(&self) -> Removal {
        self.choices[self.chosen]
    }

    /// Whether there is a choice.
    pub(crate) fn has_choice(&self) -> bool {
        self.choices.len() > 1
    }

    /// Takes the next choice, or with `by = len - 1` the one before.
    pub(crate) fn step(&mut self, back: bool) {
        let by = if back { self.choices.len() - 1 } else { 1 };
        self.chosen = (self.chosen + by) % self.choices.len();
        self.write();
    }

    pub(crate) fn page(&self) -> &Page {
        &self.page
    }

    pub(crate) fn page_mut(&mut self) -> &mut Page {
        &mut self.page
    }

    fn write(&mut self) {
        let mut lines = Vec::new();
        let (goes, stays) = match self.removal() {
            Removal::Everything => ("the key and its declarations go", ""),
            Removal::Key => ("the key goes", "the declarations stay; a rebuild will miss the key"),
            Removal::Declarations => ("the declarations go", "the key stays in the file"),
        };
        lines.push(PageLine::labelled("what", goes, Tone::Accent));
        if !stays.is_empty() && !self.places.is_empty() {
            lines.push(PageLine::labelled("", stays, Tone::Dim));
        }
        if self.removal() != Removal::Declarations {
            let below = match self.below {
                0 => String::new(),
                1 => ", and the key below it".to_owned(),
                below => format!(", and {below} keys below it"),
            };
            lines.push(PageLine::labelled("key", format!("{}{below}", self.key), Tone::Removed));
        }
        if self.removal() != Removal::Key {
            let place = |place: &String| PageLine::labelled("declared", place.as_str(), Tone::Removed);
            lines.extend(self.places.iter().map(place));
            let used = |place: &String| PageLine::labelled("still used", place.as_str(), Tone::Warning);
            lines.extend(self.references.iter().map(used));
        }
        if self.removal() != Removal::Key && !self.references.is_empty() {
            lines.push(PageLine::new("What is still used stays as it is; the evaluation will name it.", Tone::Dim));
        }
        self.page.set_lines(lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::screen::Screen;

    fn shown(question: &DeleteQuestion) -> String {
        let lines = question.page().view(Screen { columns: 80, rows: 24 }).lines;
        lines.iter().map(|line| format!("{}: {}", line.label, line.words.text)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_stays_behind_is_said() {
        let places = vec!["sops.nix:3".to_owned()];
        let mut question = DeleteQuestion::new("a".to_owned(), true, 2, places, vec!["x.nix:7".to_owned()]);
        let all = shown(&question);
        assert!(all.contains("key: a, and 2 keys below it") && all.contains("declared: sops.nix:3"), "{all}");
        assert!(all.contains("still used: x.nix:7"), "{all}");
        question.step(false);
        assert_eq!(question.removal(), Removal::Key);
        assert!(shown(&question).contains("a rebuild will miss the key"));
        question.step(false);
        assert!(!shown(&question).contains("keys below it"));
        question.step(true);
        assert_eq!(question.removal(), Removal::Key);
    }

    #[test]
    fn without_a_choice_there_is_none() {
        let undeclared = DeleteQuestion::new("a".to_owned(), true, 0, Vec::new(), Vec::new());
        assert_eq!((undeclared.removal(), undeclared.has_choice()), (Removal::Key, false));
        let missing = DeleteQuestion::new("a".to_owned(), false, 0, vec!["x".to_owned()], Vec::new());
        assert_eq!(missing.removal(), Removal::Declarations);
    }
}
