//! Real Nix as the judge of Nix files: many texts are evaluated in few runs of nix-instantiate.
//!
//! What the values mean is said at the top of `nix/judge.nix`, the stub of a module system that evaluates them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tools;

/// A text to be evaluated.
pub(crate) struct Question {
    /// The Nix file.
    pub(crate) text: String,
    /// Names of secrets that it may refer to though it does not declare them.
    pub(crate) extra: Vec<String>,
}

/// How many files one run of nix-instantiate takes; a start costs as much as some dozen files.
const BATCH: usize = 400;

/// The values of all texts, in order. A text that Nix refuses fails the test with its text and what Nix said.
pub(crate) fn evaluate(questions: &[Question]) -> Vec<Value> {
    let halves: Vec<&[Question]> = questions.chunks(BATCH).collect();
    let threads = halves.chunks(halves.len().div_ceil(2).max(1));
    std::thread::scope(|scope| {
        let running: Vec<_> = threads
            .map(|batches| {
                scope.spawn(move || batches.iter().flat_map(|batch| evaluate_batch(batch)).collect::<Vec<_>>())
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// The fixtures: name and text of every file in `nix/fixtures`, sorted.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder().join("fixtures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 40, "the fixtures are gone");
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/nix")
}

fn evaluate_batch(questions: &[Question]) -> Vec<Value> {
    let place = tempfile::tempdir().unwrap();
    fs::copy(folder().join("judge.nix"), place.path().join("judge.nix")).unwrap();
    let mut all = String::from("import ./judge.nix [\n");
    for (index, question) in questions.iter().enumerate() {
        fs::write(place.path().join(format!("file{index}.nix")), &question.text).unwrap();
        let extra: String = question
            .extra
            .iter()
            .map(|name| serde_json::to_string(name).unwrap().replace("${", "\\${") + " ")
            .collect();
        all += &format!("{{ file = ./file{index}.nix; extra = [ {extra}]; }}\n");
    }
    fs::write(place.path().join("all.nix"), all + "]").unwrap();
    let mut command = tools::system("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "all.nix"]).current_dir(place.path());
    let output = command.output().unwrap();
    if !output.status.success() {
        let said = tools::said(&output);
        let culprit = questions.iter().enumerate().find(|(index, _)| said.contains(&format!("file{index}.nix")));
        panic!("{said}\n{}", culprit.map_or("", |(_, question)| &question.text));
    }
    let values: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(values.len(), questions.len());
    values
}

/// The `sops.secrets` of the module at an attribute path. Where the path leads into a list, every element is meant;
/// `config` and `imports` are no steps of their own.
pub(crate) fn secrets_at<'v>(
    value: &'v mut Value,
    path: &[String],
    found: &mut Vec<&'v mut serde_json::Map<String, Value>>,
) {
    let skips = path.first().is_some_and(|first| {
        matches!(first.as_str(), "config" | "imports") && value.as_object().is_some_and(|set| !set.contains_key(first))
    });
    if skips {
        return secrets_at(value, &path[1..], found);
    }
    match (value, path.split_first()) {
        (Value::Array(elements), _) => elements.iter_mut().for_each(|element| secrets_at(element, path, found)),
        (Value::Object(set), None) => {
            found.extend(set.get_mut("sops").and_then(|sops| sops.get_mut("secrets")).and_then(Value::as_object_mut));
        }
        (Value::Object(set), Some((first, rest))) => {
            let inner = set.iter_mut().filter(|(name, _)| first == "*" || *name == first);
            inner.for_each(|(_, inner)| secrets_at(inner, rest, found));
        }
        _ => {}
    }
}
