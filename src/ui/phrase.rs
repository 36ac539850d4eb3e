//! Phrases: one line of text in several roles, measured before it is drawn.

use super::glyphs::Glyphs;
use super::theme::Role;
use crate::text::width;

/// One line of text in several roles, ready to show.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    glyphs: Glyphs,
    parts: Vec<(String, Role)>,
    cells: usize,
}

impl Phrase {
    /// An empty phrase.
    pub(super) fn new(glyphs: Glyphs) -> Self {
        Self { glyphs, parts: Vec::new(), cells: 0 }
    }

    /// The phrase with `text` at its end.
    pub(super) fn with(mut self, role: Role, text: &str) -> Self {
        self.push(role, text);
        self
    }

    /// Appends `text`.
    pub(super) fn push(&mut self, role: Role, text: &str) {
        let shown = self.glyphs.show(text);
        self.cells += width(&shown);
        match self.parts.last_mut() {
            Some((last, last_role)) if *last_role == role => last.push_str(&shown),
            _ => self.parts.push((shown.into_owned(), role)),
        }
    }

    /// Appends another phrase.
    pub(super) fn append(&mut self, other: Self) {
        for (text, role) in other.parts {
            self.push(role, &text);
        }
    }

    /// How many cells it takes.
    pub(super) fn width(&self) -> usize {
        self.cells
    }

    /// Whether nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// Its parts, in order.
    pub(super) fn parts(&self) -> &[(String, Role)] {
        &self.parts
    }
}
