//! What sopsmith encrypts, real sops decrypts.

use sopsmith::crypto::age::Recipient;
use sopsmith::sops::{EncryptionRule, KeyGroup, MasterKey, MasterKeyKind, NewFile, Selector};

use super::*;
use crate::tools::SOPS_VERSIONS;

/// A new file for the throwaway recipient.
fn encrypted(plain: &str, rule: EncryptionRule, random: &mut Counting) -> Document {
    let key = DataKey::generate(random);
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let enc = Recipient::parse(RECIPIENT).unwrap().wrap(&Secret::from_exposed(key.expose()), &prompt).unwrap();
    let (kind, identity) = (MasterKeyKind::Age, RECIPIENT.to_owned());
    let master_keys = vec![MasterKey { kind, identity, enc, created_at: None, line: 0, range: 0..0 }];
    let groups = vec![KeyGroup { master_keys }];
    let file = NewFile { groups, shamir_threshold: 0, rule, mac_only_encrypted: false };
    let now = "2026-01-31T12:00:00Z".parse().unwrap();
    Document::encrypt(plain, &file, &key.cipher(), now, random).unwrap()
}

#[test]
fn real_sops_decrypts_what_sopsmith_encrypts() {
    let bench = Bench::new();
    let rules = [
        EncryptionRule::default(),
        EncryptionRule::new(Selector::EncryptedRegex, "^(api|token|db)"),
        EncryptionRule::new(Selector::UnencryptedRegex, "[0-2]$"),
        EncryptionRule::new(Selector::EncryptedSuffix, "1"),
        EncryptionRule::new(Selector::UnencryptedCommentRegex, "^ note [0-4]"),
        EncryptionRule::new(Selector::EncryptedCommentRegex, "^ note [0-4]"),
    ];
    for seed in 0..36 {
        let (plain, meaning) = generated(2000 + seed);
        let rule = rules[seed as usize % rules.len()].clone();
        let document = encrypted(&plain, rule, &mut Counting(seed * 1000));
        assert_eq!(names_and_comments(&plain_text(&document)), names_and_comments(&plain), "seed {seed}");
        let version = SOPS_VERSIONS[seed as usize / rules.len() % 2];
        let seen = meaning_to_sops(&bench, version, document.text());
        assert_eq!(seen, meaning, "seed {seed}, sops {version}:\n{plain}\n{}", document.text());
    }
}

/// Lines without their values: comments, keys and layout.
fn names_and_comments(text: &str) -> Vec<String> {
    let name = |line: &str| line.split(": ").next().unwrap().trim().to_owned();
    text.lines().filter(|line| line.contains('#') || line.contains(':')).map(name).collect()
}
