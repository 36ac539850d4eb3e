//! Owners and groups that occur nowhere else in the repository.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, Subject};
use crate::nix::OptionName;
use crate::text::nearest;

pub(super) const UNKNOWN_OWNER: Check = Check {
    code: "unknown-owner",
    level: Level::Note,
    when: Some(When::Activation),
    summary: "the owner of a secret occurs nowhere else in the repository",
    story: "Most users come from services, so this is a hint only. If no such user exists: without `group` the \
            evaluation stops with attribute '…' missing, which points into sops-nix and not at the line; with `group` \
            the build succeeds and activation stops: failed to lookup user. Then no secret at all is \
            installed.\n\nCompare the spelling with the service's user.",
    run: unknown_owner,
};

pub(super) const UNKNOWN_GROUP: Check = Check {
    code: "unknown-group",
    level: Level::Note,
    when: Some(When::Activation),
    summary: "the group of a secret occurs nowhere else in the repository",
    story: "Groups are looked up at activation only; one that does not exist stops it, and no secret at all is \
            installed. Most groups come from services, so this is a hint only.\n\nCompare the spelling with the \
            service's group.",
    run: unknown_group,
};

/// Names that every system has.
const ALWAYS: &[&str] = &[
    "root",
    "nobody",
    "nogroup",
    "wheel",
    "users",
    "keys",
    "staff",
    "systemd-network",
    "messagebus",
    "nixbld",
    "admin",
];

fn unknown_owner(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    lonely(scene, check, &OptionName::Owner, problems);
}

fn unknown_group(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    lonely(scene, check, &OptionName::Group, problems);
}

fn lonely(scene: &Scene<'_>, check: &'static Check, option: &OptionName, problems: &mut Vec<Problem>) {
    let mut uses: HashMap<&str, Vec<&Subject<'_>>> = HashMap::new();
    for subject in &scene.subjects {
        if let Some(name) = subject.text(option).filter(|name| !ALWAYS.contains(name) && !name.is_empty()) {
            uses.entry(name).or_default().push(subject);
        }
    }
    let own = places_of(scene, &[OptionName::Owner, OptionName::Group]);
    let mut candidates: Vec<&str> = scene.repository.owners();
    candidates.extend(scene.repository.groups());
    for (name, subjects) in uses {
        if occurs_elsewhere(scene, name, &own) {
            continue;
        }
        let used: HashSet<&str> = candidates.iter().copied().filter(|known| *known != name).collect();
        let meant = nearest(name, used.iter().copied()).map(|meant| format!("; {meant} does")).unwrap_or_default();
        for subject in subjects {
            let sentence = format!("{} {name} of {} occurs nowhere else{meant}", option.as_str(), subject.shown_name());
            problems.push(
                scene
                    .problem(check, Level::Note, sentence)
                    .at(subject.spot(scene, option))
                    .about(&subject.reference)
                    .says(When::Activation, format!("failed to lookup '{name}'")),
            );
        }
    }
}

/// The places of such options of secrets themselves: what stands only there is known from nowhere.
pub(super) fn places_of(scene: &Scene<'_>, options: &[OptionName]) -> HashMap<RepoPath, Vec<Range<usize>>> {
    let mut places: HashMap<RepoPath, Vec<Range<usize>>> = HashMap::new();
    for subject in &scene.subjects {
        for option in options {
            if let Some(setting) = subject.option(option) {
                places.entry(subject.reference.file.clone()).or_default().push(setting.value_range.clone());
            }
        }
    }
    places
}

/// Whether a word stands anywhere in the Nix files but at its own places, or begins one: the user of
/// `services.postgresql` is `postgres`.
pub(super) fn occurs_elsewhere(scene: &Scene<'_>, word: &str, own: &HashMap<RepoPath, Vec<Range<usize>>>) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    scene.repository.nix_files().any(|(path, file)| {
        let text = file.text();
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back().is_some_and(is_part);
            let is_own = own.get(path).is_some_and(|ranges| ranges.iter().any(|range| range.contains(&at)));
            !before && !is_own
        })
    })
}
