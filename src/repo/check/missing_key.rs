//! A declaration asks for a key that its encrypted file does not have.
//!
//! Truth: `recurseSecretKey` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406).

use super::super::encrypted::{EncryptedFile, EntryKind, FaultKind};
use super::super::placement::{Basis, Target};
use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::{Scene, Subject};
use crate::nix::{OptionName, OptionValue};
use crate::text::nearest;

pub(super) const MISSING_KEY: Check = Check {
    code: "missing-key",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a declared key is not in its encrypted file",
    story: "sops.secrets.NAME asks for the key NAME (or for its option `key`) in its encrypted file. Levels are \
            separated by `/`; every step but the last has to be a mapping, there is no way into a list, and a key \
            that itself contains a slash cannot be reached.\n\nThe build refuses the manifest with: the key '…' \
            cannot be found. No private key is needed to see that, so it can be known before.\n\nAdd the key to the \
            encrypted file, or let the declaration ask for the key that is there: rename it, or set `key`.",
    run,
};

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        let targets = subject.placement.targets();
        for target in targets.iter().filter(|target| !target.whole_file) {
            let Some(file) = scene.encrypted(&target.file) else { continue };
            let is_read = !file.faults().iter().any(|fault| !matches!(fault.kind, FaultKind::DuplicateKey(_)));
            if file.format().has_keys() && is_read && file.entry(&target.key).is_none() {
                problems.push(problem(scene, check, subject, target, file, targets.len() > 1));
            }
        }
    }
}

fn problem(
    scene: &Scene<'_>,
    check: &'static Check,
    subject: &Subject<'_>,
    target: &Target,
    file: &EncryptedFile,
    is_one_of_several: bool,
) -> Problem {
    let name = subject.shown_name();
    let key = &target.key;
    let asks = if name == key { String::new() } else { format!(" (it asks for {key})") };
    let why = Obstacle::of(file, key);
    let sentence = format!("{name} is declared{asks}, but {} {}", target.file, why.in_words(key));
    // A file that only some of the hosts read may be one that this host never sees.
    // Where settings are hidden from us, a default from elsewhere may be another one.
    let is_found = scene.reads_everything || matches!(target.basis, Basis::SopsFile | Basis::DefaultInFile);
    let is_certain = !is_one_of_several && !target.is_conditional && is_found;
    let level = if is_certain { scene.level(subject) } else { Level::Warning };
    let problem = scene
        .problem(check, level, sentence)
        .at(subject.spot(scene, &OptionName::Key))
        .leaf(scene.spot_of_file(&target.file))
        .about(&subject.reference)
        .key(&target.file, key)
        .says(When::Build, format!("secret {name} in {} is not valid: {}", target.file, why.message()));
    with_fixes(problem, scene, subject, target, file, &why)
}

fn with_fixes(
    mut problem: Problem,
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    target: &Target,
    file: &EncryptedFile,
    why: &Obstacle<'_>,
) -> Problem {
    let readers = scene.repository.readers(&target.file);
    let is_free = |key: &str| readers.iter().all(|(_, read)| read != key);
    let leaves = file.entries().iter().filter(|entry| entry.is_reachable && !entry.is_branch());
    let free = leaves.map(|entry| entry.key.as_str()).filter(|key| is_free(key));
    if let Some(meant) = nearest(&target.key, free) {
        let follows_name = subject.option(&OptionName::Key).is_none() && subject.name() == Some(&target.key);
        if follows_name {
            let rename = DeclarationChange::Rename(meant.to_owned());
            problem = problem.offer(format!("renames it to {meant}"), subject.change(rename));
        }
        let value = OptionValue::Text(meant.to_owned());
        problem = problem.offer(format!("sets key = {meant:?}"), subject.set(OptionName::Key, value));
    }
    if matches!(why, Obstacle::Absent(_)) && target.basis != Basis::UniqueKey {
        let remedy = Remedy::AddKey { file: target.file.clone(), key: target.key.clone() };
        problem = problem.offer(format!("adds {} to {}", target.key, target.file), remedy);
    }
    problem
}

/// What stands in the way of a key.
enum Obstacle<'a> {
    /// The key has an empty part, up to here.
    EmptyPart(&'a str),
    /// Nothing is there at this part of the key.
    Absent(&'a str),
    /// What is there is no mapping.
    NoMapping(&'a str),
}

impl<'a> Obstacle<'a> {
    fn of(file: &EncryptedFile, key: &'a str) -> Self {
        let ends = key.match_indices('/').map(|(at, _)| at).chain([key.len()]);
        for end in ends {
            let prefix = &key[..end];
            if prefix.is_empty() || prefix.ends_with('/') {
                return Self::EmptyPart(prefix);
            }
            match file.entry(prefix).map(|entry| entry.kind) {
                None => return Self::Absent(prefix),
                Some(EntryKind::Map) => {}
                Some(_) => return Self::NoMapping(prefix),
            }
        }
        Self::Absent(key)
    }

    fn in_words(&self, key: &str) -> String {
        match self {
            Self::EmptyPart(_) => format!("cannot have a key {key:?}: a part of it is empty"),
            Self::Absent(part) if *part == key => format!("has no key {key}"),
            Self::Absent(part) => format!("has no key {part}, so none {key}"),
            Self::NoMapping(part) => format!("has no key {key}: {part} has no keys below it"),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::EmptyPart(part) | Self::Absent(part) => format!("the key '{part}' cannot be found"),
            Self::NoMapping(part) => format!("key '{part}' does not refer to a dictionary"),
        }
    }
}
