//! A cursor in a list, and the window that follows it.

use crate::session::action::Motion;
use crate::session::screen::Scroll;

/// Which row of a list is chosen, and which rows are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ListCursor {
    /// The row that is chosen.
    pub(crate) row: usize,
    scroll: Scroll,
}

impl ListCursor {
    /// Moves the cursor in a list of `total` rows, of which `page` are shown.
    pub(crate) fn step(&mut self, motion: Motion, page: usize, total: usize) {
        let target = match motion {
            Motion::Up => self.row.saturating_sub(1),
            Motion::Down => self.row + 1,
            Motion::PageUp => self.row.saturating_sub(page),
            Motion::PageDown => self.row + page,
            Motion::First => 0,
            Motion::Last => total,
            _ => self.row,
        };
        self.go_to(target, page, total);
    }

    /// Chooses a row.
    pub(crate) fn go_to(&mut self, row: usize, page: usize, total: usize) {
        self.row = row.min(total.saturating_sub(1));
        self.scroll.follow(self.row, page, total);
    }

    /// The rows that are shown.
    pub(crate) fn window(&self, page: usize, total: usize) -> std::ops::Range<usize> {
        let mut scroll = self.scroll;
        scroll.follow(self.row.min(total.saturating_sub(1)), page, total);
        scroll.first..(scroll.first + page).min(total)
    }
}
