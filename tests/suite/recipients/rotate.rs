//! `rotate` on random files of real sops: both versions read the same afterwards, and the old data key opens nothing.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use jiff::Timestamp;
use sopsmith::sops::{CreationRules, Document, VerifyError};
use sopsmith::storage::{NoPrompt, OsRandom, Prompt};

use super::{decrypted, everybody, of_numbers, sealed_file, some, unwrapped};
use crate::interop::for_seeds;
use crate::tools::SOPS_VERSIONS;

const FILES: u64 = 200;

/// Every `ENC[…]` of a text, and the text around them; armor and times as a word.
fn parts(text: &str) -> (Vec<&str>, String) {
    let (mut envelopes, mut around, mut rest) = (Vec::new(), String::new(), text);
    while let Some(start) = rest.find("ENC[AES256_GCM,data") {
        let end = start + rest[start..].find(']').unwrap() + 1;
        envelopes.push(&rest[start..end]);
        around.push_str(&rest[..start]);
        around.push_str("ENC");
        rest = &rest[end..];
    }
    around.push_str(rest);
    let mut inside = false;
    let mut lines = Vec::new();
    for line in around.lines() {
        let is_armor = inside && !line.contains("-----END");
        inside = (inside || line.contains("-----BEGIN")) && !line.contains("-----END");
        if line.trim_start().starts_with("lastmodified:") {
            lines.push("lastmodified");
        } else if !is_armor {
            lines.push(line);
        }
    }
    (envelopes, lines.join("\n"))
}

fn nonce(envelope: &str) -> &str {
    envelope.split(",iv:").nth(1).unwrap().split(',').next().unwrap()
}

#[test]
fn both_versions_read_the_same_and_the_old_data_key_opens_nothing() {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let now: Timestamp = "2031-02-03T04:05:06Z".parse().unwrap();
    for_seeds(FILES, |seed, folder| {
        let (sealed, groups, mut dice, _) = sealed_file(seed + 10_000, folder);
        let before = Document::parse(sealed.as_str()).unwrap();
        let old = unwrapped(&before, &everybody()).ok().unwrap();
        // A third of them get other recipients in the same step.
        let to = if dice.once_in(3) { groups.changed(&mut dice) } else { groups.clone() };
        let wanted = CreationRules::parse(&to.rules("")).unwrap().for_path("x").unwrap().groups.clone();
        let wanted = (to != groups).then_some(wanted);
        let rotated = before
            .rotate(wanted.as_deref(), &old.cipher(), now, &prompt, &mut OsRandom)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{sealed}"));
        let after = &rotated.document;
        assert!(!rotated.data_key.same_as(&old));
        assert_eq!(after.metadata().last_modified(), "2031-02-03T04:05:06Z");

        let ((envelopes, around), (new_envelopes, new_around)) = (parts(&sealed), parts(after.text()));
        if to == groups {
            assert_eq!(around, new_around, "seed {seed}");
        }
        // The MAC stands in every document, and is sealed once.
        let macs = |text: &str| text.matches("mac: ENC[").count() - 1;
        let nonces: HashSet<&str> = new_envelopes.iter().map(|envelope| nonce(envelope)).collect();
        assert_eq!(nonces.len(), new_envelopes.len() - macs(after.text()), "seed {seed}: a nonce was used twice");
        assert!(envelopes.iter().all(|envelope| !nonces.contains(nonce(envelope))), "seed {seed}: an old nonce");

        let sealed_values = after.entries().filter(|entry| entry.is_sealed()).count();
        match after.verify(&old.cipher()) {
            Err(VerifyError::ValuesRejected { rejected }) => assert_eq!(rejected.len(), sealed_values, "seed {seed}"),
            other => assert!(sealed_values == 0 && other.is_err(), "seed {seed}: {other:?}"),
        }
        after.verify(&rotated.data_key.cipher()).unwrap();

        let numbers = some(&mut dice);
        let opened = unwrapped(after, &of_numbers(&numbers));
        let expected = to.open_for(&numbers, after.metadata().shares_needed());
        assert_eq!(opened.is_ok(), expected, "seed {seed}: {numbers:?} of {to:?}");
        let (old_file, new_file) = (folder.join("old.yaml"), folder.join("new.yaml"));
        fs::write(&old_file, &sealed).unwrap();
        fs::write(&new_file, after.text()).unwrap();
        for version in SOPS_VERSIONS {
            let plain = decrypted(version, &everybody(), &old_file).unwrap();
            assert_eq!(decrypted(version, &everybody(), &new_file), Some(plain), "seed {seed}, sops {version}");
        }
    });
}
