//! Correct repositories, in the shapes in which people write them: none of them gives an error.

use std::fs;
use std::path::Path;

use sopsmith::nix::Declaration;
use sopsmith::repo::check::{Level, Outside};
use sopsmith::repo::{DeclarationRef, Placement, Target};

use super::model::{Model, Style};
use super::repository::{Files, in_words};

#[test]
fn the_model_is_clean_in_every_style() {
    for style in Style::ALL {
        let files = Model::correct().files(style);
        let problems: Vec<String> = files.problems(&Outside::default()).iter().map(in_words).collect();
        assert!(problems.is_empty(), "{style:?}\n{}\n{}", files.0["sops.nix"], problems.join("\n"));
    }
}

/// The repositories of `correct/`, by name.
fn correct() -> Vec<(String, Files)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/check/correct");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &Path| Files::parse(&fs::read_to_string(path).unwrap());
    paths.iter().map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(path))).collect()
}

/// What is said about a correct repository all the same, and why that is right.
const SAID: &[(&str, &str)] = &[
    // A condition decides whether the key is asked for.
    ("under_a_condition", "missing-key"),
    ("merged", "missing-key"),
    // Nobody imports the module literally, but somebody could.
    ("a_module_that_nobody_uses", "missing-key"),
    ("a_module_that_nobody_uses", "missing-file"),
];

#[test]
fn correct_repositories_give_no_error_and_no_warning_without_reason() {
    let mut wrong = Vec::new();
    let repositories = correct();
    for (name, files) in &repositories {
        let found = files.problems(&Outside::default());
        let is_right = |code: &str| SAID.contains(&(name.as_str(), code));
        let bad = found.iter().filter(|problem| {
            problem.level == Level::Error || (problem.level == Level::Warning && !is_right(problem.code))
        });
        wrong.extend(bad.map(|problem| format!("{name}: {}", in_words(problem))));
        for (_, code) in SAID.iter().filter(|(known, _)| known == name) {
            assert!(found.iter().any(|problem| problem.code == *code), "{name} no longer says {code}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(repositories.len() >= 50, "only {} repositories", repositories.len());
}

/// Where every declaration reads, one line each: `sops.nix:9 name -> secrets/web.yaml#key (basis)`.
fn placements(files: &Files) -> String {
    let repository = files.repository();
    let line = |(reference, declaration): (DeclarationRef, &Declaration)| {
        let name = declaration.name.known().map_or("?", String::as_str);
        let told = match repository.placement(&reference).unwrap() {
            Placement::Placed(targets) => {
                let target = |target: &Target| format!("{}#{} ({:?})", target.file, target.key, target.basis);
                targets.iter().map(target).collect::<Vec<_>>().join(", ")
            }
            Placement::NotPlaced(why) => why.to_string(),
        };
        format!("{}:{} {name} -> {told}\n", reference.file, repository.line_of(&reference))
    };
    repository.declarations().map(line).collect()
}

#[test]
fn declarations_are_placed_where_the_module_would_read() {
    for (name, mut files) in correct() {
        let expected = files.0.remove("placements").unwrap_or_default();
        assert_eq!(placements(&files), expected, "{name}");
    }
}
