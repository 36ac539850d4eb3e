//! Frames of every state at three sizes: the smallest usable one, the common one, a large one.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use sopsmith::session::Exposed;
use sopsmith::ui::{self, Exposures, Theme};

use super::states::STATES;

const SIZES: [(u16, u16); 3] = [(80, 24), (40, 12), (120, 40)];

#[test]
fn every_state_looks_as_approved() {
    for (name, reach) in STATES {
        let mut frames = String::new();
        for (columns, rows) in SIZES {
            let (buffer, exposures) = reach(columns, rows).frame(&Theme::default());
            frames.push_str(&describe(&buffer, &exposures));
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(*name, frames);
        });
    }
}

/// A frame as text, a bar before each row, and above it what text does not show.
fn describe(buffer: &Buffer, exposures: &Exposures) -> String {
    let mut text = format!("{}×{}", buffer.area.width, buffer.area.height);
    let reversed = |row: &u16| (0..buffer.area.width).any(|column| is_reversed(buffer, column, *row));
    let selected: Vec<String> = (0..buffer.area.height).filter(reversed).map(|row| row.to_string()).collect();
    if !selected.is_empty() {
        write!(text, "  selected row {}", selected.join(", ")).unwrap();
    }
    if let Some(cursor) = exposures.cursor {
        write!(text, "  cursor {},{}", cursor.x, cursor.y).unwrap();
    }
    for place in &exposures.places {
        let area = place.area;
        let name = name(place.place);
        write!(text, "  {name} at {},{} {}×{}", area.x, area.y, area.width, area.height).unwrap();
    }
    text.push('\n');
    for line in ui::plain(buffer).lines() {
        writeln!(text, "│{line}").unwrap();
    }
    text + "\n"
}

fn name(exposed: Exposed) -> String {
    match exposed {
        Exposed::Revealed => "revealed".to_owned(),
        Exposed::Field => "field".to_owned(),
        Exposed::Line(line) => format!("line {line}"),
        Exposed::Generated => "generated".to_owned(),
        Exposed::Answer => "answer".to_owned(),
    }
}

fn is_reversed(buffer: &Buffer, column: u16, row: u16) -> bool {
    buffer[(column, row)].modifier.contains(Modifier::REVERSED)
}
