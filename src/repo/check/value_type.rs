//! A declaration asks for something that is not a string.
//!
//! Truth: sops-nix (commit 56b2406) installs strings only. The build sees ciphertext, which is always a string; the
//! type in the envelope tells what it becomes.

use super::super::encrypted::{Entry, EntryKind, Installs};
use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::{Scene, Subject};
use crate::nix::OptionName;
use crate::sops::LeafType;

pub(super) const NOT_A_STRING: Check = Check {
    code: "not-a-string",
    level: Level::Error,
    when: Some(When::Activation),
    summary: "a declared value is a number or a truth value; activation would install no secret at all",
    story: "The value is encrypted with the type int, float or bool. The build only sees ciphertext, which looks like \
            a string, and succeeds. At activation the value is decrypted, is no string, and sops-nix stops: the value \
            of key '' is not a string. It names only the parent of the key, and because all secrets are decrypted \
            before the first is written, no secret of the host is installed.\n\nStore the value as a string: in YAML, \
            put it in quotes before encrypting. sopsmith stores what is typed as a string unless another type is \
            chosen.",
    run: not_a_string,
};

pub(super) const NOT_A_VALUE: Check = Check {
    code: "not-a-value",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a declared key holds a mapping, a list, null, or a clear number",
    story: "sops-nix installs one string for each declaration. The key that is asked for holds a mapping, a list or \
            nothing (null), or a number or truth value in clear text.\n\nThe build refuses it: the value of key '…' \
            is not a string. The message names only the parent of the key.\n\nDeclare the keys below a mapping one by \
            one (`a/b`), set `key = \"\"` to install the whole file, or store the value as a string. Elements of a \
            list cannot be declared.",
    run: not_a_value,
};

pub(super) const REWRITTEN_TIME: Check = Check {
    code: "rewritten-time",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a declared value is a time stamp and is installed in another spelling",
    story: "The value was typed as a date without quotes, so SOPS stored it as a time. It is installed written out in \
            full: 2020-01-01 becomes 2020-01-01T00:00:00Z.\n\nStore it as a string if the spelling matters to whoever \
            reads the file.",
    run: rewritten_time,
};

fn not_a_string(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, file, entry) in read_entries(scene, Installs::NotActivated) {
        let what = in_words(entry.kind);
        let sentence = format!("{} is {what}; activation would install no secret at all", entry.key);
        let store = Remedy::StoreAsString { file: file.clone(), key: entry.key.clone() };
        problems.push(
            problem(scene, check, subject, file, entry, sentence)
                .says(When::Activation, format!("the value of key '{}' is not a string", parent(&entry.key)))
                .offer("stores it as a string", store),
        );
    }
}

fn not_a_value(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, file, entry) in read_entries(scene, Installs::NotBuilt) {
        let sentence = format!("{} is {}, not a string that could be installed", entry.key, in_words(entry.kind));
        let mut problem = problem(scene, check, subject, file, entry, sentence)
            .says(When::Build, format!("the value of key '{}' is not a string", parent(&entry.key)));
        if matches!(entry.kind, EntryKind::Leaf { value_type, .. } if value_type != LeafType::Null) {
            let store = Remedy::StoreAsString { file: file.clone(), key: entry.key.clone() };
            problem = problem.offer("stores it as a string", store);
        }
        problems.push(problem);
    }
}

fn rewritten_time(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, file, entry) in read_entries(scene, Installs::Rewritten) {
        let sentence = format!("{} is a time; it is installed written out in full", entry.key);
        let store = Remedy::StoreAsString { file: file.clone(), key: entry.key.clone() };
        let mut problem = problem(scene, check, subject, file, entry, sentence).offer("stores it as a string", store);
        problem.level = Level::Warning;
        problems.push(problem);
    }
}

/// Everything that is declared and installs in that way.
fn read_entries<'s>(
    scene: &'s Scene<'_>,
    installs: Installs,
) -> impl Iterator<Item = (&'s Subject<'s>, &'s RepoPath, &'s Entry)> {
    scene.subjects.iter().flat_map(move |subject| {
        let targets = subject.placement.targets().iter().filter(|target| !target.whole_file);
        targets.filter_map(move |target| {
            let file = scene.encrypted(&target.file).filter(|file| file.format().has_keys())?;
            let entry = file.entry(&target.key).filter(|entry| entry.installs() == installs)?;
            Some((subject, &target.file, entry))
        })
    })
}

fn problem(
    scene: &Scene<'_>,
    check: &'static Check,
    subject: &Subject<'_>,
    file: &RepoPath,
    entry: &Entry,
    sentence: String,
) -> Problem {
    scene
        .problem(check, scene.level(subject), sentence)
        .at(subject.spot(scene, &OptionName::Key))
        .leaf(scene.spot(file, &entry.key_range))
        .about(&subject.reference)
        .key(file, &entry.key)
}

fn in_words(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Map => "a mapping",
        EntryKind::List => "a list",
        EntryKind::Alias => "an alias",
        EntryKind::Leaf { value_type, .. } => match value_type {
            LeafType::Str => "a string",
            LeafType::Int => "an int",
            LeafType::Float => "a float",
            LeafType::Bool => "a bool",
            LeafType::Time => "a time",
            LeafType::Null => "null",
            LeafType::Bytes => "bytes",
            LeafType::Unknown => "of a type that SOPS does not know",
        },
    }
}

/// The message of sops-nix names the parent only.
fn parent(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(parent, _)| parent)
}
