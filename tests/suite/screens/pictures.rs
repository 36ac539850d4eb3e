//! The README's pictures are frames of the program: a picture that no longer shows it fails here.

use std::fs;
use std::path::Path;

use sopsmith::ui::{self, Theme};

use super::states;
use crate::stage::Stage;

/// A picture's name, and how its state is reached.
type Picture = (&'static str, fn() -> Stage);

/// The pictures; `SOPSMITH_PICTURES=draw` draws them anew.
const PICTURES: &[Picture] = &[
    ("table", || states::changed_at(112, 17, "deepseek")),
    ("add", || states::reach("add_typed", 84, 19)),
    ("review", || states::reach("review", 100, 24)),
];

#[test]
fn pictures_show_the_program_as_it_is() {
    let draw = std::env::var_os("SOPSMITH_PICTURES").is_some_and(|value| value == "draw");
    for (picture, reach) in PICTURES {
        let svg = ui::svg(&reach().frame(&Theme::default()).0);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{picture}.svg"));
        if draw {
            fs::write(&path, &svg).unwrap();
        }
        let drawn = fs::read_to_string(&path).unwrap_or_default();
        assert!(drawn == svg, "{} is out of date; SOPSMITH_PICTURES=draw draws it anew", path.display());
    }
}
