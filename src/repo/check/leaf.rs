//! Leaves that no declaration reads, or can read.

use std::collections::HashSet;

use super::super::encrypted::{EncryptedFile, Entry};
use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem, Remedy};
use super::scene::Scene;

pub(super) const UNDECLARED_LEAF: Check = Check {
    code: "undeclared-leaf",
    level: Level::Note,
    when: None,
    summary: "a key of an encrypted file is declared nowhere",
    story: "The file is read by declarations, but this key by none of them. A quarter of all keys are used in other \
            ways: by hand, by other tools, by declarations that are computed. So this is never more than a \
            note.\n\nDeclare it, or silence the note with a reason.",
    run: undeclared_leaf,
};

pub(super) const UNREACHABLE_KEY: Check = Check {
    code: "unreachable-key",
    level: Level::Note,
    when: None,
    summary: "a key contains a slash or is empty, so that no declaration can ask for it",
    story: "sops-nix separates levels by slashes and has no escape for them: a key with a slash in its own name, or \
            an empty one, is found only as a part of the whole file (key = \"\").\n\nRename the key.",
    run: unreachable_key,
};

/// A file of which more keys are undeclared is used in another way; one note tells of the rest.
const MOST_TOLD: usize = 50;

/// The files that some declaration reads by key, and no declaration as a whole.
fn files<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'s RepoPath, &'s EncryptedFile)> {
    scene.repository.encrypted_files().filter(|(path, file)| {
        let readers = scene.repository.readers(path);
        file.format().has_keys() && !readers.is_empty() && readers.iter().all(|(_, key)| !key.is_empty())
    })
}

fn undeclared_leaf(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in files(scene) {
        let read: HashSet<&str> = scene.repository.readers(path).iter().map(|(_, key)| key.as_str()).collect();
        // What stands below a key that is asked for as a whole is part of another problem.
        let is_read = |key: &str| read.contains(key) || key.match_indices('/').any(|(at, _)| read.contains(&key[..at]));
        let leaves = file.entries().iter().filter(|entry| entry.is_reachable && !entry.is_branch());
        let undeclared: Vec<&Entry> = leaves.filter(|entry| !is_read(&entry.key)).collect();
        let (told, rest) = undeclared.split_at(undeclared.len().min(MOST_TOLD));
        for entry in told {
            let declare = Remedy::Declare { file: path.clone(), key: entry.key.clone() };
            let sentence = format!("{} is not declared anywhere", entry.key);
            problems.push(note(scene, check, path, entry, sentence).offer("declares it", declare));
        }
        if let Some(first) = rest.first() {
            let sentence = format!("{} and {} more keys are not declared anywhere", first.key, rest.len() - 1);
            problems.push(note(scene, check, path, first, sentence));
        }
    }
}

fn unreachable_key(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in files(scene) {
        for entry in file.entries().iter().filter(|entry| !entry.is_reachable && !entry.is_branch()) {
            let key = &file.text()[entry.key_range.clone()];
            let bare = key.trim_matches(['"', '\'']);
            if !key.is_empty() && (bare.is_empty() || bare.contains('/')) {
                let why = if bare.is_empty() { "is empty" } else { "contains a slash" };
                let sentence = format!("the key {key} {why}; no declaration can ask for it");
                let mut problem = note(scene, check, path, entry, sentence);
                if bare.contains('/') {
                    let parent = entry.key.strip_suffix(bare).unwrap_or_default();
                    let to = format!("{parent}{}", bare.replace('/', "_"));
                    let from = entry.key.clone();
                    let remedy = Remedy::RenameKey { file: path.clone(), from, to };
                    problem = problem.offer(format!("renames it to {}", bare.replace('/', "_")), remedy);
                }
                problems.push(problem);
            }
        }
    }
}

fn note(scene: &Scene<'_>, check: &'static Check, path: &RepoPath, entry: &Entry, sentence: String) -> Problem {
    scene.problem(check, Level::Note, sentence).leaf(scene.spot(path, &entry.key_range)).key(path, &entry.key)
}
