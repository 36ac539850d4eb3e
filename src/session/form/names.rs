//! Names that a form offers: owners, groups and units found in the repository.

use crate::repo::Repository;

/// Candidates for the fields that take a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) owners: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) units: Vec<String>,
}

impl Names {
    /// Collects the names of a repository.
    pub(crate) fn of(repository: &Repository) -> Self {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Self {
            owners: owned(repository.owners()),
            groups: owned(repository.groups()),
            units: owned(repository.units()),
        }
    }
}

/// The rest of the first name that begins with the last word of `text`; empty when there is none.
pub(crate) fn rest_of_name<'a>(text: &str, names: &'a [String]) -> &'a str {
    let word = last_word(text);
    let found = names.iter().find(|name| !word.is_empty() && name.len() > word.len() && name.starts_with(word));
    found.map_or("", |name| &name[word.len()..])
}

/// `text` with its last word replaced by the name after it in the list, or before it.
///
/// The first step from a word that is no name goes to the first name (or the last one).
pub(crate) fn neighbour(text: &str, names: &[String], step: Step) -> Option<String> {
    let word = last_word(text);
    let at = names.iter().position(|name| name == word);
    let next = match (at, step) {
        (Some(at), Step::Next) => (at + 1) % names.len(),
        (Some(at), Step::Previous) => (at + names.len() - 1) % names.len(),
        (None, Step::Next) => names.iter().position(|name| name.starts_with(word)).unwrap_or(0),
        (None, Step::Previous) => {
            names.iter().rposition(|name| name.starts_with(word)).unwrap_or(names.len().max(1) - 1)
        }
    };
    let name = names.get(next)?;
    Some(format!("{}{name}", &text[..text.len() - word.len()]))
}

/// A way through a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// One on.
    Next,
    /// One back.
    Previous,
}

fn last_word(text: &str) -> &str {
    text.rsplit([' ', ',']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["ctfd", "ctfd-web", "nginx"].map(str::to_owned).to_vec()
    }

    #[test]
    fn the_rest_of_a_name_is_offered_once_something_is_typed() {
        let check = |text: &str, expected: &str| assert_eq!(rest_of_name(text, &names()), expected, "{text}");
        check("", "");
        check("ng", "inx");
        check("ctfd", "-web");
        check("nginx", "");
        check("nginx ct", "fd");
        check("x", "");
    }

    #[test]
    fn names_are_walked_through_in_a_circle() {
        let check = |text: &str, step: Step, expected: &str| {
            assert_eq!(neighbour(text, &names(), step).as_deref(), Some(expected), "{text}");
        };
        check("", Step::Next, "ctfd");
        check("", Step::Previous, "nginx");
        check("ctfd", Step::Next, "ctfd-web");
        check("nginx", Step::Next, "ctfd");
        check("a.service ng", Step::Next, "a.service nginx");
        assert_eq!(neighbour("x", &[], Step::Next), None);
    }
}
