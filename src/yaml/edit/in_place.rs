//! The change that nearly always happens: scalars of one line become scalars of one line.
//!
//! Such a change leaves every node, key and comment in its place, so the tree is copied and moved along instead of
//! being read anew. The new scalar itself is read: alone, in the same kind of container, and compared with what was
//! meant. What stands around it cannot change its reading: a scalar of one line ends where the old one ended, before
//! the same blank, comment, bracket or line break.

use super::super::{Item, Kind, Limits, NodeId, ScalarStyle, Yaml};
use super::lower::Lowering;
use super::meant;
use super::{Edit, Fragment};
use crate::text::Splice;

/// A scalar that has been read alone.
struct Read {
    node: NodeId,
    style: ScalarStyle,
    /// Where its text begins and ends inside the new scalar; none when the text has to be kept apart.
    inside: Option<(usize, usize)>,
    decoded: String,
}

/// The changed document, if the change is of that kind and reads as meant; `None` to have it read as a whole.
pub(super) fn change(lowering: &Lowering<'_>, edits: &[Edit]) -> Option<Yaml> {
    let yaml = lowering.yaml;
    let splices = lowering.patch.splices();
    if splices.len() != edits.len() {
        return None;
    }
    let mut read = Vec::with_capacity(edits.len());
    for edit in edits {
        let Edit::Set { node, to } = edit else { return None };
        let range = yaml.range(*node);
        let at = splices.binary_search_by_key(&range.start, |splice| splice.range.start).ok()?;
        read.push(read_alone(yaml, *node, to, &splices[at])?);
    }
    Some(moved(lowering, splices, read))
}

fn read_alone(yaml: &Yaml, node: NodeId, to: &Fragment, splice: &Splice) -> Option<Read> {
    let range = yaml.range(node);
    let old = &yaml.text()[range.clone()];
    let is_inline = matches!(
        yaml.kind(node),
        Kind::Scalar(ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
    );
    let one_line = |text: &str| !text.is_empty() && !text.contains(['\n', '\r']);
    if !is_inline || splice.range != range || !one_line(old) || !one_line(&splice.replacement) {
        return None;
    }
    let written = &splice.replacement;
    let tag = yaml.tag(node).map(|tag| format!("{tag} ")).filter(|tag| tag.starts_with('!'));
    if tag.is_none() && yaml.tag(node).is_some() {
        return None;
    }
    let (before, after) = if yaml.frame(node).flow { ("k: [", ", x]\n") } else { ("k: ", "\n") };
    let before = format!("{before}{}", tag.unwrap_or_default());
    let alone = Yaml::parse(format!("{before}{written}{after}"), &Limits::default()).ok()?;
    let root = alone.documents().first()?.root;
    let [Item::Entry(entry)] = alone.items(root) else { return None };
    let found = alone.elements(entry.value).next().unwrap_or(entry.value);
    let Kind::Scalar(style) = alone.kind(found) else { return None };
    let covers = alone.range(found) == (before.len()..before.len() + written.len());
    if !covers || !alone.comments().is_empty() || !meant::reads_as(&alone, found, to) {
        return None;
    }
    let body = alone.tree.node(found).body;
    let inside =
        (body.first != u32::MAX).then(|| (body.first as usize - before.len(), body.second as usize - before.len()));
    Some(Read { node, style, inside, decoded: alone.text_of(found)?.to_owned() })
}

/// The tree with every offset where its byte went.
fn moved(lowering: &Lowering<'_>, splices: &[Splice], read: Vec<Read>) -> Yaml {
    let yaml = lowering.yaml;
    let mut tree = yaml.tree.clone();
    let shifts = Shifts::of(splices);
    for node in &mut tree.nodes {
        shifts.pass(&mut node.start);
        shifts.pass(&mut node.end);
        if matches!(node.kind, Kind::Scalar(_)) && node.body.first != u32::MAX {
            shifts.pass(&mut node.body.first);
            shifts.pass(&mut node.body.second);
        }
    }
    for properties in &mut tree.properties {
        let ranges = [&mut properties.anchor, &mut properties.tag_range, &mut properties.range];
        for range in ranges.into_iter().flatten() {
            shifts.pass(&mut range.start);
            shifts.pass(&mut range.end);
        }
    }
    for comment in &mut tree.comments {
        comment.range = shifts.passed(comment.range.start)..shifts.passed(comment.range.end);
    }
    for document in &mut tree.documents {
        let markers = [&mut document.start_marker, &mut document.end_marker];
        for range in markers.into_iter().flatten().chain([&mut document.range]) {
            *range = shifts.passed(range.start)..shifts.passed(range.end);
        }
    }
    for Read { node, style, inside, decoded } in read {
        let start = tree.node(node).start;
        let body = match inside {
            Some((first, second)) => (start + first as u32, start + second as u32),
            None => {
                tree.decoded.push(decoded.into_boxed_str());
                (u32::MAX, tree.decoded.len() as u32 - 1)
            }
        };
        let node = &mut tree.nodes[node.0 as usize];
        node.kind = Kind::Scalar(style);
        (node.body.first, node.body.second) = body;
    }
    yaml.with_same_keys(lowering.patch.apply(yaml.text()), tree)
}

/// How far the bytes behind each replacement move, in ascending order.
struct Shifts {
    ends: Vec<u32>,
    /// Sum of the differences up to and with that replacement; wraps around for a shorter text.
    sums: Vec<u32>,
}

impl Shifts {
    fn of(splices: &[Splice]) -> Self {
        let mut sum = 0_u32;
        let sums = splices.iter().map(|splice| {
            sum = sum.wrapping_add(splice.replacement.len() as u32).wrapping_sub(splice.range.len() as u32);
            sum
        });
        Self { sums: sums.collect(), ends: splices.iter().map(|splice| splice.range.end as u32).collect() }
    }

    fn pass(&self, offset: &mut u32) {
        let passed = self.ends.partition_point(|end| end <= offset);
        if passed > 0 {
            *offset = offset.wrapping_add(self.sums[passed - 1]);
        }
    }

    fn passed(&self, offset: usize) -> usize {
        let mut offset = offset as u32;
        self.pass(&mut offset);
        offset as usize
    }
}
