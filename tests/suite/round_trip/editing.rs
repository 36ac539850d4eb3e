//! What real sops encrypts and sopsmith edits at random, real sops decrypts to exactly what was meant.

use sopsmith::sops::{Edit, EditError, Emptied, EntryKind, KeyPath, LeafType, NewValue, Part, Place};

use super::*;
use crate::tools::SOPS_VERSIONS;

/// A random edit that can be made, and the model after it.
fn random_edit(document: &Document, model: &mut serde_json::Value, dice: &mut Dice) -> Option<Edit> {
    let entries: Vec<_> = document.entries().collect();
    if entries.is_empty() {
        return None;
    }
    let entry = entries[dice.below(entries.len())];
    let path = entry.path();
    let (value, means) = random_value(dice);
    match dice.below(6) {
        0 | 1 if entry.is_leaf() => {
            *at(model, path.parts()) = means;
            Some(Edit::Set { path, value })
        }
        2 => insert(entry.kind(), path, model, value, means, dice),
        3 => {
            remove(model, &path);
            Some(Edit::Remove { path, emptied: Emptied::Keep })
        }
        4 if entry.key().is_some() => {
            let to = path.parent().unwrap().child(format!("renamed {}", dice.below(1000)));
            let clear = |key: &str| key.ends_with("_unencrypted");
            // A value that was in the clear by its own name is sealed under the new one; the other way round is refused.
            let moved = if document.entry(&to).is_some() { return None } else { remove(model, &path) };
            assert!(!clear(to.key().unwrap()));
            let Part::Key(key) = to.last().unwrap().clone() else { unreachable!() };
            at(model, path.parent().unwrap().parts()).as_object_mut().unwrap().insert(key, moved);
            Some(Edit::Move { from: path, to })
        }
        _ => None,
    }
}

fn insert(
    kind: EntryKind,
    path: KeyPath,
    model: &mut serde_json::Value,
    value: NewValue,
    means: serde_json::Value,
    dice: &mut Dice,
) -> Option<Edit> {
    let place = |dice: &mut Dice, children: usize| match dice.below(3) {
        0 => Place::First,
        1 if children > 0 => Place::After(dice.below(children)),
        _ => Place::Last,
    };
    match kind {
        EntryKind::Mapping { children } => {
            let key = format!("new {}", dice.below(1000));
            at(model, path.parts()).as_object_mut().unwrap().insert(key.clone(), means);
            Some(Edit::Insert { path: path.child(key), place: place(dice, children), value })
        }
        EntryKind::List { children } => {
            let place = place(dice, children);
            let list = at(model, path.parts()).as_array_mut().unwrap();
            let index = match place {
                Place::First => 0,
                Place::After(number) => number + 1,
                Place::Last => list.len(),
            };
            list.insert(index, means);
            Some(Edit::InsertItem { list: path, place, value })
        }
        _ => None,
    }
}

fn random_value(dice: &mut Dice) -> (NewValue, serde_json::Value) {
    let secret = |text: &str| Secret::from_exposed(text.as_bytes());
    let typed = |leaf_type, text: &str| NewValue::typed(leaf_type, secret(text)).unwrap();
    match dice.below(8) {
        0 => (typed(LeafType::Int, "8080"), 8080.into()),
        1 => (typed(LeafType::Bool, "true"), true.into()),
        2 => (typed(LeafType::Float, "0.25"), 0.25.into()),
        3 => (NewValue::null(), serde_json::Value::Null),
        4 => (NewValue::text(secret("one\ntwo\n")), "one\ntwo\n".into()),
        5 => (NewValue::text(secret("")), "".into()),
        _ => {
            let text = dice.pick(&["yes", "8080", "# no comment", "a: b", "s3cret", "ünï ☃", " padded "]);
            (NewValue::text(secret(text)), text.into())
        }
    }
}

fn at<'m>(model: &'m mut serde_json::Value, parts: &[Part]) -> &'m mut serde_json::Value {
    parts.iter().fold(model, |value, part| match part {
        Part::Key(key) => &mut value[key.as_str()],
        Part::Index(index) => &mut value[*index],
    })
}

fn remove(model: &mut serde_json::Value, path: &KeyPath) -> serde_json::Value {
    let parent = at(model, path.parent().unwrap().parts());
    match path.last().unwrap() {
        Part::Key(key) => parent.as_object_mut().unwrap().shift_remove(key).unwrap(),
        Part::Index(index) => parent.as_array_mut().unwrap().remove(*index),
    }
}

#[test]
fn real_sops_decrypts_what_sopsmith_edits() {
    let bench = Bench::new();
    for seed in 0..40 {
        let dice = &mut Dice::new(77 + seed);
        let (plain, mut model) = generated(3000 + seed);
        let made_by = SOPS_VERSIONS[seed as usize % 2];
        let sealed = bench.encrypt(made_by, &plain, RULES[seed as usize % RULES.len()]);
        let mut document = Document::parse(sealed.as_str()).unwrap();
        let reads_comments = document.metadata().rule().selector().reads_comments();
        let cipher = cipher(&document);
        let random = &mut Counting(seed * 1000);
        let mut story = String::new();
        for _ in 0..6 {
            let before = model.clone();
            let Some(edit) = random_edit(&document, &mut model, dice) else { continue };
            match document.apply(&edit, &cipher, random) {
                Ok(edited) => {
                    story += &format!("{edit:?}\n");
                    document = edited.document;
                }
                Err(EditError::WouldUncover { .. }) => model = before,
                // A comment at the top of the file stays when the key below it goes, and would decide about the next.
                Err(EditError::NotAsMeant { .. }) if reads_comments => model = before,
                Err(error) => panic!("seed {seed}: {edit:?}: {error}\n{}", document.text()),
            }
        }
        let sealed = document.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, random).unwrap();
        for version in SOPS_VERSIONS {
            let seen = meaning_to_sops(&bench, version, sealed.text());
            assert_eq!(seen, model, "seed {seed}, sops {version}:\n{story}\n{plain}\n{}", sealed.text());
        }
    }
}
