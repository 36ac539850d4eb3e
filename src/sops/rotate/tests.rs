//! Small files under a new data key: what they say is the same, and nothing of the old ciphertext is left.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{RotateError, Rotated};
use crate::crypto::age::{NoPrompt, Prompt};
use crate::secret::Secret;
use crate::sops::edit::tests::{Counting, cipher, encrypted, encrypted_by};
use crate::sops::{Document, EncryptionRule, RuleKey, Selector, UpdateKeysError, VerifyError, WrapKeyError};

/// The recipient of a throwaway key, made for the tests only.
const LAPTOP: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

fn rotate(document: &Document, wanted: Option<&[Vec<RuleKey>]>) -> Result<Rotated, RotateError> {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    document.rotate(wanted, &cipher(), now, &prompt, &mut Counting(77))
}

/// Every `ENC[…]` of a text, and the text around them; times and the block of recipients left out.
fn parts(text: &str) -> (Vec<&str>, String) {
    let (body, _) = text.split_once("\nsops:").unwrap();
    let (mut envelopes, mut around, mut rest) = (Vec::new(), String::new(), body);
    while let Some(start) = rest.find("ENC[AES") {
        let end = start + rest[start..].find(']').unwrap() + 1;
        envelopes.push(&rest[start..end]);
        around.push_str(&rest[..start]);
        rest = &rest[end..];
    }
    around.push_str(rest);
    (envelopes, around)
}

fn part<'t>(envelope: &'t str, name: &str) -> &'t str {
    let start = envelope.find(name).unwrap() + name.len();
    envelope[start..].split([',', ']']).next().unwrap()
}

fn plain_of(text: &[u8]) -> String {
    String::from_utf8(text.to_vec()).unwrap()
}

#[track_caller]
fn check_document(document: &Document) -> Rotated {
    let rotated = rotate(document, Some(&[vec![RuleKey::age(LAPTOP)]])).unwrap_or_else(|error| panic!("{error}"));
    let new = rotated.data_key.cipher();
    rotated.document.verify(&new).unwrap();
    let before = plain_of(document.decrypt_text(&cipher()).unwrap().expose());
    assert_eq!(plain_of(rotated.document.decrypt_text(&new).unwrap().expose()), before);
    let ((old, old_around), (new, new_around)) = (parts(document.text()), parts(rotated.document.text()));
    assert_eq!(old_around, new_around);
    let nonces: HashSet<&str> = old.iter().chain(&new).map(|envelope| part(envelope, ",iv:")).collect();
    assert_eq!(nonces.len(), old.len() + new.len(), "a nonce was used again");
    let types = |envelopes: &[&str]| envelopes.iter().map(|one| part(one, ",type:").to_owned()).collect::<Vec<_>>();
    assert_eq!(types(&old), types(&new));
    rotated
}

#[track_caller]
fn check(plain: &str) {
    let rotated = check_document(&encrypted(plain));
    assert_eq!(rotated.document.metadata().last_modified(), "2027-01-15T08:00:00Z");
}

#[test]
fn values_of_every_type_stay_what_they_are() {
    check("a: text\nb: 8080\nc: 1.5\nd: true\ne: 2001-12-14\nf: \"\"\ng: null\nh: {}\ni: []\nj_unencrypted: 1_000\n");
}

#[test]
fn comments_and_layout_stay() {
    check("# top\n\na:   # why\n  - x\n  # note\n  - {b: 'c', \"d\": e}\n\n\nf: |\n    lines\n    of text\n# end\n");
    check("---\na: 1\n---\nb: 2\n# two\n...\n");
    check("a: x\r\nb: y\r\n");
}

#[test]
fn comments_that_are_elements_of_lists_are_sealed_anew() {
    let line = encrypted("l:\n    # note\n    - x\n");
    let element = line.text().replacen("    #ENC", "    - ENC", 1);
    check_document(&Document::parse(element).unwrap());
}

#[test]
fn a_comment_that_does_not_open_stays_verbatim() {
    let other = encrypted("b:\n    # elsewhere\n    c: d\n");
    let stray = other.text().lines().find(|line| line.contains("#ENC")).unwrap().trim().to_owned();
    let text = encrypted("a: x\n").text().replacen("a:", &format!("{stray}\na:"), 1);
    let rotated = rotate(&Document::parse(text).unwrap(), Some(&[vec![RuleKey::age(LAPTOP)]])).unwrap();
    assert!(rotated.document.text().starts_with(&format!("{stray}\na:")));
}

#[test]
fn every_rule_seals_the_same_leaves_afterwards() {
    let plain = "# secret\na: x\nb: y\n# plain\nc: z\nd_x: 1\n";
    for (selector, pattern) in [
        (Selector::UnencryptedSuffix, "_x"),
        (Selector::EncryptedSuffix, "_x"),
        (Selector::UnencryptedRegex, "^b$"),
        (Selector::EncryptedRegex, "^(a|b)$"),
        (Selector::UnencryptedCommentRegex, "^ plain$"),
        (Selector::EncryptedCommentRegex, "^ secret$"),
        // About every third ciphertext matches.
        (Selector::EncryptedCommentRegex, "Q| secret"),
    ] {
        let document = encrypted_by(EncryptionRule::new(selector, pattern), plain);
        let rotated = check_document(&document);
        let sealed = |document: &Document| document.entries().map(|entry| entry.is_sealed()).collect::<Vec<_>>();
        assert_eq!(sealed(&document), sealed(&rotated.document), "{pattern}");
    }
}

#[test]
fn equal_values_do_not_look_equal() {
    let rotated = check_document(&encrypted("l:\n    - same\n    - same\n"));
    let (envelopes, _) = parts(rotated.document.text());
    assert_ne!(part(envelopes[0], ",iv:"), part(envelopes[1], ",iv:"));
}

#[test]
fn a_changed_file_is_refused() {
    let document = encrypted("a: x\nb: y\nc_unencrypted: 1\n");
    let laptop = [vec![RuleKey::age(LAPTOP)]];
    let error = |text: String| rotate(&Document::parse(text).unwrap(), Some(&laptop)).err().unwrap();
    let clear = document.text().replace("c_unencrypted: 1", "c_unencrypted: 2");
    assert_eq!(error(clear), RotateError::Tampered(VerifyError::MacMismatch));
    let swapped = document.text().replacen("a: ", "d: ", 1);
    assert!(matches!(error(swapped), RotateError::Tampered(VerifyError::ValuesRejected { .. })));
}

#[test]
fn who_cannot_be_wrapped_for_is_named() {
    let error = rotate(&encrypted("a: x\n"), None).err().unwrap();
    assert!(matches!(error, RotateError::Keys(UpdateKeysError::Wrap(WrapKeyError::Recipient(_)))), "{error}");
    let error = rotate(&encrypted("a: x\n"), Some(&[])).err().unwrap();
    assert_eq!(error, RotateError::Keys(UpdateKeysError::Wrap(WrapKeyError::NoRecipient)));
}

#[test]
fn the_old_data_key_opens_nothing() {
    let rotated = check_document(&encrypted("a: x\nb:\n    - y\n    # z\n    - 1\n"));
    assert!(!rotated.data_key.same_as(&crate::sops::DataKey::from_secret(Secret::from_exposed(&[7; 32])).unwrap()));
    let rejected = match rotated.document.verify(&cipher()) {
        Err(VerifyError::ValuesRejected { rejected }) => rejected.len(),
        _ => 0,
    };
    assert_eq!(rejected, 3);
}
