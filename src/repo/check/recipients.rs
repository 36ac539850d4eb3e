//! Who can decrypt a file: its recipients, the creation rule that should have given them, and the hosts that read it.
//!
//! Truth: sops 3.12.2 (`updatekeys` compares sets of recipients), and sops-nix (commit 56b2406), which decrypts with
//! age identities made from SSH keys, never with the SSH keys themselves.

use std::collections::HashMap;

use super::super::encrypted::EncryptedFile;
use super::super::path::RepoPath;
use super::super::recipients::is_compared;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::Scene;
use crate::sops::{CreationRule, CreationRules, is_same_recipient as is_same};

pub(super) const RECIPIENTS_DIFFER: Check = Check {
    code: "recipients-differ",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "an encrypted file is out of step with its rule in .sops.yaml",
    story: "The creation rule of .sops.yaml that matches the file names other recipients than the file has. A rule \
            counts when a file is made; later changes reach a file only by updating its keys. A host that is in the \
            rule but not in the file cannot decrypt it; one that is only in the file still can.\n\nUpdate the file: \
            `sopsmith updatekeys FILE`, or `u` in the recipients pane. Whoever was removed still knows the old data key; \
            rotate if that matters.",
    run: recipients_differ,
};

pub(super) const HOST_NOT_RECIPIENT: Check = Check {
    code: "host-not-recipient",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a host reads a file that is not encrypted for it",
    story: "A configuration reads the file, and .sops.yaml has a key of the same name as the configuration, but the \
            file is not encrypted for that key, and neither does the file's rule name it. Activation on that host \
            would fail to decrypt, and install no secret.\n\nAdd the host to the rule of the file, and update the \
            file's keys.",
    run: host_not_recipient,
};

pub(super) const SSH_RECIPIENT: Check = Check {
    code: "ssh-recipient",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a file is encrypted for SSH keys only, which sops-nix cannot use",
    story: "SOPS can encrypt for an SSH key itself (recipient `ssh-ed25519 …`). sops-nix converts the SSH keys of the \
            host to age keys (recipient `age1…`) and decrypts with those; the two are different recipients, although \
            they come from one key. A file that has only recipients of the first kind does not decrypt at \
            activation.\n\nAdd the converted recipient: `ssh-to-age < /etc/ssh/ssh_host_ed25519_key.pub`.",
    run: ssh_recipient,
};

pub(super) const KEY_GROUPS: Check = Check {
    code: "key-groups",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "a file needs recipients of several groups at once",
    story: "Several entries in `key_groups` split the data key: somebody of each group is needed (or of as many as \
            shamir_threshold says). A host has the keys of one group, so activation cannot decrypt.\n\nMostly it is a \
            stray `-` before `age:` or `pgp:` in .sops.yaml, which begins a new group; lists of one group stand below \
            one `-`. Remove it and update the keys of the files.",
    run: key_groups,
};

fn recipients_differ(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    // A file without any recipient was not read at all; that is a problem of its own.
    let read = scene.repository.encrypted_files().filter(|(_, file)| file.recipients().next().is_some());
    for (path, file) in read {
        let Some((rules_path, rules, rule)) = rule_of(scene, path) else { continue };
        let wanted: Vec<_> = rule.keys().filter(|key| is_compared(key.kind)).collect();
        let missing: Vec<_> = wanted.iter().filter(|key| !has(file, &key.identity)).collect();
        let extra: Vec<_> = file
            .recipients()
            .filter(|recipient| is_compared(recipient.kind))
            .filter(|recipient| !wanted.iter().any(|key| is_same(&key.identity, &recipient.name)))
            .collect();
        if missing.is_empty() && extra.is_empty() {
            continue;
        }
        let name = |identity: &str| rules.name_of(identity).map_or_else(|| shorten(identity), str::to_owned);
        let mut parts = Vec::new();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|key| name(&key.identity)).collect();
            parts.push(format!("is not encrypted for {}, whom its rule names", names.join(", ")));
        }
        if !extra.is_empty() {
            let names: Vec<String> = extra.iter().map(|recipient| name(&recipient.name)).collect();
            parts.push(format!("is encrypted for {}, whom its rule does not name", names.join(", ")));
        }
        let place = missing.first().map_or(&rule.range, |key| &key.range);
        let leaf =
            extra.first().or(file.recipients().next().as_ref()).map_or(0..0, |recipient| recipient.range.clone());
        problems.push(
            scene
                .problem(check, Level::Warning, format!("{path} {}", parts.join(", and ")))
                .at(scene.spot(rules_path, place))
                .leaf(scene.spot(path, &leaf))
                .key(path, "")
                .offer("updates the file to its rule", Remedy::UpdateRecipients { file: path.clone() }),
        );
    }
}

fn host_not_recipient(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let mut told: HashMap<(&RepoPath, &str), ()> = HashMap::new();
    for subject in &scene.subjects {
        let hosts = scene.repository.hosts_of(&subject.reference.file);
        for target in subject.placement.targets() {
            let Some(file) = scene.encrypted(&target.file) else { continue };
            let Some((_, rules_file)) = scene.repository.rules_for(&target.file) else { continue };
            let Ok(rules) = &rules_file.rules else { continue };
            for host in &hosts {
                let Some((identity, name)) = rules.names().find(|(_, name)| is_name_of(name, host)) else { continue };
                let by_rule = rule_of(scene, &target.file)
                    .is_some_and(|(_, _, rule)| rule.keys().any(|key| is_same(&key.identity, identity)));
                let is_told = has(file, identity) || by_rule || only_ssh(file) || scene.level(subject) != Level::Error;
                if is_told || told.insert((&target.file, host), ()).is_some() {
                    continue;
                }
                let sentence = format!(
                    "{} is read on {host}, but {} is not encrypted for {name}",
                    subject.shown_name(),
                    target.file
                );
                problems.push(
                    scene
                        .problem(check, Level::Warning, sentence)
                        .at(subject.own_spot(scene))
                        .leaf(scene.spot_of_file(&target.file))
                        .about(&subject.reference)
                        .key(&target.file, &target.key)
                        .says(When::Activation, format!("failed to decrypt '{}'", target.file)),
                );
            }
        }
    }
}

fn ssh_recipient(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in read_files(scene) {
        if let Some(recipient) = file.recipients().next().filter(|_| only_ssh(file)) {
            let sentence =
                format!("{path} is encrypted for SSH keys themselves; sops-nix has only the age keys made from them");
            problems.push(
                scene
                    .problem(check, Level::Warning, sentence)
                    .leaf(scene.spot(path, &recipient.range))
                    .key(path, "")
                    .says(When::Activation, format!("failed to decrypt '{path}': no identity matched")),
            );
        }
    }
}

fn key_groups(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in read_files(scene).filter(|(_, file)| file.groups().len() > 1) {
        let groups = file.groups().len();
        let sentence = format!("{path} needs recipients of {groups} groups at once; a host is in one");
        let first = file.recipients().next().map_or(0..0, |recipient| recipient.range.clone());
        let mut problem = scene
            .problem(check, Level::Warning, sentence)
            .leaf(scene.spot(path, &first))
            .key(path, "")
            .says(When::Activation, format!("failed to decrypt '{path}': could not recover the data key"));
        if let Some((rules_path, _, rule)) = rule_of(scene, path).filter(|(_, _, rule)| rule.groups.len() > 1) {
            problem = problem.at(scene.spot(rules_path, &rule.range));
        }
        problems.push(problem);
    }
}

/// The encrypted files that some declaration reads.
fn read_files<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'s RepoPath, &'s EncryptedFile)> {
    scene.repository.encrypted_files().filter(|(path, _)| !scene.repository.readers(path).is_empty())
}

/// The creation rule of a file, with the file it stands in.
fn rule_of<'s>(scene: &'s Scene<'_>, path: &RepoPath) -> Option<(&'s RepoPath, &'s CreationRules, &'s CreationRule)> {
    scene.repository.rule_of(path).map(|found| (found.path, found.rules, found.rule))
}

fn has(file: &EncryptedFile, identity: &str) -> bool {
    file.recipients().any(|recipient| is_same(&recipient.name, identity))
}

/// Whether a file is for SSH keys themselves, and for nobody else.
fn only_ssh(file: &EncryptedFile) -> bool {
    file.recipients().all(|recipient| recipient.name.starts_with("ssh-"))
}

/// Whether an anchor names a host: `web`, `host_web`, `web_host`, `host-web`, `server_web`…
fn is_name_of(anchor: &str, host: &str) -> bool {
    let anchor = anchor.replace('-', "_");
    let host = host.replace('-', "_");
    let rest = anchor.strip_suffix(host.as_str()).or_else(|| anchor.strip_prefix(host.as_str()));
    rest.is_some_and(|rest| matches!(rest.trim_matches('_'), "" | "host" | "hosts" | "server" | "system" | "machine"))
}

fn shorten(identity: &str) -> String {
    let start: String = identity.chars().take(12).collect();
    if start.len() < identity.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_name_hosts_in_the_usual_ways() {
        for anchor in ["web", "host_web", "host-web", "web_host", "server_web", "hosts_web"] {
            assert!(is_name_of(anchor, "web"), "{anchor}");
        }
        for anchor in ["webmaster", "user_web", "mail", "web2"] {
            assert!(!is_name_of(anchor, "web"), "{anchor}");
        }
    }
}
