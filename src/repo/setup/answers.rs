//! What a person is asked, and the defaults that follow from the repository.

use super::super::path::RepoPath;
use super::facts::Facts;
use crate::nix::ModuleKind;
use crate::sops::AgeRecipient;

/// The file that most repositories have.
const USUAL_FILE: &str = "secrets/secrets.yaml";

/// Someone who can decrypt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What people call it: the anchor in `.sops.yaml`.
    pub name: String,
    /// Its public key.
    pub recipient: AgeRecipient,
}

/// With which key the target decrypts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecryptWith {
    /// Its SSH host key, as most servers do.
    SshHostKey,
    /// A file with an age identity, at this path on the target.
    KeyFile(String),
}

/// All that a plan needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The person.
    pub you: Holder,
    /// A host that is to decrypt from the start; others are added later.
    pub host: Option<Holder>,
    /// The encrypted file.
    pub secrets_file: RepoPath,
    /// With which key the target decrypts.
    pub decrypt_with: DecryptWith,
    /// The system of the flake that gets the secrets; none where the flake has one only, or there is no flake.
    pub system: Option<String>,
}

/// Defaults, and what there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The encrypted file.
    pub secrets_file: RepoPath,
    /// The systems of the flake.
    pub systems: Vec<String>,
    /// Whether the repository says already where secrets come from, so that nothing is asked about it.
    pub has_module: bool,
    /// What the repository is about: systems, or homes without a system around them.
    pub kind: ModuleKind,
}

impl Proposal {
    /// What follows from a repository.
    #[must_use]
    pub fn of(facts: &Facts<'_>) -> Self {
        Self {
            secrets_file: secrets_file(facts),
            systems: facts.systems(),
            has_module: facts.module().is_some(),
            kind: facts.kind(),
        }
    }

    /// Whether the repository is about homes, without a system around them.
    #[must_use]
    pub fn is_home(&self) -> bool {
        self.kind == ModuleKind::HomeManager
    }
}

/// The file that secrets go to: what the modules name, else what is there, else what the rules are made for.
fn secrets_file(facts: &Facts<'_>) -> RepoPath {
    let there = || facts.repository.encrypted_files().map(|(path, _)| path).find(|path| is_yaml(path)).cloned();
    let usual = facts.at_top(USUAL_FILE);
    let by_rule = || {
        let (path, rules) = facts.repository.rules_for(&usual)?;
        let rules = rules.rules.as_ref().ok()?;
        let names = [USUAL_FILE, "secrets.yaml", "secrets/default.yaml", "secrets/common.yaml", "secrets/shared.yaml"];
        names
            .into_iter()
            .map(|name| facts.at_top(name))
            .find(|file| rules.for_path(super::rules::inside(path, file)).is_some())
    };
    facts.default_file().or_else(there).or_else(by_rule).unwrap_or(usual)
}

fn is_yaml(path: &RepoPath) -> bool {
    path.as_str().ends_with(".yaml") || path.as_str().ends_with(".yml")
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::repository;
    use super::*;

    #[test]
    fn the_secrets_file_follows_from_what_is_there() {
        let check = |files: &[(&str, &str)], expected: &str| {
            let repository = repository(files);
            let proposal = Proposal::of(&Facts { repository: &repository, gitignore: None, top: "" });
            assert_eq!(proposal.secrets_file.as_str(), expected);
        };
        check(&[], "secrets/secrets.yaml");
        check(&[("hosts/a.nix", "{ sops.defaultSopsFile = ../vault.yaml; }")], "vault.yaml");
        check(&[("x/web.yaml", "a: ENC[AES256_GCM,x]\nsops:\n    mac: ''\n")], "x/web.yaml");
        check(&[(".sops.yaml", "creation_rules:\n  - path_regex: ^secrets\\.yaml$\n")], "secrets.yaml");
        check(&[(".sops.yaml", "creation_rules: []\n")], "secrets/secrets.yaml");
    }
}
