//! The README's pictures are frames of the program: a picture that no longer shows it fails here.

use std::fs;
use std::path::Path;

use sopsmith::ui::{self, Theme};

use super::states::STATES;

/// Picture and state; `SOPSMITH_PICTURES=draw` draws them anew.
const PICTURES: &[(&str, &str, (u16, u16))] =
    &[("table", "changed", (112, 17)), ("add", "add_typed", (84, 19)), ("review", "review", (100, 24))];

#[test]
fn pictures_show_the_program_as_it_is() {
    let draw = std::env::var_os("SOPSMITH_PICTURES").is_some_and(|value| value == "draw");
    for (picture, state, (columns, rows)) in PICTURES {
        let (_, reach) = STATES.iter().find(|(name, _)| name == state).unwrap();
        let svg = ui::svg(&reach(*columns, *rows).frame(&Theme::default()).0);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{picture}.svg"));
        if draw {
            fs::write(&path, &svg).unwrap();
        }
        let drawn = fs::read_to_string(&path).unwrap_or_default();
        assert!(drawn == svg, "{} is out of date; SOPSMITH_PICTURES=draw draws it anew", path.display());
    }
}
