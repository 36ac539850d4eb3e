//! Makes the tree from the general parser's events.
//!
//! Mends what its spans leave out: block scalars get their header, block containers end with their last leaf,
//! sequences without indentation begin at their dash, absent values are empty texts instead of `~`.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle as Written, Span, StructureStyle, Tag};

use super::build::Builder;
use super::lexeme;
use super::node::{Kind, NodeId, ScalarStyle};
use super::parse::ParseError;
use super::tree::Body;

/// Feeds a [`Builder`] with the events of a text, or of a part of it.
pub(super) struct Events<'b, 't> {
    builder: &'b mut Builder<'t>,
    text: &'t str,
    /// Where the part that is parsed begins.
    offset: usize,
    /// End of the last token that made a node.
    cursor: usize,
}

impl<'b, 't> Events<'b, 't> {
    /// For events whose spans count from `offset`.
    pub(super) fn new(builder: &'b mut Builder<'t>, offset: usize) -> Self {
        Self { text: builder.text(), builder, offset, cursor: offset }
    }

    fn range(&self, span: Option<Range<usize>>) -> Range<usize> {
        span.map_or(self.cursor..self.cursor, |range| range.start + self.offset..range.end + self.offset)
    }

    fn tag_range(&self, span: &Span) -> Option<Range<usize>> {
        span.tag_span().and_then(|tag| tag.byte_range()).map(|range| self.range(Some(range)))
    }

    /// Takes one event with its span.
    pub(super) fn event(&mut self, event: Event<'t>, span: &Span) -> Result<(), ParseError> {
        let range = self.range(span.byte_range());
        match event {
            Event::DocumentStart(explicit, _) => self.start_document(explicit, range),
            Event::DocumentEnd => self.end_document(range),
            Event::Comment(..) => self.builder.comment(range)?,
            Event::Anchor(id, _) => self.anchor(id, range),
            Event::Alias(id) => {
                let end = range.end;
                self.pass_dash();
                self.builder.alias(id, range)?;
                self.cursor = end;
            }
            Event::Scalar(value, style, anchor, tag) => {
                let absent = style == Written::Plain && range.is_empty();
                let range = if absent { self.absent(range, anchor == 0 && tag.is_none()) } else { range };
                let value = if absent { Cow::Borrowed("") } else { value };
                self.scalar(value, style, tag, span, range)?;
            }
            Event::SequenceStart(style, _, tag) => {
                self.start(Kind::Sequence { flow: style == StructureStyle::Flow }, tag, span, &range)?;
            }
            Event::MappingStart(style, _, tag) => {
                self.start(Kind::Mapping { flow: style == StructureStyle::Flow }, tag, span, &range)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if !range.is_empty() {
                    self.cursor = self.cursor.max(range.end);
                }
                self.builder.close(range.end)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn start_document(&mut self, explicit: bool, range: Range<usize>) {
        let start = if self.builder.has_documents() && !explicit {
            lexeme::next_line(self.text, self.cursor)
        } else {
            range.start
        };
        self.cursor = if explicit { range.end } else { self.cursor.max(start) };
        self.builder.start_document(start, explicit.then_some(range));
    }

    fn end_document(&mut self, range: Range<usize>) {
        if self.text.get(range.clone()) == Some("...") {
            self.cursor = range.end;
            self.builder.end_document(range);
        }
    }

    fn anchor(&mut self, id: usize, range: Range<usize>) {
        let end = range.end;
        let node = self.builder.anchor(id, range);
        if self.builder.kind(node) == (Kind::Sequence { flow: false }) {
            self.move_to_dash(node, end);
        }
        self.cursor = self.cursor.max(end);
    }

    fn scalar(
        &mut self,
        value: Cow<'t, str>,
        style: Written,
        tag: Option<Cow<'t, Tag>>,
        span: &Span,
        range: Range<usize>,
    ) -> Result<(), ParseError> {
        let from = self.cursor.max(self.tag_range(span).map_or(0, |tag| tag.end));
        let (kind, range) = match style {
            Written::Plain => (ScalarStyle::Plain, range),
            Written::SingleQuoted => (ScalarStyle::SingleQuoted, range),
            Written::DoubleQuoted => (ScalarStyle::DoubleQuoted, range),
            Written::Literal => (ScalarStyle::Literal, block_range(self.text, from, range, &value)),
            Written::Folded => (ScalarStyle::Folded, block_range(self.text, from, range, &value)),
        };
        let body = self.body(value, &range);
        let end = range.end;
        self.pass_dash();
        let node = self.builder.add(Kind::Scalar(kind), range, body)?;
        self.cursor = self.cursor.max(end);
        self.tag(node, tag, span);
        Ok(())
    }

    /// Where the decoded text lies: in the text itself when it stands there as it is.
    fn body(&mut self, value: Cow<'t, str>, range: &Range<usize>) -> Body {
        if value.is_empty() {
            return Body { first: range.start as u32, second: range.start as u32 };
        }
        if let Cow::Borrowed(part) = &value {
            let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
            if self.text.get(start..start.wrapping_add(part.len())).is_some_and(|found| found == *part) {
                return Body { first: start as u32, second: (start + part.len()) as u32 };
            }
        }
        self.builder.decoded(value.into_owned())
    }

    fn tag(&mut self, node: NodeId, tag: Option<Cow<'t, Tag>>, span: &Span) {
        let Some(tag) = tag else { return };
        let range = self.tag_range(span);
        if let Some(range) = &range {
            self.cursor = self.cursor.max(range.end);
        }
        self.builder.tag(node, short_tag(tag.handle(), tag.suffix()), range);
    }

    fn start(
        &mut self,
        kind: Kind,
        tag: Option<Cow<'t, Tag>>,
        span: &Span,
        range: &Range<usize>,
    ) -> Result<(), ParseError> {
        self.pass_dash();
        let node = self.builder.open(kind, range.start)?;
        self.tag(node, tag, span);
        if kind == (Kind::Sequence { flow: false }) {
            self.move_to_dash(node, self.cursor);
        }
        if !range.is_empty() {
            self.cursor = self.cursor.max(range.end);
        }
        Ok(())
    }

    /// In a block sequence: goes on behind the dash of the element that begins.
    fn pass_dash(&mut self) {
        if let Some((Kind::Sequence { flow: false }, _)) = self.builder.innermost()
            && let Some(dash) = self.indicator(b'-', self.cursor)
        {
            self.cursor = self.cursor.max(dash + 1);
        }
    }

    /// A sequence without indentation is reported behind its dash.
    fn move_to_dash(&mut self, node: NodeId, from: usize) {
        if let Some(dash) = self.indicator(b'-', from) {
            self.builder.move_start(node, dash);
        }
    }

    /// The place where an absent node would stand: right behind the dash or colon before it.
    fn absent(&mut self, reported: Range<usize>, bare: bool) -> Range<usize> {
        let behind = match self.builder.innermost().filter(|_| bare) {
            Some((Kind::Sequence { flow: false }, _)) => {
                self.indicator(b'-', self.cursor).map_or(reported.start, |dash| dash + 1)
            }
            Some((Kind::Mapping { .. }, Some(key))) => {
                let end = self.builder.full_end(key);
                self.indicator(b':', end).map_or(end, |colon| colon + 1)
            }
            _ => return reported,
        };
        behind..behind
    }

    /// The next indicator behind `from`, when it is this one.
    fn indicator(&self, indicator: u8, from: usize) -> Option<usize> {
        let mut at = lexeme::skip_trivia(self.text, from);
        if indicator == b'-' {
            // A sequence that is a value: the colon before it has made no node.
            while matches!(self.text.as_bytes().get(at), Some(b':' | b'?')) {
                at = lexeme::skip_trivia(self.text, at + 1);
            }
        }
        (self.text.as_bytes().get(at) == Some(&indicator)).then_some(at)
    }
}

/// From the header of a block scalar to the end of its last content line, that line's ending left out.
fn block_range(text: &str, from: usize, content: Range<usize>, value: &str) -> Range<usize> {
    let Some(header) = lexeme::block_header(text, from) else { return content };
    if value.is_empty() {
        return header;
    }
    // The reported span may begin behind empty lines at the top, and end in the indentation of what follows.
    let begin = lexeme::next_line(text, header.end);
    let body = &text[begin..content.end.max(begin)];
    let keeps = text[header.clone()].contains('+');
    let last_line = value.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    let blank_content = last_line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let length = if keeps || blank_content {
        // Without a line break at the end of the text, the last line is content as well.
        let end = body.rfind('\n').filter(|end| body[*end..].trim().is_empty()).unwrap_or(body.len());
        if body[..end].ends_with('\r') { end - 1 } else { end }
    } else {
        body.trim_end_matches([' ', '\t', '\r', '\n']).len()
    };
    header.start..header.end.max(begin + length)
}

/// `!!int` for the tags of YAML's own namespace, the tag itself for others.
fn short_tag(handle: &str, suffix: &str) -> String {
    let whole = format!("{handle}{suffix}");
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Item, Limits, NodeId, Yaml};

    /// Every node in order: its own text, and in braces what precedes it as anchor or tag.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let yaml = Yaml::parse(text, &Limits::default()).unwrap();
        let show = |node: NodeId| {
            let (range, full) = (yaml.range(node), yaml.full_range(node));
            let properties = yaml.text()[full.start..range.start.max(full.start)].trim();
            let before = if properties.is_empty() { String::new() } else { format!("{{{properties}}}") };
            format!("{before}{}", &yaml.text()[range])
        };
        let mut found = Vec::new();
        for visit in yaml.documents().iter().flat_map(|document| yaml.walk(document.root)) {
            match visit.item {
                Item::Comment(_) => {}
                Item::Entry(entry) => found.extend([show(entry.key), show(entry.value)]),
                Item::Element(element) => found.push(show(element)),
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn block_scalars_reach_from_their_header_to_their_last_line() {
        check("a: |2- # c\n    x\n\n   y\n\n\nb: 1\n", &["a", "|2- # c\n    x\n\n   y", "b", "1"]);
        check("a: >\r\n  x\r\n\r\nb:", &["a", ">\r\n  x", "b", ""]);
        check("a: |+\n  x\n\n\nb: 1\n", &["a", "|+\n  x\n\n", "b", "1"]);
        check("a: |\nb: >-\n\n", &["a", "|", "b", ">-"]);
        check("a: # c\n  !x |\n  x\n", &["a", "{!x}|\n  x"]);
        check("- |\n  x\n  - y\n", &["|\n  x\n  - y"]);
    }

    #[test]
    fn block_containers_end_with_their_last_leaf() {
        check("a:\n  b: 1 # c\n\nd: 2\n", &["a", "b: 1", "b", "1", "d", "2"]);
        check("a:\n- b\n- c:\n# d\ne: 1", &["a", "- b\n- c:", "b", "c:", "c", "", "e", "1"]);
        check("a:\n  - - b\n    - c\n", &["a", "- - b\n    - c", "- b\n    - c", "b", "c"]);
    }

    #[test]
    fn absent_values_stand_behind_their_colon_or_dash() {
        let yaml = Yaml::parse("a: # c\nb:\n-\n- # d\nc: &x\n? e\n? f\n: {g, h: }\n", &Limits::default()).unwrap();
        let empty = |node: NodeId| yaml.range(node).is_empty().then(|| yaml.range(node).start);
        let places: Vec<usize> = yaml
            .walk(yaml.documents()[0].root)
            .filter_map(|visit| match visit.item {
                Item::Comment(_) => None,
                Item::Entry(entry) => empty(entry.value),
                Item::Element(element) => empty(element),
            })
            .collect();
        assert_eq!(places, [2, 11, 13, 23, 27, 36, 40]);
    }

    #[test]
    fn anchors_and_tags_are_kept_apart_from_the_value() {
        check("a: &x !!str 1\nb: *x\n", &["a", "{&x !!str}1", "b", "*x"]);
        check("a: !t &x\n  - 1\n", &["a", "{!t &x}- 1", "1"]);
        check("&k a: !<tag:yaml.org,2002:int> 5\n", &["{&k}a", "{!<tag:yaml.org,2002:int>}5"]);
        let yaml =
            Yaml::parse("%TAG !e! tag:e.com,2000:\n---\na: !e!x 1\nb: &n !!int 2\n", &Limits::default()).unwrap();
        let root = yaml.documents()[0].root;
        let (a, b) = (yaml.entry(root, "a").unwrap().value, yaml.entry(root, "b").unwrap().value);
        assert_eq!((yaml.tag(a), yaml.tag(b)), (Some("tag:e.com,2000:x"), Some("!!int")));
        assert_eq!((yaml.anchor(a), yaml.anchor(b)), (None, Some("n")));
    }

    #[test]
    fn documents_know_their_markers() {
        let text = "\u{feff}# top\n--- # x\na: 1\n...\n---\n# only\n--- {}\n";
        let yaml = Yaml::parse(text, &Limits::default()).unwrap();
        let slices: Vec<(&str, bool)> = yaml
            .documents()
            .iter()
            .map(|document| (&text[document.range.clone()], document.end_marker.is_some()))
            .collect();
        let expected = [("\u{feff}# top\n--- # x\na: 1\n...\n", true), ("---\n# only\n", false), ("--- {}\n", false)];
        assert_eq!(slices, expected);
    }
}
