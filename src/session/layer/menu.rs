//! Menus: what can be done with a row, what of it can be copied, whose change of a key stands.

use crate::session::action::{Action, Motion};
use crate::session::view::{ListEntry, ListView};

/// A list to choose from.
pub(crate) struct Menu<T> {
    title: String,
    items: Vec<Item<T>>,
    chosen: usize,
}

/// One thing to choose.
pub(crate) struct Item<T> {
    pub(crate) label: String,
    pub(crate) words: String,
    pub(crate) why_not: Option<String>,
    pub(crate) value: T,
}

/// What can be done with a row.
pub(crate) type RowMenu = Menu<Action>;

/// What can be copied of a row, as it will be pasted.
pub(crate) type CopyMenu = Menu<String>;

impl<T> Menu<T> {
    /// A menu with its first entry chosen that can be.
    pub(crate) fn new(title: String, items: Vec<Item<T>>) -> Self {
        let chosen = items.iter().position(|item| item.why_not.is_none()).unwrap_or(0);
        Self { title, items, chosen }
    }

    /// Moves on to another entry.
    pub(crate) fn move_cursor(&mut self, motion: Motion) {
        let last = self.items.len().saturating_sub(1);
        self.chosen = match motion {
            Motion::Up => self.chosen.checked_sub(1).unwrap_or(last),
            Motion::Down if self.chosen == last => 0,
            Motion::Down => self.chosen + 1,
            Motion::First | Motion::PageUp => 0,
            Motion::Last | Motion::PageDown => last,
            _ => self.chosen,
        };
    }

    /// Chooses an entry by its number.
    pub(crate) fn choose(&mut self, number: usize) {
        self.chosen = number.min(self.items.len().saturating_sub(1));
    }

    /// The entry that is chosen.
    pub(crate) fn chosen(&self) -> Option<&Item<T>> {
        self.items.get(self.chosen)
    }

    /// The same, to be changed.
    pub(crate) fn chosen_mut(&mut self) -> Option<&mut Item<T>> {
        self.items.get_mut(self.chosen)
    }

    /// Whether the last entry is chosen.
    pub(crate) fn is_on_last(&self) -> bool {
        self.chosen + 1 >= self.items.len()
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item<T>> {
        self.items.iter()
    }

    pub(crate) fn items_mut(&mut self) -> impl Iterator<Item = &mut Item<T>> {
        self.items.iter_mut()
    }

    /// The menu as it is drawn; `action_of` names the action whose key stands beside an entry.
    pub(crate) fn view(&self, action_of: impl Fn(&T) -> Option<Action>) -> ListView<'_> {
        let entry = |item: &Item<T>| ListEntry {
            label: item.label.clone(),
            words: item.words.clone(),
            action: action_of(&item.value),
            why_not: item.why_not.clone(),
        };
        ListView {
            title: self.title.clone(),
            input: None,
            entries: self.items.iter().map(entry).collect(),
            first: 0,
            total: self.items.len(),
            chosen: self.chosen,
        }
    }
}
