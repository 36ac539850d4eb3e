//! Pictures of a buffer: as plain text, and as SVG for the README. No terminal is needed.
//!
//! Runs of cells of one style become one element, and their backgrounds one rectangle, or seams would show between
//! them. Colours are named as a terminal names them and given common values, readable on the picture's dark ground.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

/// Size of a cell and of its letters, in SVG units.
const CELL: (f64, f64) = (8.43, 16.4);
const LETTERS: f64 = 14.0;
const MARGIN: f64 = 10.0;
const GROUND: &str = "#1d2026";
const INK: &str = "#d7dae0";

/// The text of a buffer, a line for each row, without blanks at the ends of lines.
#[must_use]
pub fn plain(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buffer) {
        let mut line = String::new();
        for (_, cell) in row {
            line.push_str(cell.symbol());
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A picture of a buffer, in one standalone SVG file.
#[must_use]
pub fn svg(buffer: &Buffer) -> String {
    let (width, height) =
        (f64::from(buffer.area.width) * CELL.0 + 2.0 * MARGIN, f64::from(buffer.area.height) * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        concat!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" ",
            "font-family=\"ui-monospace, 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace\" ",
            "font-size=\"{letters}\">\n",
            "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{ground}\"/>\n"
        ),
        w = width,
        h = height,
        letters = LETTERS,
        ground = GROUND,
    );
    let mut texts = String::new();
    for (index, row) in rows(buffer).enumerate() {
        for run in runs(row) {
            write_run(&mut out, &mut texts, index, &run);
        }
    }
    out.push_str(&texts);
    out.push_str("</svg>\n");
    out
}

/// Cells side by side that look the same.
struct Run {
    column: usize,
    cells: usize,
    text: String,
    look: Look,
}

/// How a run looks, with reverse already carried out.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    ink: &'static str,
    ground: Option<&'static str>,
    bold: bool,
    dim: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let (ink, ground) = (value(cell.fg), value(cell.bg));
        let (ink, ground) = match reversed {
            true => (ground.unwrap_or(GROUND), Some(ink.unwrap_or(INK))),
            false => (ink.unwrap_or(INK), ground),
        };
        let has = |modifier| cell.modifier.contains(modifier);
        Self { ink, ground, bold: has(Modifier::BOLD), dim: has(Modifier::DIM) }
    }
}

/// The rows of a buffer; cells hidden under a wide character before them are left out.
fn rows(buffer: &Buffer) -> impl Iterator<Item = impl Iterator<Item = (usize, &Cell)>> {
    (0..buffer.area.height).map(move |row| {
        let mut hidden = 0;
        (0..buffer.area.width).filter_map(move |column| {
            let cell = &buffer[(buffer.area.x + column, buffer.area.y + row)];
            if hidden > 0 {
                hidden -= 1;
                return None;
            }
            hidden = cell.symbol().cell_width().saturating_sub(1);
            Some((usize::from(column), cell))
        })
    })
}

fn runs<'a>(row: impl Iterator<Item = (usize, &'a Cell)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, cell) in row {
        let look = Look::of(cell);
        let cells = usize::from(cell.symbol().cell_width());
        match runs.last_mut() {
            Some(run) if run.look == look => {
                run.text.push_str(cell.symbol());
                run.cells += cells;
            }
            _ => runs.push(Run { column, cells, text: cell.symbol().to_owned(), look }),
        }
    }
    runs
}

/// Writes the background into `grounds` and the text into `texts`: texts come after all grounds, so that no ground
/// covers the edge of a letter beside it.
fn write_run(grounds: &mut String, texts: &mut String, row: usize, run: &Run) {
    #[expect(clippy::cast_precision_loss, reason = "a screen has far fewer than 2^52 cells")]
    let [x, y, width] = [run.column as f64 * CELL.0 + MARGIN, row as f64 * CELL.1 + MARGIN, run.cells as f64 * CELL.0];
    const FITS: &str = "writing to a string cannot fail";
    if let Some(ground) = run.look.ground {
        let height = CELL.1;
        writeln!(
            grounds,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{ground}\"/>"
        )
        .expect(FITS);
    }
    let text = run.text.trim_end();
    if text.trim_start().is_empty() {
        return;
    }
    let baseline = y + CELL.1 * 0.75;
    let weight = if run.look.bold { " font-weight=\"bold\"" } else { "" };
    let opacity = if run.look.dim { " fill-opacity=\"0.6\"" } else { "" };
    let ink = run.look.ink;
    // The length holds the grid where the reader's font is a little wider or narrower.
    let length = crate::text::width(text) as f64 * CELL.0;
    writeln!(
        texts,
        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" textLength=\"{length:.1}\" fill=\"{ink}\"{weight}{opacity} xml:space=\"preserve\">{}</text>",
        escape(text)
    )
    .expect(FITS);
}

/// Text as it may stand in XML. Control characters, which XML forbids, never reach a cell.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A common value for a terminal colour; `None` for the terminal's own.
fn value(color: Color) -> Option<&'static str> {
    Some(match color {
        Color::Black => "#14161a",
        Color::Red => "#e06c75",
        Color::Green => "#8cc570",
        Color::Yellow => "#e0b15e",
        Color::Blue => "#61a0e8",
        Color::Magenta => "#c78ae0",
        Color::Cyan => "#56c2cf",
        Color::Gray => "#b8bdc7",
        Color::DarkGray => "#7a808c",
        Color::LightRed => "#f08a92",
        Color::LightGreen => "#a8dc8c",
        Color::LightYellow => "#f2ca80",
        Color::LightBlue => "#86b9f5",
        Color::LightMagenta => "#dba8f0",
        Color::LightCyan => "#7fdbe6",
        Color::White => "#f4f5f7",
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn buffer(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    #[test]
    fn plain_text_keeps_wide_characters_once() {
        assert_eq!(plain(&buffer("密钥 a<b")), "密钥 a<b\n\n");
    }

    #[test]
    fn cells_of_one_look_are_one_element() {
        let mut buffer = buffer("keys and");
        buffer.set_style(Rect::new(0, 0, 12, 1), Style::new().add_modifier(Modifier::REVERSED));
        let svg = svg(&buffer);
        assert_eq!(svg.matches("<text").count(), 1, "{svg}");
        assert_eq!(svg.matches("<rect x").count(), 1, "{svg}");
        assert!(svg.contains(&format!("fill=\"{GROUND}\" xml:space")), "reverse is carried out: {svg}");
    }

    #[test]
    fn markup_in_a_key_stays_text() {
        let svg = svg(&buffer("<b>&\""));
        assert!(svg.contains("&lt;b&gt;&amp;&quot;</text>"), "{svg}");
    }
}
