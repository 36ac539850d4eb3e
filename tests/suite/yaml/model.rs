//! What a document means, as plain values: edits are made on it by the simplest code there is, to judge the patches.

use sopsmith::yaml::{Fragment, Item, Kind, NodeId, Resolved, Yaml};

/// A value without anything about its layout. Comments are compared apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Model {
    Mapping(Vec<(Model, Model)>),
    Sequence(Vec<Model>),
    /// Type and canonical text.
    Scalar(&'static str, String),
}

impl Model {
    pub(crate) fn of(yaml: &Yaml, node: NodeId) -> Self {
        match yaml.kind(node) {
            Kind::Mapping { .. } => {
                let entries = yaml.entries(node);
                Self::Mapping(entries.map(|entry| (Self::of(yaml, entry.key), Self::of(yaml, entry.value))).collect())
            }
            Kind::Sequence { .. } => Self::Sequence(yaml.elements(node).map(|node| Self::of(yaml, node)).collect()),
            Kind::Scalar(_) | Kind::Alias => Self::scalar(&yaml.resolve(node).unwrap().unwrap()),
        }
    }

    fn scalar(resolved: &Resolved<'_>) -> Self {
        let name = match resolved {
            Resolved::Null => "null",
            Resolved::Bool(_) => "bool",
            Resolved::Int(_) | Resolved::UInt(_) => "int",
            Resolved::Float(_) => "float",
            Resolved::Time(_) => "time",
            Resolved::Str(_) | Resolved::Binary(_) => "str",
        };
        let text = resolved.canonical().unwrap_or_default();
        Self::Scalar(name, String::from_utf8(text.into_owned()).unwrap())
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Scalar("str", text.to_owned())
    }

    /// What a fragment is to mean. Plain fragments of these tests are integers or `null`.
    pub(crate) fn of_fragment(fragment: &Fragment) -> Self {
        match fragment {
            Fragment::Text(text) | Fragment::Like { text, .. } | Fragment::Anchored { text, .. } => Self::text(text),
            Fragment::Alias(_) => panic!("an alias means what stands elsewhere"),
            Fragment::Plain(text) if text == "null" => Self::Scalar("null", String::new()),
            Fragment::Plain(text) => Self::Scalar("int", text.clone()),
            Fragment::Mapping(entries) => {
                Self::Mapping(entries.iter().map(|(key, value)| (Self::text(key), Self::of_fragment(value))).collect())
            }
            Fragment::Sequence(elements) => Self::Sequence(elements.iter().map(Self::of_fragment).collect()),
        }
    }

    /// The value at a place, counted without comments from the root.
    pub(crate) fn at(&mut self, path: &[usize]) -> &mut Self {
        let [first, rest @ ..] = path else { return self };
        match self {
            Self::Mapping(entries) => entries[*first].1.at(rest),
            Self::Sequence(elements) => elements[*first].at(rest),
            Self::Scalar(..) => panic!("nothing lies below a scalar"),
        }
    }

    pub(crate) fn remove(&mut self, index: usize) {
        match self {
            Self::Mapping(entries) => drop(entries.remove(index)),
            Self::Sequence(elements) => drop(elements.remove(index)),
            Self::Scalar(..) => panic!("nothing lies below a scalar"),
        }
    }

    pub(crate) fn rename(&mut self, index: usize, to: &str) {
        let Self::Mapping(entries) = self else { panic!("no mapping") };
        entries[index].0 = Self::text(to);
    }

    /// Inserts; null becomes a container.
    pub(crate) fn insert(&mut self, index: usize, key: Option<&str>, value: Self) {
        match (&mut *self, key) {
            (Self::Mapping(entries), Some(key)) => entries.insert(index, (Self::text(key), value)),
            (Self::Sequence(elements), None) => elements.insert(index, value),
            (_, Some(key)) => *self = Self::Mapping(vec![(Self::text(key), value)]),
            (_, None) => *self = Self::Sequence(vec![value]),
        }
    }
}

/// The place of every value below a root: path counted without comments, the item, its container.
pub(crate) struct Spot {
    pub(crate) path: Vec<usize>,
    pub(crate) item: Item,
}

pub(crate) fn spots(yaml: &Yaml, root: NodeId) -> Vec<Spot> {
    let mut spots = Vec::new();
    let mut path: Vec<usize> = Vec::new();
    for visit in yaml.walk(root) {
        if matches!(visit.item, Item::Comment(_)) {
            continue;
        }
        let before = &yaml.items(visit.container)[..visit.index];
        path.truncate(visit.depth);
        path.push(before.iter().filter(|item| !matches!(item, Item::Comment(_))).count());
        spots.push(Spot { path: path.clone(), item: visit.item });
    }
    spots
}
