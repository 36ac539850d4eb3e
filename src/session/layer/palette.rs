//! The palette: every command by name, narrowed by what is typed.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::session::action::{Action, COMMANDS, Command, Motion};
use crate::session::editor::Field;
use crate::session::screen::Scroll;
use crate::session::view::{ListEntry, ListView};
use crate::session::why_not::WhyNot;

/// The palette.
pub(crate) struct Palette {
    /// What is typed.
    pub(crate) field: Field,
    found: Vec<Entry>,
    available: Vec<Entry>,
    chosen: usize,
    scroll: Scroll,
}

#[derive(Clone)]
struct Entry {
    command: &'static Command,
    why_not: Option<String>,
}

impl Palette {
    /// All commands that can be called from the panes; those that do nothing now say why.
    pub(crate) fn new(availability: impl Fn(Action) -> Result<(), WhyNot>) -> Self {
        let entry = |command: &'static Command| match availability(command.action) {
            Ok(()) => Some(Entry { command, why_not: None }),
            Err(WhyNot::NotHere) => None,
            Err(why_not) => Some(Entry { command, why_not: Some(why_not.to_string()) }),
        };
        let available: Vec<Entry> =
            COMMANDS.iter().filter(|command| !matches!(command.action, Action::Palette)).filter_map(entry).collect();
        let mut palette =
            Self { field: Field::default(), found: Vec::new(), available, chosen: 0, scroll: Scroll::default() };
        palette.search();
        palette
    }

    /// Finds the commands again after typing. A name typed in full comes first, then the best match.
    pub(crate) fn search(&mut self) {
        let text = self.field.text().trim();
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut characters = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut characters), &mut matcher);
        let mut found: Vec<(u32, &Entry)> = Vec::new();
        for entry in &self.available {
            let of_name = score(entry.command.name).map(|score| score * 2);
            if let Some(score) = of_name.max(score(entry.command.words)) {
                let is_whole = entry.command.name == text;
                found.push((if is_whole { u32::MAX } else { score }, entry));
            }
        }
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = found.into_iter().map(|(_, entry)| entry.clone()).collect();
        self.chosen = 0;
        self.scroll = Scroll::default();
    }

    /// Moves on to another command; the window shows `page` of them.
    pub(crate) fn move_cursor(&mut self, motion: Motion, page: usize) {
        let last = self.found.len().saturating_sub(1);
        self.chosen = match motion {
            Motion::Up => self.chosen.saturating_sub(1),
            Motion::Down => (self.chosen + 1).min(last),
            _ => self.chosen,
        };
        self.scroll.follow(self.chosen, page, self.found.len());
    }

    /// Chooses a command by its number.
    pub(crate) fn choose(&mut self, number: usize) {
        self.chosen = number.min(self.found.len().saturating_sub(1));
    }

    /// The command that is chosen.
    pub(crate) fn chosen(&self) -> Option<Action> {
        self.found.get(self.chosen).map(|entry| entry.command.action)
    }

    /// The palette as it is drawn, `page` commands of it.
    pub(crate) fn view(&self, page: usize) -> ListView<'_> {
        let entry = |entry: &Entry| ListEntry {
            label: entry.command.name.to_owned(),
            words: entry.command.words.to_owned(),
            action: Some(entry.command.action),
            why_not: entry.why_not.clone(),
        };
        let shown = self.scroll.first..(self.scroll.first + page).min(self.found.len());
        ListView {
            title: "Commands".to_owned(),
            input: Some((self.field.text(), self.field.cursor_column())),
            entries: self.found[shown].iter().map(entry).collect(),
            first: self.scroll.first,
            total: self.found.len(),
            chosen: self.chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Action) {
        let mut palette = Palette::new(|_| Ok(()));
        palette.field.insert(typed);
        palette.search();
        assert_eq!(palette.chosen(), Some(expected), "{typed}");
    }

    #[test]
    fn commands_are_found_by_name_and_by_what_they_do() {
        check("accept-mac", Action::AcceptMac);
        check("undo", Action::Undo);
        check("add", Action::Add);
        check("acmac", Action::AcceptMac);
        check("clipboard", Action::CopyValue);
    }

    #[test]
    fn what_makes_no_sense_is_left_out_and_what_does_nothing_says_why() {
        let palette = Palette::new(|action| match action {
            Action::Undo => Err(WhyNot::NothingToUndo),
            Action::Redo => Ok(()),
            _ => Err(WhyNot::NotHere),
        });
        let view = palette.view(10);
        let shown: Vec<_> = view.entries.iter().map(|entry| (entry.label.as_str(), entry.why_not.as_deref())).collect();
        assert_eq!(shown, [("undo", Some("nothing to undo")), ("redo", None)]);
    }
}
