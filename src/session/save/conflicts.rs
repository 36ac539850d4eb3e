//! The keys that another program and we both changed: mine or theirs, key by key or for all of them.
//!
//! ```text
//!   ┌ Both changed two keys ───────────────┐
//!   │ api/openai  mine                     │
//!   │ vpn_config  not chosen yet           │
//!   └──────────────────────────────────────┘
//! ```
//!
//! Nothing is merged before every key is chosen. What is chosen is a side, never a value: values stay sealed.

use crate::repo::RepoPath;
use crate::session::WhyNot;
use crate::session::action::Motion;
use crate::session::layer::menu::{Item, Menu};
use crate::session::view::ListView;
use crate::sops::KeyPath;
use crate::text::sanitize;

/// Whose state of a key stands after the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// What was changed here.
    Mine,
    /// What the other program wrote.
    Theirs,
}

/// The question.
pub(crate) struct Conflicts {
    /// What the disk holds now; `None` for a file that is gone.
    pub(super) files: Vec<(RepoPath, Option<String>)>,
    menu: Menu<Conflict>,
}

/// A key that both changed, with the places at and below it; they are chosen together, as they cannot all stand.
struct Conflict {
    places: Vec<KeyPath>,
    side: Option<Side>,
}

impl Conflicts {
    /// A question about `places`, at least one.
    pub(super) fn new(files: Vec<(RepoPath, Option<String>)>, mut places: Vec<KeyPath>) -> Self {
        places.sort_unstable();
        let mut conflicts: Vec<Conflict> = Vec::new();
        for place in places {
            match conflicts.last_mut() {
                Some(last) if place.starts_with(&last.places[0]) => last.places.push(place),
                _ => conflicts.push(Conflict { places: vec![place], side: None }),
            }
        }
        let title = match conflicts.len() {
            1 => "Both changed one key".to_owned(),
            count => format!("Both changed {count} keys"),
        };
        let item = |value: Conflict| Item { label: name(&value), words: words(value.side), why_not: None, value };
        Self { files, menu: Menu::new(title, conflicts.into_iter().map(item).collect()) }
    }

    /// Chooses for the key under the cursor, which goes on to the next one.
    pub(crate) fn choose_side(&mut self, side: Side) {
        let is_last = self.menu.is_on_last();
        self.menu.chosen_mut().into_iter().for_each(|item| take(item, side));
        if !is_last {
            self.menu.move_cursor(Motion::Down);
        }
    }

    /// Chooses for all keys.
    pub(crate) fn choose_side_of_all(&mut self, side: Side) {
        self.menu.items_mut().for_each(|item| take(item, side));
    }

    pub(crate) fn move_cursor(&mut self, motion: Motion) {
        self.menu.move_cursor(motion);
    }

    /// Chooses the line of that number.
    pub(crate) fn choose(&mut self, number: usize) {
        self.menu.choose(number);
    }

    /// Whether something was chosen for every key.
    pub(crate) fn is_chosen(&self) -> Result<(), WhyNot> {
        match self.menu.items().find(|item| item.value.side.is_none()) {
            Some(item) => Err(WhyNot::FieldWrong(format!("choose for {} first: m mine, t theirs", item.label))),
            None => Ok(()),
        }
    }

    /// The places where ours stands.
    pub(super) fn places_of_mine(&self) -> Vec<KeyPath> {
        let mine = self.menu.items().filter(|item| item.value.side == Some(Side::Mine));
        mine.flat_map(|item| item.value.places.iter().cloned()).collect()
    }

    /// The keys of one side, as they are called.
    pub(super) fn names_of(&self, side: Side) -> Vec<String> {
        self.menu.items().filter(|item| item.value.side == Some(side)).map(|item| item.label.clone()).collect()
    }

    /// The question as it is drawn.
    pub(crate) fn view(&self) -> ListView<'_> {
        self.menu.view(|_| None)
    }
}

fn take(item: &mut Item<Conflict>, side: Side) {
    item.value.side = Some(side);
    item.words = words(item.value.side);
}

fn words(side: Option<Side>) -> String {
    match side {
        None => "not chosen yet",
        Some(Side::Mine) => "mine",
        Some(Side::Theirs) => "theirs",
    }
    .to_owned()
}

fn name(conflict: &Conflict) -> String {
    sanitize(&conflict.places[0].to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflicts(places: &[&str]) -> Conflicts {
        Conflicts::new(Vec::new(), places.iter().map(|place| place.parse().unwrap()).collect())
    }

    #[test]
    fn places_that_cannot_both_stand_are_one_choice() {
        let mut question = conflicts(&["b", "a/c", "a"]);
        question.choose_side(Side::Mine);
        assert_eq!(question.names_of(Side::Mine), ["a"]);
        assert_eq!(question.is_chosen().unwrap_err().to_string(), "choose for b first: m mine, t theirs");
        assert_eq!(question.places_of_mine().len(), 2);
    }

    #[test]
    fn all_can_be_chosen_at_once_and_one_differently() {
        let mut question = conflicts(&["a", "b", "c"]);
        question.choose_side_of_all(Side::Theirs);
        question.move_cursor(Motion::Down);
        question.choose_side(Side::Mine);
        assert_eq!(question.names_of(Side::Theirs), ["a", "c"]);
        assert_eq!(question.names_of(Side::Mine), ["b"]);
        assert_eq!(question.is_chosen(), Ok(()));
    }
}
