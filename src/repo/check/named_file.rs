//! The file that a declaration or a default names: absent, in clear text, or outside the Nix store.

use std::collections::HashSet;

use super::super::path::RepoPath;
use super::super::placement::NotPlaced;
use super::super::resolve::{NamedFile, named_file};
use super::Check;
use super::problem::{Level, Problem, Remedy, Spot, When};
use super::scene::{Scene, Subject};
use crate::nix::{ModuleKind, OptionName, OptionValue, SettingName, Value};
use crate::text::nearest;

pub(super) const MISSING_FILE: Check = Check {
    code: "missing-file",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a declaration names a file that is not there",
    story: "sopsFile or defaultSopsFile is a path, relative to the Nix file in which it is written, and nothing is \
            there. Nix copies the file to the store while it evaluates, and stops: No such file or directory.\n\nThe \
            usual reasons are a wrong number of `../`, a renamed folder, and a file that git does not know (see \
            untracked-file).",
    run: missing_file,
};

pub(super) const PLAIN_FILE: Check = Check {
    code: "plain-file",
    level: Level::Error,
    when: Some(When::Activation),
    summary: "a declaration names a file that is not encrypted",
    story: "The file has no sops metadata: it is clear text. Nix copies it to the store, where every user and program \
            of the machine can read it, and the build does not notice. Activation stops, because there is nothing to \
            decrypt: sops metadata not found; no secret is installed.\n\nEncrypt the file, and consider every value \
            in it known if it was ever built or pushed. If sopsFile names .sops.yaml by mistake, name the encrypted \
            file instead.",
    run: plain_file,
};

pub(super) const STORE_STRING: Check = Check {
    code: "file-not-in-store",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a declaration names a file outside the Nix store by a string",
    story: "sopsFile is a string such as \"/etc/sops/x.yaml\". A string is not copied to the store, so nothing can be \
            checked, and sops-nix refuses it unless sops.validateSopsFiles is false: '…' is not in the Nix \
            store.\n\nWrite the path without quotes, relative to the Nix file, or set validateSopsFiles = false if \
            the file really lies on the target only; the build then checks nothing.",
    run: store_string,
};

fn missing_file(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (named, path) in named_files(scene) {
        let is_there = scene.repository.exists(&path) || is_ignored(scene, &path);
        let by_default = !matches!(named, Named::By(_));
        // A default that nobody asks for is never evaluated.
        if is_there || (by_default && !asked_for(scene, &path)) {
            continue;
        }
        let is_folder = is_folder(scene, &path);
        let what = if is_folder { "is a folder" } else { "is not there" };
        let sentence = format!("{} names {path}, which {what}", named.in_words());
        let (when, says) = match is_folder {
            true => (When::Build, format!("{path}: is a directory")),
            false => (When::Evaluation, format!("path '…/{path}' does not exist: No such file or directory")),
        };
        let mut problem = named.problem(scene, check, sentence).says(when, says);
        if let (Named::By(subject), Some(meant)) = (&named, meant(scene, &path)) {
            let value = OptionValue::Path(subject.reference.file.relative_to(meant));
            problem = problem.offer(format!("names {meant}"), subject.set(OptionName::SopsFile, value));
        }
        problems.push(problem);
    }
}

fn plain_file(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let mut known = HashSet::new();
    for (named, path) in named_files(scene) {
        let is_plain = scene.repository.exists(&path) && scene.encrypted(&path).is_none();
        let by_default = !matches!(named, Named::By(_));
        if !is_plain || (by_default && !asked_for(scene, &path)) || !known.insert(path.clone()) {
            continue;
        }
        let is_rules = path.file_name() == ".sops.yaml";
        let what = if is_rules { "the rules of SOPS, not an encrypted file" } else { "not encrypted" };
        let mut problem = named
            .problem(scene, check, format!("{} names {path}, which is {what}", named.in_words()))
            .leaf(scene.spot_of_file(&path))
            .key(&path, "")
            .says(When::Activation, format!("failed to decrypt '{path}': sops metadata not found"));
        if !is_rules {
            problem = problem.offer("encrypts it", Remedy::Encrypt { file: path });
        }
        problems.push(problem);
    }
}

fn store_string(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    // With validation off the string is as it has to be; with a computed one nobody knows.
    if scene.settings(&SettingName::ValidateSopsFiles).next().is_some() {
        return;
    }
    let is_outside = |text: &&str| text.starts_with('/') && !text.starts_with("/nix/store/");
    let refused = |problem: Problem, when: When, path: &str| {
        problem.says(when, format!("'{path}' is not in the Nix store. Either add it to the Nix store or set …"))
    };
    for subject in &scene.subjects {
        let Some(path) = subject.text(&OptionName::SopsFile).filter(is_outside) else { continue };
        let when = if subject.module() == Some(ModuleKind::HomeManager) { When::Build } else { When::Evaluation };
        let sentence = format!("{} reads {path:?}, a file outside the Nix store", subject.shown_name());
        let problem = scene
            .problem(check, scene.level(subject), sentence)
            .at(subject.spot(scene, &OptionName::SopsFile))
            .about(&subject.reference);
        problems.push(refused(problem, when, path));
    }
    for (file, setting) in scene.settings(&SettingName::DefaultSopsFile) {
        let Some(Value::Text(path)) = setting.value.known() else { continue };
        let is_used = scene.subjects.iter().any(|subject| asks_outside(subject, path));
        if is_outside(&path.as_str()) && is_used {
            let sentence = format!("defaultSopsFile is {path:?}, a file outside the Nix store");
            let level = scene.certainty(file, &setting.conditions);
            let problem = scene.problem(check, level, sentence).at(scene.spot(file, &setting.value_range));
            problems.push(refused(problem, When::Evaluation, path));
        }
    }
}

/// Who names a file.
pub(super) enum Named<'s> {
    By(&'s Subject<'s>),
    ByDefault { spot: Spot, level: Level },
}

impl Named<'_> {
    fn in_words(&self) -> String {
        match self {
            Self::By(subject) => subject.shown_name().to_owned(),
            Self::ByDefault { .. } => "defaultSopsFile".to_owned(),
        }
    }

    fn problem(&self, scene: &Scene<'_>, check: &'static Check, sentence: String) -> Problem {
        match self {
            Self::By(subject) => scene
                .problem(check, scene.level(subject), sentence)
                .at(subject.spot(scene, &OptionName::SopsFile))
                .about(&subject.reference),
            Self::ByDefault { spot, level } => scene.problem(check, *level, sentence).at(spot.clone()),
        }
    }
}

/// Every file inside the repository that a declaration or a default names literally.
pub(super) fn named_files<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (Named<'s>, RepoPath)> {
    let by_declaration = scene.subjects.iter().filter_map(move |subject| {
        let setting = subject.declaration.sops_file()?;
        Some((Named::By(subject), inside(&subject.reference.file, setting.value.known()?)?))
    });
    let by_default = scene.settings(&SettingName::DefaultSopsFile).filter_map(move |(file, setting)| {
        let spot = scene.spot(file, &setting.value_range);
        let level = scene.certainty(file, &setting.conditions);
        Some((Named::ByDefault { spot, level }, inside(file, setting.value.known()?)?))
    });
    by_declaration.chain(by_default)
}

/// The file of the repository that a value names.
pub(super) fn inside(from: &RepoPath, value: &Value) -> Option<RepoPath> {
    match value {
        Value::File(path) => match named_file(from, path) {
            NamedFile::Inside(path) => Some(path),
            NamedFile::Outside(_) => None,
        },
        _ => None,
    }
}

/// Whether a declaration without a file of its own ends at that file, so that the default is evaluated.
fn asked_for(scene: &Scene<'_>, path: &RepoPath) -> bool {
    scene.subjects.iter().any(|subject| match subject.placement.not_placed() {
        Some(NotPlaced::FileMissing(named) | NotPlaced::FileNotEncrypted(named)) => {
            named == path && subject.declaration.sops_file().is_none()
        }
        _ => false,
    })
}

fn asks_outside(subject: &Subject<'_>, path: &str) -> bool {
    let outside = |why: &NotPlaced| matches!(why, NotPlaced::FileOutside(named) if named == path);
    subject.declaration.sops_file().is_none() && subject.placement.not_placed().is_some_and(outside)
}

fn is_ignored(scene: &Scene<'_>, path: &RepoPath) -> bool {
    scene.outside.git.as_ref().is_some_and(|git| git.ignored.contains(path))
}

fn is_folder(scene: &Scene<'_>, path: &RepoPath) -> bool {
    let inside = format!("{path}/");
    scene.repository.files().any(|file| file.as_str().starts_with(&inside))
}

/// The encrypted file that may have been meant: of the same name elsewhere, or of a similar path.
fn meant<'s>(scene: &'s Scene<'_>, path: &RepoPath) -> Option<&'s RepoPath> {
    let files = || scene.repository.encrypted_files().map(|(file, _)| file);
    let mut named = files().filter(|file| file.file_name() == path.file_name());
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => {
            let near = nearest(path.as_str(), files().map(RepoPath::as_str))?;
            files().find(|file| file.as_str() == near)
        }
    }
}
