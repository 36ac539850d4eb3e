//! The real tools agree: Nix refuses what is told to fail at evaluation and takes everything else, sops refuses the
//! files that are told to be damaged.

use std::process::Command;

use sopsmith::repo::check::When;

use super::defects;
use super::model::{Model, Style};
use super::repository::{Files, SOPS};
use crate::folder::{Folder, IDENTITY};
use crate::tools;

/// The module that accepts what sops-nix accepts.
const MODULE: &str = include_str!("sops.nix");

/// Evaluates modules of a folder, all in one process; what is printed is the secrets of each.
fn evaluate(folder: &Folder, modules: &[String]) -> Command {
    folder.write("sops-module.nix", MODULE);
    let list: String = modules.iter().map(|module| format!(" (sops.nixos {module})")).collect();
    folder.write("all.nix", &format!("let sops = import ./sops-module.nix; in [{list} ]"));
    let mut command = tools::system("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "all.nix"]).current_dir(folder.path());
    command.env("NIX_STATE_DIR", folder.path()).env("NIX_STORE_DIR", folder.path());
    command
}

fn write(folder: &Folder, prefix: &str, files: &Files) {
    files.0.iter().for_each(|(name, text)| folder.write(&format!("{prefix}/{name}"), text));
}

#[test]
fn nix_evaluates_the_model_in_every_style() {
    let folder = Folder::new();
    let mut modules = Vec::new();
    for (number, style) in Style::ALL.into_iter().enumerate() {
        write(&folder, &number.to_string(), &Model::correct().files(style));
        modules.push(format!("./{number}/hosts/web.nix"));
    }
    let told = tools::succeed(&mut evaluate(&folder, &modules));
    assert_eq!(told.matches("\"api/token\":").count(), Style::ALL.len(), "{told}");
}

#[test]
fn nix_refuses_what_is_told_to_fail_at_evaluation_and_nothing_else() {
    let mut wrong = Vec::new();
    let later = Folder::new();
    let mut modules = Vec::new();
    for (number, defect) in defects::all().enumerate() {
        let style = Style::ALL[number % Style::ALL.len()];
        let files = defect.build(style);
        let problems = files.problems(&defect.outside());
        let rebuild = problems[0].rebuild.as_ref();
        if BEYOND_NIX.contains(&defect.name) {
            continue;
        }
        if rebuild.is_none_or(|rebuild| rebuild.when != When::Evaluation) {
            write(&later, &number.to_string(), &files);
            modules.push(format!("./{number}/hosts/web.nix"));
            continue;
        }
        let folder = Folder::new();
        write(&folder, "a", &files);
        let output = evaluate(&folder, &["./a/hosts/web.nix".to_owned()]).output().unwrap();
        let (said, expected) = (tools::said(&output), &rebuild.unwrap().says);
        if output.status.success() || !shares_words(&said, expected) {
            wrong.push(format!("{} ({style:?})\n  told: {expected}\n  said: {said}", defect.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    tools::succeed(&mut evaluate(&later, &modules));
}

/// What only flakes, git or a real machine would show.
const BEYOND_NIX: &[&str] = &[
    "an untracked file",
    "an ignored file",
    "an untracked module",
    // Pure evaluation refuses an absolute path; here it is only copied.
    "a key file without quotes",
    "an SSH key without quotes",
    // A newer module may have it; this one has not.
    "an option of another time",
    "a name that is computed",
];

/// Whether Nix says what was told, as far as the words that matter go.
fn shares_words(said: &str, expected: &str) -> bool {
    let is_name = |word: &&str| word.len() > 3 && word.chars().all(char::is_alphabetic);
    let words: Vec<&str> = expected.split(|character: char| !character.is_alphanumeric()).filter(is_name).collect();
    words.iter().filter(|word| said.contains(**word)).count() * 2 >= words.len()
}

#[test]
fn sops_refuses_what_is_told_to_be_damaged_or_plain() {
    for defect in defects::all().filter(|defect| matches!(defect.code, "damaged-file" | "plain-file")) {
        let files = defect.build(Style::Nested);
        let problem = &files.problems(&defect.outside())[0];
        let (file, _) = problem.key.as_ref().unwrap();
        let folder = Folder::new();
        folder.write("file.yaml", &files.0[file.as_str()]);
        for version in tools::SOPS_VERSIONS {
            let mut command = tools::sops(version);
            let output = command.arg("decrypt").arg(folder.file("file.yaml")).env("SOPS_AGE_KEY", IDENTITY).output();
            assert!(!output.unwrap().status.success(), "{}: sops {version} reads it", defect.name);
        }
    }
}

#[test]
fn sops_opens_to_something_else_than_a_string_what_is_told_to_be_none() {
    for defect in defects::all().filter(|defect| matches!(defect.code, "not-a-string" | "not-a-value")) {
        let files = defect.build(Style::Nested);
        let problem = &files.problems(&defect.outside())[0];
        let (file, key) = problem.key.as_ref().unwrap();
        let folder = Folder::new();
        folder.write("file.yaml", &files.0[file.as_str()]);
        let mut command = tools::sops(SOPS);
        command.args(["decrypt", "--output-type", "json"]).arg(folder.file("file.yaml")).env("SOPS_AGE_KEY", IDENTITY);
        let value: serde_json::Value = serde_json::from_str(&tools::succeed(&mut command)).unwrap();
        let found = key.split('/').fold(&value, |value, part| &value[part]);
        assert!(!found.is_string(), "{}: {key} is {found}", defect.name);
    }
}

#[test]
fn sops_finds_no_key_where_none_is_told_to_be() {
    for defect in defects::all().filter(|defect| defect.code == "missing-key") {
        let files = defect.build(Style::Nested);
        let (file, key) = files.problems(&defect.outside())[0].key.clone().unwrap();
        let folder = Folder::new();
        folder.write("file.yaml", &files.0[file.as_str()]);
        let mut command = tools::sops(SOPS);
        command.args(["decrypt", "--output-type", "json"]).arg(folder.file("file.yaml")).env("SOPS_AGE_KEY", IDENTITY);
        let value: serde_json::Value = serde_json::from_str(&tools::succeed(&mut command)).unwrap();
        // As sops-nix walks: through maps only.
        let found = key.split('/').try_fold(&value, |value, part| value.as_object()?.get(part));
        assert!(found.is_none(), "{}: {key} is {found:?}", defect.name);
    }
}
