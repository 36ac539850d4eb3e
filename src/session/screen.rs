//! The screen's size and what follows from it: how many lines a list shows. Drawing uses the same figures.

/// The window, and how its lines are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Width in cells.
    pub columns: u16,
    /// Height in cells.
    pub rows: u16,
}

impl Screen {
    /// Windows up to this height share one line between title and detail.
    pub const LOW_ROWS: u16 = 12;
    /// From this width on what is open above the body stands in a box.
    pub const BOXED_COLUMNS: u16 = 60;

    /// Windows narrower than this share it too.
    pub const NARROW_COLUMNS: u16 = 60;

    /// Whether title and detail share a line.
    #[must_use]
    pub fn is_low(self) -> bool {
        self.rows <= Self::LOW_ROWS || self.columns < Self::NARROW_COLUMNS
    }

    /// The lines between title and detail: the body, its heading included.
    #[must_use]
    pub fn body_rows(self) -> u16 {
        let frame = if self.is_low() { 2 } else { 3 };
        self.rows.saturating_sub(frame)
    }

    /// How many entries a list in the body shows: the body without its heading.
    #[must_use]
    pub fn list_rows(self) -> usize {
        usize::from(self.body_rows().saturating_sub(1)).max(1)
    }

    /// How many cells a line of a page above the body has; labels stand inside them.
    #[must_use]
    pub fn page_columns(self) -> usize {
        usize::from(if self.columns < Self::BOXED_COLUMNS { self.columns } else { self.columns - 4 })
    }

    /// How many lines a page above the body shows: help, review, difference, a value of many lines.
    #[must_use]
    pub fn page_rows(self) -> usize {
        usize::from(self.body_rows().saturating_sub(2)).max(1)
    }
}

/// A window over a long list: the first line shown, moved as little as possible so that the cursor stays inside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first line shown.
    pub first: usize,
}

impl Scroll {
    /// Moves the window so that `cursor` is inside it and no line is left empty without need.
    pub fn follow(&mut self, cursor: usize, shown: usize, total: usize) {
        self.first = self.first.min(cursor).max((cursor + 1).saturating_sub(shown)).min(total.saturating_sub(shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_windows_share_a_line() {
        let rows = |rows| Screen { columns: 80, rows }.list_rows();
        assert_eq!((rows(24), rows(12), rows(3), rows(0)), (20, 9, 1, 1));
    }

    #[test]
    fn the_window_follows_the_cursor_and_no_more() {
        let check = |first, cursor, expected| {
            let mut scroll = Scroll { first };
            scroll.follow(cursor, 10, 100);
            assert_eq!(scroll.first, expected);
        };
        check(0, 5, 0);
        check(0, 10, 1);
        check(50, 49, 49);
        check(50, 55, 50);
        check(95, 99, 90);
    }
}
