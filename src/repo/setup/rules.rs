//! `.sops.yaml`: who can decrypt which file.
//!
//! Written as most people write it (`keys:` with anchors, aliases in the rules); what sops makes of it is
//! sops-format.md's business and checked by [`CreationRules`].

use std::fmt::Write as _;

use super::super::path::RepoPath;
use super::answers::{Answers, Holder};
use super::facts::Facts;
use super::plan::SetupPlan;

/// The name of the file.
pub(super) const NAME: &str = ".sops.yaml";

const REASON: &str = "says who can decrypt which file";

/// Adds what the rules lack.
pub(super) fn plan(facts: &Facts<'_>, answers: &Answers, plan: &mut SetupPlan) {
    let path = RepoPath::new(NAME).expect("a path inside");
    let Some((path_there, file)) = facts.repository.rules_for(&answers.secrets_file) else {
        plan.change(path, None, new_text(answers), REASON);
        return;
    };
    let holders = holders(answers);
    let rules = match &file.rules {
        Ok(rules) => rules,
        Err(error) => {
            plan.by_hand(format!("{path_there} cannot be read: {error}"), &[]);
            return;
        }
    };
    let folder = path_there.folder();
    let inside = answers.secrets_file.as_str().strip_prefix(folder).unwrap_or(answers.secrets_file.as_str());
    let inside = inside.trim_start_matches('/');
    let missing: Vec<&Holder> = match rules.for_path(inside) {
        Some(rule) => holders
            .into_iter()
            .filter(|holder| !rule.keys().any(|key| is_same(&key.identity, &holder.recipient)))
            .collect(),
        None => holders,
    };
    if rules.for_path(inside).is_some() && missing.is_empty() {
        plan.in_place(format!("{path_there} has a rule for {inside} with your key"));
        return;
    }
    let lines = by_hand(rules.for_path(inside).is_some(), inside, &missing);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    plan.by_hand(format!("{path_there} lacks these lines"), &lines);
}

fn holders(answers: &Answers) -> Vec<&Holder> {
    std::iter::once(&answers.you).chain(&answers.host).collect()
}

/// Whether two spellings are one key; the comment of an SSH key does not count.
fn is_same(one: &str, other: &str) -> bool {
    let key = |text: &str| text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    key(one) == key(other)
}

/// A whole file.
fn new_text(answers: &Answers) -> String {
    let mut text = String::from("# Who can decrypt which file. After a change here: sopsmith updatekeys\nkeys:\n");
    let holders = holders(answers);
    for holder in &holders {
        writeln!(text, "  - &{} {}", holder.name, holder.recipient).expect("a String takes everything");
    }
    text.push_str("creation_rules:\n");
    for line in rule_lines(answers.secrets_file.as_str(), &holders) {
        writeln!(text, "  {line}").expect("a String takes everything");
    }
    text
}

fn rule_lines(secrets_file: &str, holders: &[&Holder]) -> Vec<String> {
    let mut lines =
        vec![format!("- path_regex: {}", path_regex(secrets_file)), "  key_groups:".into(), "    - age:".into()];
    lines.extend(holders.iter().map(|holder| format!("        - *{}", holder.name)));
    lines
}

fn by_hand(has_rule: bool, secrets_file: &str, missing: &[&Holder]) -> Vec<String> {
    let mut lines = vec!["keys:".to_owned()];
    lines.extend(missing.iter().map(|holder| format!("  - &{} {}", holder.name, holder.recipient)));
    lines.push("creation_rules:".to_owned());
    if has_rule {
        lines.push(format!("  # in the rule for {secrets_file}"));
        lines.extend(missing.iter().map(|holder| format!("          - *{}", holder.name)));
    } else {
        lines.extend(rule_lines(secrets_file, missing).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// The pattern of a rule: every YAML file of the folder; at the top of the repository that file alone.
fn path_regex(secrets_file: &str) -> String {
    let escaped = |text: &str| {
        let escape = |character: char| match character {
            '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' | '\\' => {
                format!("\\{character}")
            }
            other => other.to_string(),
        };
        text.chars().map(escape).collect::<String>()
    };
    match secrets_file.rsplit_once('/') {
        Some((folder, _)) => format!("^{}/[^/]+\\.ya?ml$", escaped(folder)),
        None => format!("^{}$", escaped(secrets_file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sops::CreationRules;

    fn answers(secrets_file: &str, host: Option<&str>) -> Answers {
        let holder = |name: &str, recipient: &str| Holder { name: name.to_owned(), recipient: recipient.to_owned() };
        Answers {
            you: holder("ann", "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4"),
            host: host.map(|name| holder(name, "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun")),
            secrets_file: RepoPath::new(secrets_file).unwrap(),
            decrypt_with: super::super::DecryptWith::SshHostKey,
            system: None,
        }
    }

    #[test]
    fn a_new_file_has_anchors_and_a_rule() {
        let expected = "\
# Who can decrypt which file. After a change here: sopsmith updatekeys
keys:
  - &ann age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4
  - &web age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun
creation_rules:
  - path_regex: ^secrets/[^/]+\\.ya?ml$
    key_groups:
      - age:
          - *ann
          - *web
";
        assert_eq!(new_text(&answers("secrets/secrets.yaml", Some("web"))), expected);
    }

    #[test]
    fn the_rule_matches_its_file_and_no_neighbour() {
        let check = |file: &str, other: &str| {
            let rules = CreationRules::parse(&new_text(&answers(file, None))).unwrap();
            assert!(rules.for_path(file).is_some(), "{file}");
            assert!(rules.for_path(other).is_none(), "{other}");
        };
        check("secrets/secrets.yaml", "other/secrets.yaml");
        check("secrets.yaml", "secretsxyaml");
        check("hosts/a+b.c/s.yaml", "hosts/aab.c/s.yaml");
        check("secrets/x.yml", "secrets/deeper/x.yml");
    }
}
