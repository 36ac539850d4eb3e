//! Files that a creation rule is for and that are in clear text: about to be committed as they are.

use std::collections::HashSet;

use super::super::path::RepoPath;
use super::Check;
use super::named_file::named_files;
use super::problem::{Level, Problem};
use super::scene::Scene;
use crate::sops::{CreationRule, Selector};

pub(super) const NOT_ENCRYPTED: Check = Check {
    code: "not-encrypted",
    level: Level::Warning,
    when: None,
    summary: "a file that a rule of .sops.yaml is for is in clear text",
    story: "A creation rule of .sops.yaml matches the file, so it is meant to be encrypted, but it has no sops \
            metadata: everything in it can be read. Once it is committed, it stays in the history of the repository. \
            Only rules that name a folder or a file count; a rule that any file of the format would match, or that \
            seals only certain names, says nothing about this one.\n\nEncrypt it in place with `sopsmith encrypt -i \
            FILE`. If it was committed or built before, consider every value in it known. If it holds nothing \
            secret, narrow the rule, or silence the warning with a reason.",
    run: not_encrypted,
};

fn not_encrypted(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    if scene.repository.rules_files().next().is_none() {
        return;
    }
    // What a declaration reads in clear text is an error of its own.
    let named: HashSet<RepoPath> = named_files(scene).map(|(_, path)| path).collect();
    let plain = scene.repository.files().filter(|path| {
        !named.contains(*path)
            && has_format(path.file_name())
            && path.file_name() != ".sops.yaml"
            && scene.encrypted(path).is_none()
    });
    for path in plain {
        let found = scene.repository.rule_of(path).filter(|found| is_particular(found.rule, path));
        let Some((rules_path, rule)) = found.map(|found| (found.path, found.rule)) else { continue };
        let sentence = format!(
            "{path} is in clear text, though a rule of {rules_path} is for it; sopsmith encrypt -i {path} encrypts it"
        );
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(scene.spot(rules_path, &rule.range))
                .leaf(scene.spot_of_file(path))
                .key(path, ""),
        );
    }
}

/// Whether the name is one of a format whose values sops encrypts one by one.
fn has_format(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "yaml" | "yml" | "json" | "env" | "ini") || name.starts_with(".env.")
}

/// Whether a rule speaks of some files and not of every file with the same ending, wherever it lies.
fn is_particular(rule: &CreationRule, path: &RepoPath) -> bool {
    let name = path.file_name();
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let would_match = |any: &str| rule.matches(&format!("{any}{ending}"));
    // A rule that seals only what has certain names is for manifests and the like, most of which hold nothing secret.
    let seals_by_default = !matches!(
        rule.encryption_rule.selector(),
        Selector::EncryptedSuffix | Selector::EncryptedRegex | Selector::EncryptedCommentRegex
    );
    let is_for_all = would_match("anything") || would_match(".github/workflows/anything");
    seals_by_default && rule.path_regex.is_some() && !is_for_all
}

#[cfg(test)]
mod tests {
    use super::super::{Outside, run};
    use crate::repo::{RepoPath, Repository};

    /// The files in clear text that a rule with this pattern is said to be for.
    fn check(regex: &str, expected: &[&str]) {
        let rule = if regex.is_empty() { String::new() } else { format!("path_regex: {regex}\n    ") };
        let rules = format!("creation_rules:\n  - {rule}age: age1x\n");
        let plain = ["secrets/a.yaml", "secrets/b.env", "secrets/README.md", "secrets/c.nix", "flake.nix", "ci.yaml"];
        let texts = plain.iter().map(|path| (*path, "a: 1\n".to_owned())).chain([(".sops.yaml", rules)]);
        let repository = Repository::new(texts.map(|(path, text)| (RepoPath::new(path).unwrap(), text)));
        let found = run(&repository, &Outside::default());
        let told: Vec<&str> = found
            .iter()
            .filter(|problem| problem.code == "not-encrypted")
            .map(|problem| problem.leaf.as_ref().unwrap().file.as_str())
            .collect();
        assert_eq!(told, expected, "{regex}");
    }

    #[test]
    fn a_rule_for_a_folder_or_a_file_tells_what_is_meant() {
        check("secrets/[^/]+$", &["secrets/a.yaml", "secrets/b.env"]);
        check("secrets/.*\\.(yaml|json)$", &["secrets/a.yaml"]);
        check("^secrets/", &["secrets/a.yaml", "secrets/b.env"]);
        check("a\\.yaml$", &["secrets/a.yaml"]);
    }

    #[test]
    fn a_rule_for_everything_tells_nothing() {
        for regex in ["", ".*", "\\.yaml$", ".+\\.(yaml|env)$", "^[^/]+\\.yaml$", "other/"] {
            check(regex, &[]);
        }
        check("secrets/\n    encrypted_regex: ^(data|stringData)$", &[]);
    }
}
