//! `.sops.yaml`: who can decrypt which file. Made, or given what it lacks.

use super::super::path::RepoPath;
use super::answers::{Answers, Holder};
use super::facts::Facts;
use super::plan::SetupPlan;
use crate::sops::{
    Addition, CreationRules, FreshKey, NewRule, RulesEditError, Which, escape_path, fresh_rules, is_same_recipient,
    secrets_regex,
};

/// The name of the file.
pub(super) const NAME: &str = ".sops.yaml";

const REASON: &str = "says who can decrypt which file";

/// Adds what the rules lack.
pub(super) fn plan(facts: &Facts<'_>, answers: &Answers, plan: &mut SetupPlan) {
    let holders: Vec<&Holder> = std::iter::once(&answers.you).chain(&answers.host).collect();
    let Some((path, file)) = facts.repository.rules_for(&answers.secrets_file) else {
        // Beside the flake: sops looks for it from the working directory upwards.
        let path = facts.at_top(NAME);
        let text = fresh_rules(&fresh_keys(&holders), &path_regex(inside(&path, &answers.secrets_file)));
        plan.change(path, None, text, REASON);
        return;
    };
    let inside = inside(path, &answers.secrets_file);
    let rules = match &file.rules {
        Ok(rules) => match rules.rule_for(inside) {
            Ok(_) => rules,
            Err(error) => return plan.by_hand(format!("{path}: {error}; {}", error.hint()), &[]),
        },
        Err(error) => return plan.by_hand(format!("{path}: {error}; {}", error.hint()), &[]),
    };
    let is_missing = |holder: &&Holder| {
        let names = |key: &crate::sops::RuleKey| is_same_recipient(&key.identity, holder.recipient.as_str());
        !rules.for_path(inside).is_some_and(|rule| rule.keys().any(names))
    };
    let missing: Vec<&Holder> = holders.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return plan.in_place(format!("{path} has a rule for {inside} with your key"));
    }
    match with_holders(&file.text, rules, inside, &missing) {
        Ok(text) => {
            plan.change(path.clone(), Some(&file.text), text, REASON);
            // Whoever opens the file already wraps its data key for the others.
            if facts.repository.encrypted_file(&answers.secrets_file).is_some() {
                plan.by_hand(
                    format!("{} was encrypted before; someone who can open it runs", answers.secrets_file),
                    &[&format!("sopsmith updatekeys {}", answers.secrets_file)],
                );
            }
        }
        Err(error) => {
            let lines: Vec<String> =
                missing.iter().map(|holder| format!("- &{} {}", holder.name, holder.recipient)).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            plan.by_hand(
                format!("{path}: {error}; {}. These have to be among its keys and rules", error.hint()),
                &lines,
            );
        }
    }
}

/// A file's path as its rules see it.
pub(in super::super) fn inside<'p>(rules: &RepoPath, file: &'p RepoPath) -> &'p str {
    let below = file.as_str().strip_prefix(rules.folder()).unwrap_or(file.as_str());
    below.trim_start_matches('/')
}

/// The rules with everybody in the rule of a file; it is made where there is none.
fn with_holders(
    text: &str,
    rules: &CreationRules,
    inside: &str,
    missing: &[&Holder],
) -> Result<String, RulesEditError> {
    let Some(number) = rules.rules().iter().position(|rule| rule.matches(inside)) else {
        let rule = NewRule { path_regex: &path_regex(inside), file: inside, keys: &fresh_keys(missing) };
        return Ok(CreationRules::add_rule(text, &rule)?.text);
    };
    let mut text = text.to_owned();
    for holder in missing {
        let rules = Which::These(&[number]);
        let group = None;
        let addition = Addition { recipient: &holder.recipient, name: &holder.name, rules, group };
        text = CreationRules::add_recipient(&text, &addition)?.text;
    }
    Ok(text)
}

fn fresh_keys<'h>(holders: &[&'h Holder]) -> Vec<FreshKey<'h>> {
    holders.iter().map(|holder| FreshKey { name: &holder.name, recipient: &holder.recipient }).collect()
}

/// The pattern of a new rule: the encrypted files of the folder; at the top of the repository that file alone.
fn path_regex(file: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) if file.ends_with(".yaml") => secrets_regex(folder),
        _ => format!("^{}$", escape_path(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::repository;
    use super::super::{DecryptWith, plan};
    use super::*;
    use crate::sops::AgeRecipient;

    /// Recipients of throwaway keys, made for the tests only.
    const ANN: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
    const WEB: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

    fn answers(file: &str, host: Option<&str>) -> Answers {
        let holder =
            |name: &str, key: &str| Holder { name: name.to_owned(), recipient: AgeRecipient::parse(key).unwrap() };
        Answers {
            you: holder("ann", ANN),
            host: host.map(|name| holder(name, WEB)),
            secrets_file: RepoPath::new(file).unwrap(),
            decrypt_with: DecryptWith::SshHostKey,
            system: None,
        }
    }

    /// What a plan makes of a `.sops.yaml`; `None`: it is left as it is.
    #[track_caller]
    fn check(before: Option<&str>, answers: &Answers, expected: Option<&str>) {
        let spelled = |text: &str| text.replace("ANN", ANN).replace("WEB", WEB);
        let files: Vec<(&str, String)> = before.map(|text| (NAME, spelled(text))).into_iter().collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let repository = repository(&files);
        let plan = plan(&Facts { repository: &repository, gitignore: None, top: "" }, answers);
        assert_eq!(plan.rules_text(), expected.map(spelled).as_deref(), "{:?}", plan.by_hand);
        if let Some(text) = plan.rules_text() {
            let rules = CreationRules::parse(text).unwrap();
            assert!(rules.for_path(answers.secrets_file.as_str()).is_some_and(|rule| rule.keys().count() > 0));
        }
    }

    #[test]
    fn a_new_file_names_everybody_and_has_a_rule() {
        let expected = fresh_rules(
            &fresh_keys(&[&answers("x", None).you, answers("x", Some("web")).host.as_ref().unwrap()]),
            r"^secrets/[^/]+\.(yaml|json|env|ini)$",
        );
        check(None, &answers("secrets/secrets.yaml", Some("web")), Some(&expected));
    }

    #[test]
    fn the_rule_matches_its_file_and_no_neighbour() {
        let check = |file: &str, other: &str| {
            let regex = path_regex(file);
            let text = fresh_rules(&fresh_keys(&[&answers(file, None).you]), &regex);
            let rules = CreationRules::parse(&text).unwrap();
            assert!(rules.for_path(file).is_some(), "{file}");
            assert!(rules.for_path(other).is_none(), "{other}");
        };
        check("secrets/secrets.yaml", "other/secrets.yaml");
        check("secrets.yaml", "secretsxyaml");
        check("hosts/a+b.c/s.yaml", "hosts/aab.c/s.yaml");
        check("secrets/x.yml", "secrets/y.yml");
    }

    #[test]
    fn rules_that_are_there_get_what_they_lack() {
        let file = answers("secrets/secrets.yaml", None);
        check(Some("creation_rules:\n  - age: ANN\n"), &file, None);
        check(
            Some(
                "keys:\n  - &web WEB # the server\ncreation_rules:\n  - path_regex: ^secrets/\n    key_groups:\n      - age:\n          - *web\n",
            ),
            &file,
            Some(
                "keys:\n  - &web WEB # the server\n  - &ann ANN\ncreation_rules:\n  - path_regex: ^secrets/\n    key_groups:\n      - age:\n          - *web\n          - *ann\n",
            ),
        );
    }

    #[test]
    fn a_file_without_a_rule_gets_one() {
        let before = "keys:\n  - &ann ANN\ncreation_rules:\n  - path_regex: ^other/\n    key_groups:\n      - age:\n          - *ann\n";
        let after = "keys:\n  - &ann ANN\ncreation_rules:\n  - path_regex: ^other/\n    key_groups:\n      - age:\n          - *ann\n  - path_regex: ^secrets/[^/]+\\.(yaml|json|env|ini)$\n    key_groups:\n      - age:\n          - *ann\n";
        check(Some(before), &answers("secrets/secrets.yaml", None), Some(after));
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_person() {
        let repository = repository(&[(NAME, "creation_rules: x\n")]);
        let plan = plan(&Facts { repository: &repository, gitignore: None, top: "" }, &answers("s/x.yaml", None));
        assert!(plan.rules_text().is_none());
        assert!(plan.by_hand.iter().any(|part| part.what.contains("creation_rules has to be a list")));
    }
}
