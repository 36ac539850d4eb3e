//! Changes and inserts comment lines.

use super::super::lexeme;
use super::super::{CommentId, NodeId};
use super::fragment::{Site, new_line};
use super::lower::Lowering;
use super::{EditError, extent};

impl<'e> Lowering<'e> {
    pub(super) fn set_comment(&mut self, comment: CommentId, to: &'e str) -> Result<(), EditError> {
        let range = self.yaml.comment(comment).range.clone();
        self.check_comment(range.start, to)?;
        self.comments.changed.insert(comment, to);
        self.splice(range.start + 1..range.end, to)
    }

    /// A line above an item. An item that shares its line with dashes gets it above the outermost of them.
    pub(super) fn insert_comment(&mut self, above: NodeId, text: &'e str) -> Result<(), EditError> {
        let yaml = self.yaml;
        let mut node = above;
        let start = loop {
            let Some(item) = yaml.tree.item(node) else {
                return Err(self.unwritable(above, "a comment line"));
            };
            let start = extent::start_of(yaml, &item);
            if lexeme::is_first_on_line(&yaml.text, start) {
                break start;
            }
            node = yaml.parent(node).unwrap_or(node);
        };
        self.check_comment(start, text)?;
        self.comments.new.push(text);
        let column = lexeme::column(&yaml.text, start);
        let site = Site { layout: yaml.layout(), column, flow: false, one_line: true, at_end: false };
        let mut written = format!("#{text}");
        new_line(&mut written, &site, column);
        self.splice(start..start, written)
    }

    /// A comment is one line of characters that may stand in YAML.
    fn check_comment(&self, offset: usize, text: &str) -> Result<(), EditError> {
        let fits = |character: char| {
            character == '\t' || !(character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}'))
        };
        if text.chars().all(fits) {
            return Ok(());
        }
        Err(EditError::Unwritable { line: self.line(offset), what: "a comment with line breaks or control characters" })
    }
}
