//! Recipients parted by commas in one text, on one line or folded over several: changed where they stand.

use std::ops::Range;

use super::super::is_same_recipient;
use super::RulesEditError;
use super::meant::Draft;
use super::place::parts_of;
use crate::text::{LineEnding, Patch};
use crate::yaml::{Edit, Fragment, Kind, NodeId, ScalarStyle, Yaml};

/// The recipients of a text, as bytes of the file.
struct TextList<'y> {
    yaml: &'y Yaml,
    node: NodeId,
    parts: Vec<Range<usize>>,
}

/// Adds a recipient behind the last one, parted from it as the last one is from the one before.
pub(super) fn append(yaml: &Yaml, node: NodeId, recipient: &str, draft: &mut Draft) -> Result<(), RulesEditError> {
    let list = TextList::of(yaml, node)?;
    let Some(last) = list.parts.last() else { return Err(unusual(yaml, node)) };
    let separator = match list.parts.len().checked_sub(2) {
        Some(before) => yaml.text()[list.parts[before].end..last.start].to_owned(),
        None if list.needs_quotes() => {
            let text = format!("{},{recipient}", yaml.text_of(node).unwrap_or_default());
            draft.edit(Edit::Set { node, to: Fragment::Text(text) });
            return Ok(());
        }
        None => list.first_separator(last),
    };
    draft.inside.push(last.end..last.end, format!("{separator}{recipient}")).map_err(|_| unusual(yaml, node))
}

/// Takes a recipient out, with the comma that parted it from its neighbour.
pub(super) fn remove(yaml: &Yaml, node: NodeId, recipient: &str, patch: &mut Patch) -> Result<(), RulesEditError> {
    let list = TextList::of(yaml, node)?;
    let is_it = |part: &Range<usize>| is_same_recipient(&yaml.text()[part.clone()], recipient);
    let Some(index) = list.parts.iter().position(is_it) else { return Err(unusual(yaml, node)) };
    let part = list.parts[index].clone();
    let range = match (index.checked_sub(1), list.parts.get(index + 1)) {
        (Some(before), _) => list.parts[before].end..part.end,
        (None, Some(next)) => part.start..next.start,
        (None, None) => return Err(unusual(yaml, node)),
    };
    patch.push(range, "").map_err(|_| unusual(yaml, node))
}

impl<'y> TextList<'y> {
    /// Finds each recipient of the text as it is written: nothing in one needs an escape.
    fn of(yaml: &'y Yaml, node: NodeId) -> Result<Self, RulesEditError> {
        let range = yaml.range(node);
        let mut list = Self { yaml, node, parts: Vec::new() };
        let mut done = range.start;
        for part in parts_of(yaml.text_of(node).unwrap_or_default()) {
            let found = yaml.text()[done..range.end].find(part).ok_or_else(|| unusual(yaml, node))?;
            list.parts.push(done + found..done + found + part.len());
            done += found + part.len();
        }
        Ok(list)
    }

    /// In braces and brackets a comma ends a text without quotes.
    fn needs_quotes(&self) -> bool {
        let yaml = self.yaml;
        let is_flow =
            |node: NodeId| matches!(yaml.kind(node), Kind::Mapping { flow: true } | Kind::Sequence { flow: true });
        let is_plain = yaml.kind(self.node) == Kind::Scalar(ScalarStyle::Plain);
        is_plain && std::iter::successors(yaml.parent(self.node), |node| yaml.parent(*node)).any(is_flow)
    }

    fn first_separator(&self, only: &Range<usize>) -> String {
        let text = self.yaml.text();
        if !matches!(self.yaml.kind(self.node), Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded)) {
            return ",".to_owned();
        }
        let line = text[..only.start].rfind('\n').map_or(0, |end| end + 1);
        format!(",{}{}", LineEnding::of(text).as_str(), &text[line..only.start])
    }
}

fn unusual(yaml: &Yaml, node: NodeId) -> RulesEditError {
    let what = "these recipients are parted in a way that is not edited here";
    RulesEditError::Unusual { line: yaml.line(node), what }
}
