//! References to secrets and templates: to what is declared nowhere, and in ways that cannot work.

use std::collections::HashSet;

use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::Scene;
use crate::nix::{OptionName, Reference, ReferenceKind};
use crate::text::Patch;
use crate::text::nearest;

pub(super) const UNDECLARED_SECRET: Check = Check {
    code: "undeclared-secret",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a reference names a secret that is declared nowhere",
    story: "config.sops.secrets.X or config.sops.placeholder.X is used, but no declaration of X was found in the \
            repository. The evaluation stops: attribute 'X' missing. It is a warning only where a condition stands \
            over the reference, or where declarations cannot be read statically.\n\nDeclare the secret, or correct \
            the name.",
    run: undeclared_secret,
};

pub(super) const UNDECLARED_TEMPLATE: Check = Check {
    code: "undeclared-template",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a reference names a template that is declared nowhere",
    story: "config.sops.templates.X is used, but no template X was found in the repository. The evaluation stops: \
            attribute 'X' missing.\n\nDeclare the template, or correct the name.",
    run: undeclared_template,
};

pub(super) const PLACEHOLDER_WITHOUT_TEMPLATE: Check = Check {
    code: "placeholder-without-template",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a placeholder is used in a repository without templates",
    story: "config.sops.placeholder exists only where at least one template is declared. Without any, \
            config.sops.placeholder.X stops the evaluation: attribute 'X' missing. And a placeholder outside a \
            template is never replaced.\n\nUse it in the `content` of a sops.templates entry, or use \
            config.sops.secrets.X.path.",
    run: placeholder_without_template,
};

pub(super) const SECRET_AS_TEXT: Check = Check {
    code: "secret-as-text",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a secret itself is put into a string; its path was meant",
    story: "\"${config.sops.secrets.x}\" puts an attribute set into a string, and the evaluation stops: cannot coerce \
            a set to a string. The value of a secret is not known while Nix evaluates, on purpose: it would end in \
            the store.\n\nUse config.sops.secrets.x.path where a file name is wanted, and a template where the value \
            is part of a file.",
    run: secret_as_text,
};

pub(super) const UNKNOWN_ATTRIBUTE: Check = Check {
    code: "unknown-attribute",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a reference asks for something that secrets do not have",
    story: "A secret has the attributes of its options: path, owner, mode… There is no content or value: Nix does not \
            know it, on purpose. The evaluation stops: attribute '…' missing.\n\nUse path, or a template.",
    run: unknown_attribute,
};

pub(super) const HARD_CODED_PATH: Check = Check {
    code: "hard-coded-path",
    level: Level::Warning,
    when: None,
    summary: "a path below /run/secrets is written out",
    story: "/run/secrets/NAME is written out. It is a note where a secret of that name is installed: the path works, \
            but a rename does not reach it, and Nix does not notice when the declaration goes. It is a warning where \
            no such secret is declared: the file will not be there.\n\nUse config.sops.secrets.NAME.path.",
    run: hard_coded_path,
};

fn references<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'s RepoPath, &'s Reference)> {
    scene
        .repository
        .nix_files()
        .flat_map(|(path, file)| file.references().iter().map(move |reference| (path, reference)))
}

/// How certain it is that a reference is evaluated, and that what it names can be nowhere else: a module from another
/// flake may declare it, unless its name is a slip of one that is declared here.
fn level(scene: &Scene<'_>, path: &RepoPath, reference: &Reference, meant: Option<&str>) -> Level {
    // Nix is lazy: what stands under a condition may never be evaluated.
    let is_certain = scene.reads_everything && scene.certainty(path, &reference.conditions) == Level::Error;
    match (is_certain, meant) {
        (true, Some(_)) => Level::Error,
        (true, None) | (false, Some(_)) => Level::Warning,
        (false, None) => Level::Note,
    }
}

fn undeclared_secret(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, reference) in references(scene) {
        let is_by_name = matches!(reference.kind, ReferenceKind::Secret | ReferenceKind::Placeholder);
        let Some(name) = reference.name.known().filter(|_| is_by_name) else { continue };
        if !scene.repository.declarations_of(name).is_empty() || reference.is_optional {
            continue;
        }
        let names = scene.subjects.iter().filter_map(|subject| subject.name());
        let meant = nearest(name, names);
        let hint = meant.map(|meant| format!("; {meant} is")).unwrap_or_default();
        let mut problem = scene
            .problem(
                check,
                level(scene, path, reference, meant),
                format!("{name} is used here, but declared nowhere{hint}"),
            )
            .at(scene.spot(path, &reference.range))
            .says(When::Evaluation, format!("attribute '{name}' missing"));
        if let Some((meant, patch)) = meant.and_then(|meant| Some((meant, rename(scene, path, reference, meant)?))) {
            problem = problem.offer(format!("refers to {meant}"), Remedy::Patch(path.clone(), patch));
        }
        problems.push(problem);
    }
}

/// The patch that makes a reference name something else.
fn rename(scene: &Scene<'_>, path: &RepoPath, reference: &Reference, name: &str) -> Option<Patch> {
    let file = scene.repository.nix_file(path)?;
    let index = file.references().iter().position(|other| std::ptr::eq(other, reference))?;
    file.rename_references(&[index], name).ok()
}

fn template_names<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Option<&'s str>> {
    let files = scene.repository.nix_files();
    files.flat_map(|(_, file)| file.templates()).map(|template| template.name.known().map(String::as_str))
}

fn undeclared_template(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let names: HashSet<Option<&str>> = template_names(scene).collect();
    if names.contains(&None) {
        return;
    }
    for (path, reference) in references(scene).filter(|(_, reference)| reference.kind == ReferenceKind::Template) {
        let Some(name) = reference.name.known().filter(|name| !names.contains(&Some(name.as_str()))) else { continue };
        let meant = nearest(name, names.iter().copied().flatten());
        let hint = meant.map(|meant| format!("; {meant} is")).unwrap_or_default();
        problems.push(
            scene
                .problem(
                    check,
                    level(scene, path, reference, meant),
                    format!("the template {name} is used here, but declared nowhere{hint}"),
                )
                .at(scene.spot(path, &reference.range))
                .says(When::Evaluation, format!("attribute '{name}' missing")),
        );
    }
}

fn placeholder_without_template(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    if template_names(scene).next().is_some() {
        return;
    }
    for (path, reference) in references(scene).filter(|(_, reference)| reference.kind == ReferenceKind::Placeholder) {
        let Some(name) = reference.name.known() else { continue };
        if scene.repository.declarations_of(name).is_empty() {
            continue;
        }
        problems.push(
            scene
                .problem(
                    check,
                    level(scene, path, reference, Some(name)),
                    format!("the placeholder of {name} is used, but there is no template: it does not exist"),
                )
                .at(scene.spot(path, &reference.range))
                .says(When::Evaluation, format!("attribute '{name}' missing")),
        );
    }
}

fn secret_as_text(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, reference) in references(scene) {
        let is_whole = reference.kind == ReferenceKind::Secret && reference.attribute.is_none();
        let Some(text) = scene.repository.text(path).filter(|_| is_whole) else { continue };
        let is_interpolated =
            text[..reference.range.start].ends_with("${") && text[reference.range.end..].starts_with('}');
        let Some(name) = reference.name.known().filter(|_| is_interpolated) else { continue };
        let patch = Patch::insert(reference.range.end, ".path");
        problems.push(
            scene
                .problem(
                    check,
                    scene.certainty(path, &reference.conditions),
                    format!("{name} itself is put into a string; its path was meant"),
                )
                .at(scene.spot(path, &reference.range))
                .says(When::Evaluation, "cannot coerce a set to a string")
                .mend("appends .path", Remedy::Patch(path.clone(), patch)),
        );
    }
}

fn unknown_attribute(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, reference) in references(scene).filter(|(_, reference)| reference.kind == ReferenceKind::Secret) {
        let (Some(name), Some(attribute)) = (reference.name.known(), &reference.attribute) else { continue };
        let option = OptionName::from_name(attribute);
        if OptionName::SECRET.contains(&option) || option == OptionName::SopsFileHash || attribute.starts_with('_') {
            continue;
        }
        let is_value = matches!(attribute.as_str(), "content" | "contents" | "value" | "text" | "data");
        let limit = if is_value { Level::Error } else { Level::Warning };
        let sentence = format!(
            "{name} has no {attribute}{}",
            if is_value { "; its value is not known while Nix evaluates" } else { "" }
        );
        problems.push(
            scene
                .problem(check, scene.certainty(path, &reference.conditions).max(limit), sentence)
                .at(scene.spot(path, &reference.range))
                .says(When::Evaluation, format!("attribute '{attribute}' missing")),
        );
    }
}

fn hard_coded_path(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let installed: HashSet<&str> = scene.subjects.iter().filter_map(|subject| subject.file_name()).collect();
    let linked: HashSet<&str> = scene.subjects.iter().filter_map(|subject| subject.text(&OptionName::Path)).collect();
    for (path, reference) in references(scene) {
        let folder = match reference.kind {
            ReferenceKind::HardCoded => "/run/secrets",
            ReferenceKind::HardCodedForUsers => "/run/secrets-for-users",
            _ => continue,
        };
        let Some(name) = reference.name.known().filter(|name| !name.is_empty()) else { continue };
        let written = format!("{folder}/{name}");
        let (level, sentence) = if installed.contains(name.as_str()) {
            (Level::Note, format!("{written} is written out; config.sops.secrets has it as path"))
        } else if linked.contains(written.as_str()) {
            continue;
        } else if scene.reads_everything {
            (Level::Warning, format!("{written} is used here, but no secret of that name is declared"))
        } else {
            (Level::Note, format!("{written} is written out"))
        };
        problems.push(scene.problem(check, level, sentence).at(scene.spot(path, &reference.range)));
    }
}
