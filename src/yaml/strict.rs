//! Refuses what go.yaml.in/yaml v3.0.4 does not read, or reads otherwise, although YAML 1.2 and the general parser take
//! it: a file that looks well here must not fail, or mean something else, where it is used.

use std::ops::Range;

use super::lexeme;
use super::node::{Kind, ScalarStyle};
use super::parse::ParseError;
use super::tree::{Node, Properties, Tree};
use crate::text::LineIndex;

/// Checks a text that has been read.
pub(super) fn check(text: &str, tree: &Tree) -> Result<(), ParseError> {
    match odd_break(text).or_else(|| tab(text, tree)).or_else(|| odd_node(text, tree)) {
        None => Ok(()),
        Some((offset, message)) => {
            let at = LineIndex::new(text).position(text, offset);
            Err(ParseError::Syntax { at, message: message.to_owned() })
        }
    }
}

type Found = Option<(usize, &'static str)>;

/// Characters that end a line in YAML 1.1, and stand in the middle of one in YAML 1.2.
fn odd_break(text: &str) -> Found {
    if text.is_ascii() {
        return None;
    }
    let found = text.find(['\u{85}', '\u{2028}', '\u{2029}'])?;
    Some((found, "this Unicode line break is read in two ways; write it as an escape in double quotes"))
}

/// A tab before the first token of a line, outside of texts and brackets.
fn tab(text: &str, tree: &Tree) -> Found {
    if !text.contains('\t') {
        return None;
    }
    let mut line = 0;
    while line < text.len() {
        let blanks = &text[line..lexeme::skip_blanks(text, line)];
        if let Some(tab) = blanks.find('\t').map(|offset| line + offset)
            && !lies_inside(tree, tab)
        {
            return Some((tab, "a tab stands where only blanks may indent"));
        }
        line = lexeme::next_line(text, line);
    }
    None
}

/// Whether a scalar or brackets reach over `offset`.
fn lies_inside(tree: &Tree, offset: usize) -> bool {
    let before = tree.nodes.partition_point(|node| (node.start as usize) < offset);
    let Some(index) = before.checked_sub(1) else { return false };
    let mut node = Some(&tree.nodes[index]);
    while let Some(found) = node {
        let is_block = matches!(found.kind, Kind::Mapping { flow: false } | Kind::Sequence { flow: false });
        if !is_block && offset < found.end as usize {
            return true;
        }
        node = found.parent.map(|parent| tree.node(parent));
    }
    false
}

fn odd_node(text: &str, tree: &Tree) -> Found {
    let anchors = tree.properties.iter().find_map(|properties| odd_anchor(text, properties));
    // Nodes inside brackets follow them in the list.
    let mut brackets_end = 0;
    let nodes = || {
        tree.nodes.iter().find_map(|node| {
            if matches!(node.kind, Kind::Mapping { flow: true } | Kind::Sequence { flow: true }) {
                brackets_end = brackets_end.max(node.end);
            }
            odd_scalar(text, node, node.start < brackets_end)
        })
    };
    anchors.or_else(nodes).or_else(|| absent_key(tree))
}

/// go-yaml's anchors are letters, digits, `_` and `-`; others read on up to the next blank.
fn odd_anchor(text: &str, properties: &Properties) -> Found {
    let Range { start, end } = properties.anchor.clone()?;
    let name = &text[start as usize..end as usize];
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (!plain).then_some((start as usize, "an anchor may hold letters, digits, _ and - only"))
}

/// Inside brackets go-yaml takes every question mark for the sign of a key.
fn odd_scalar(text: &str, node: &Node, in_brackets: bool) -> Found {
    if !in_brackets || node.kind != Kind::Scalar(ScalarStyle::Plain) {
        return None;
    }
    let offset = text[node.start as usize..node.end as usize].find('?')?;
    Some((node.start as usize + offset, "a question mark in brackets has to be quoted"))
}

/// `: value` without a key.
fn absent_key(tree: &Tree) -> Found {
    tree.items.iter().find_map(|item| {
        let super::Item::Entry(entry) = item else { return None };
        let key = tree.node(entry.key);
        let absent = key.start == key.end && key.kind == Kind::Scalar(ScalarStyle::Plain);
        (absent && key.properties.is_none()).then_some((key.start as usize, "a key is missing before the colon"))
    })
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Limits, Yaml};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = Yaml::parse(text, &Limits::default()).err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn tabs_do_not_indent() {
        let tab = |place: &str| Some(format!("{place}: a tab stands where only blanks may indent"));
        check("a: 1\n\t\nb: 2\n", tab("line 2, column 1").as_deref());
        check("\ta: 1\n", tab("line 1, column 1").as_deref());
        check("a:\n  b: 1\n \t# c\n", tab("line 3, column 2").as_deref());
        check("a: 1\t# c\nb:\t2\nc: \"x\n\ty\"\nd: |\n  x\n  \ty\ne: [1,\n\t2]\n", None);
    }

    #[test]
    fn line_breaks_of_old_are_refused() {
        let said =
            "line 2, column 5: this Unicode line break is read in two ways; write it as an escape in double quotes";
        check("a: 1\nb: x\u{2028}y\n", Some(said));
        check("a: 1\nb: x\u{85}y\n", Some(said));
        check("a: 1\nb: \"x\\u2028y\"\n", None);
    }

    #[test]
    fn keys_anchors_and_question_marks_are_as_go_yaml_reads_them() {
        check("a:\n  : 1\n", Some("line 2, column 3: a key is missing before the colon"));
        check("a: &x: 1\n", Some("line 1, column 5: an anchor may hold letters, digits, _ and - only"));
        check("a: [b?c]\n", Some("line 1, column 6: a question mark in brackets has to be quoted"));
        check("a: [\"b?c\"]\nd: e?\n? f\n: 1\n", None);
    }
}
