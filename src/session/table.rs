//! The table of keys: which rows there are, which of them are shown, and where the cursor stands.
//!
//! A move costs the same for ten rows and for a hundred thousand: what is folded away or filtered out is worked out
//! when folds, filter or rows change, never when the cursor moves. The cursor belongs to a key, not to a number: it
//! stays on its key through edits, undo, folding and filtering.

use std::collections::HashSet;
use std::ops::Range;

use super::action::Motion;
use super::filter::{Filter, Haystacks};
use super::screen::Scroll;
use super::view::Fold;
use crate::repo::{Repository, Row};

/// The rows of the open file, as far as they are shown.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    /// For each row the number of the first row that is not below it.
    ends: Vec<u32>,
    folded: HashSet<String>,
    filter: Option<Filter>,
    haystacks: Option<Haystacks>,
    shown: Vec<u32>,
    cursor: usize,
    scroll: Scroll,
    page: usize,
}

impl Table {
    /// Takes new rows; the cursor stays on its key, or on `focus` if that is given and there.
    pub(super) fn set_rows(&mut self, rows: Vec<Row>, focus: Option<&str>, repository: &Repository) {
        let key = focus.map(str::to_owned).or_else(|| self.current().map(|row| row.key.clone()));
        self.ends = subtree_ends(&rows);
        self.rows = rows;
        self.haystacks = None;
        self.refilter(repository);
        self.show();
        if let Some(key) = key {
            self.go_to(&key);
        }
    }

    /// How many lines the window shows.
    pub(super) fn set_page(&mut self, page: usize) {
        self.page = page;
        self.follow();
    }

    /// All rows, shown or not.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row under the cursor.
    pub(super) fn current(&self) -> Option<&Row> {
        self.row(self.cursor)
    }

    /// The row at a position among those shown.
    pub(super) fn row(&self, position: usize) -> Option<&Row> {
        self.shown.get(position).map(|index| &self.rows[*index as usize])
    }

    /// How many rows are shown, the window left aside.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The position of the cursor.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// The positions inside the window.
    pub(super) fn window(&self) -> Range<usize> {
        self.scroll.first..(self.scroll.first + self.page).min(self.shown.len())
    }

    /// Whether a row is folded; `None` for rows without children, and while a filter lists keys flat.
    pub(super) fn fold_of(&self, row: &Row) -> Option<Fold> {
        let can_fold = row.is_branch() && self.filter.is_none();
        can_fold.then(|| if self.folded.contains(&row.key) { Fold::Folded } else { Fold::Open })
    }

    /// Moves the cursor. Says whether it moved.
    pub(super) fn move_cursor(&mut self, motion: Motion) -> bool {
        let last = self.shown.len().saturating_sub(1);
        let target = match motion {
            Motion::Up => self.cursor.saturating_sub(1),
            Motion::Down => self.cursor + 1,
            Motion::PageUp => self.cursor.saturating_sub(self.page),
            Motion::PageDown => self.cursor + self.page,
            Motion::First => 0,
            Motion::Last => last,
            _ => self.cursor,
        };
        self.set_cursor(target)
    }

    /// Puts the cursor at a position. Says whether it moved.
    pub(super) fn set_cursor(&mut self, position: usize) -> bool {
        let before = std::mem::replace(&mut self.cursor, position.min(self.shown.len().saturating_sub(1)));
        self.follow();
        before != self.cursor
    }

    /// Puts the cursor on a key, unfolding what hides it. Says whether the key is there.
    pub(super) fn go_to(&mut self, key: &str) -> bool {
        let Some(index) = self.rows.iter().position(|row| row.key == key) else {
            return false;
        };
        let Some(position) = self.position_of(index) else {
            let above: Vec<usize> = self.ancestors(index).collect();
            for above in above {
                self.folded.remove(&self.rows[above].key);
            }
            self.filter = None;
            self.show();
            return self.position_of(index).is_some_and(|position| {
                self.set_cursor(position);
                true
            });
        };
        self.set_cursor(position);
        true
    }

    /// Folds the branch under the cursor, or goes to the branch above. Says whether something happened.
    pub(super) fn fold(&mut self) -> bool {
        let Some(row) = self.current().filter(|_| self.filter.is_none()) else {
            return false;
        };
        if self.fold_of(row) == Some(Fold::Open) {
            self.folded.insert(row.key.clone());
            self.show();
            return true;
        }
        let index = self.shown[self.cursor] as usize;
        let above = self.ancestors(index).next().and_then(|above| self.position_of(above));
        above.is_some_and(|position| self.set_cursor(position))
    }

    /// Unfolds the branch under the cursor, or goes to its first key. Says whether something happened.
    pub(super) fn unfold(&mut self) -> bool {
        let Some(row) = self.current() else {
            return false;
        };
        match self.fold_of(row) {
            Some(Fold::Folded) => {
                let key = row.key.clone();
                self.folded.remove(&key);
                self.show();
                true
            }
            Some(Fold::Open) => {
                let index = self.shown[self.cursor] as usize;
                self.ends[index] as usize > index + 1 && self.set_cursor(self.cursor + 1)
            }
            None => false,
        }
    }

    /// Folds the branch under the cursor, or unfolds it.
    pub(super) fn flip_fold(&mut self) {
        if let Some((row, fold)) = self.current().and_then(|row| Some((row.key.clone(), self.fold_of(row)?))) {
            match fold {
                Fold::Open => {
                    self.folded.insert(row);
                }
                Fold::Folded => {
                    self.folded.remove(&row);
                }
            }
            self.show();
        }
    }

    /// The text of the filter, if there is one.
    pub(super) fn filter(&self) -> Option<&str> {
        self.filter.as_ref().map(Filter::text)
    }

    /// Shows only rows that match; an empty text shows all in the tree again. The cursor goes to the best match.
    pub(super) fn set_filter(&mut self, text: Option<&str>, repository: &Repository) {
        let key = self.current().map(|row| row.key.clone());
        let before = self.filter.take();
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            self.show();
            key.map(|key| self.go_to(&key));
            return;
        };
        let haystacks = self.haystacks.get_or_insert_with(|| Haystacks::new(&self.rows, repository));
        let filter = Filter::new(text, before, haystacks);
        let best = filter.best();
        self.filter = Some(filter);
        self.show();
        if let Some(position) = best.and_then(|index| self.position_of(index)) {
            self.set_cursor(position);
        }
    }

    fn refilter(&mut self, repository: &Repository) {
        if let Some(filter) = self.filter.take() {
            let haystacks = self.haystacks.get_or_insert_with(|| Haystacks::new(&self.rows, repository));
            self.filter = Some(Filter::new(filter.text(), None, haystacks));
        }
    }

    /// Works out which rows are shown.
    fn show(&mut self) {
        self.shown.clear();
        if let Some(filter) = &self.filter {
            self.shown.extend_from_slice(filter.matches());
        } else {
            let mut index = 0;
            while index < self.rows.len() {
                self.shown.push(row_number(index));
                let row = &self.rows[index];
                let is_folded = !self.folded.is_empty() && row.is_branch() && self.folded.contains(&row.key);
                index = if is_folded { self.ends[index] as usize } else { index + 1 };
            }
        }
        self.set_cursor(self.cursor);
    }

    fn follow(&mut self) {
        self.scroll.follow(self.cursor, self.page.max(1), self.shown.len());
    }

    fn position_of(&self, index: usize) -> Option<usize> {
        self.shown.binary_search(&row_number(index)).ok()
    }

    /// The branches above a row, the nearest first.
    fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> {
        let above = move |below: usize| {
            let depth = self.rows[below].depth;
            (0..below).rev().find(|above| self.rows[*above].depth < depth)
        };
        std::iter::successors(above(index), move |below| above(*below))
    }
}

fn row_number(index: usize) -> u32 {
    u32::try_from(index).expect("texts are refused by size long before they have so many keys")
}

/// For each row the number of the first row after it that is not deeper.
fn subtree_ends(rows: &[Row]) -> Vec<u32> {
    let mut ends = vec![0; rows.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        while let Some(above) = open.pop_if(|above| rows[*above].depth >= row.depth) {
            ends[above] = row_number(index);
        }
        open.push(index);
    }
    open.into_iter().for_each(|index| ends[index] = row_number(rows.len()));
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{EntryKind, RowState};
    use crate::sops::LeafType;

    /// Keys in tree order; a key that ends with `/` is a branch.
    fn table(keys: &[&str]) -> Table {
        let leaf = EntryKind::Leaf { value_type: LeafType::Str, is_sealed: true };
        let row = |key: &&str| Row {
            key: key.trim_end_matches('/').to_owned(),
            depth: key.trim_end_matches('/').matches('/').count(),
            kind: Some(if key.ends_with('/') { EntryKind::Map } else { leaf }),
            state: RowState::Undeclared,
            declarations: Vec::new(),
        };
        let mut table = Table { page: 3, ..Table::default() };
        table.set_rows(keys.iter().map(row).collect(), None, &Repository::default());
        table
    }

    const KEYS: &[&str] = &["api/", "api/old", "api/new", "db/", "db/main/", "db/main/pass", "z"];

    fn shown(table: &Table) -> String {
        let name = |position: usize| table.row(position).unwrap().key.clone();
        (0..table.len())
            .map(|position| if position == table.cursor() { format!("[{}]", name(position)) } else { name(position) })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn folding_hides_what_is_below_and_goes_up_where_nothing_folds() {
        let mut table = table(KEYS);
        assert!(table.move_cursor(Motion::Down) && table.fold());
        assert_eq!(shown(&table), "[api] api/old api/new db db/main db/main/pass z");
        assert!(table.fold());
        assert_eq!(shown(&table), "[api] db db/main db/main/pass z");
        assert!(!table.fold(), "a folded top-level branch has nothing above it");
        assert!(table.unfold() && table.unfold());
        assert_eq!(shown(&table), "api [api/old] api/new db db/main db/main/pass z");
        assert!(!table.unfold(), "a leaf has nothing to unfold");
    }

    #[test]
    fn the_cursor_stays_on_its_key() {
        let mut before = table(KEYS);
        assert!(before.go_to("db/main/pass"));
        let rows = table(&["a", "db/", "db/main/", "db/main/pass"]).rows;
        before.set_rows(rows, None, &Repository::default());
        assert_eq!(shown(&before), "a db db/main [db/main/pass]");
        let rows = table(&["a"]).rows;
        before.set_rows(rows, None, &Repository::default());
        assert_eq!(shown(&before), "[a]");
    }

    #[test]
    fn going_to_a_hidden_key_unfolds_what_hides_it() {
        let mut table = table(KEYS);
        assert!(table.go_to("db") && table.fold());
        assert!(table.go_to("db/main/pass"));
        assert_eq!(table.current().unwrap().key, "db/main/pass");
        assert!(!table.go_to("absent"));
    }

    #[test]
    fn the_window_follows() {
        let mut table = table(KEYS);
        table.move_cursor(Motion::Last);
        assert_eq!(table.window(), 4..7);
        table.move_cursor(Motion::PageUp);
        assert_eq!((table.cursor(), table.window()), (3, 3..6));
        table.move_cursor(Motion::First);
        assert_eq!(table.window(), 0..3);
        assert!(!table.move_cursor(Motion::Up));
    }

    #[test]
    fn a_filter_lists_matches_flat_and_goes_to_the_best() {
        let mut table = table(KEYS);
        table.set_filter(Some("pass"), &Repository::default());
        assert_eq!(shown(&table), "[db/main/pass]");
        table.set_filter(Some("new"), &Repository::default());
        assert_eq!(shown(&table), "[api/new]");
        table.set_filter(None, &Repository::default());
        assert_eq!(shown(&table), "api api/old [api/new] db db/main db/main/pass z");
        table.set_filter(Some("nothing like it"), &Repository::default());
        assert_eq!((table.len(), table.current().is_none()), (0, true));
    }
}
