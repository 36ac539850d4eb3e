//! Random edits of random documents: the changed file means what was meant, and nothing else has changed.

use sopsmith::yaml::{Edit, EditError, Fragment, Item, Kind, Limits, NodeId, Place, Yaml};

use super::generator::{self, Dice};
use super::model::{self, Model, Spot};

/// How many documents, and edits on each, one after the other.
const DOCUMENTS: u64 = 300;
const EDITS: usize = 8;

fn fragment(dice: &mut Dice, depth: usize) -> Fragment {
    match dice.below(if depth > 1 { 8 } else { 12 }) {
        0 | 1 => Fragment::Text("ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]".to_owned()),
        2 => Fragment::Plain("8080".to_owned()),
        3 => Fragment::Plain("null".to_owned()),
        4 => Fragment::Text("two\nlines\n".to_owned()),
        5 => Fragment::Text("two\nlines".to_owned()),
        6 | 7 => {
            let odd = ["yes", "", "a: b", " lead", "\ttab\nx", "x\n\n", "{", "# c", "\n", "- a", "1", "ä\u{2028}"];
            Fragment::Text(dice.pick(&odd).to_owned())
        }
        8 | 9 => {
            let entries = 0..dice.below(3);
            Fragment::Mapping(entries.map(|index| (format!("n{index}"), fragment(dice, depth + 1))).collect())
        }
        _ => {
            let elements = 0..dice.below(3);
            Fragment::Sequence(elements.map(|_| fragment(dice, depth + 1)).collect())
        }
    }
}

/// A place among the members of a container, and the index that it comes to.
fn place(dice: &mut Dice, yaml: &Yaml, container: NodeId) -> (Place, usize) {
    let name = |item: &Item| match item {
        Item::Entry(entry) => Some(entry.key),
        Item::Element(element) => Some(*element),
        Item::Comment(_) => None,
    };
    let members: Vec<NodeId> = yaml.items(container).iter().filter_map(name).collect();
    match dice.below(4) {
        0 => (Place::First, 0),
        1 | 2 if !members.is_empty() => {
            let index = dice.below(members.len());
            let before = dice.chance(50);
            if before { (Place::Before(members[index]), index) } else { (Place::After(members[index]), index + 1) }
        }
        _ => (Place::Last, members.len()),
    }
}

/// What an edit does to the model.
type Change = Box<dyn FnOnce(&mut Model)>;

/// An edit at a random spot, and the same edit on the model.
fn random_edit(dice: &mut Dice, yaml: &Yaml, spot: &Spot, number: usize) -> (Edit, Change) {
    let path = spot.path.clone();
    let (last, above) = (path[path.len() - 1], path[..path.len() - 1].to_vec());
    let (name, value) = match spot.item {
        Item::Entry(entry) => (entry.key, entry.value),
        Item::Element(element) => (element, element),
        Item::Comment(_) => unreachable!("spots are no comments"),
    };
    match dice.below(12) {
        0..4 => {
            let to = fragment(dice, 0);
            let meant = Model::of_fragment(&to);
            let is_scalar = matches!(to, Fragment::Text(_) | Fragment::Plain(_));
            let edit = if is_scalar { Edit::Set { node: value, to } } else { Edit::Replace { node: value, to } };
            (edit, Box::new(move |model| *model.at(&path) = meant))
        }
        4 | 5 => (Edit::Remove { node: name }, Box::new(move |model| model.at(&above).remove(last))),
        6 | 7 if name != value => {
            let to = format!("{} {number}", dice.pick(&["new", "a: b", "#", "yes", "\"x\"", "two\nlines"]));
            let edit = Edit::Rename { key: name, to: to.clone() };
            (edit, Box::new(move |model| model.at(&above).rename(last, &to)))
        }
        8 => (Edit::InsertComment { above: name, text: format!(" new {number}") }, Box::new(|_| {})),
        _ => {
            let value_kind = yaml.kind(value);
            let (place, index) = place(dice, yaml, value);
            let new = fragment(dice, 0);
            let meant = Model::of_fragment(&new);
            if matches!(value_kind, Kind::Sequence { .. }) {
                let edit = Edit::InsertElement { sequence: value, place, value: new };
                return (edit, Box::new(move |model| model.at(&path).insert(index, None, meant)));
            }
            let key = format!("added{number}");
            let edit = Edit::InsertEntry { mapping: value, place, key: key.clone(), value: new };
            (edit, Box::new(move |model| model.at(&path).insert(index, Some(&key), meant)))
        }
    }
}

/// Everything that can be asked about every node, comment and document.
fn inventory(yaml: &Yaml) -> Vec<String> {
    let node = |node: NodeId| {
        let text = yaml.text_of(node);
        let (anchor, tag, line) = (yaml.anchor(node), yaml.tag(node), yaml.line(node));
        let (range, full) = (yaml.range(node), yaml.full_range(node));
        format!("{:?} {text:?} {anchor:?} {tag:?} {line} {range:?} {full:?}", yaml.kind(node))
    };
    let mut all = Vec::new();
    for document in yaml.documents() {
        all.push(format!("{document:?} {}", node(document.root)));
        for visit in yaml.walk(document.root) {
            all.push(match visit.item {
                Item::Comment(comment) => format!("{:?}", yaml.comment(comment)),
                Item::Entry(entry) => format!("{} {}", node(entry.key), node(entry.value)),
                Item::Element(element) => node(element),
            });
        }
    }
    all
}

#[test]
fn random_edits_do_what_was_meant_and_nothing_else() {
    let mut made = 0;
    let mut not_as_meant = 0;
    for seed in 0..DOCUMENTS {
        let mut dice = Dice::new(seed);
        let text = generator::document(&mut dice);
        // A few random documents are no YAML; the general parser says so.
        let Ok(mut yaml) = Yaml::parse(text, &Limits::default()) else { continue };
        for number in 0..EDITS {
            let document = dice.below(yaml.documents().len());
            let root = yaml.documents()[document].root;
            let spots = model::spots(&yaml, root);
            if spots.is_empty() {
                break;
            }
            let spot = &spots[dice.below(spots.len())];
            let (edit, change) = random_edit(&mut dice, &yaml, spot, number);
            match yaml.edit(std::slice::from_ref(&edit)) {
                Ok(edited) => {
                    let mut meant = Model::of(&yaml, root);
                    change(&mut meant);
                    let found = Model::of(&edited.after, edited.after.documents()[document].root);
                    assert_eq!(found, meant, "seed {seed}, {edit:?} on\n{}", yaml.text());
                    assert_eq!(edited.patch.apply(yaml.text()), edited.after.text());
                    let anew = Yaml::parse(edited.after.text(), &Limits::default()).unwrap();
                    assert_eq!(inventory(&edited.after), inventory(&anew), "seed {seed}, {edit:?} on\n{}", yaml.text());
                    assert_eq!(edited.patch.invert(yaml.text()).apply(edited.after.text()), yaml.text());
                    if !matches!(edit, Edit::Remove { .. } | Edit::Replace { .. }) {
                        let (before, after) = (yaml.comments().len(), edited.after.comments().len());
                        assert!(after >= before, "seed {seed}: a comment is lost");
                    }
                    made += 1;
                    yaml = edited.after;
                }
                Err(EditError::NotAsMeant { .. }) => not_as_meant += 1,
                Err(EditError::WrongKind { .. } | EditError::Unwritable { .. } | EditError::KeyTaken { .. }) => {}
                Err(error) => panic!("seed {seed}: {error} for {edit:?} on\n{}", yaml.text()),
            }
        }
    }
    assert!(made > 1000, "only {made} edits were made");
    // Odd layouts (blank lines that a block scalar would swallow) may be refused, but hardly ever.
    assert!(not_as_meant * 200 < made, "{not_as_meant} of {made} edits were refused after they were made");
}

#[test]
fn many_edits_at_once_are_one_patch() {
    let yaml = Yaml::parse("a: 1\nb:\n  - x\n  - y\n  - z\nc: {d: 1, e: 2, f: 3}\n", &Limits::default()).unwrap();
    let root = yaml.documents()[0].root;
    let value = |key: &str| yaml.entry(root, key).unwrap().value;
    let elements: Vec<NodeId> = yaml.elements(value("b")).collect();
    let keys: Vec<NodeId> = yaml.entries(value("c")).map(|entry| entry.key).collect();
    let text = |text: &str| Fragment::Text(text.to_owned());
    let edited = yaml
        .edit(&[
            Edit::Set { node: value("a"), to: text("2") },
            Edit::Remove { node: elements[0] },
            Edit::Remove { node: elements[1] },
            Edit::Remove { node: keys[1] },
            Edit::Remove { node: keys[2] },
            Edit::InsertEntry { mapping: root, place: Place::Last, key: "g".to_owned(), value: text("h") },
            Edit::InsertEntry { mapping: root, place: Place::Last, key: "i".to_owned(), value: text("j") },
            Edit::Rename { key: yaml.entry(root, "b").unwrap().key, to: "list".to_owned() },
        ])
        .unwrap();
    assert_eq!(edited.after.text(), "a: \"2\"\nlist:\n  - z\nc: {d: 1}\ng: h\ni: j\n");
}
