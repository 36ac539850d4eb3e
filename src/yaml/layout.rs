//! How a file is indented, read from what stands in it: new lines are written in the file's own manner.

use super::lexeme;
use super::node::{Item, Kind, NodeId};
use super::tree::Tree;
use crate::text::LineEnding;

/// The manner of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns by which a mapping stands right of the key it belongs to.
    pub(super) step: usize,
    /// Columns by which dashes stand right of the key they belong to; often 0.
    pub(super) dash_step: usize,
    pub(super) line_ending: LineEnding,
}

/// What SOPS writes.
const STEP: usize = 4;

impl Layout {
    /// Reads the manner from the first nested mapping and the first sequence under a key. What the file does not show
    /// follows from the rest, and at last from what SOPS does.
    pub(super) fn of(text: &str, tree: &Tree) -> Self {
        let mut step = None;
        let mut dash_step = None;
        for item in &tree.items {
            let Item::Entry(entry) = item else { continue };
            let value = tree.node(entry.value);
            let Some(mapping) = tree.node(entry.key).parent else { continue };
            if !matches!(tree.node(mapping).kind, Kind::Mapping { flow: false }) {
                continue;
            }
            let difference = || column(text, tree, entry.value).checked_sub(column(text, tree, mapping));
            match value.kind {
                Kind::Mapping { flow: false } if step.is_none() => step = difference().filter(|step| *step > 0),
                Kind::Sequence { flow: false } if dash_step.is_none() => dash_step = difference(),
                _ => {}
            }
            if step.is_some() && dash_step.is_some() {
                break;
            }
        }
        let step = step.or(dash_step.filter(|step| *step > 0)).unwrap_or(STEP);
        Self { step, dash_step: dash_step.unwrap_or(step), line_ending: LineEnding::of(text) }
    }
}

fn column(text: &str, tree: &Tree, node: NodeId) -> usize {
    lexeme::column(text, tree.node(node).start as usize)
}

#[cfg(test)]
mod tests {
    use crate::text::LineEnding;
    use crate::yaml::{Limits, Yaml};

    #[track_caller]
    fn check(text: &str, step: usize, dash_step: usize) {
        let layout = Yaml::parse(text, &Limits::default()).unwrap().layout();
        assert_eq!((layout.step, layout.dash_step), (step, dash_step));
    }

    #[test]
    fn the_manner_is_read_from_the_first_nested_block() {
        check("a:\n  b: 1\nc:\n    d: 1\n", 2, 2);
        check("a:\n    b:\n      - c\n", 4, 2);
        check("a:\n- b: 1\nc:\n   d: 1\n", 3, 0);
        check("a:\n   - b\n", 3, 3);
    }

    #[test]
    fn what_a_file_does_not_show_is_as_sops_writes_it() {
        check("a: 1\n", 4, 4);
        check("a: {b: 1}\n", 4, 4);
        check("a:\n- b\n", 4, 0);
        let layout = Yaml::parse("a: 1\r\n", &Limits::default()).unwrap().layout();
        assert_eq!(layout.line_ending, LineEnding::CrLf);
    }
}
