//! The path at which a secret is found, and options that repeat what holds anyway.
//!
//! Truth: `modules/sops/default.nix` (sops-nix, commit 56b2406): the file is always below /run/secrets; `path` is a
//! link.

use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, When};
use super::same_place::with_templates;
use super::scene::{Scene, Subject};
use crate::nix::{DeclarationSpec, Defaults, ModuleKind, OptionName, OptionValue};

pub(super) const PATH_IN_SECRETS: Check = Check {
    code: "path-in-secrets",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "path lies below /run/secrets, but is not the secret's own place",
    story: "`path` makes a link beside the secret, inside the folder that sops-nix itself manages. It works, but \
            every later activation prints: removing secret …, because it finds a file that is no secret.\n\nSet \
            `name` instead: it gives the file itself that name, and the path follows. Where the configuration has \
            templates, `name` must equal the attribute (see renamed-with-template); rename the attribute and set \
            `key` there.",
    run: path_in_secrets,
};

pub(super) const RELATIVE_PATH: Check = Check {
    code: "relative-path",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "path is not absolute",
    story: "`path` is where a link to the secret is made. A relative path is taken from wherever the activation runs, \
            and `~` is not expanded.\n\nWrite an absolute path.",
    run: relative_path,
};

pub(super) const REDUNDANT_OPTION: Check = Check {
    code: "redundant-option",
    level: Level::Note,
    when: None,
    summary: "an option repeats what holds without it",
    story: "`path`, `key` or `name` is set to what the module takes anyway. It does no harm until the secret is \
            renamed: then the old name stays behind in the option.\n\nRemove the option.",
    run: redundant_option,
};

fn path_in_secrets(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in scene.subjects.iter().filter(|subject| subject.module() != Some(ModuleKind::HomeManager)) {
        let folder =
            if subject.is_true(&OptionName::NeededForUsers) { "/run/secrets-for-users/" } else { "/run/secrets/" };
        let (Some(path), Some(name)) = (subject.text(&OptionName::Path), subject.file_name()) else { continue };
        let Some(inside) = path.strip_prefix(folder).filter(|inside| *inside != name && !inside.is_empty()) else {
            continue;
        };
        let sentence = format!("path of {} lies in {folder} under another name than {name}", subject.shown_name());
        let mut problem = scene
            .problem(check, Level::Warning, sentence)
            .at(subject.spot(scene, &OptionName::Path))
            .about(&subject.reference)
            .says(When::Activation, format!("removing secret: {inside}"));
        if with_templates(scene, subject).is_none() && subject.option(&OptionName::Name).is_none() {
            let change = DeclarationChange::Options(vec![
                (OptionName::Path, None),
                (OptionName::Name, Some(OptionValue::Text(inside.to_owned()))),
            ]);
            problem = problem.mend(format!("sets name = {inside:?} instead"), subject.change(change));
        }
        problems.push(problem);
    }
}

fn relative_path(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        // `%r` begins the runtime folder of the user in home-manager.
        let Some(path) = subject.text(&OptionName::Path).filter(|path| !path.starts_with(['/', '%'])) else { continue };
        let sentence = format!("path of {} is {path:?}, which is not absolute", subject.shown_name());
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(subject.spot(scene, &OptionName::Path))
                .about(&subject.reference),
        );
    }
}

fn redundant_option(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        let Some(spec) = spec(subject) else { continue };
        for option in [OptionName::Name, OptionName::Key, OptionName::Path] {
            let Some(text) = subject.text(&option) else { continue };
            let module = subject.module().or(Some(ModuleKind::NixOs));
            let key = scene.repository.defaults_at(&subject.reference.file, &subject.declaration.place).key;
            let defaults = Defaults { module, key, ..Defaults::default() };
            if defaults.covers(&spec, &option, &OptionValue::Text(text.to_owned())) {
                let sentence = format!("{} of {} is what holds without it", option.as_str(), subject.shown_name());
                problems.push(
                    scene
                        .problem(check, Level::Note, sentence)
                        .at(subject.spot(scene, &option))
                        .about(&subject.reference)
                        .mend(format!("removes {}", option.as_str()), subject.unset(option)),
                );
            }
        }
    }
}

/// What the default of `path` depends on; `None` where that cannot be read.
fn spec(subject: &Subject<'_>) -> Option<DeclarationSpec> {
    let mut spec = DeclarationSpec::new(subject.name()?);
    if subject.option(&OptionName::Name).is_some() {
        spec.options.push((OptionName::Name, OptionValue::Text(subject.text(&OptionName::Name)?.to_owned())));
    }
    if subject.option(&OptionName::NeededForUsers).is_some() {
        spec.options
            .push((OptionName::NeededForUsers, OptionValue::Boolean(subject.is_true(&OptionName::NeededForUsers))));
    }
    Some(spec)
}
