//! Options that the module in use does not have.
//!
//! Truth: the option declarations of the NixOS, home-manager and nix-darwin modules of sops-nix (commit 56b2406).

use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::{Scene, Subject};
use crate::nix::{ModuleKind, OptionName, OptionSetting, Origin, SettingName};
use crate::text::{Patch, nearest};

pub(super) const UNKNOWN_OPTION: Check = Check {
    code: "unknown-option",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "an option does not exist in the module that reads the declaration",
    story: "The evaluation stops at an option that the module does not declare: The option … does not exist. The \
            modules differ. home-manager has no owner, group, uid, gid, neededForUsers, restartUnits and reloadUnits: \
            its secrets belong to the user, and units are not restarted. nix-darwin has no restartUnits and \
            reloadUnits.\n\nCorrect the spelling, or remove the option.",
    run: unknown_option,
};

pub(super) const UNKNOWN_SETTING: Check = Check {
    code: "unknown-setting",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "an option of sops itself does not exist",
    story: "The evaluation stops at an option below `sops` that the module does not declare: The option … does not \
            exist. It is an error where a known option is spelled almost alike, else a warning: a newer sops-nix may \
            have it.\n\nCorrect the spelling.",
    run: unknown_setting,
};

/// Options of a secret that only some of the modules have.
fn lacks(module: ModuleKind, option: &OptionName) -> bool {
    use OptionName::{Gid, Group, NeededForUsers, Owner, ReloadUnits, RestartUnits, Uid};
    match module {
        ModuleKind::NixOs => false,
        ModuleKind::HomeManager => {
            matches!(option, Owner | Group | Uid | Gid | NeededForUsers | RestartUnits | ReloadUnits)
        }
        ModuleKind::Darwin => matches!(option, RestartUnits | ReloadUnits),
    }
}

/// What every submodule takes beside its options.
const OF_EVERY_MODULE: [&str; 5] = ["_module", "config", "freeformType", "imports", "options"];

fn module_name(module: ModuleKind) -> &'static str {
    match module {
        ModuleKind::NixOs => "NixOS",
        ModuleKind::HomeManager => "home-manager",
        ModuleKind::Darwin => "nix-darwin",
    }
}

fn unknown_option(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        for setting in &subject.declaration.options {
            if let Some(problem) = option_problem(scene, check, subject, setting) {
                problems.push(problem);
            }
        }
    }
    for (path, file) in scene.repository.nix_files() {
        for template in file.templates() {
            for setting in template.options.iter().filter(|setting| !is_of_template(&setting.option)) {
                let name = template.name.known().map_or("a template", String::as_str);
                let sentence = format!("{} is no option of a template ({name})", setting.option.as_str());
                let level = scene.certainty(path, &template.conditions).max(unless_new(&setting.option));
                problems.push(scene.problem(check, level, sentence).at(scene.spot(path, &setting.name_range)).says(
                    When::Evaluation,
                    format!("The option `sops.templates.{name}.{}' does not exist", setting.option.as_str()),
                ));
            }
        }
    }
}

fn option_problem(
    scene: &Scene<'_>,
    check: &'static Check,
    subject: &Subject<'_>,
    setting: &OptionSetting,
) -> Option<Problem> {
    let name = subject.shown_name();
    let option = setting.option.as_str();
    let lacking = subject.module().filter(|module| lacks(*module, &setting.option));
    let is_of_secret = OptionName::SECRET.contains(&setting.option) || OF_EVERY_MODULE.contains(&option);
    if is_of_secret && lacking.is_none() {
        return None;
    }
    let (sentence, meant) = match lacking {
        Some(module) => (format!("{option} of {name} does not exist in {}", module_name(module)), None),
        None => {
            let known =
                OptionName::SECRET.iter().filter(|known| subject.module().is_none_or(|module| !lacks(module, known)));
            let meant = nearest(option, known.map(OptionName::as_str));
            let hint = meant.map(|meant| format!("; {meant} does")).unwrap_or_default();
            let verb = if setting.option == OptionName::SopsFileHash { "cannot be set" } else { "does not exist" };
            (format!("{option} of {name} {verb}{hint}"), meant)
        }
    };
    let level = if lacking.is_some() || meant.is_some() { Level::Error } else { unless_new(&setting.option) };
    let problem = scene
        .problem(check, scene.level(subject).max(level), sentence)
        .at(scene.spot(&subject.reference.file, &setting.name_range))
        .about(&subject.reference)
        .says(When::Evaluation, format!("The option `sops.secrets.{name}.{option}' does not exist"));
    let remove = (setting.option.clone(), None);
    Some(match meant {
        _ if lacking.is_some() => {
            problem.mend(format!("removes {option}"), subject.change(DeclarationChange::Options(vec![remove])))
        }
        Some(meant) if subject.option(&OptionName::from_name(meant)).is_none() => {
            let Some(remedy) = rename(scene, subject, setting, meant) else { return Some(problem) };
            problem.mend(format!("renames it to {meant}"), remedy)
        }
        _ => problem,
    })
}

/// The remedy that writes another name where the option's name stands, and touches nothing else.
fn rename(scene: &Scene<'_>, subject: &Subject<'_>, setting: &OptionSetting, name: &str) -> Option<Remedy> {
    let file = &subject.reference.file;
    let written = scene.repository.text(file)?.get(setting.name_range.clone())?;
    let stands_here = setting.origin == Origin::Literal && written.trim_matches('"') == setting.option.as_str();
    let patch = || Patch::replace(setting.name_range.clone(), name);
    stands_here.then(|| Remedy::Patch(file.clone(), patch()))
}

/// A name of its own may be an option that a newer module has; the known ones in a wrong place are certain.
fn unless_new(option: &OptionName) -> Level {
    match option {
        OptionName::Other(_) => Level::Warning,
        _ => Level::Error,
    }
}

fn is_of_template(option: &OptionName) -> bool {
    use OptionName::{Content, File, Gid, Group, Mode, Name, Owner, Path, ReloadUnits, RestartUnits, Uid};
    matches!(option, Name | Content | File | Path | Mode | Owner | Uid | Group | Gid | RestartUnits | ReloadUnits)
}

/// Options of sops that this program has no use for. A dot at the end stands for all below.
const OTHER_SETTINGS: &[&str] = &[
    "log",
    "environment",
    "package",
    "validationPackage",
    "placeholder",
    "age.requirePcscd",
    "gnupg.package",
    "gnupg.qubes-split-gpg.enable",
    "gnupg.qubes-split-gpg.domain",
    "gnupg.qubes-split-gpg",
    "secrets",
    "templates",
];

fn unknown_setting(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let known = [
        SettingName::DefaultSopsFile,
        SettingName::DefaultSopsFormat,
        SettingName::DefaultSopsKey,
        SettingName::ValidateSopsFiles,
        SettingName::KeepGenerations,
        SettingName::UseSystemdActivation,
        SettingName::UseTmpfs,
        SettingName::DefaultSymlinkPath,
        SettingName::DefaultSecretsMountPoint,
        SettingName::AgeKeyFile,
        SettingName::AgeGenerateKey,
        SettingName::AgeSshKeyPaths,
        SettingName::AgePlugins,
        SettingName::GnupgHome,
        SettingName::GnupgSshKeyPaths,
    ];
    for (file, setting) in scene.all_settings() {
        let SettingName::Other(name) = &setting.name else { continue };
        let is_known = OTHER_SETTINGS.iter().any(|known| name == known)
            || name.starts_with("environment.")
            || name.starts_with("placeholder.");
        if is_known {
            continue;
        }
        let meant = nearest(name, known.iter().map(SettingName::as_str).chain(OTHER_SETTINGS.iter().copied()));
        let level = if meant.is_some() { scene.certainty(file, &setting.conditions) } else { Level::Warning };
        let hint = meant.map(|meant| format!("; sops.{meant} is")).unwrap_or_default();
        problems.push(
            scene
                .problem(check, level, format!("sops.{name} is no option of sops-nix{hint}"))
                .at(scene.spot(file, &setting.name_range))
                .says(When::Evaluation, format!("The option `sops.{name}' does not exist")),
        );
    }
}
