//! Correct repositories, in which nothing is found.

use super::model::{Model, Style};
use super::repository::in_words;
use sopsmith::repo::check::Outside;

#[test]
fn the_model_is_clean_in_every_style() {
    for style in Style::ALL {
        let files = Model::correct().files(style);
        let problems: Vec<String> = files.problems(&Outside::default()).iter().map(in_words).collect();
        assert!(problems.is_empty(), "{style:?}\n{}\n{}", files.0["sops.nix"], problems.join("\n"));
    }
}
