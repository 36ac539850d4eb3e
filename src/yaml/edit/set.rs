//! Sets a scalar, renames a key, replaces a value.

use std::ops::Range;

use super::super::emit;
use super::super::lexeme;
use super::super::{Item, Kind, NodeId, ScalarStyle};
use super::EditError;
use super::extent;
use super::fragment::{Fragment, Site, is_short_key, write_like};
use super::lower::Lowering;

impl<'e> Lowering<'e> {
    /// A scalar becomes another one where it stands.
    pub(super) fn set(&mut self, node: NodeId, to: &'e Fragment) -> Result<(), EditError> {
        let yaml = self.yaml;
        let style = match yaml.kind(node) {
            Kind::Scalar(style) => Some(style),
            Kind::Alias => None,
            Kind::Mapping { .. } | Kind::Sequence { .. } => {
                return Err(self.wrong_kind(node, "other keys or elements stand here, not a value"));
            }
        };
        if yaml.is_key(node) {
            return Err(self.wrong_kind(node, "a key is renamed, not set"));
        }
        let frame = yaml.frame(node);
        let mut written = String::new();
        match to {
            Fragment::Text(text) => write_like(&mut written, text, style, &frame),
            Fragment::Plain(text) if emit::stands_plain(text, &frame) => written.push_str(text),
            _ => return Err(self.unwritable(node, "this value")),
        }
        self.replaced.insert(node, to);
        self.drop_tag(node, matches!(to, Fragment::Text(_)))?;
        self.put_scalar(node, style, written)
    }

    /// Writes a scalar in place of another one, with what its place needs around it.
    fn put_scalar(&mut self, node: NodeId, style: Option<ScalarStyle>, written: String) -> Result<(), EditError> {
        let range = self.yaml.range(node);
        let text = &self.yaml.text;
        if range.is_empty() {
            let lacks_colon = match self.yaml.tree.item(node) {
                Some(Item::Entry(entry)) => self.yaml.tree.colon(text, entry).is_none(),
                _ => false,
            };
            if lacks_colon && !self.yaml.frame(node).flow {
                return Err(self.wrong_kind(node, "this key has no colon"));
            }
            return self.splice(range, format!("{}{written}", if lacks_colon { ": " } else { " " }));
        }
        if matches!(style, Some(ScalarStyle::Literal | ScalarStyle::Folded)) {
            let header_end = lexeme::line_end(text, range.start);
            let header = &text[range.start..header_end.min(range.end)];
            if let Some(comment) = header.find('#').map(|at| header[at..].trim_end()) {
                let first = written.find(['\r', '\n']).unwrap_or(written.len());
                let with_comment = format!("{} {comment}{}", &written[..first], &written[first..]);
                return self.splice(range, with_comment);
            }
        }
        self.splice(range, written)
    }

    /// A tag that speaks of the old value goes. With text `!!str` stays, and so do tags of the file's own: to go-yaml
    /// they make a text of whatever follows.
    fn drop_tag(&mut self, node: NodeId, is_text: bool) -> Result<(), EditError> {
        let Some(tag) = self.yaml.tag(node) else { return Ok(()) };
        let stays = is_text && (tag == "!!str" || !tag.starts_with("!!"));
        let Some(range) = (!stays).then(|| self.yaml.tree.tag_range(node)).flatten() else { return Ok(()) };
        let end = lexeme::skip_blanks(&self.yaml.text, range.end);
        // In front of an absent value the blank before the tag is the one that is left over.
        let start = if end == self.yaml.range(node).start && self.yaml.range(node).is_empty() {
            self.yaml.text[..range.start].trim_end_matches([' ', '\t']).len()
        } else {
            range.start
        };
        self.splice(start..end, "")
    }

    /// A key becomes another string.
    pub(super) fn rename(&mut self, key: NodeId, to: &'e str) -> Result<(), EditError> {
        let yaml = self.yaml;
        let (true, Some(mapping)) = (yaml.is_key(key), yaml.parent(key)) else {
            return Err(self.wrong_kind(key, "a key is needed here"));
        };
        let style = match yaml.kind(key) {
            Kind::Scalar(style) => Some(style),
            Kind::Alias => None,
            Kind::Mapping { .. } | Kind::Sequence { .. } => {
                return Err(self.wrong_kind(key, "this key is no text"));
            }
        };
        self.check_key(mapping, to, Some(key))?;
        let mut written = String::new();
        write_like(&mut written, to, style, &yaml.frame(key));
        self.renamed.insert(key, to);
        self.drop_tag(key, true)?;
        let range = yaml.range(key);
        self.splice(range, written)
    }

    /// Refuses keys that are taken or too long.
    pub(super) fn check_key(&self, mapping: NodeId, key: &str, renamed: Option<NodeId>) -> Result<(), EditError> {
        if !is_short_key(key) {
            return Err(self.unwritable(mapping, "a key of this length"));
        }
        match self.yaml.entry(mapping, key).filter(|entry| Some(entry.key) != renamed) {
            Some(entry) => Err(EditError::KeyTaken { line: self.yaml.line(entry.key), key: key.to_owned() }),
            None => Ok(()),
        }
    }

    /// Any value becomes any other; a comment on the line of its key stays there.
    pub(super) fn replace(&mut self, node: NodeId, to: &'e Fragment) -> Result<(), EditError> {
        let yaml = self.yaml;
        if yaml.is_key(node) {
            return Err(self.wrong_kind(node, "a key is renamed, not replaced"));
        }
        if self.is_set(node, to) {
            return self.set(node, to);
        }
        let mut old = yaml.full_range(node);
        let is_block = matches!(yaml.kind(node), Kind::Mapping { flow: false } | Kind::Sequence { flow: false });
        if let Some(item) = yaml.tree.item(node).filter(|_| is_block) {
            // Comments below the last line, as far as they belong to the block.
            old.end = extent::last_line_end(yaml, &item);
        }
        let (begin, site) = self.site_of(node, &old, to);
        if !to.is_writable(&site) {
            return Err(self.unwritable(node, "this value"));
        }
        self.replaced.insert(node, to);
        let mut written = String::new();
        let Some(begin) = begin else {
            to.write_inline(&mut written, &site);
            self.lose_comments(&old);
            return self.splice(old, written);
        };
        if yaml.is_value(node) {
            to.write_value(&mut written, &site);
        } else {
            to.write_element(&mut written, &site);
            written.remove(0);
        }
        self.put_value(begin, &old, written)
    }

    /// Puts a value behind the colon or dash that ends at `begin`, instead of the one in `old`.
    fn put_value(&mut self, begin: usize, old: &Range<usize>, written: String) -> Result<(), EditError> {
        let text = &self.yaml.text;
        let end = old.end.max(begin);
        let line_end = lexeme::line_end(text, begin);
        let blanks = lexeme::skip_blanks(text, begin);
        if old.start < line_end || !text[blanks..].starts_with('#') {
            self.lose_comments(&(begin..end));
            return self.splice(begin..end, written);
        }
        // The comment on the key's line stays there: a value of one line goes before it, lines go behind it.
        self.lose_comments(&(line_end..end.max(line_end)));
        let at = if written.starts_with(' ') { begin } else { line_end };
        self.splice(at..at, written)?;
        if end > line_end { self.splice(line_end..end, "") } else { Ok(()) }
    }

    /// End of the colon or dash before a value in a block container, and what the value's place allows.
    fn site_of(&self, node: NodeId, old: &Range<usize>, to: &Fragment) -> (Option<usize>, Site) {
        let yaml = self.yaml;
        let frame = yaml.frame(node);
        let begin = match yaml.tree.item(node) {
            Some(Item::Entry(entry)) => yaml.tree.colon(&yaml.text, entry).map(|colon| colon + 1),
            Some(item) if !frame.flow => Some(extent::start_of(yaml, &item) + 1),
            _ => None,
        };
        let begin = begin.filter(|_| !frame.flow || old.is_empty());
        let end = old.end.max(begin.unwrap_or(0));
        let followed = lexeme::skip_blanks(&yaml.text, end) < lexeme::line_end(&yaml.text, end)
            || !yaml.takes_lines(end, frame.margin + frame.step);
        let comment_on_line =
            begin.is_some_and(|begin| yaml.text[lexeme::skip_blanks(&yaml.text, begin)..].starts_with('#'));
        let site = Site {
            layout: yaml.layout(),
            column: frame.margin,
            flow: frame.flow,
            one_line: followed || (comment_on_line && matches!(to, Fragment::Text(_))),
            at_end: end == yaml.text.len(),
        };
        (begin, site)
    }
}
