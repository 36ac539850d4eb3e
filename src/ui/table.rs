//! The table of keys: leaves and declarations side by side, only the rows that are on the screen.
//!
//! ```text
//!   Key                     Value      Type   Declared in          Owner:group  Mode  Path
//!   ▾ api
//!   ●   deepseek            ••••••••   str    sops.nix:9           root:root    0400  /run/secrets/api/deepseek
//!   ! port                  ••••••••   int    sops.nix:27          not a string: activation will fail
//! ```
//!
//! While a filter is set it stands in the heading line. A revealed value takes the rest of its row; one that does not
//! fit there opens a panel beside the row.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::columns::{Column, columns};
use super::exposure::{Lend, break_rows};
use super::layout::{bottom, left, row, top};
use super::theme::Role;
use crate::session::{Exposed, FilterView, Fold, RowState, RowView, TableView, Target, ValueView};

/// What stands for every value, whatever its length.
pub(super) const MASK: &str = "••••••••";

/// Draws the table; `row_at` gives the row at a position.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    view: &TableView<'_>,
    row_at: &dyn Fn(usize) -> Option<RowView>,
    lend: &Lend<'_>,
) {
    let (heading, body) = top(area, if area.height > 1 { 1 } else { 0 });
    match &view.filter {
        Some(filter) => draw_filter(canvas, heading, filter, view.total),
        None => draw_headings(canvas, heading, view, usize::from(body.height)),
    }
    let columns = columns(body);
    // A screen smaller than the session was told of keeps the cursor in sight.
    let first = view.shown.start.max((view.cursor + 1).saturating_sub(usize::from(body.height)));
    let mut revealed = None;
    for (index, position) in (first..view.shown.end).take(usize::from(body.height)).enumerate() {
        let Some(view_of_row) = row_at(position) else { break };
        let place = row(body, index);
        canvas.target(place, Target::Line(position));
        if view_of_row.fold.is_some() {
            canvas.target(left(place, 2).0, Target::Fold(position));
        }
        draw_row(canvas, place, &columns, &view_of_row);
        if position == view.cursor {
            canvas.paint(place, Role::Selection);
        }
        if view_of_row.value == ValueView::Revealed {
            revealed = Some(place);
        }
    }
    if let (Some(place), Some(plaintext)) = (revealed, lend(Exposed::Revealed)) {
        draw_revealed(canvas, body, place, plaintext);
    }
}

fn draw_headings(canvas: &mut Canvas<'_>, area: Rect, view: &TableView<'_>, shown: usize) {
    for (column, place) in columns(area) {
        let place = if column == Column::Key { left(place, 2).1 } else { place };
        let after = canvas.text(place, Role::Dim, column.heading());
        if column == Column::Key && view.total > shown {
            canvas.text(after, Role::Dim, &format!("  {} of {}", view.cursor + 1, view.total));
        }
    }
}

/// ```text
/// / dns▏                                   3 keys match
/// ```
fn draw_filter(canvas: &mut Canvas<'_>, area: Rect, filter: &FilterView<'_>, total: usize) {
    let found = match filter.matches {
        0 => "no key matches".to_owned(),
        1 => "1 key matches".to_owned(),
        matches => format!("{matches} keys match"),
    };
    let role = if total == 0 { Role::Warning } else { Role::Dim };
    let found = canvas.phrase().with(role, &format!("  {found}"));
    let rest = canvas.phrase_right(area, &found);
    let input = canvas.text(rest, Role::Accent, "/ ");
    canvas.input(input, Role::Text, filter.text, filter.cursor);
}

/// Draws one row, not yet selected.
fn draw_row(canvas: &mut Canvas<'_>, area: Rect, columns: &[(Column, Rect)], view: &RowView) {
    let problem = view.problem.as_deref().unwrap_or_default();
    let mut declared = area;
    for (column, place) in columns {
        let place = Rect { y: area.y, height: area.height, ..*place };
        match column {
            Column::Type if view.value == ValueView::Revealed => break,
            Column::Key => draw_key(canvas, place, view),
            Column::Value => draw_value(canvas, place, &view.value),
            Column::Type => {
                canvas.text(place, Role::Text, view.value_type);
            }
            Column::Declared => {
                declared = canvas.tail(place, Role::from(view.declared.tone), &view.declared.text);
            }
            Column::Owner if !problem.is_empty() => {
                // Words that are too long for the three columns start as early as they can.
                let fits = canvas.width(problem) <= usize::from(area.right() - place.x);
                let x = if fits { place.x } else { declared.x + 2 };
                canvas.text(Rect { x, width: area.right() - x, ..place }, Role::Error, problem);
                break;
            }
            Column::Owner => {
                canvas.middle(place, Role::Text, &view.owner);
            }
            Column::Mode => {
                canvas.text(place, Role::Text, &view.mode);
            }
            Column::Path => {
                canvas.middle(place, Role::Text, &view.path);
            }
        }
    }
}

fn draw_key(canvas: &mut Canvas<'_>, area: Rect, view: &RowView) {
    let (sign, role) = sign(view);
    let (sign_place, rest) = left(area, 2);
    canvas.text(sign_place, role, sign.encode_utf8(&mut [0; 4]));
    // However deep a key stands, half the column is left to its name.
    let indent = cells(view.depth * 2).min(rest.width / 2);
    let label = if view.state == RowState::Removed { Role::Dim } else { Role::Text };
    canvas.middle(left(rest, indent).1, label, &view.label);
}

/// The sign before a row and its role; a branch shows whether it is folded.
fn sign(view: &RowView) -> (char, Role) {
    let sign = match view.fold {
        Some(Fold::Open) => '▾',
        Some(Fold::Folded) => '▸',
        None => view.state.sign(),
    };
    let role = match view.state {
        RowState::Branch => Role::Dim,
        RowState::Declared | RowState::Undeclared => Role::Text,
        RowState::New => Role::New,
        RowState::Changed => Role::Changed,
        RowState::Removed => Role::Removed,
        RowState::Missing | RowState::Problem => Role::Error,
    };
    (sign, role)
}

fn draw_value(canvas: &mut Canvas<'_>, area: Rect, value: &ValueView) {
    match value {
        ValueView::None | ValueView::Revealed => {}
        ValueView::Masked => {
            canvas.text(area, Role::Dim, MASK);
        }
        ValueView::Clear(text) => {
            canvas.text(area, Role::Text, text);
        }
        ValueView::Absent(word) => {
            canvas.text(area, Role::Dim, word);
        }
    }
}

/// Leaves room for the revealed value: the rest of its row when it fits there, else a panel under the row.
fn draw_revealed(canvas: &mut Canvas<'_>, body: Rect, place: Rect, plaintext: &[u8]) {
    let value = columns(place)[1].1;
    let rest = Rect { x: value.x, width: place.right() - value.x, ..place };
    if break_rows(plaintext, usize::from(rest.width), 2).len() == 1 {
        canvas.expose(rest, Exposed::Revealed, 0, 0);
        return;
    }
    let text_width = body.width.saturating_sub(4).max(1);
    let most = (body.height / 2).max(1);
    let rows = break_rows(plaintext, usize::from(text_width), usize::from(most) + 1);
    let height = cells(rows.len()).min(most);
    let below = body.bottom() - place.bottom();
    let y = if height <= below { place.bottom() } else { place.y.saturating_sub(height).max(body.y) };
    let panel = Rect { y, height, ..body };
    canvas.text(rest, Role::Text, if y > place.y { "shown below" } else { "shown above" });
    canvas.paint(place, Role::Selection);
    canvas.clear(panel);
    let is_cut = rows.len() > usize::from(height);
    let (lines, more) = bottom(panel, u16::from(is_cut));
    for (index, (line, column)) in rows.into_iter().take(usize::from(lines.height)).enumerate() {
        let (bar, text) = left(row(lines, index), 2);
        canvas.text(bar, Role::Dim, "│");
        canvas.expose(left(text, text_width).0, Exposed::Revealed, line, column);
    }
    canvas.text(more, Role::Dim, "│ there is more; e opens all of it");
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use ratatui::buffer::Buffer;

    use super::*;
    use crate::session::Words;
    use crate::ui::Theme;

    fn row_view(position: usize) -> RowView {
        RowView {
            label: format!("key {position}"),
            key: format!("key {position}"),
            depth: 0,
            state: RowState::Declared,
            fold: None,
            value: ValueView::Masked,
            value_type: "str",
            declared: Words::plain("sops.nix:9"),
            owner: "root:root".to_owned(),
            mode: "0400".to_owned(),
            path: "/run/secrets/x".to_owned(),
            problem: None,
        }
    }

    /// Draws a table of which the session says that `shown` is on the screen; gives how many rows were asked for, and
    /// the first one's label.
    fn check(rows: u16, shown: std::ops::Range<usize>, cursor: usize, expected: (usize, &str)) {
        let area = Rect::new(0, 0, 160, rows);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, area, Theme::default());
        let asked = Cell::new(0);
        let row_at = |position| {
            asked.set(asked.get() + 1);
            Some(row_view(position))
        };
        let view = TableView { shown, total: 100_000, cursor, filter: None };
        draw(&mut canvas, area, &view, &row_at, &|_| None);
        let label: String = (2..20).map(|column| buffer[(column, 1)].symbol()).collect();
        assert_eq!((asked.get(), label.trim_end()), expected);
    }

    #[test]
    fn only_rows_on_the_screen_are_asked_for() {
        check(50, 0..49, 0, (49, "key 0"));
        check(50, 99_951..100_000, 99_999, (49, "key 99951"));
        check(50, 0..100_000, 7, (49, "key 0"));
    }

    #[test]
    fn a_screen_lower_than_the_session_knows_keeps_the_cursor_in_sight() {
        check(11, 100..149, 140, (10, "key 131"));
    }
}
