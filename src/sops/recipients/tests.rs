//! Blocks before and after, in the styles that sops has written over the years.

use std::sync::Arc;

use crate::crypto::DataKey;
use crate::crypto::age::{NoPrompt, Prompt};
use crate::secret::Secret;
use crate::sops::edit::tests::Counting;
use crate::sops::{Document, MasterKeyKind, RuleKey, UpdateKeysError, WrapKeyError};

/// Recipients of throwaway keys, made for the tests only.
const KEYS: [(&str, &str); 3] = [
    ("LAPTOP", "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4"),
    ("WEB", "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun"),
    ("MAIL", "age1rs6yfsayczd8ct8x725qmfdjpyewe853ez439yzgdsjz54u0r5ns3hp85d"),
];

fn named(text: &str) -> String {
    KEYS.iter().fold(text.to_owned(), |text, (name, key)| text.replace(key, name))
}

fn spelled(text: &str) -> String {
    KEYS.iter().fold(text.to_owned(), |text, (name, key)| text.replace(name, key))
}

/// Groups from `LAPTOP WEB | MAIL`; `pgp:AB` is a PGP key.
fn wanted(groups: &str) -> Vec<Vec<RuleKey>> {
    let key = |word: &str| match word.strip_prefix("pgp:") {
        Some(fingerprint) => RuleKey { kind: MasterKeyKind::Pgp, identity: fingerprint.to_owned(), ..RuleKey::age("") },
        None => RuleKey::age(spelled(word)),
    };
    groups.split('|').map(|group| group.split_whitespace().map(key).collect()).collect()
}

fn update(block: &str, groups: &str) -> Result<Document, UpdateKeysError> {
    let document = Document::parse(spelled(block)).unwrap();
    let key = DataKey::from_secret(Secret::from_exposed(&[7; 32])).unwrap();
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    document.update_keys(&wanted(groups), &key, &prompt, &mut Counting(1))
}

/// The text with every wrap that was made here as the word `NEW`, indentation and style left as they are.
fn shortened(text: &str) -> String {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.split('\n') {
        if line.contains("-----BEGIN AGE") {
            inside = true;
            lines.push(line.replace("-----BEGIN AGE ENCRYPTED FILE-----", "NEW"));
        }
        if !inside {
            lines.push(line.to_owned());
        }
        inside &= !line.contains("-----END AGE");
    }
    named(&lines.join("\n"))
}

#[track_caller]
fn check(before: &str, groups: &str, expected: &str) {
    let updated = update(before, groups).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shortened(updated.text()), expected);
    assert!(updated.key_changes(&wanted(groups)).is_empty());
}

const REST: &str = "    lastmodified: \"2026-01-31T12:00:00Z\"\n    mac: none\n    version: 3.12.2\n";

fn flat(entries: &str) -> String {
    format!("a_unencrypted: 1\nsops:\n    age:\n{entries}{REST}")
}

fn entry(name: &str, wrap: &str) -> String {
    format!("        - recipient: {name}\n          enc: |\n            {wrap}\n")
}

#[test]
fn who_stays_keeps_every_byte_and_who_is_new_stands_where_the_rule_has_it() {
    let (laptop, web) = (entry("LAPTOP", "old"), entry("WEB", "odd  \n            wrap"));
    check(&flat(&(laptop.clone() + &web)), "LAPTOP", &flat(&laptop));
    check(&flat(&(laptop.clone() + &web)), "WEB", &flat(&web));
    let (new_web, new_mail) = (entry("WEB", "NEW"), entry("MAIL", "NEW"));
    check(&flat(&laptop), "LAPTOP WEB MAIL", &flat(&(laptop.clone() + &new_web + &new_mail)));
    check(&flat(&laptop), "WEB MAIL LAPTOP", &flat(&(new_web.clone() + &new_mail + &laptop)));
    check(&flat(&(laptop.clone() + &web)), "LAPTOP MAIL WEB", &flat(&(laptop.clone() + &new_mail + &web)));
    check(&flat(&(laptop + &web)), "MAIL WEB", &flat(&(new_mail + &web)));
}

#[test]
fn everybody_may_be_replaced() {
    let expected = flat(&(entry("WEB", "NEW") + &entry("MAIL", "NEW")));
    check(&flat(&entry("LAPTOP", "old")), "WEB MAIL", &expected);
}

#[test]
fn the_comment_above_an_entry_goes_with_it() {
    let before =
        flat(&format!("        # the laptop\n{}        # the web\n{}", entry("LAPTOP", "a"), entry("WEB", "b")));
    check(&before, "WEB", &flat(&format!("        # the web\n{}", entry("WEB", "b"))));
}

#[test]
fn sorted_fields_stay_sorted() {
    let sorted = |name: &str, wrap: &str| format!("    - enc: |\n        {wrap}\n      recipient: {name}\n");
    let file = |entries: &str| {
        format!("sops:\n  age:\n{entries}  lastmodified: \"2026-01-31T12:00:00Z\"\n  mac: none\n  version: 3.13.3\n")
    };
    let new = "    - enc: |\n        NEW\n      recipient: WEB\n";
    check(&file(&sorted("LAPTOP", "old")), "LAPTOP WEB", &file(&(sorted("LAPTOP", "old") + new)));
}

#[test]
fn pgp_stays_and_goes_but_does_not_come() {
    let pgp = "    pgp:\n        - created_at: \"2026-01-31T12:00:00Z\"\n          enc: |-\n            old\n          fp: AB\n";
    let file = |entries: &str, pgp: &str| flat(entries).replace("    version", &format!("{pgp}    version"));
    let laptop = entry("LAPTOP", "old");
    let both = laptop.clone() + &entry("WEB", "NEW");
    check(&file(&laptop, pgp), "pgp:AB LAPTOP WEB", &file(&both, pgp));
    check(&file(&laptop, pgp), "LAPTOP", &file(&laptop, ""));
    let error = update(&file(&laptop, ""), "LAPTOP pgp:CD").unwrap_err();
    let needs_sops = WrapKeyError::NeedsSops { kind: MasterKeyKind::Pgp, identity: "CD".to_owned() };
    assert_eq!(error, UpdateKeysError::Wrap(needs_sops));
    assert!(update(&file(&laptop, pgp), "LAPTOP WEB | pgp:AB").is_err());
}

const GROUPS: &str = "\
sops:
    shamir_threshold: 2
    key_groups:
        - hc_vault: []
          age:
            - recipient: LAPTOP
              enc: |
                NEW
        - hc_vault: []
          age:
            - recipient: WEB
              enc: |
                NEW
";

#[test]
fn one_group_becomes_several_and_several_become_one() {
    let one = format!("sops:\n    age:\n{}{REST}", entry("LAPTOP", "old"));
    check(&one, "LAPTOP | WEB", &format!("{GROUPS}{REST}"));
    // The lists inside groups are all that this file shows of how its dashes stand.
    let entries = entry("WEB", "NEW") + &entry("LAPTOP", "NEW");
    let entries = entries.replace("        -", "      -").replace("          enc", "        enc");
    let joined = format!("sops:\n    age:\n{entries}{REST}");
    check(&format!("{GROUPS}{REST}"), "WEB LAPTOP", &joined);
}

#[test]
fn groups_come_and_go_and_everybody_gets_a_new_share() {
    let third = "        - hc_vault: []\n          age:\n            - recipient: MAIL\n              enc: |\n                NEW\n";
    let three = format!("{GROUPS}{third}{REST}");
    let two = format!("{GROUPS}{REST}");
    check(&two.replace("NEW", "old"), "LAPTOP | WEB | MAIL", &three);
    check(&three.replace("NEW", "old"), "LAPTOP | WEB", &two);
    check(&three.replace("NEW", "old").replace("threshold: 2", "threshold: 3"), "LAPTOP | WEB", &two);
    let mail_second = two.replace("WEB", "MAIL");
    check(&two.replace("NEW", "old"), "LAPTOP | MAIL", &mail_second);
}

#[test]
fn a_threshold_that_sops_could_not_split_by_becomes_all_groups() {
    let one = format!("sops:\n    shamir_threshold: 1\n    age:\n{}{REST}", entry("LAPTOP", "old"));
    check(&one, "LAPTOP | WEB", &format!("{GROUPS}{REST}"));
}

#[test]
fn old_blocks_with_empty_lists_keep_them() {
    let empty = "    kms: []\n    gcp_kms: []\n    hc_vault: []\n";
    let file = |entries: &str| flat(entries).replace("    age:", &format!("{empty}    age:")) + "    pgp: []\n";
    let laptop = entry("LAPTOP", "old");
    check(&file(&laptop), "LAPTOP WEB", &file(&(laptop.clone() + &entry("WEB", "NEW"))));
    check(&file(&laptop), "WEB", &file(&entry("WEB", "NEW")));
}

#[test]
fn other_line_endings_and_comments_stay() {
    let file = |entries: &str| flat(entries).replace("    mac", "    # why\n    mac").replace('\n', "\r\n");
    let (laptop, web) = (entry("LAPTOP", "old"), entry("WEB", "NEW"));
    check(&file(&laptop), "LAPTOP WEB", &file(&(laptop.clone() + &web)));
    check(&file(&(laptop.clone() + &entry("WEB", "b"))), "LAPTOP", &file(&laptop));
    let first = format!("sops:\n    age:\n{laptop}{REST}a_unencrypted: 1\n");
    check(&first, "LAPTOP WEB", &format!("sops:\n    age:\n{laptop}{web}{REST}a_unencrypted: 1\n"));
    let unended = flat(&laptop).trim_end().to_owned();
    check(&unended, "LAPTOP WEB", flat(&(laptop.clone() + &web)).trim_end());
}

#[test]
fn a_block_in_braces_stays_in_braces() {
    let file = |entries: &str| {
        format!("sops: {{age: [{entries}], lastmodified: \"2026-01-31T12:00:00Z\", mac: none, version: 3.12.2}}\n")
    };
    let laptop = "{recipient: LAPTOP, enc: \"old\"}";
    let updated = update(&file(laptop), "LAPTOP WEB").unwrap();
    let text = named(updated.text());
    assert!(text.starts_with(&file(laptop)[..file(laptop).find(']').unwrap()]), "{text}");
    assert!(text.contains("{recipient: WEB, enc: \"-----BEGIN AGE ENCRYPTED FILE-----\\n"), "{text}");
    let both = format!("{laptop}, {{recipient: WEB, enc: \"b\"}}");
    check(&file(&both), "LAPTOP", &file(laptop));
}

#[test]
fn nobody_is_no_recipient() {
    for groups in ["", "LAPTOP | "] {
        let error = update(&flat(&entry("LAPTOP", "old")), groups).unwrap_err();
        assert_eq!(error, UpdateKeysError::Wrap(WrapKeyError::NoRecipient));
    }
}

#[test]
fn every_document_of_a_file_gets_the_recipients() {
    let one = format!("a_unencrypted: 1\nsops:\n    age:\n{}{REST}", entry("LAPTOP", "old"));
    let two = format!("a_unencrypted: 1\nsops:\n    age:\n{}{}{REST}", entry("LAPTOP", "old"), entry("WEB", "NEW"));
    check(
        &format!("{one}---\n{one}---\nb_unencrypted: 2\n"),
        "LAPTOP WEB",
        &format!("{two}---\n{two}---\nb_unencrypted: 2\n"),
    );
}

#[test]
fn changes_are_sets_of_each_group() {
    let document = Document::parse(spelled(&format!("{GROUPS}{REST}"))).unwrap();
    let check = |groups: &str, expected: &str| {
        let changes = document.key_changes(&wanted(groups));
        let words = |sign: &str, keys: &[super::KeyChange]| {
            keys.iter().map(|key| format!("{sign}{}{}", key.group, named(&key.identity))).collect::<Vec<_>>()
        };
        assert_eq!([words("+", &changes.added), words("-", &changes.removed)].concat().join(" "), expected);
    };
    check("LAPTOP | WEB", "");
    check("LAPTOP LAPTOP | WEB", "");
    check("WEB | LAPTOP", "+0WEB +1LAPTOP -0LAPTOP -1WEB");
    check("LAPTOP MAIL | WEB", "+0MAIL");
    check("LAPTOP WEB", "+0WEB -1WEB");
}
