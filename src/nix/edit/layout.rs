//! Layout: lines, indentation and comments around what is edited.
//!
//! ```text
//!       # its own comment          \
//!       x = { };  # and this one    > the extent of `x`
//! ```

use std::ops::Range;

use crate::nix::tree::{NodeId, Tree};
use crate::text::LineEnding;

/// A text seen as lines.
pub(super) struct Layout<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    text: &'t str,
    /// How inserted lines end.
    pub(super) ending: &'static str,
}

impl<'a, 't> Layout<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>) -> Self {
        Self { tree, text: tree.text(), ending: LineEnding::of(tree.text()).as_str() }
    }

    /// Where the line of the byte at `offset` begins.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Where the line after the byte at `offset` begins, or the end of the text.
    pub(super) fn next_line(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at + 1)
    }

    /// The blanks at the beginning of the line of `offset`.
    pub(super) fn indentation(&self, offset: usize) -> &'t str {
        let line = &self.text[self.line_start(offset)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether only blanks stand before `offset` on its line.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset].bytes().all(is_blank)
    }

    /// The start of the next line, if nothing but a comment stands between `offset` and it.
    pub(super) fn ends_line(&self, offset: usize) -> Option<usize> {
        let next = self.next_line(offset);
        let rest = self.text[offset..next].trim();
        let is_comment = self
            .tree
            .comments()
            .iter()
            .any(|comment| offset <= comment.start && comment.end <= next && self.text[comment.clone()] == *rest);
        (rest.is_empty() || is_comment).then_some(next)
    }

    /// Whether a line consists of blanks.
    pub(super) fn is_blank_line(&self, start: usize) -> bool {
        start < self.text.len() && self.text[start..self.next_line(start)].trim().is_empty()
    }

    /// Whether a range lies on one line.
    pub(super) fn is_one_line(&self, range: &Range<usize>) -> bool {
        !self.text[range.clone()].contains('\n')
    }

    /// The whole lines of something that has them for itself: from its own comments above to the end of its last
    /// line. `None` when other things stand on its lines.
    pub(super) fn extent(&self, range: &Range<usize>) -> Option<Range<usize>> {
        if !self.begins_line(range.start) {
            return None;
        }
        let end = self.ends_line(range.end)?;
        let mut start = self.line_start(range.start);
        while start > 0 {
            let above = self.line_start(start - 1);
            if !self.is_comment_line(above, start) || self.indentation(above) != self.indentation(range.start) {
                break;
            }
            start = above;
        }
        Some(start..end)
    }

    fn is_comment_line(&self, start: usize, end: usize) -> bool {
        let line = self.text[start..end].trim();
        !line.is_empty()
            && self
                .tree
                .comments()
                .iter()
                .any(|comment| start <= comment.start && comment.end <= end && self.text[comment.clone()] == *line)
    }

    /// What to delete so that no gap is left where `lines` stood: one of two blank lines, and blank lines at the edges
    /// of a set.
    pub(super) fn closed_up(&self, lines: Range<usize>) -> Range<usize> {
        let above = (lines.start > 0).then(|| self.line_start(lines.start - 1));
        let blank_above = above.filter(|above| self.is_blank_line(*above));
        let opens = above.is_some_and(|above| self.text[above..lines.start].trim_end().ends_with(['{', '(', '[']));
        let blank_below = self.is_blank_line(lines.end);
        let closes = self.text[lines.end..].trim_start_matches([' ', '\t']).starts_with(['}', ')', ']']);
        match blank_above {
            Some(above) if closes => above..lines.end,
            Some(_) if blank_below => lines.start..self.next_line(lines.end),
            None if opens && blank_below => lines.start..self.next_line(lines.end),
            _ => lines,
        }
    }

    /// The blanks before something, to be deleted with it; line breaks only if a line would be left empty.
    pub(super) fn with_blanks_before(&self, range: Range<usize>) -> Range<usize> {
        let before = &self.text[..range.start];
        let kept = before.trim_end_matches(char::is_whitespace).len();
        // Behind a line comment the line break has to stay.
        let after_comment = self.tree.comments().iter().any(|comment| comment.end == kept);
        if after_comment && before[kept..].contains('\n') {
            return range;
        }
        kept..range.end
    }

    /// Where a set's opening brace ends and its closing brace begins.
    pub(super) fn inside(&self, set: NodeId) -> Range<usize> {
        let range = self.tree.range(set);
        let opening = self.text[range.clone()].find('{').map_or(range.start, |at| range.start + at + 1);
        opening..range.end.saturating_sub(1).max(opening)
    }

    /// Whether comments stand in a range.
    pub(super) fn has_comments(&self, range: &Range<usize>) -> bool {
        self.tree.comments().iter().any(|comment| range.start <= comment.start && comment.end <= range.end)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, marked: &str, expected: Option<&str>) {
        let tree = Tree::parse(text);
        let layout = Layout::new(&tree);
        let start = text.find(marked).unwrap();
        let extent = layout.extent(&(start..start + marked.len()));
        assert_eq!(extent.map(|range| &text[layout.closed_up(range)]), expected);
    }

    #[test]
    fn own_comments_belong_to_an_extent() {
        check("{\n  a = 1;\n  # b\n  b = 2; # too\n  c = 3;\n}", "b = 2;", Some("  # b\n  b = 2; # too\n"));
        check("{\n  /* b */\n  b = 2;\n}", "b = 2;", Some("  /* b */\n  b = 2;\n"));
        check("{\n    # not b's\n  b = 2;\n}", "b = 2;", Some("  b = 2;\n"));
        check("{ # set\n  b = 2;\n}", "b = 2;", Some("  b = 2;\n"));
    }

    #[test]
    fn no_gap_is_left() {
        check("{\n  a = 1;\n\n  b = 2;\n\n  c = 3;\n}", "b = 2;", Some("  b = 2;\n\n"));
        check("{\n  a = 1;\n\n  b = 2;\n}", "b = 2;", Some("\n  b = 2;\n"));
        check("{\n  b = 2;\n\n  c = 3;\n}", "b = 2;", Some("  b = 2;\n\n"));
    }

    #[test]
    fn shared_lines_have_no_extent() {
        check("{ b = 2; }", "b = 2;", None);
        check("{\n  a = 1; b = 2;\n}", "b = 2;", None);
        check("{\n  b = 2; c = 3;\n}", "b = 2;", None);
    }
}
