//! What is open above the body: a box with a heading, or on narrow screens a heading only.
//!
//! ```text
//!   ┌ Add a secret ─────────────── 1–18 of 40 ┐        ─ Add a secret ── 1–8 of 20 ─
//!   │ …                                       │        …
//!   └─────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::layout::{bottom, row, top};
use super::theme::Role;
use crate::session::Screen;

/// Lines that the frame of a box takes from its height.
pub(super) const FRAME_ROWS: u16 = 2;

/// Clears `area` of the body, draws a box around it and returns its inside.
pub(super) fn open(canvas: &mut Canvas<'_>, body: Rect, area: Rect, title: &str) -> Rect {
    canvas.clear(area);
    if body.width < Screen::BOXED_COLUMNS || area.height <= FRAME_ROWS {
        return open_narrow(canvas, body, area, title);
    }
    heading(canvas, top(area, 1).0, ["┌", "┐"], title);
    let last = bottom(area, 1).1;
    canvas.rule(last, Role::Dim, "─");
    canvas.text(last, Role::Dim, "└");
    canvas.text(Rect { x: last.right() - 1, width: 1, ..last }, Role::Dim, "┘");
    let inside = Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - FRAME_ROWS };
    for index in 0..usize::from(inside.height) {
        let line = row(inside, index);
        canvas.text(Rect { x: area.x, width: 1, ..line }, Role::Dim, "│");
        canvas.text(Rect { x: area.right() - 1, width: 1, ..line }, Role::Dim, "│");
    }
    inside
}

/// A box without sides, and without a lower edge where nothing stands below.
fn open_narrow(canvas: &mut Canvas<'_>, body: Rect, area: Rect, title: &str) -> Rect {
    let (line, inside) = top(area, u16::from(area.height > 1));
    heading(canvas, line, ["─", "─"], title);
    let (inside, last) = bottom(inside, u16::from(area.bottom() < body.bottom() && inside.height > 1));
    canvas.rule(last, Role::Dim, "─");
    inside
}

/// Says at the box's edge which lines are shown, when not all are: `8–16 of 40`.
pub(super) fn say_position(canvas: &mut Canvas<'_>, area: Rect, first: usize, shown: u16, total: usize) {
    let shown = usize::from(shown);
    if shown < total && area.height > 1 {
        let position = format!(" {}–{} of {total} ", first + 1, (first + shown).min(total));
        let phrase = canvas.phrase().with(Role::Dim, &position);
        canvas.phrase_right(Rect { width: area.width.saturating_sub(1), ..area }, &phrase);
    }
}

fn heading(canvas: &mut Canvas<'_>, line: Rect, corners: [&str; 2], title: &str) {
    canvas.rule(line, Role::Dim, "─");
    canvas.text(line, Role::Dim, corners[0]);
    canvas.text(Rect { x: line.right().saturating_sub(1), width: 1.min(line.width), ..line }, Role::Dim, corners[1]);
    let inner = Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line };
    if !title.is_empty() {
        let phrase = canvas.phrase().with(Role::Strong, &format!(" {title} "));
        canvas.phrase_at(inner, &phrase);
    }
}
