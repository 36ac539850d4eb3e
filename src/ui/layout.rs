//! Layout: the four parts of the screen, and pieces of rectangles.
//!
//! ```text
//!   sopsmith  secrets/web.yaml  2 changes      age 3 recipients …   title
//!   Key            Value      Type   Declared in   …                body
//!   …
//!   ─ deepseek ─ used by modules/ai.nix:31 …                        detail
//!   a add  e edit  r rename …                      clipboard 28 s   hints
//! ```

use ratatui::layout::Rect;

use crate::session::Screen;

/// Where the parts of the screen stand. A part that has no room is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Program, file, changes, recipients, lock state.
    pub title: Rect,
    /// The pane, or what is open above it.
    pub body: Rect,
    /// One line about the row under the cursor; empty where the title line carries it.
    pub detail: Rect,
    /// The keys that do something here and now.
    pub hints: Rect,
}

impl Frame {
    /// Divides the whole screen. Small screens keep the body first, then the hints, then the title.
    #[must_use]
    pub fn of(area: Rect) -> Self {
        let screen = Screen { columns: area.width, rows: area.height };
        let body_rows = screen.body_rows().max(1).min(area.height);
        let [title, detail, hints] = match area.height - body_rows {
            3 => [1, 1, 1],
            2 => [1, 0, 1],
            _ => [0, 0, area.height - body_rows],
        };
        let (title, rest) = top(area, title);
        let (rest, hints) = bottom(rest, hints);
        let (body, detail) = bottom(rest, detail);
        Self { title, body, detail, hints }
    }
}

/// The first `rows` of an area, and the rest.
pub(super) fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// An area without its last `rows`, and those.
pub(super) fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    top(area, area.height - rows.min(area.height))
}

/// The first `columns` of an area, and the rest.
pub(super) fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}

/// One row of an area, from 0; empty when there is none.
pub(super) fn row(area: Rect, index: usize) -> Rect {
    let index = u16::try_from(index).unwrap_or(u16::MAX).min(area.height);
    top(top(area, index).1, 1).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(columns: u16, rows: u16, heights: [u16; 4]) {
        let frame = Frame::of(Rect::new(0, 0, columns, rows));
        assert_eq!([frame.title, frame.body, frame.detail, frame.hints].map(|part| part.height), heights);
        assert_eq!(heights.iter().sum::<u16>(), rows);
    }

    #[test]
    fn small_screens_give_up_the_detail_line_first() {
        check(80, 24, [1, 21, 1, 1]);
        check(40, 12, [1, 10, 0, 1]);
        check(40, 3, [1, 1, 0, 1]);
        check(40, 2, [0, 1, 0, 1]);
        check(1, 1, [0, 1, 0, 0]);
        check(0, 0, [0, 0, 0, 0]);
    }

    #[test]
    fn pieces_never_leave_their_area() {
        let area = Rect::new(2, 3, 4, 5);
        assert_eq!(row(area, 4), Rect::new(2, 7, 4, 1));
        assert!(row(area, 5).is_empty() && row(area, 99).is_empty());
        assert_eq!(left(area, 9), (area, Rect::new(6, 3, 0, 5)));
        assert_eq!(bottom(area, 2), (Rect::new(2, 3, 4, 3), Rect::new(2, 6, 4, 2)));
    }
}
