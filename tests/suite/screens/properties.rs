//! At any size, in any state: drawing does not panic, changes nothing, and puts no plaintext into a cell.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use sopsmith::session::Exposed;
use sopsmith::ui::{self, Colours, Glyphs, Theme};

use super::states::STATES;
use crate::stage::{PLAIN, Stage};

/// Every text that the cells could be read as: along rows and along columns.
fn texts(buffer: &Buffer) -> [String; 2] {
    let Rect { width, height, .. } = buffer.area;
    let along_rows = (0..height).flat_map(|row| (0..width).map(move |column| (column, row)));
    let along_columns = (0..width).flat_map(|column| (0..height).map(move |row| (column, row)));
    let read = |place: (u16, u16)| buffer[place].symbol().to_owned();
    [along_rows.map(read).collect(), along_columns.map(read).collect()]
}

fn check_no_plaintext(name: &str, stage: &Stage, buffer: &Buffer) {
    let exposed = [Exposed::Revealed, Exposed::Field, Exposed::Line(0), Exposed::Generated, Exposed::Answer];
    let texts = texts(buffer);
    for text in &texts {
        assert!(!text.contains(PLAIN), "{name}: plaintext in a cell");
        for plaintext in exposed.iter().filter_map(|exposed| stage.session.exposed(*exposed)) {
            let plaintext = str::from_utf8(plaintext).unwrap();
            assert!(plaintext.len() < 4 || !text.contains(plaintext), "{name}: plaintext in a cell");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_state_is_drawn_at_any_size(
        state in 0..STATES.len(),
        first in (1_u16..170, 1_u16..60),
        then in (1_u16..60, 1_u16..20),
        plain in any::<bool>(),
    ) {
        let (name, reach) = STATES[state];
        let glyphs = if plain { Glyphs::Plain } else { Glyphs::Rich };
        let theme = Theme { colours: Colours::None, glyphs };
        let mut stage = reach(first.0, first.1);
        check_no_plaintext(name, &stage, &stage.frame(&theme).0);
        stage.resize(then.0, then.1);
        let (buffer, exposures) = stage.frame(&theme);
        check_no_plaintext(name, &stage, &buffer);
        let inside = |area: Rect| buffer.area.union(area) == buffer.area;
        prop_assert!(exposures.places.iter().all(|place| inside(place.area)), "{}", name);
        prop_assert!(exposures.cursor.is_none_or(|cursor| buffer.area.contains(cursor)), "{}", name);
    }
}

#[test]
fn a_resize_loses_nothing() {
    for (name, reach) in STATES {
        let mut stage = reach(80, 24);
        let before = stage.frame(&Theme::default());
        for (columns, rows) in [(1, 1), (200, 3), (40, 12), (80, 24)] {
            stage.resize(columns, rows);
            drop(stage.frame(&Theme::default()));
        }
        let after = stage.frame(&Theme::default());
        assert_eq!(ui::plain(&before.0), ui::plain(&after.0), "{name}");
        assert_eq!(before.1.cursor, after.1.cursor, "{name}");
    }
}

#[test]
fn drawing_twice_gives_the_same() {
    for (name, reach) in STATES {
        let stage = reach(100, 30);
        assert_eq!(stage.frame(&Theme::default()), stage.frame(&Theme::default()), "{name}");
    }
}

#[test]
fn a_buffer_smaller_than_the_window_is_enough() {
    for (name, reach) in STATES {
        let stage = reach(120, 40);
        for (columns, rows) in [(0, 0), (1, 1), (2, 3), (39, 11), (61, 17)] {
            let area = Rect::new(0, 0, columns, rows);
            let mut buffer = Buffer::empty(area);
            let exposures = ui::draw(&stage.session, Rect::new(0, 0, 120, 40), &mut buffer, &Theme::default());
            assert!(exposures.cursor.is_none_or(|cursor| area.contains(cursor)), "{name}");
        }
    }
}
