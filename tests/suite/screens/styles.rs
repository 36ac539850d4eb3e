//! What the text of a frame does not show: the selection, the roles of signs, and that nothing needs colours.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use sopsmith::ui::{Colours, Glyphs, Theme};

use super::states::{STATES, reach};
use crate::stage::Stage;

fn frame(name: &str, theme: Theme) -> Buffer {
    reach(name, 80, 24).frame(&theme).0
}

fn row_of(buffer: &Buffer, text: &str) -> u16 {
    let line = |row: u16| (0..buffer.area.width).map(|column| buffer[(column, row)].symbol()).collect::<String>();
    (0..buffer.area.height).find(|row| line(*row).contains(text)).unwrap()
}

fn sign_of<'b>(buffer: &'b Buffer, text: &str) -> &'b Cell {
    &buffer[(0, row_of(buffer, text))]
}

#[test]
fn the_row_under_the_cursor_is_one_bar() {
    for colours in [Colours::Sixteen, Colours::None] {
        let buffer = frame("problem_row", Theme { colours, ..Theme::default() });
        let row = row_of(&buffer, "port");
        for column in 0..buffer.area.width {
            let cell = &buffer[(column, row)];
            assert_eq!((cell.modifier, cell.fg), (Modifier::REVERSED, Color::Reset), "column {column}");
        }
        let selected = (0..buffer.area.height).filter(|row| buffer[(5, *row)].modifier.contains(Modifier::REVERSED));
        assert_eq!(selected.count(), 1);
    }
}

#[test]
fn signs_have_the_colour_of_what_they_say() {
    let buffer = frame("changed", Theme::default());
    let check = |text: &str, sign: &str, colour: Color| {
        let cell = sign_of(&buffer, text);
        assert_eq!((cell.symbol(), cell.fg), (sign, colour), "{text}");
    };
    check("ctfd_token", "+", Color::Green);
    check("mail_password", "~", Color::Yellow);
    check("ctfd_url", "✗", Color::Red);
    check("vpn_config", "○", Color::Reset);
    check("deepseek", "●", Color::Reset);
}

#[test]
fn without_colours_no_state_has_one() {
    for (name, _) in STATES {
        let buffer = frame(name, Theme { colours: Colours::None, ..Theme::default() });
        for cell in buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
        }
    }
}

#[test]
fn the_plain_set_shows_no_sign_beyond_ascii() {
    for (name, reach) in STATES.iter().filter(|(name, _)| *name != "table_strange_keys") {
        let buffer = reach(80, 24).frame(&Theme { glyphs: Glyphs::Plain, ..Theme::default() }).0;
        for cell in buffer.content() {
            assert!(cell.symbol().is_ascii(), "{name}: {}", cell.symbol());
        }
    }
}

#[test]
fn what_lies_behind_an_open_box_is_dim() {
    let buffer = frame("row_menu", Theme::default());
    let behind = sign_of(&buffer, "api");
    assert!(behind.modifier.contains(Modifier::DIM));
}

#[test]
fn the_selection_is_not_lost_on_a_revealed_value() {
    let stage = Stage::web(80, 24);
    let mut stage = stage;
    stage.go_to("mail_password").press("␣");
    let (_, exposures) = stage.frame(&Theme::default());
    assert!(exposures.places[0].style.add_modifier.contains(Modifier::REVERSED));
}
