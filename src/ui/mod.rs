//! The screen: what a session looks like. Reads the session, writes cells, changes nothing.
//!
//! ```text
//!   &Session ──> draw ──> Buffer       cells: signs, words, masks; never plaintext
//!                    └──> Exposures    where plaintext stands, the cursor, what the mouse reaches
//!
//!   layout     title, body, detail, hints         canvas    the one way into the cells: safe, cut, by role
//!   title table grid page form field lines list hints       one part of the screen each
//!   theme glyphs                                  picture   a buffer as text or SVG
//! ```
//!
//! What is absent: nothing here decides, loads, scrolls or remembers; no key is named (they come from
//! [`crate::keymap`]), no colour outside [`Theme`], and no text reaches a cell but through the canvas, which makes it
//! safe to show. Plaintext is measured where a cursor or a line break needs it, and never copied.

mod boxed;
mod canvas;
mod columns;
mod exposure;
mod field;
mod form;
mod glyphs;
mod grid;
mod hints;
mod layout;
mod lines;
mod list;
mod page;
mod phrase;
mod picture;
mod table;
mod theme;
mod title;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::{LayerView, PaneView, Session, Tone, Words};

pub use exposure::{Exposure, Exposures};
pub use glyphs::Glyphs;
pub use layout::Frame;
pub use picture::{plain, svg};
pub use theme::{Colours, Role, Theme};

/// Draws the whole screen into `area` of `buffer`, and says what stands there beside the cells.
#[must_use]
pub fn draw(session: &Session, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Exposures {
    let area = area.intersection(buffer.area);
    let mut canvas = canvas::Canvas::new(buffer, area, *theme);
    let frame = Frame::of(area);
    let has_told = draw_pane(&mut canvas, frame.body, session);
    let (title, tabs, detail) = (session.title(), session.tabs(), session.detail());
    if frame.detail.is_empty() {
        title::draw_shared(&mut canvas, frame.title, &title, &tabs, &detail);
    } else {
        title::draw(&mut canvas, frame.title, &title, &tabs);
    }
    if !has_told {
        title::draw_detail(&mut canvas, frame.detail, &detail);
    }
    if let Some(layer) = session.layer_view() {
        canvas.recede(frame.body);
        draw_layer(&mut canvas, frame.body, session, &layer);
    }
    let countdown = session.countdown().map(|text| Words::toned(text, Tone::Dim));
    hints::draw(&mut canvas, frame.hints, area, &hints::of(session), session.message().or(countdown.as_ref()));
    canvas.into_exposures()
}

/// Draws what the pane lists; says whether it tells already what the detail line would tell.
fn draw_pane(canvas: &mut canvas::Canvas<'_>, body: Rect, session: &Session) -> bool {
    match session.pane_view() {
        PaneView::Table(table) => {
            let lend = |exposed| session.exposed(exposed);
            table::draw(canvas, body, &table, &|position| session.row(position), &lend);
            false
        }
        PaneView::Grid(grid) => grid::draw(canvas, body, &grid),
        PaneView::Page(page) => {
            page::draw_plain(canvas, body, &page);
            false
        }
    }
}

fn draw_layer(canvas: &mut canvas::Canvas<'_>, body: Rect, session: &Session, layer: &LayerView<'_>) {
    let lend = |exposed| session.exposed(exposed);
    match layer {
        LayerView::Form(form) => form::draw(canvas, body, form, &hints::of_value(session), &lend),
        LayerView::Lines(lines) => lines::draw(canvas, body, lines, &lend),
        LayerView::List(list) => list::draw(canvas, body, list),
        LayerView::Page(page) => page::draw(canvas, body, page),
    }
}
