//! Forms: fields one below the other, and what will be written under them.
//!
//! ```text
//!   ┌ Add a secret ────────────────────────────────────────┐
//!   │ Key       api/ctfd_token                             │   a line of fields
//!   │ Value     ••••••••                  string, 16 bytes │
//!   │           Ctrl-t show  Ctrl-g generate               │   its keys
//!   │ ─ in Nix ────────────────────────────── [x] declare  │   a heading, with its switch
//!   │ Owner     ctfd       Group  (of ctfd)    Mode  0400  │   fields that share a line
//!   │           no user of this name in the repository     │   a note
//!   │                                                      │
//!   │ writes    "api/ctfd_token" = { owner = "ctfd"; };    │   the preview
//!   └──────────────────────────────────────────────────────┘
//! ```
//!
//! First the lines are laid out, then those are drawn that are in sight: the ones around the field with the cursor.

use ratatui::layout::Rect;

use super::boxed::{self, FRAME_ROWS};
use super::canvas::{Canvas, cells};
use super::exposure::Lend;
use super::layout::{left, row};
use super::theme::Role;
use super::{field, hints};
use crate::keymap::Hint;
use crate::session::{FieldContent, FormView, PageLine, Screen, Target, Words};
use crate::text::wrap;

/// From this width on fields may share a line.
const SHARING_COLUMNS: u16 = Screen::BOXED_COLUMNS;
/// A form does not grow wider than can be read at a glance.
const MOST_COLUMNS: u16 = 100;
/// A form with no more fields is a question: the body stays in sight behind it.
const QUESTION_FIELDS: usize = 2;
/// Cells between two fields of one line.
const GAP: u16 = 2;

/// One line of a form.
enum Line<'a> {
    /// Fields, by their index.
    Fields(Vec<usize>),
    /// A heading, with the switch that belongs to it.
    Heading(&'static str, Option<usize>),
    /// The keys that work in a value field.
    ValueHints,
    /// What is wrong with the field before, or worth knowing.
    Note(String, Role),
    /// Nothing.
    Blank,
    /// What will be written.
    Preview(&'a PageLine),
}

/// Draws the form above the body; `value_hints` are the keys that work in a value field.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, form: &FormView<'_>, value_hints: &[Hint], lend: &Lend<'_>) {
    let width = body.width.min(MOST_COLUMNS);
    let labels = label_cells(canvas, form);
    let lines = lay_out(form, width, labels, !value_hints.is_empty() && body.height > Screen::LOW_ROWS);
    if form.fields.len() > QUESTION_FIELDS {
        canvas.clear(body);
    }
    let height = cells(lines.len() + usize::from(FRAME_ROWS)).min(body.height);
    let area = Rect { width, height, ..body };
    let inside = boxed::open(canvas, body, area, &form.title);
    let first = first_in_sight(&lines, form, usize::from(inside.height));
    boxed::say_position(canvas, area, first, inside.height, lines.len());
    let sheet = Sheet { form, labels, value_hints, lend };
    for (index, line) in lines.iter().skip(first).take(usize::from(inside.height)).enumerate() {
        sheet.draw_line(canvas, row(inside, index), line);
    }
}

fn lay_out<'a>(form: &'a FormView<'_>, width: u16, labels: u16, has_value_hints: bool) -> Vec<Line<'a>> {
    let screen = Screen { columns: width, rows: 0 };
    let room = screen.page_columns().saturating_sub(usize::from(labels));
    let broken = |note: &Words| {
        let role = Role::from(note.tone);
        wrap(&note.text, room).into_iter().map(move |line| Line::Note(line, role)).collect::<Vec<_>>()
    };
    let mut lines: Vec<Line<'a>> = Vec::new();
    let mut notes: Vec<&Words> = Vec::new();
    for (index, view) in form.fields.iter().enumerate() {
        let shares = view.shares_line && width >= SHARING_COLUMNS;
        if let Some(Line::Fields(fields)) = lines.last_mut().filter(|_| shares) {
            fields.push(index);
        } else {
            lines.extend(notes.drain(..).flat_map(broken));
            let is_switch = matches!(view.content, FieldContent::Switch { .. });
            match view.starts_group {
                Some(heading) if is_switch => lines.push(Line::Heading(heading, Some(index))),
                Some(heading) => lines.extend([Line::Heading(heading, None), Line::Fields(vec![index])]),
                None => lines.push(Line::Fields(vec![index])),
            }
        }
        notes.extend(&view.note);
        let is_secret = matches!(view.content, FieldContent::Secret { .. });
        if is_secret && has_value_hints && width >= Screen::BOXED_COLUMNS {
            lines.extend(notes.drain(..).flat_map(broken));
            lines.push(Line::ValueHints);
        }
    }
    lines.extend(notes.drain(..).flat_map(broken));
    if !form.preview.is_empty() {
        lines.push(Line::Blank);
        lines.extend(form.preview.iter().map(Line::Preview));
    }
    lines
}

/// The first line drawn: the field with the cursor and its notes are in sight, and after the last field all the rest
/// that fits.
fn first_in_sight(lines: &[Line<'_>], form: &FormView<'_>, rows: usize) -> usize {
    let has_cursor = |index: usize| form.fields.get(index).is_some_and(|field| field.is_focused);
    let start = lines.iter().position(|line| match line {
        Line::Fields(fields) => fields.iter().any(|field| has_cursor(*field)),
        Line::Heading(_, Some(switch)) => has_cursor(*switch),
        _ => false,
    });
    let start = start.unwrap_or(0);
    let is_field = |line: &Line<'_>| matches!(line, Line::Fields(_) | Line::Heading(..));
    let end = lines.iter().skip(start + 1).position(is_field).map_or(lines.len(), |after| start + 1 + after);
    end.saturating_sub(rows).min(start)
}

fn label_cells(canvas: &Canvas<'_>, form: &FormView<'_>) -> u16 {
    let fields = form.fields.iter().map(|field| canvas.width(field.label));
    let preview = form.preview.iter().map(|line| canvas.width(&line.label));
    cells(fields.chain(preview).max().unwrap_or(0).max(8) + 2)
}

/// Where the lines of a form stand, and what they need besides.
struct Sheet<'v, 'f, 's> {
    form: &'v FormView<'f>,
    labels: u16,
    value_hints: &'v [Hint],
    lend: &'v Lend<'s>,
}

impl Sheet<'_, '_, '_> {
    fn draw_line(&self, canvas: &mut Canvas<'_>, area: Rect, line: &Line<'_>) {
        let indented = left(area, self.labels).1;
        match line {
            Line::Fields(fields) => self.draw_fields(canvas, area, fields),
            Line::Heading(heading, switch) => self.draw_heading(canvas, area, heading, *switch),
            Line::ValueHints => hints::draw_dim(canvas, indented, self.value_hints),
            Line::Note(text, role) => {
                canvas.text(indented, *role, text);
            }
            Line::Blank => {}
            Line::Preview(line) => {
                canvas.text(left(area, self.labels - GAP).0, Role::Dim, &line.label);
                canvas.text(indented, Role::from(line.words.tone), &line.words.text);
            }
        }
    }

    /// `─ in Nix ────────────────────────────── [x] declare`
    fn draw_heading(&self, canvas: &mut Canvas<'_>, area: Rect, heading: &str, switch: Option<usize>) {
        canvas.rule(area, Role::Dim, "─");
        let phrase = canvas.phrase().with(Role::Dim, &format!("─ {heading} "));
        canvas.phrase_at(area, &phrase);
        let Some(index) = switch else { return };
        let view = &self.form.fields[index];
        let place = cells(canvas.width(view.label) + 5).min(area.width);
        let place = Rect { x: area.right() - place, width: place, ..area };
        canvas.clear(place);
        canvas.target(place, Target::Field(index));
        field::draw_switch(canvas, left(place, 1).1, view);
    }

    /// Fields of one line: the first has the labels' column, all have the same room for their content.
    fn draw_fields(&self, canvas: &mut Canvas<'_>, area: Rect, fields: &[usize]) {
        let count = cells(fields.len());
        let room = area.width.saturating_sub(self.labels) / count.max(1);
        let mut rest = area;
        for (nth, index) in (1..=count).zip(fields) {
            let view = &self.form.fields[*index];
            let label = if nth == 1 { self.labels } else { cells(canvas.width(view.label)) + GAP };
            let taken = if nth == count { rest.width } else { room + if nth == 1 { self.labels } else { 0 } };
            let (place, after) = left(rest, taken);
            canvas.target(place, Target::Field(*index));
            let inner = if nth == count { place } else { left(place, taken.saturating_sub(GAP)).0 };
            field::draw(canvas, inner, view, label, self.lend);
            rest = after;
        }
    }
}
