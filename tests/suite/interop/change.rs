//! Random changes, made in the model and asked of sopsmith alike.

use serde_json::Value;
use sopsmith::secret::Secret;
use sopsmith::sops::{Edit, Emptied, KeyPath, NewValue, Part, Place};

use super::document::{Dice, Node};

/// A change of a document that was made in the model already.
pub(crate) struct Change {
    pub(crate) edit: Edit,
    /// Whether a single scalar gets another value, nothing more.
    pub(crate) is_small: bool,
}

/// Makes a random change of the model, and gives the edit that asks for it. `None`: nothing there to change that way.
pub(crate) fn random(document: &mut Node, dice: &mut Dice, number: usize) -> Option<Change> {
    let paths = paths(document);
    let path = paths[dice.below(paths.len())].clone();
    match dice.below(6) {
        0 => insert(document, &path, number),
        1 => remove(document, &path),
        2 => rename(document, &path, number),
        _ => set(document, &path, dice, number),
    }
}

fn paths(document: &Node) -> Vec<Vec<Part>> {
    let mut found = Vec::new();
    let mut pending = vec![(Vec::new(), document)];
    while let Some((path, node)) = pending.pop() {
        let below: Vec<(Part, &Node)> = match node {
            Node::Map(entries) => entries.iter().map(|(key, node)| (Part::Key(key.clone()), node)).collect(),
            Node::List(items) => items.iter().enumerate().map(|(index, node)| (Part::Index(index), node)).collect(),
            Node::Scalar { .. } | Node::Block(_) => Vec::new(),
        };
        for (part, node) in below {
            let path: Vec<Part> = path.iter().cloned().chain([part]).collect();
            found.push(path.clone());
            pending.push((path, node));
        }
    }
    found
}

fn key_path(parts: &[Part]) -> KeyPath {
    parts.iter().fold(KeyPath::root(), |path, part| path.child(part.clone()))
}

fn at<'n>(document: &'n mut Node, path: &[Part]) -> &'n mut Node {
    path.iter().fold(document, |node, part| match (node, part) {
        (Node::Map(entries), Part::Key(key)) => &mut entries.iter_mut().find(|(name, _)| name == key).unwrap().1,
        (Node::List(items), Part::Index(index)) => &mut items[*index],
        _ => panic!("the path was taken from this document"),
    })
}

fn text(value: &str) -> NewValue {
    NewValue::text(Secret::from_exposed(value.as_bytes()))
}

fn text_node(value: &str) -> Node {
    Node::Scalar { written: String::new(), means: Value::from(value) }
}

fn set(document: &mut Node, path: &[Part], dice: &mut Dice, number: usize) -> Option<Change> {
    let values = ["new value", "8080", "yes", " spaced ", "two\nlines\n", "ünï: # \"'\\", ""];
    let value = format!("{}{number}", dice.pick(&values));
    let node = at(document, path);
    let Node::Scalar { means, .. } = node else { return None };
    if means.is_object() || means.is_array() {
        return None;
    }
    let is_small = !value.contains('\n');
    *node = text_node(&value);
    Some(Change { edit: Edit::Set { path: key_path(path), value: text(&value) }, is_small })
}

fn insert(document: &mut Node, path: &[Part], number: usize) -> Option<Change> {
    let value = format!("inserted {number}");
    let edit = match at(document, path) {
        Node::Map(entries) => {
            let key = format!("inserted{number}");
            entries.push((key.clone(), text_node(&value)));
            Edit::Insert { path: key_path(path).child(Part::Key(key)), place: Place::Last, value: text(&value) }
        }
        Node::List(items) => {
            items.insert(0, text_node(&value));
            Edit::InsertItem { list: key_path(path), place: Place::First, value: text(&value) }
        }
        Node::Scalar { .. } | Node::Block(_) => return None,
    };
    Some(Change { edit, is_small: false })
}

fn remove(document: &mut Node, path: &[Part]) -> Option<Change> {
    let (last, above) = path.split_last()?;
    match (at(document, above), last) {
        // A file without any key is not read by every version.
        (Node::Map(entries), _) if above.is_empty() && entries.len() == 1 => return None,
        (Node::Map(entries), Part::Key(key)) => entries.retain(|(name, _)| name != key),
        (Node::List(items), Part::Index(index)) => drop(items.remove(*index)),
        _ => return None,
    }
    Some(Change { edit: Edit::Remove { path: key_path(path), emptied: Emptied::Keep }, is_small: false })
}

fn rename(document: &mut Node, path: &[Part], number: usize) -> Option<Change> {
    let (Part::Key(key), above) = path.split_last()? else { return None };
    let Node::Map(entries) = at(document, above) else { return None };
    let suffix = if key.ends_with("_unencrypted") { "_unencrypted" } else { "" };
    let renamed = format!("renamed{number}{suffix}");
    entries.iter_mut().find(|(name, _)| name == key)?.0.clone_from(&renamed);
    let to = key_path(above).child(Part::Key(renamed));
    Some(Change { edit: Edit::Move { from: key_path(path), to }, is_small: false })
}
