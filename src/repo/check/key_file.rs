//! Where the private keys of the target lie: in the store by mistake, where nobody finds them, or nowhere.
//!
//! Truth: `modules/sops/default.nix` and `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406). `keyFile` is
//! of the type "path not in the Nix store", which a path literal passes before it is copied to the store; `sshKeyPaths`
//! has no such guard.

use std::ops::Range;

use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::Scene;
use crate::nix::{FilePath, ModuleKind, NixFile, ReferenceKind, Setting, SettingName, Static, Value};
use crate::text::Patch;

pub(super) const KEY_IN_STORE: Check = Check {
    code: "key-in-store",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a private key is named by a path literal and would be copied to the Nix store",
    story: "age.keyFile or an entry of sshKeyPaths is written without quotes, as a path. Nix copies such a file to \
            the store, where every user of the machine can read it, and from where it may be copied on to caches. The \
            type of keyFile, \"path not in the Nix store\", does not catch it. In a flake an absolute path is refused \
            by the pure evaluation; a relative one is copied.\n\nWrite the path in quotes: it then names a file of \
            the target. If the configuration was ever built, consider the key known and replace it.",
    run: key_in_store,
};

pub(super) const KEY_NOT_FOUND: Check = Check {
    code: "key-path",
    level: Level::Error,
    when: Some(When::Activation),
    summary: "the path of a private key is relative, or holds ~ or $HOME, which nobody expands",
    story: "age.keyFile is used as it is written: `~`, `$HOME` and relative paths are not expanded. Activation stops \
            with: cannot read keyfile '~/…'; and an unreadable keyFile is fatal even if an SSH key would do. An entry \
            of sshKeyPaths has to be an absolute path, or the evaluation stops.\n\nWrite the absolute path. In \
            home-manager: \"${config.home.homeDirectory}/.config/sops/age/keys.txt\".",
    run: key_not_found,
};

pub(super) const KEY_FROM_SECRET: Check = Check {
    code: "key-from-secret",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a private key that decrypts secrets is itself a secret",
    story: "age.keyFile or sshKeyPaths names a file below /run/secrets, or config.sops.secrets.x.path. Secrets are \
            installed with these keys, so at the first boot the key is not there yet, and nothing can be \
            decrypted.\n\nUse a key that is on the machine before: the SSH host key, or a key file on a persistent \
            disk.",
    run: key_from_secret,
};

pub(super) const GENERATED_KEY_LOST: Check = Check {
    code: "generated-key-lost",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "age.generateKey is on, but age.keyFile does not say where",
    story: "age.generateKey makes a key at age.keyFile if there is none. Without keyFile a fresh private key is \
            printed to the activation log at every switch, and lost.\n\nSet age.keyFile, for example to \
            \"/var/lib/sops-nix/key.txt\". The generated key still has to be made a recipient of the files.",
    run: generated_key_lost,
};

fn key_in_store(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for key in keys(scene) {
        let Some(Value::File(path)) = key.value.known() else { continue };
        let sentence = format!(
            "{} names a private key by a path literal: it is copied to the Nix store, readable by everyone",
            key.shown()
        );
        let level = scene.certainty(key.file, &key.setting.conditions);
        let mut problem = scene.problem(check, level, sentence).at(scene.spot(key.file, key.range));
        if let Some(says) = refusal(scene, &key, path) {
            problem = problem.says(When::Evaluation, says);
        }
        let quoted = scene.repository.nix_file(key.file).and_then(|file| quote(file, &key, path));
        problems.push(match quoted {
            Some(patch) => problem.mend("puts the path in quotes", Remedy::Patch(key.file.clone(), patch)),
            None => problem,
        });
    }
}

/// What the evaluation says, in the cases in which it notices.
fn refusal(scene: &Scene<'_>, key: &Key<'_>, path: &FilePath) -> Option<&'static str> {
    let text = scene.repository.text(key.file).and_then(|text| text.get(key.range.clone()));
    let is_string = text.is_some_and(|text| text.starts_with('"'));
    match path {
        FilePath::Absolute(_) | FilePath::Home(_) => {
            Some("access to absolute path is forbidden in pure evaluation mode")
        }
        _ if is_string && key.setting.name == SettingName::AgeKeyFile => {
            Some("is not of type 'null or path not in the Nix store'")
        }
        _ => None,
    }
}

fn key_not_found(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for key in keys(scene) {
        let Some(Value::Text(path)) = key.value.known() else { continue };
        // `%r` is the runtime folder of the user in home-manager.
        if path.starts_with(['/', '%']) && !path.contains("$HOME") && !path.contains("/~/") {
            continue;
        }
        let is_file = key.setting.name == SettingName::AgeKeyFile;
        let (when, says) = match is_file {
            true => (When::Activation, format!("cannot read keyfile '{path}'")),
            false if path.starts_with('/') => (When::Activation, format!("cannot read ssh key '{path}'")),
            false => (When::Evaluation, "is not of type 'absolute path'".to_owned()),
        };
        // An SSH key that cannot be read is only a warning there.
        let limit = if is_file || when == When::Evaluation { Level::Error } else { Level::Warning };
        let level = scene.certainty(key.file, &key.setting.conditions).max(limit);
        problems.push(
            scene
                .problem(
                    check,
                    level,
                    format!("{} is {path:?}, which is used as it is written: nobody expands it", key.shown()),
                )
                .at(scene.spot(key.file, key.range))
                .says(when, says),
        );
    }
}

fn key_from_secret(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let sentence =
        |what: &str, secret: &str| format!("{what} is the secret {secret}, which is installed with that key");
    for (path, file) in scene.repository.nix_files() {
        for reference in file.references().iter().filter(|reference| is_key_context(&reference.context)) {
            if matches!(
                reference.kind,
                ReferenceKind::Secret | ReferenceKind::HardCoded | ReferenceKind::HardCodedForUsers
            ) {
                let secret = NixFile::name_in_words(&reference.name);
                let what = reference.context.last().map_or("the key", String::as_str);
                problems.push(
                    scene
                        .problem(check, Level::Warning, sentence(what, &secret))
                        .at(scene.spot(path, &reference.range)),
                );
            }
        }
    }
}

fn generated_key_lost(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (file, setting) in scene.settings(&SettingName::AgeGenerateKey) {
        let site = scene.site(file, &setting.place);
        let is_on = setting.value == Static::Known(Value::Boolean(true));
        let elsewhere = scene.settings(&SettingName::AgeKeyFile);
        let has_file = elsewhere
            .filter(|(_, setting)| setting.value != Static::Known(Value::Null))
            .any(|(file, setting)| scene.site(file, &setting.place).fits(&site));
        if is_on && !has_file {
            let sentence =
                "age.generateKey is on, but age.keyFile is not set: the new key is printed to the log and lost";
            problems.push(scene.problem(check, Level::Warning, sentence).at(scene.spot(file, &setting.name_range)));
        }
    }
}

/// One path of a private key.
struct Key<'s> {
    file: &'s RepoPath,
    setting: &'s Setting,
    value: &'s Static<Value>,
    /// Where the path is written.
    range: &'s Range<usize>,
}

impl Key<'_> {
    fn shown(&self) -> &str {
        self.setting.name.as_str()
    }
}

/// Every path that a setting names as a private key, the elements of lists one by one.
fn keys<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Key<'s>> {
    let names = [SettingName::AgeKeyFile, SettingName::AgeSshKeyPaths, SettingName::GnupgSshKeyPaths];
    let settings = names.into_iter().flat_map(|name| scene.settings(&name).collect::<Vec<_>>());
    settings.flat_map(|(file, setting)| {
        let items: Vec<(&Static<Value>, &Range<usize>)> = match setting.value.known() {
            Some(Value::List(items)) => {
                let known = setting.item_ranges.iter().chain(std::iter::repeat(&setting.value_range));
                items.iter().zip(known).collect()
            }
            _ => vec![(&setting.value, &setting.value_range)],
        };
        items.into_iter().map(move |(value, range)| Key { file, setting, value, range })
    })
}

fn is_key_context(context: &[String]) -> bool {
    let inner: Vec<&str> = context.iter().rev().take(2).map(String::as_str).collect();
    matches!(inner.as_slice(), ["keyFile" | "sshKeyPaths", "age"] | ["sshKeyPaths", "gnupg"])
}

/// Puts an absolute path literal in quotes, where it stands as such; checked by reading the file again.
fn quote(file: &NixFile, key: &Key<'_>, path: &FilePath) -> Option<Patch> {
    let FilePath::Absolute(path) = path else { return None };
    if file.text().get(key.range.clone())? != path {
        return None;
    }
    let patch = Patch::replace(key.range.clone(), format!("\"{path}\""));
    let after = file.apply(&patch);
    let text = Value::Text(path.clone());
    let names = after.settings().iter().any(|setting| match setting.value.known() {
        Some(Value::List(items)) => items.iter().any(|item| item.known() == Some(&text)),
        value => value == Some(&text),
    });
    (names && after.syntax_problems().is_empty()).then_some(patch)
}

/// Whether some setting or service of the repository gives the target a key; see `key_source`.
pub(super) fn has_key_source(scene: &Scene<'_>, module: Option<ModuleKind>) -> bool {
    let names =
        [SettingName::AgeKeyFile, SettingName::AgeSshKeyPaths, SettingName::GnupgHome, SettingName::GnupgSshKeyPaths];
    let is_set = |setting: &Setting| !matches!(setting.value.known(), Some(Value::Null));
    let fits = |kind: Option<ModuleKind>| kind.is_none() || module.is_none() || kind == module;
    names.iter().any(|name| {
        scene.settings(name).any(|(file, setting)| is_set(setting) && fits(scene.site(file, &setting.place).module()))
    })
}
