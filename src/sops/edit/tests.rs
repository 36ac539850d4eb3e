//! Edits of small files, seen in plain text: what is written before, the edit, what is written afterwards.

use super::*;
use crate::crypto::DataKey;
use crate::secret::{Random, Secret};
use crate::sops::{EncryptionRule, KeyGroup, LeafType, MasterKey, MasterKeyKind, NewFile, Selector};
use jiff::Timestamp;

/// Predictable bytes, for tests only.
pub(in crate::sops) struct Counting(pub(in crate::sops) u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(in crate::sops) fn cipher() -> Cipher {
    DataKey::from_secret(Secret::from_exposed(&[7; 32])).unwrap().cipher()
}

/// A file for nobody: the tests hold its data key.
pub(in crate::sops) fn encrypted_by(rule: EncryptionRule, plain: &str) -> Document {
    let master_key = MasterKey {
        kind: MasterKeyKind::Age,
        identity: "age1nobody".to_owned(),
        enc: "none\n".to_owned(),
        created_at: None,
        line: 0,
        range: 0..0,
    };
    let groups = vec![KeyGroup { master_keys: vec![master_key] }];
    let file = NewFile { groups, shamir_threshold: 0, rule, mac_only_encrypted: false };
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    Document::encrypt(plain, &file, &cipher(), now, &mut Counting(1)).unwrap()
}

pub(in crate::sops) fn encrypted(plain: &str) -> Document {
    encrypted_by(EncryptionRule::default(), plain)
}

pub(in crate::sops) fn opened(document: &Document) -> String {
    String::from_utf8(document.decrypt_text(&cipher()).unwrap().expose().to_vec()).unwrap()
}

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

fn text(text: &str) -> NewValue {
    NewValue::text(Secret::from_exposed(text.as_bytes()))
}

fn set(at: &str, value: &str) -> Edit {
    Edit::Set { path: path(at), value: text(value) }
}

fn insert(at: &str, place: Place, value: &str) -> Edit {
    Edit::Insert { path: path(at), place, value: text(value) }
}

fn remove(at: &str) -> Edit {
    Edit::Remove { path: path(at), emptied: Emptied::Keep }
}

fn rename(from: &str, to: &str) -> Edit {
    Edit::Move { from: path(from), to: path(to) }
}

#[track_caller]
fn check_document(document: &Document, edit: &Edit, expected: &str) {
    let edited = document.apply(edit, &cipher(), &mut Counting(99)).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
    assert_eq!(opened(&edited.document), expected, "{edit:?} made\n{}", edited.document.text());
    assert_eq!(edited.patch.apply(document.text()), edited.document.text());
    let undone = edited.document.apply_patch(&edited.patch.invert(document.text())).unwrap();
    assert_eq!(undone.text(), document.text());
    let sealed = edited.document.seal(Timestamp::UNIX_EPOCH, &cipher(), &mut Counting(5)).unwrap();
    sealed.verify(&cipher()).unwrap();
    assert_eq!(sealed.decrypt_verified_text(&cipher()).unwrap().expose(), expected.as_bytes());
    Document::parse(sealed.text()).unwrap().verify(&cipher()).unwrap();
}

#[track_caller]
fn check(before: &str, edit: &Edit, expected: &str) {
    check_document(&encrypted(before), edit, expected);
}

#[track_caller]
fn refused(before: &str, edit: &Edit, expected: &str) {
    let error = encrypted(before).apply(edit, &cipher(), &mut Counting(99)).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(!error.hint().is_empty());
}

const FILE: &str = "\
# about a
a: 1
b:
    # about c
    c: two
    d: []
list:
    - x
    # about y
    - why
clear_unencrypted: open
";

#[test]
fn a_value_is_set() {
    check(FILE, &set("b/c", "zwei"), &FILE.replace("two", "zwei"));
    check(FILE, &set("a", "1"), &FILE.replace("a: 1", "a: \"1\""));
    check(FILE, &set("clear_unencrypted", "yes"), &FILE.replace("open", "\"yes\""));
    check(FILE, &set(r#"["list"][1]"#, "z"), &FILE.replace("- why", "- z"));
    check(FILE, &set("b/d", "v"), &FILE.replace("[]", "v"));
    check(FILE, &set("b/c", ""), &FILE.replace("two", "\"\""));
    check(FILE, &set("b/c", "1\n2\n"), &FILE.replace("two", "|\n        1\n        2"));
    check(FILE, &Edit::Set { path: path("b/c"), value: NewValue::null() }, &FILE.replace("two", "null"));
    check(FILE, &Edit::Set { path: path("b/c"), value: NewValue::empty_mapping() }, &FILE.replace("two", "{}"));
}

#[test]
fn a_type_is_kept_where_one_is_asked_for() {
    let typed = |leaf_type, text: &str| NewValue::typed(leaf_type, Secret::from_exposed(text.as_bytes())).unwrap();
    for (leaf_type, written) in [(LeafType::Int, "8080"), (LeafType::Bool, "true"), (LeafType::Float, "0.5")] {
        let edit = Edit::Set { path: path("b/c"), value: typed(leaf_type, written) };
        check(FILE, &edit, &FILE.replace("two", written));
        let edited = encrypted(FILE).apply(&edit, &cipher(), &mut Counting(1)).unwrap();
        assert_eq!(edited.document.entry(&path("b/c")).unwrap().leaf_type(), Some(leaf_type));
    }
}

#[test]
fn setting_what_is_there_changes_nothing() {
    for (at, value) in [("b/c", "two"), ("clear_unencrypted", "open"), (r#"["list"][0]"#, "x")] {
        let edited = encrypted(FILE).apply(&set(at, value), &cipher(), &mut Counting(99)).unwrap();
        assert!(edited.patch.is_empty(), "{at}");
    }
    let edited = encrypted(FILE).apply(&set("a", "1"), &cipher(), &mut Counting(99)).unwrap();
    assert!(!edited.patch.is_empty(), "an int becomes text");
}

#[test]
fn a_key_is_inserted() {
    check(FILE, &insert("e", Place::Last, "5"), &format!("{FILE}e: \"5\"\n"));
    check(FILE, &insert("b/e", Place::Last, "v"), &FILE.replace("d: []", "d: []\n    e: v"));
    check(FILE, &insert("b/e", Place::After(0), "v"), &FILE.replace("two", "two\n    e: v"));
    check(FILE, &insert("x/u/z", Place::Last, "v"), &format!("{FILE}x:\n    u:\n        z: v\n"));
    check(FILE, &insert("x_unencrypted", Place::Last, "v"), &format!("{FILE}x_unencrypted: v\n"));
    check("n: null\n", &insert("n/m", Place::Last, "v"), "n:\n    m: v\n");
}

#[test]
fn an_item_is_inserted() {
    let item = |place| Edit::InsertItem { list: path("list"), place, value: text("v") };
    check(FILE, &item(Place::Last), &FILE.replace("- why", "- why\n    - v"));
    check(FILE, &item(Place::After(0)), &FILE.replace("- x", "- x\n    - v"));
    check(FILE, &item(Place::First), &FILE.replace("- x", "- v\n    - x"));
}

#[test]
fn keys_and_items_are_removed() {
    check(FILE, &remove("a"), &FILE.replace("a: 1\n", ""));
    check(FILE, &remove("b/c"), &FILE.replace("    # about c\n    c: two\n", ""));
    check(FILE, &remove(r#"["list"][0]"#), &FILE.replace("    - x\n", ""));
    check("a:\n    b:\n        c: 1\nd: 2\n", &remove("a/b/c"), "a:\n    b: {}\nd: 2\n");
    let clean = Edit::Remove { path: path("a/b/c"), emptied: Emptied::Remove };
    check("a:\n    b:\n        c: 1\nd: 2\n", &clean, "d: 2\n");
}

#[test]
fn a_renamed_branch_opens_under_its_new_name() {
    check(FILE, &rename("a", "z"), &FILE.replace("\na:", "\nz:"));
    check(FILE, &rename("b", "branch"), &FILE.replace("\nb:", "\nbranch:"));
    check(FILE, &rename("list", "l"), &FILE.replace("list:", "l:"));
    check(FILE, &rename("clear_unencrypted", "sealed"), &FILE.replace("clear_unencrypted", "sealed"));
    check("a:\n    b: 1\nc:\n    d: x\n", &rename("c/d", "a/e"), "a:\n    b: 1\n    e: x\nc: {}\n");
    check("a:\n    b: 1.5\n", &rename("a/b", "m/e/w"), "a: {}\nm:\n    e:\n        w: 1.5\n");
}

#[test]
fn comments_move_with_their_key() {
    let before = "\
a:
    # above b
    b: x
c:
    # above d
    # more
    d:
        # above e
        e: 1
        l:
            - one
            # above two
            - two
    f: left
";
    let after = "\
a:
    # above b
    b: x
    # above d
    # more
    d:
        # above e
        e: 1
        l:
            - one
            # above two
            - two
c:
    f: left
";
    check(before, &rename("c/d", "a/d"), after);
    let top = "a: 1\n# above b\nb:\n    c: x\n";
    check(top, &rename("b", "n_/m"), "a: 1\nn_:\n    # above b\n    m:\n        c: x\n");
    check(top, &rename("b/c", "d"), "a: 1\n# above b\nb: {}\nd: x\n");
}

#[test]
fn an_empty_value_gets_a_plain_envelope() {
    let edited = encrypted("a: ''\n").apply(&set("a", "x"), &cipher(), &mut Counting(9)).unwrap();
    assert!(edited.document.text().starts_with("a: ENC["), "{}", edited.document.text());
    assert!(encrypted("a: b\n").text().contains("\n    mac: ENC["));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    refused(FILE, &set("q", "v"), "there is no key q");
    refused(FILE, &set("b", "v"), "b holds other keys");
    refused(FILE, &insert("a", Place::Last, "v"), "the key a stands in line 2 already");
    refused(FILE, &insert("a/b", Place::Last, "v"), "a holds a value, so nothing can stand below it");
    refused(FILE, &insert("sops", Place::Last, "v"), "the top-level key sops belongs to the metadata");
    refused(FILE, &insert("sops/age", Place::Last, "v"), "the top-level key sops belongs to the metadata");
    refused(FILE, &remove("q"), "there is no key q");
    refused(FILE, &rename("b", "b/c/d"), "b cannot move to a place below itself");
    refused(FILE, &rename("b", "a"), "the key a stands in line 2 already");
    let uncovered = "b_unencrypted/c would be stored in the clear, because of the file's unencrypted_suffix";
    refused(FILE, &rename("b", "b_unencrypted"), uncovered);
}

#[test]
fn every_rule_decides_about_new_keys() {
    let rule = |selector, pattern: &str| EncryptionRule::new(selector, pattern);
    let file = "open: 1\n# secret\ntoken: t\n";
    for (rule, key, sealed) in [
        (rule(Selector::EncryptedRegex, "^token"), "token2", true),
        (rule(Selector::EncryptedRegex, "^token"), "other", false),
        (rule(Selector::EncryptedSuffix, "_s"), "a_s", true),
        (rule(Selector::UnencryptedRegex, "^o"), "ooo", false),
        (rule(Selector::EncryptedCommentRegex, "secret"), "other", false),
        (rule(Selector::UnencryptedCommentRegex, "^ public"), "other", true),
    ] {
        let document = encrypted_by(rule, file);
        check_document(&document, &insert(key, Place::Last, "new"), &format!("{file}{key}: new\n"));
        let edited = document.apply(&insert(key, Place::Last, "new"), &cipher(), &mut Counting(3)).unwrap();
        assert_eq!(edited.document.entry(&path(key)).unwrap().is_sealed(), sealed, "{key}");
    }
}

#[test]
fn an_alias_is_not_parted_from_its_anchor() {
    let document = encrypted("l:\n    - x\n    - why\n");
    let aliased = document.text().replacen("- ENC", "- &one ENC", 1);
    let last = aliased.rfind("    - ENC").unwrap();
    let end = last + aliased[last..].find('\n').unwrap();
    let aliased = format!("{}    - *one{}", &aliased[..last], &aliased[end..]);
    let document = Document::parse(aliased).unwrap();
    let moved = document.apply(&rename("l", "m"), &cipher(), &mut Counting(1)).unwrap();
    assert_eq!(opened(&moved.document), "m:\n    - &one x\n    - *one\n");
}

#[test]
fn one_value_changes_three_lines() {
    let document = encrypted(FILE);
    let edited = document.apply(&set("b/c", "zwei"), &cipher(), &mut Counting(9)).unwrap();
    let sealed = edited.document.seal(Timestamp::UNIX_EPOCH, &cipher(), &mut Counting(5)).unwrap();
    let changed: Vec<(&str, &str)> =
        document.text().lines().zip(sealed.text().lines()).filter(|(before, after)| before != after).collect();
    assert_eq!(document.text().lines().count(), sealed.text().lines().count());
    let names: Vec<&str> = changed.iter().map(|(_, after)| after.trim().split(':').next().unwrap()).collect();
    assert_eq!(names, ["c", "lastmodified", "mac"]);
    assert!(sealed.text().contains("    lastmodified: \"1970-01-01T00:00:00Z\"\n"));
}
