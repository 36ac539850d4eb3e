//! Whether the target has exactly one kind of key to decrypt with.
//!
//! Truth: the assertions of `modules/sops/default.nix` (sops-nix, commit 56b2406), and `validateManifest` of the
//! installer.

use super::super::path::RepoPath;
use super::Check;
use super::key_file::has_key_source;
use super::problem::{Level, Problem, When};
use super::scene::Scene;
use crate::nix::{ModuleKind, Setting, SettingName, Value};

pub(super) const NO_KEY_SOURCE: Check = Check {
    code: "no-key-source",
    level: Level::Warning,
    when: Some(When::Evaluation),
    summary: "nothing says with which key the target decrypts",
    story: "Secrets are declared, but no age.keyFile, age.sshKeyPaths, gnupg.home or gnupg.sshKeyPaths is set. On \
            NixOS the SSH host keys are taken by themselves where services.openssh is on; home-manager has no such \
            default. The evaluation stops with: No key source configured for sops.\n\nSet sops.age.sshKeyPaths or \
            sops.age.keyFile.",
    run: no_key_source,
};

pub(super) const TWO_KEY_SOURCES: Check = Check {
    code: "two-key-sources",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "gnupg.home is set together with another source of keys",
    story: "gnupg.home excludes gnupg.sshKeyPaths (the evaluation stops: Exactly one of sops.gnupg.home and \
            sops.gnupg.sshKeyPaths must be set) and age.keyFile (the build stops: gnupgHome and ageKeyFile were \
            specified in the manifest). gnupg.sshKeyPaths is filled by itself where openssh is on, so with gnupg.home \
            it often has to be set to [ ].\n\nKeep one of them.",
    run: two_key_sources,
};

fn no_key_source(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let speaks_of_ssh = || scene.repository.nix_files().any(|(_, file)| file.text().contains("openssh"));
    let kinds = [Some(ModuleKind::NixOs), Some(ModuleKind::HomeManager), None];
    for kind in kinds {
        let of_kind = |module: Option<ModuleKind>| module == kind;
        let Some(first) = scene.subjects.iter().find(|subject| of_kind(subject.module())) else { continue };
        let by_default = kind != Some(ModuleKind::HomeManager) && speaks_of_ssh();
        if !has_key_source(scene, kind) && !by_default && scene.reads_everything {
            let sentence = format!(
                "{} and the others are declared, but nothing says with which key they are decrypted",
                first.shown_name()
            );
            problems.push(
                scene
                    .problem(check, Level::Warning, sentence)
                    .at(first.own_spot(scene))
                    .about(&first.reference)
                    .says(When::Evaluation, "No key source configured for sops"),
            );
        }
    }
}

fn two_key_sources(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let is_set = |setting: &Setting| match setting.value.known() {
        None | Some(Value::Null) => false,
        Some(Value::List(items)) => !items.is_empty(),
        Some(_) => true,
    };
    let find = |name: SettingName| -> Vec<(&RepoPath, &Setting)> {
        scene.settings(&name).filter(|(_, setting)| is_set(setting)).collect()
    };
    let others = [
        (
            SettingName::GnupgSshKeyPaths,
            When::Evaluation,
            "Exactly one of sops.gnupg.home and sops.gnupg.sshKeyPaths must be set",
        ),
        (SettingName::AgeKeyFile, When::Build, "gnupgHome and ageKeyFile were specified in the manifest"),
    ];
    for (file, home) in find(SettingName::GnupgHome) {
        for (name, when, says) in &others {
            for (other_file, other) in find(name.clone()) {
                let (site, other_site) = (scene.site(file, &home.place), scene.site(other_file, &other.place));
                let Some(together) = scene.together(&site, &other_site) else { continue };
                let level = together
                    .max(scene.certainty(file, &home.conditions))
                    .max(scene.certainty(other_file, &other.conditions));
                let line = scene.spot(other_file, &other.name_range).position.line;
                let sentence = format!("gnupg.home is set, and {} too ({other_file}:{line})", name.as_str());
                problems.push(
                    scene.problem(check, level, sentence).at(scene.spot(file, &home.name_range)).says(*when, *says),
                );
            }
        }
    }
}
