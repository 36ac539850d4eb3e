//! `.sops.yaml`: which recipients and which encryption rule a file gets, and what its recipients are called.
//!
//! Truth: sops 3.12.2 and 3.13.3, `config/config.go`. The first rule whose `path_regex` matches wins; key groups make its
//! flat keys invisible. Read with byte ranges, so that a place in the file can be shown, and edited
//! without touching the rest.

mod edit;
mod read;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use regex::Regex;

use super::encryption_rule::EncryptionRule;
use super::metadata::{MasterKey, MasterKeyKind};
pub use edit::{
    Addition, FreshKey, NewRule, Removal, RulesChange, RulesEditError, Which, escape_path, free_name, fresh_rules,
    legal_name, secrets_regex,
};

/// What a `.sops.yaml` says.
#[derive(Debug, Clone)]
pub struct CreationRules {
    rules: Vec<CreationRule>,
    names: HashMap<String, String>,
    anchors: HashSet<String>,
    yaml_indent: usize,
}

/// One entry of `creation_rules`.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// `path_regex` as written; none matches every file.
    pub path_regex: Option<String>,
    /// The recipients. Several groups split the data key: someone of each is needed, or of `shamir_threshold` of them.
    pub groups: Vec<Vec<RuleKey>>,
    /// How many groups are needed; 0 where it is not said.
    pub shamir_threshold: usize,
    /// Which leaves are sealed.
    pub encryption_rule: EncryptionRule,
    /// Whether the MAC leaves out the values that stay in the clear.
    pub mac_only_encrypted: bool,
    /// The line of the rule, from 1.
    pub line: usize,
    /// The bytes of the rule.
    pub range: Range<usize>,
    pattern: Pattern,
    /// What sops says when the file at hand gets this rule.
    fault: Option<CreationRulesError>,
}

/// Which files a rule is for.
#[derive(Debug, Clone)]
enum Pattern {
    Every,
    Matching(Regex),
    /// No regular expression: sops stops there when it looks for a file's rule.
    Invalid(CreationRulesError),
}

/// A recipient as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleKey {
    /// The kind, which decides who can unwrap.
    pub kind: MasterKeyKind,
    /// What sops calls it in a file's metadata: the age recipient, the fingerprint, the ARN …
    pub identity: String,
    /// The anchor it was written with, which is what people call it: `laptop` of `&laptop age1…`.
    pub name: Option<String>,
    /// The bytes in the rule: the recipient, or the alias that stands for it.
    pub range: Range<usize>,
}

impl RuleKey {
    /// An age recipient that no rule names.
    #[must_use]
    pub fn age(recipient: impl Into<String>) -> Self {
        Self { kind: MasterKeyKind::Age, identity: recipient.into(), name: None, range: 0..0 }
    }
}

impl From<&MasterKey> for RuleKey {
    fn from(key: &MasterKey) -> Self {
        Self { kind: key.kind, identity: key.identity.clone(), name: None, range: 0..0 }
    }
}

/// A `.sops.yaml` that sops would not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreationRulesError {
    /// The YAML parser gave up.
    #[error("line {line}, column {column} is not valid YAML: {problem}")]
    NotYaml {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// A field holds something else than it has to.
    #[error("line {line}: {field} has to be {expected}")]
    WrongKind {
        /// Line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
        /// `a list`, `text` …
        expected: &'static str,
    },
    /// A pattern that is no regular expression.
    #[error("line {line}: {field} is not a regular expression that sops can read")]
    Regex {
        /// Line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// Two encryption rules at once.
    #[error("line {line}: a rule has one of {first} and {second}, not both")]
    SeveralSelectors {
        /// Line of the rule, from 1.
        line: usize,
        /// The first field.
        first: &'static str,
        /// The second field.
        second: &'static str,
    },
    /// A key stands twice in one mapping.
    #[error("line {line}: a key stands here a second time")]
    DuplicateKey {
        /// Line of the second, from 1.
        line: usize,
    },
}

impl CreationRulesError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::NotYaml { line, .. }
            | Self::WrongKind { line, .. }
            | Self::Regex { line, .. }
            | Self::SeveralSelectors { line, .. }
            | Self::DuplicateKey { line } => *line,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotYaml { .. } => "mend the line; sops cannot read the file either",
            Self::WrongKind { .. } => "compare the rule with the ones around it",
            Self::Regex { .. } => "sops reads Go's regular expressions: escape a dot as \\. and a bracket as \\[",
            Self::SeveralSelectors { .. } => "keep the one that is meant",
            Self::DuplicateKey { .. } => "remove one of the two",
        }
    }
}

impl CreationRules {
    /// Reads a `.sops.yaml`.
    ///
    /// # Errors
    /// When sops would refuse it too; the error names the line.
    pub fn parse(text: &str) -> Result<Self, CreationRulesError> {
        read::read(text)
    }

    /// The rules in order.
    #[must_use]
    pub fn rules(&self) -> &[CreationRule] {
        &self.rules
    }

    /// The first rule that matches a file; `path` is relative to the folder of the `.sops.yaml`.
    #[must_use]
    pub fn for_path(&self, path: &str) -> Option<&CreationRule> {
        self.rule_for(path).ok().flatten()
    }

    /// As [`for_path`](Self::for_path). A fault counts only where sops meets it: a pattern on the way to the rule that
    /// matches, selectors in that rule itself.
    ///
    /// # Errors
    /// When sops would refuse the file.
    pub fn rule_for(&self, path: &str) -> Result<Option<&CreationRule>, &CreationRulesError> {
        for rule in &self.rules {
            match (&rule.pattern, &rule.fault) {
                (Pattern::Invalid(error), _) => return Err(error),
                (_, fault) if rule.matches(path) => return fault.as_ref().map_or(Ok(Some(rule)), Err),
                _ => {}
            }
        }
        Ok(None)
    }

    /// What sops stops at on its way to the rule of this number, or in it; of a number beyond the last, on the whole way.
    #[must_use]
    pub fn fault_up_to(&self, number: usize) -> Option<&CreationRulesError> {
        self.rules.iter().take(number + 1).enumerate().find_map(|(at, rule)| match (&rule.pattern, &rule.fault) {
            (Pattern::Invalid(error), _) => Some(error),
            (_, Some(error)) if at == number => Some(error),
            _ => None,
        })
    }

    /// Everything that sops refuses once it comes to it, in the order of the rules.
    pub fn faults(&self) -> impl Iterator<Item = &CreationRulesError> {
        self.rules.iter().filter_map(|rule| match &rule.pattern {
            Pattern::Invalid(error) => Some(error),
            _ => rule.fault.as_ref(),
        })
    }

    /// What people call a recipient: the anchor that some scalar with its text has.
    #[must_use]
    pub fn name_of(&self, identity: &str) -> Option<&str> {
        self.names.get(identity).map(String::as_str)
    }

    /// The recipient that people call `name`.
    #[must_use]
    pub fn identity_of(&self, name: &str) -> Option<&str> {
        self.names.iter().find(|(_, other)| *other == name).map(|(identity, _)| identity.as_str())
    }

    /// Every anchor on a recipient: the recipient, and what people call it. In no particular order.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(identity, name)| (identity.as_str(), name.as_str()))
    }

    /// The columns a level that new YAML files get: `stores.yaml.indent`, else 4.
    #[must_use]
    pub fn yaml_indent(&self) -> usize {
        self.yaml_indent
    }
}

impl CreationRule {
    /// Whether the rule is for a file; `path` is relative to the folder of the `.sops.yaml`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match &self.pattern {
            Pattern::Every => true,
            Pattern::Matching(regex) => regex.is_match(path),
            Pattern::Invalid(_) => false,
        }
    }

    /// All recipients of all groups, in order.
    pub fn keys(&self) -> impl Iterator<Item = &RuleKey> {
        self.groups.iter().flatten()
    }
}

/// Whether two texts mean one recipient: the comment of an SSH key is no part of it.
#[must_use]
pub fn is_same_recipient(one: &str, other: &str) -> bool {
    let key = |text: &str| text.splitn(3, ' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    one == other || (one.starts_with("ssh-") && key(one) == key(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recipients of throwaway keys, made for the tests only.
    const LAPTOP: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
    const HOST: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

    /// Compares the names or identities of the groups that the rule for `path` has: `a b | c`.
    #[track_caller]
    fn check(text: &str, path: &str, expected: &str) {
        let text = text.replace("LAPTOP", LAPTOP).replace("HOST", HOST);
        let rules = CreationRules::parse(&text).unwrap();
        let word = |key: &RuleKey| key.name.clone().unwrap_or_else(|| key.identity.clone());
        let group = |group: &Vec<RuleKey>| group.iter().map(word).collect::<Vec<_>>().join(" ");
        let groups = |rule: &CreationRule| rule.groups.iter().map(group).collect::<Vec<_>>().join(" | ");
        assert_eq!(rules.for_path(path).map_or_else(|| "no rule".to_owned(), groups), expected);
    }

    const USUAL: &str = "\
keys:
  - &laptop LAPTOP
  - &host_web HOST
creation_rules:
  - path_regex: secrets/web\\.yaml$
    key_groups:
      - age:
          - *laptop
          - *host_web
  - path_regex: ^secrets/[^/]+\\.(yaml|json)$
    key_groups:
      - age: [*laptop]
";

    #[test]
    fn the_first_rule_that_matches_wins() {
        check(USUAL, "secrets/web.yaml", "laptop host_web");
        check(USUAL, "secrets/mail.yaml", "laptop");
        check(USUAL, "other/mail.yaml", "no rule");
        check("creation_rules:\n  - age: LAPTOP\n", "any/where.yaml", LAPTOP);
    }

    #[test]
    fn flat_keys_may_be_a_list_or_parted_by_commas() {
        check("creation_rules:\n- age: ' LAPTOP ,, HOST'\n", "x", &format!("{LAPTOP} {HOST}"));
        check("creation_rules:\n- age: [LAPTOP, HOST]\n", "x", &format!("{LAPTOP} {HOST}"));
        check("creation_rules:\n- age: LAPTOP\n  pgp: 'AB CD,EF'\n", "x", &format!("ABCD EF {LAPTOP}"));
    }

    #[test]
    fn key_groups_hide_flat_keys_and_may_merge() {
        check("creation_rules:\n- age: HOST\n  key_groups:\n  - age: [LAPTOP]\n", "x", LAPTOP);
        let merged =
            "creation_rules:\n- key_groups:\n  - merge:\n    - age: [LAPTOP]\n    age: [HOST]\n  - pgp: [AA]\n";
        check(merged, "x", &format!("{LAPTOP} {HOST} | AA"));
    }

    #[test]
    fn kms_keys_are_called_as_in_files() {
        let key = "{arn: 'A B', role: R, context: {k: v, a: b}, aws_profile: P}";
        check(&format!("creation_rules:\n- key_groups:\n  - kms: [{key}]\n"), "x", "AB+R|a:b,k:v|P");
        check("creation_rules:\n- key_groups:\n  - kms: [{arn: A, context: {k: v}}]\n", "x", "A|k:v");
        check("creation_rules:\n- kms: A+R, B\n  aws_profile: P\n", "x", "A+R||P B||P");
    }

    #[test]
    fn an_anchor_may_stand_on_a_list() {
        let text = "keys:\n- &hosts\n  - &a LAPTOP\n  - &b HOST\ncreation_rules:\n- key_groups:\n  - age: *hosts\n";
        check(text, "x", "a b");
    }

    #[test]
    fn people_know_recipients_by_their_anchors() {
        let text = USUAL.replace("LAPTOP", LAPTOP).replace("HOST", HOST);
        let rules = CreationRules::parse(&text).unwrap();
        assert_eq!(rules.name_of(LAPTOP), Some("laptop"));
        assert_eq!(rules.name_of("age1other"), None);
    }

    #[test]
    fn the_comment_of_an_ssh_key_is_no_part_of_it() {
        assert!(is_same_recipient("ssh-ed25519 AAAA me@host", "ssh-ed25519 AAAA"));
        assert!(!is_same_recipient("ssh-ed25519 AAAA me", "ssh-ed25519 BBBB me"));
        assert!(!is_same_recipient("age1a", "age1b"));
    }

    #[test]
    fn what_sops_refuses_is_refused_with_its_line() {
        let check = |text: &str, expected: &str| {
            assert_eq!(CreationRules::parse(text).unwrap_err().to_string(), expected);
        };
        check("creation_rules: x\n", "line 1: creation_rules has to be a list");
        check("creation_rules:\n- key_groups:\n  - age: AGE\n", "line 3: age has to be a list");
    }

    #[test]
    fn a_fault_counts_only_where_it_is_met() {
        let check = |text: &str, path: &str, expected: &str| {
            let rules = CreationRules::parse(text).unwrap();
            let found = rules.rule_for(path);
            let said =
                found.map(|rule| rule.map_or_else(|| "no rule".to_owned(), |rule| format!("line {}", rule.line)));
            assert_eq!(said.unwrap_or_else(ToString::to_string), expected);
        };
        let invalid = "creation_rules:\n- path_regex: a\n- path_regex: '('\n- age: x\n";
        check(invalid, "a", "line 2");
        check(invalid, "b", "line 3: path_regex is not a regular expression that sops can read");
        let both = "creation_rules:\n- path_regex: a\n  encrypted_regex: a\n  encrypted_suffix: b\n";
        check(both, "a", "line 2: a rule has one of encrypted_suffix and encrypted_regex, not both");
        check(both, "b", "no rule");
    }

    #[test]
    fn selectors_and_thresholds_are_read() {
        let text = "stores:\n  yaml:\n    indent: 2\ncreation_rules:\n- encrypted_regex: ^data$\n  shamir_threshold: 2\n  \
                    mac_only_encrypted: true\n";
        let rules = CreationRules::parse(text).unwrap();
        let rule = rules.for_path("x").unwrap();
        assert_eq!((rule.encryption_rule.pattern(), rule.shamir_threshold), ("^data$", 2));
        assert!(rule.mac_only_encrypted);
        assert_eq!(rules.yaml_indent(), 2);
        assert!(CreationRules::parse("").unwrap().rules().is_empty());
    }
}
