//! The README says what is: its key table is made from the key table, its commands from the arguments.

use std::path::Path;

use clap::CommandFactory as _;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// What stands between `<!-- NAME… -->` and `<!-- /NAME -->`.
fn section(name: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("<!-- {name}")).unwrap();
    let (_, rest) = rest.split_once("-->\n").unwrap();
    rest.split_once(&format!("<!-- /{name} -->")).unwrap().0.to_owned()
}

#[test]
fn the_keys_are_those_of_the_table() {
    let expected = sopsmith::keymap::readme_table();
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-keys.md");
    std::fs::write(&made, &expected).unwrap();
    assert_eq!(section("keys").trim(), expected.trim(), "put {} between the marks", made.display());
}

#[test]
fn every_command_is_named() {
    let readme = readme();
    for command in sopsmith::cli::Args::command().get_subcommands() {
        let named = format!("sopsmith {}", command.get_name());
        assert!(readme.contains(&named), "{named} is not in the README");
    }
}

#[test]
fn pictures_are_there() {
    for line in readme().lines().filter(|line| line.starts_with("![")) {
        let path = line.split_once("](").unwrap().1.trim_end_matches(')').to_owned();
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).is_file(), "{path} is not there");
    }
}
