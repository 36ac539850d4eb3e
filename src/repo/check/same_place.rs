//! Secrets that are installed at one place: same name, same path, one inside the other.
//!
//! Truth: `writeSecrets` and `symlinkSecrets` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406).
//! Nothing of this is looked at before activation.

use std::collections::HashMap;

use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, Subject};
use crate::nix::OptionName;

pub(super) const SAME_NAME: Check = Check {
    code: "same-name",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "two secrets are installed under one name",
    story: "`name` is the file's name below /run/secrets, by default the attribute name. Two secrets have the same: \
            they are written to one file, the later one wins, and nothing is said.\n\nGive each a name of its own.",
    run: same_name,
};

pub(super) const SAME_PATH: Check = Check {
    code: "same-path",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "two secrets are linked to one path",
    story: "`path` is a symbolic link to the secret. Two secrets name the same path: each link replaces the other, \
            the later one wins, and nothing is said.\n\nGive each a path of its own.",
    run: same_path,
};

pub(super) const NAME_INSIDE_NAME: Check = Check {
    code: "name-inside-name",
    level: Level::Error,
    when: Some(When::Activation),
    summary: "a secret's name is a folder of another secret's name",
    story: "A secret `a` is the file /run/secrets/a; a secret `a/b` needs a folder of that name. Both cannot be: \
            activation stops while it writes, and the new secrets are not installed. Evaluation and build say \
            nothing. The same holds for a secret named `rendered` where there are templates, which live in \
            /run/secrets/rendered.\n\nRename one of the two, or set its `name`.",
    run: name_inside_name,
};

pub(super) const NAME_LEAVES_FOLDER: Check = Check {
    code: "name-leaves-folder",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a secret's name leads out of the folder of secrets",
    story: "`name` (or the attribute name) contains `..` or begins with a slash. The file is then written outside the \
            folder of the generation, where the next activation neither finds nor removes it.\n\nUse a plain name; \
            `path` puts a link wherever it is wanted.",
    run: name_leaves_folder,
};

/// Where secrets for users are kept apart from the others.
fn folder(subject: &Subject<'_>) -> bool {
    subject.is_true(&OptionName::NeededForUsers)
}

/// Declarations by something they have, those of different attribute names only: the same attribute is one secret.
fn collisions<'s>(
    scene: &'s Scene<'_>,
    place: impl Fn(&'s Subject<'s>) -> Option<(bool, &'s str)>,
) -> Vec<(&'s Subject<'s>, &'s Subject<'s>, Level)> {
    let mut known: HashMap<(bool, &str), Vec<&Subject<'_>>> = HashMap::new();
    let mut found = Vec::new();
    for subject in &scene.subjects {
        let Some(place) = place(subject) else { continue };
        let others = known.entry(place).or_default();
        // A handful of representatives is enough: a place that many share is told at each of them.
        let other = others.iter().take(16).find_map(|other| {
            let level = scene.together_as_subjects(subject, other)?;
            (other.name() != subject.name()).then_some((*other, level))
        });
        if let Some((other, level)) = other {
            found.push((subject, other, level));
        }
        others.push(subject);
    }
    found
}

fn same_name(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, other, _) in collisions(scene, |subject| Some((folder(subject), subject.file_name()?))) {
        let name = subject.file_name().unwrap_or_default();
        let sentence = format!(
            "{} and {} are both installed as {name}; the later one wins",
            other.shown_name(),
            subject.shown_name()
        );
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(subject.spot(scene, &OptionName::Name))
                .about(&subject.reference),
        );
    }
}

fn same_path(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, other, _) in collisions(scene, |subject| Some((false, subject.text(&OptionName::Path)?))) {
        let path = subject.text(&OptionName::Path).unwrap_or_default();
        let sentence = format!(
            "{} and {} are both linked to {path}; the later one wins",
            other.shown_name(),
            subject.shown_name()
        );
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(subject.spot(scene, &OptionName::Path))
                .about(&subject.reference),
        );
    }
}

fn name_inside_name(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let mut by_name: HashMap<(bool, &str), Vec<&Subject<'_>>> = HashMap::new();
    for subject in &scene.subjects {
        if let Some(name) = subject.file_name() {
            by_name.entry((folder(subject), name)).or_default().push(subject);
        }
    }
    for subject in &scene.subjects {
        let Some(name) = subject.file_name() else { continue };
        let outer = name.match_indices('/').find_map(|(at, _)| {
            let others = by_name.get(&(folder(subject), &name[..at]))?;
            others.iter().take(16).find_map(|other| Some((*other, scene.together_as_subjects(subject, other)?)))
        });
        if let Some((other, level)) = outer {
            let outer_name = other.file_name().unwrap_or_default();
            let sentence = format!(
                "{} needs a folder where {} is a file (/run/secrets/{outer_name})",
                subject.shown_name(),
                other.shown_name()
            );
            problems.push(
                scene
                    .problem(check, level, sentence)
                    .at(subject.own_spot(scene))
                    .about(&subject.reference)
                    .says(When::Activation, format!("cannot create directory '…/{outer_name}'")),
            );
        }
        if name == "rendered"
            && let Some(level) = with_templates(scene, subject)
        {
            let sentence =
                format!("{} is installed as rendered, which is the folder of the templates", subject.shown_name());
            problems.push(
                scene
                    .problem(check, level, sentence)
                    .at(subject.own_spot(scene))
                    .about(&subject.reference)
                    .says(When::Activation, "cannot create directory '…/rendered'"),
            );
        }
    }
}

/// How certain it is that the configuration of a declaration has templates; `None` when nothing says so.
pub(super) fn with_templates(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Level> {
    let mut best = None;
    for (path, file) in scene.repository.nix_files() {
        for template in file.templates() {
            let site = scene.site(path, &template.place);
            let Some(together) = scene.together(&subject.site, &site) else { continue };
            let level = together.max(scene.level(subject)).max(scene.certainty(path, &template.conditions));
            best = Some(best.map_or(level, |best: Level| best.min(level)));
        }
    }
    best
}

fn name_leaves_folder(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        let Some(name) = subject.file_name() else { continue };
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            let sentence = format!("the name of {} leads out of /run/secrets: {name}", subject.shown_name());
            problems.push(
                scene
                    .problem(check, Level::Warning, sentence)
                    .at(subject.spot(scene, &OptionName::Name))
                    .about(&subject.reference),
            );
        }
    }
}
