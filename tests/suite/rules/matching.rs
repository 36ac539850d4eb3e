//! Which rule a file gets, and what it says: generated pairs of `.sops.yaml` and path, judged by the real sops.

use std::fs;
use std::path::Path;
use std::thread;

use sopsmith::sops::{CreationRules, Document};

use crate::tools::{self, SOPS_VERSIONS};

/// Recipients of throwaway pairs; see the README beside them.
const PAIRS: &str = include_str!("../keys/ssh_to_age.txt");

/// What `path_regex` may say; the last ones are no regular expressions.
const PATTERNS: &[&str] = &[
    "secrets/web\\.yaml$",
    "secrets/.*",
    "^secrets/[^/]+\\.(yaml|json)$",
    "web.yaml",
    "^web",
    "\\.ya?ml$",
    "(web|mail)\\.yaml",
    "secrets/(hosts/)?web",
    "hosts/[a-z]+/x\\.yaml$",
    "(?i)SECRETS",
    "^$",
    "",
    "a{2,}",
    "\\Asecrets",
    "[[:alpha:]]+\\.yaml$",
    "s\\w+/m",
    "^/",
    "yaml|json",
    "(",
    "a**",
    "(?=a)",
    "[z-a]",
];

const PATHS: &[&str] = &[
    "secrets/web.yaml",
    "secrets/mail.yaml",
    "secrets/hosts/web.yaml",
    "web.yaml",
    "webXyaml.yaml",
    "hosts/web/x.yaml",
    "deep/secrets/web.yaml",
    "SECRETS/aa.yaml",
    "a b/ä.yaml",
];

/// A small generator: the same pairs in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'p>(&mut self, among: &[&'p str]) -> &'p str {
        among[self.below(among.len())]
    }
}

fn rules_text(dice: &mut Dice) -> String {
    let keys: Vec<&str> = PAIRS.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    let mut text = format!(
        "keys:\n  - &a {}\n  - &b {}\n  - &list\n    - &c {}\n    - &d {}\n  - &group\n    age: [*a, *d]\ncreation_rules:",
        keys[0], keys[1], keys[2], keys[3]
    );
    let count = dice.below(5);
    if count == 0 {
        return text + " []\n";
    }
    text.push('\n');
    for _ in 0..count {
        // Patterns that are none are rare, or nothing else would be judged.
        let pattern =
            if dice.below(12) == 0 { PATTERNS.len() - 1 - dice.below(4) } else { dice.below(PATTERNS.len() - 4) };
        text.push_str(&format!("  - shamir_threshold: {}\n", dice.below(2) * 2));
        if dice.below(6) > 0 {
            text.push_str(&format!("    path_regex: '{}'\n", PATTERNS[pattern]));
        }
        let (one, other) = (keys[4 + dice.below(4)], keys[8 + dice.below(4)]);
        let body = match dice.below(14) {
            0 => "key_groups:\n      - age: [*a, *b]\n".to_owned(),
            1 => "key_groups:\n      - age:\n        - *c\n        - *a\n        - *c\n".to_owned(),
            2 => "key_groups:\n      - age: *list\n".to_owned(),
            3 => "key_groups:\n      - age: [*a]\n      - age: [*b, *c]\n".to_owned(),
            4 => format!("key_groups:\n      - merge:\n        - *group\n        - age: [{one}]\n        age: [*b]\n"),
            5 => format!("age: '{one}, {other}'\n"),
            6 => format!("age: [{one}, '{other},{one}']\n"),
            7 => format!("age: >-\n      {one},\n      {other}\n"),
            8 => "age: *a\n".to_owned(),
            9 => format!("age: {one}\n    key_groups: []\n"),
            10 => format!("age: nonsense\n    key_groups:\n      - age: [{other}]\n"),
            11 => "key_groups:\n      - *group\n".to_owned(),
            12 => "mac_only_encrypted: false\n".to_owned(),
            _ => format!("age: ' {one} ,, '\n"),
        };
        text.push_str(&format!("    {body}"));
        let selector = dice.pick(&[
            "",
            "",
            "encrypted_regex: ^tok\n",
            "unencrypted_suffix: _plain\n",
            "encrypted_suffix: _s\n    unencrypted_regex: x\n",
            "unencrypted_regex: ^tok\n    mac_only_encrypted: true\n",
        ]);
        if !selector.is_empty() {
            text.push_str(&format!("    {selector}"));
        }
    }
    text
}

/// What a file would get: groups, threshold and selector; or nothing.
fn said_by_us(text: &str, path: &str) -> Option<String> {
    let rules = CreationRules::parse(text).ok()?;
    let rule = rules.rule_for(path).ok()??;
    let groups = rule.groups.iter().map(|group| {
        let mut keys: Vec<&str> = group.iter().map(|key| key.identity.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.join(" ")
    });
    let groups: Vec<String> = groups.collect();
    if groups.is_empty() || groups.iter().any(String::is_empty) {
        return None;
    }
    let several = groups.len() > 1;
    let threshold = match rule.shamir_threshold {
        0 if several => groups.len(),
        threshold => threshold,
    };
    let selector = (rule.encryption_rule.selector().field(), rule.encryption_rule.pattern());
    Some(format!(
        "{} / {} / {selector:?} / {}",
        groups.join(" | "),
        if several { threshold } else { 0 },
        rule.mac_only_encrypted
    ))
}

fn said_by_sops(version: &str, folder: &Path, path: &str, elsewhere: bool) -> (Option<String>, String) {
    let mut command = tools::sops(version);
    if elsewhere {
        command.current_dir("/").arg("--config").arg(folder.join(".sops.yaml")).arg("encrypt").arg(folder.join(path));
    } else {
        command.current_dir(folder).args(["encrypt", path]);
    }
    let output = command.output().unwrap();
    let said = tools::said(&output);
    if !output.status.success() {
        return (None, said);
    }
    let document = Document::parse(String::from_utf8(output.stdout).unwrap()).unwrap();
    let metadata = document.metadata();
    let groups: Vec<String> = metadata
        .groups()
        .iter()
        .map(|group| {
            let mut keys: Vec<&str> = group.master_keys.iter().map(|key| key.identity.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.join(" ")
        })
        .collect();
    let rule = metadata.rule();
    let selector = (rule.selector().field(), rule.pattern());
    let threshold = if groups.len() > 1 { metadata.shares_needed() } else { 0 };
    let says = format!("{} / {threshold} / {selector:?} / {}", groups.join(" | "), metadata.mac_only_encrypted());
    (Some(says), said)
}

#[test]
fn rules_match_as_they_do_in_real_sops() {
    const PAIRS_EACH: u64 = 130;
    let judge = |version: &'static str, seed: u64| {
        let mut dice = Dice(seed);
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let mut accepted = 0;
        for _ in 0..PAIRS_EACH {
            let (text, path) = (rules_text(&mut dice), dice.pick(PATHS));
            fs::write(folder.join(".sops.yaml"), &text).unwrap();
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), "token: s3cret\nother: 1\n").unwrap();
            let (expected, said) = said_by_sops(version, &folder, path, dice.below(2) == 0);
            assert_eq!(said_by_us(&text, path), expected, "sops {version} on {path}: {said}\n{text}");
            accepted += usize::from(expected.is_some());
        }
        assert!(accepted > 20, "only {accepted} of {PAIRS_EACH} pairs were no refusals");
    };
    thread::scope(|scope| {
        for (seed, version) in (7..).zip(SOPS_VERSIONS) {
            scope.spawn(move || judge(version, seed));
        }
    });
}
