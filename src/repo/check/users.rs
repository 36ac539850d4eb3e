//! Secrets that are needed before users exist.
//!
//! Truth: `modules/sops/secrets-for-users/default.nix` (sops-nix, commit 56b2406): a manifest of its own, installed
//! with `-ignore-passwd`, without templates.

use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, Subject};
use crate::nix::{ModuleKind, OptionName, OptionValue, ReferenceKind, Value};

pub(super) const USERS_OWNER: Check = Check {
    code: "users-owner",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a secret that is needed for users has an owner, which is ignored",
    story: "With neededForUsers the secret is installed before users exist, so it cannot belong to one. `owner` and \
            `group` pass all checks and are ignored: the file belongs to root.\n\nRemove them. If a service needs to \
            read the secret too, declare it twice under two names with one `key`.",
    run: users_owner,
};

pub(super) const USERS_NOT_ROOT: Check = Check {
    code: "users-not-root",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a secret that is needed for users has a uid or gid",
    story: "With neededForUsers the secret has to belong to root. A `uid` or `gid` other than 0 stops the evaluation: \
            neededForUsers cannot be used for secrets that are not root-owned.\n\nRemove it.",
    run: users_not_root,
};

pub(super) const USERS_TEMPLATE: Check = Check {
    code: "users-template",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a template uses a secret that is needed for users; the placeholder stays in the file",
    story: "Secrets with neededForUsers are in a manifest of their own, and templates are not in that one. The \
            placeholder is never replaced: the rendered file contains the marker text, and nothing is \
            said.\n\nDeclare the value a second time under another name, with the same `key` and without \
            neededForUsers, and use that one.",
    run: users_template,
};

pub(super) const PASSWORD_TOO_LATE: Check = Check {
    code: "password-too-late",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a user's password file is a secret without neededForUsers",
    story: "Users are created before ordinary secrets are installed, so the file of the password hash is not there \
            yet when it is read: the user gets no password, and cannot log in.\n\nSet neededForUsers = true; the path \
            becomes /run/secrets-for-users/….",
    run: password_too_late,
};

fn for_users<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Subject<'s>> {
    let on_nixos =
        |subject: &&Subject<'_>| !matches!(subject.module(), Some(ModuleKind::HomeManager | ModuleKind::Darwin));
    scene.subjects.iter().filter(|subject| subject.is_true(&OptionName::NeededForUsers)).filter(on_nixos)
}

fn users_owner(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in for_users(scene) {
        let is_set = |option: &&OptionName| {
            let setting = subject.option(option);
            setting.is_some_and(|setting| !matches!(setting.value.known(), Some(Value::Null)))
                && subject.text(option) != Some("root")
        };
        let set: Vec<&OptionName> = [&OptionName::Owner, &OptionName::Group].into_iter().filter(is_set).collect();
        let Some(first) = set.first() else { continue };
        let names: Vec<&str> = set.iter().map(|option| option.as_str()).collect();
        let removed = set.iter().map(|option| ((*option).clone(), None)).collect();
        let sentence =
            format!("{} is needed for users, so its {} is ignored", subject.shown_name(), names.join(" and "));
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(subject.spot(scene, first))
                .about(&subject.reference)
                .mend(format!("removes {}", names.join(" and ")), subject.change(DeclarationChange::Options(removed))),
        );
    }
}

fn users_not_root(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in for_users(scene) {
        let pairs = [(OptionName::Uid, OptionName::Owner), (OptionName::Gid, OptionName::Group)];
        for (number, name) in pairs {
            let is_other = subject.option(&number).is_some_and(|setting| match setting.value.known() {
                Some(Value::Integer(number)) => *number != 0,
                _ => false,
            });
            // `owner` together with `uid` has a check of its own.
            if is_other && subject.option(&name).is_none() {
                let sentence =
                    format!("{} is needed for users, so it cannot have a {}", subject.shown_name(), number.as_str());
                problems.push(
                    scene
                        .problem(check, scene.level(subject).max(validated(scene)), sentence)
                        .at(subject.spot(scene, &number))
                        .about(&subject.reference)
                        .says(When::Evaluation, "neededForUsers cannot be used for secrets that are not root-owned")
                        .mend(format!("removes {}", number.as_str()), subject.unset(number)),
                );
            }
        }
    }
}

/// Some assertions hold only while sops-nix validates files.
pub(super) fn validated(scene: &Scene<'_>) -> Level {
    if scene.validates_files() { Level::Error } else { Level::Warning }
}

fn users_template(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in for_users(scene) {
        let Some(name) = subject.name() else { continue };
        let declarations = scene.repository.declarations_of(name);
        let all_for_users = declarations.iter().all(|reference| {
            let declaration = scene.repository.declaration(reference);
            declaration.is_some_and(|declaration| declaration.option(&OptionName::NeededForUsers).is_some())
        });
        for (place, reference) in scene.repository.references_to(name) {
            if all_for_users
                && reference.kind == ReferenceKind::Placeholder
                && declarations.first() == Some(&subject.reference)
            {
                let sentence = format!("the placeholder of {name} is never replaced: {name} is needed for users");
                problems.push(
                    scene
                        .problem(check, Level::Warning, sentence)
                        .at(scene.spot(&place.file, &reference.range))
                        .about(&subject.reference),
                );
            }
        }
    }
}

fn password_too_late(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.nix_files() {
        let passwords = file.references().iter().filter(|reference| is_password(&reference.context));
        for reference in passwords.filter(|reference| reference.kind == ReferenceKind::Secret) {
            let Some(name) = reference.name.known() else { continue };
            let late = |subject: &&Subject<'_>| subject.name() == Some(name) && subject.is_complete();
            let on_time = |subject: &Subject<'_>| {
                subject.name() == Some(name) && subject.option(&OptionName::NeededForUsers).is_some()
            };
            if scene.subjects.iter().any(on_time) {
                continue;
            }
            let Some(subject) = scene.subjects.iter().find(late) else { continue };
            let option = reference.context.last().map_or("hashedPasswordFile", String::as_str);
            let remedy = subject.set(OptionName::NeededForUsers, OptionValue::Boolean(true));
            let problem = scene
                .problem(
                    check,
                    Level::Warning,
                    format!("{name} is read by {option} before it is installed: it lacks neededForUsers"),
                )
                .at(scene.spot(path, &reference.range))
                .about(&subject.reference);
            let is_plain = [OptionName::Owner, OptionName::Group, OptionName::Uid, OptionName::Gid, OptionName::Path];
            let label = "sets neededForUsers = true";
            let is_safe = is_plain.iter().all(|option| subject.option(option).is_none());
            problems.push(if is_safe { problem.mend(label, remedy) } else { problem.offer(label, remedy) });
        }
    }
}

fn is_password(context: &[String]) -> bool {
    let is_user = context.windows(2).any(|pair| pair[0] == "users" && pair[1] == "users");
    is_user && context.last().is_some_and(|last| matches!(last.as_str(), "hashedPasswordFile" | "passwordFile"))
}
