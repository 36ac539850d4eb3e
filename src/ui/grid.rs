//! Rows of cells: problems, recipients, files, history.
//!
//! Columns are as wide as what stands in them on this screen. Where they do not fit the widest give way together, but
//! the one that says most keeps half of the room. What is cut stands in full below the rows, or in the detail line.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::layout::{bottom, left, row, top};
use super::theme::Role;
use crate::session::{Grid, Target, Words};
use crate::text::wrap;

const GAP: usize = 2;

/// Draws the grid; says whether it tells in full below the rows what the detail line would tell.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, grid: &Grid) -> bool {
    let (heading, body) = top(area, u16::from(!grid.headings.is_empty() && area.height > 1));
    let rows = usize::from(body.height);
    // A screen smaller than the session was told of keeps the cursor in sight.
    let skipped = grid.cursor.map_or(0, |cursor| (cursor + 1).saturating_sub(grid.first + rows));
    let shown = grid.rows.iter().enumerate().skip(skipped).take(rows);
    let widths = fit(&widths(canvas, grid), grid.main, usize::from(area.width));
    for (place, text) in places(heading, &widths).zip(&grid.headings) {
        draw_cell(canvas, place, Role::Dim, text);
    }
    for (line, (index, words)) in shown.enumerate() {
        let place = row(body, line);
        canvas.target(place, Target::Line(grid.first + index));
        for (cell, words) in places(place, &widths).zip(words) {
            draw_cell(canvas, cell, Role::from(words.tone), &words.text);
        }
        if grid.cursor == Some(grid.first + index) {
            canvas.paint(place, Role::Selection);
        }
    }
    draw_foot(canvas, top(body, cells(grid.rows.len())).1, &grid.foot)
}

/// Places and file names say most at their end, everything else at its start.
fn draw_cell(canvas: &mut Canvas<'_>, cell: Rect, role: Role, text: &str) {
    if text.contains(['/', '.']) && !text.contains(' ') {
        canvas.tail(cell, role, text);
    } else {
        canvas.text(cell, role, text);
    }
}

/// Draws what stands below the rows, at the end of the body, if all of it has room there; says whether it had.
fn draw_foot(canvas: &mut Canvas<'_>, below: Rect, foot: &[Words]) -> bool {
    let lines: Vec<(String, Role)> = foot
        .iter()
        .flat_map(|words| {
            let lines = wrap(&words.text, usize::from(below.width));
            lines.into_iter().map(|line| (line, Role::from(words.tone)))
        })
        .collect();
    if lines.len() >= usize::from(below.height) {
        return false;
    }
    let place = bottom(below, cells(lines.len())).1;
    for (index, (line, role)) in lines.iter().enumerate() {
        canvas.text(row(place, index), *role, line);
    }
    !lines.is_empty()
}

/// What each column would like to have: for its rows, and for its heading as well.
fn widths(canvas: &Canvas<'_>, grid: &Grid) -> Vec<(usize, usize)> {
    let columns = grid.rows.iter().map(Vec::len).chain([grid.headings.len()]).max().unwrap_or(0);
    let heading = |column: usize| grid.headings.get(column).map_or(0, |text| canvas.width(text));
    let cell = |row: &Vec<Words>, column: usize| row.get(column).map_or(0, |words| canvas.width(&words.text));
    let rows = |column: usize| grid.rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
    (0..columns).map(|column| (rows(column), rows(column).max(heading(column)))).collect()
}

/// Widths that fit into `room`, from what the rows of each column want, and what its heading wants as well.
///
/// Headings give way before rows. Where the rows do not fit either, the main column keeps at least half of the room.
fn fit(wanted: &[(usize, usize)], main: usize, room: usize) -> Vec<usize> {
    let room = room.saturating_sub(GAP * wanted.len().saturating_sub(1));
    let mut rows: Vec<usize> = wanted.iter().map(|(rows, _)| *rows).collect();
    let headings: Vec<usize> = wanted.iter().map(|(_, heading)| *heading).collect();
    if rows.iter().sum::<usize>() <= room {
        return share(&rows, &headings, room);
    }
    let main_wants = std::mem::take(&mut rows[main]);
    let others = room - main_wants.min(room.div_ceil(2));
    let mut widths = share(&vec![0; rows.len()], &rows, others);
    widths[main] = main_wants.min(room - widths.iter().sum::<usize>());
    widths
}

/// Gives each column what it needs at least, and lets all grow to one limit, or to what they want, until `room` is full.
fn share(least: &[usize], wanted: &[usize], room: usize) -> Vec<usize> {
    let limited = |limit: usize| -> Vec<usize> {
        least.iter().zip(wanted).map(|(least, wanted)| limit.clamp(*least, *wanted)).collect()
    };
    let widest = wanted.iter().copied().max().unwrap_or(0);
    let fits = |limit: &usize| limited(*limit).iter().sum::<usize>() <= room;
    let limit = (0..=widest).rev().find(fits).unwrap_or(0);
    let mut widths = limited(limit);
    // What the common limit leaves over goes to the first of those that wanted more.
    let mut spare = room.saturating_sub(widths.iter().sum());
    for (width, wider) in widths.iter_mut().zip(limited(limit + 1)) {
        let more = (wider - *width).min(spare);
        *width += more;
        spare -= more;
    }
    widths
}

fn places(area: Rect, widths: &[usize]) -> impl Iterator<Item = Rect> {
    widths.iter().scan(area, |rest, width| {
        let (place, after) = left(*rest, cells(*width));
        *rest = left(after, cells(GAP)).1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &[(usize, usize)], main: usize, room: usize, expected: &[usize]) {
        assert_eq!(fit(wanted, main, room), expected);
    }

    #[test]
    fn columns_take_what_they_want_where_there_is_room() {
        check(&[(5, 5), (10, 10), (20, 20)], 0, 40, &[5, 10, 20]);
        check(&[], 0, 4, &[]);
    }

    #[test]
    fn headings_give_way_before_rows() {
        check(&[(17, 17), (1, 4), (1, 10), (4, 6)], 0, 40, &[17, 4, 7, 6]);
        check(&[(17, 17), (1, 4), (1, 10), (4, 6)], 0, 29, &[17, 1, 1, 4]);
    }

    #[test]
    fn the_main_column_keeps_half_of_the_room() {
        check(&[(9, 9), (21, 21), (60, 60), (22, 22)], 2, 80, &[9, 14, 37, 14]);
        check(&[(5, 5), (10, 10), (20, 20)], 2, 30, &[5, 8, 13]);
        check(&[(5, 5), (40, 40), (10, 10)], 2, 40, &[5, 21, 10]);
        check(&[(5, 5), (40, 40), (10, 10)], 2, 4, &[0, 0, 0]);
    }
}
