//! Inserts entries and elements.

use super::super::lexeme;
use super::super::{Item, Kind, NodeId, ScalarStyle};
use super::fragment::{Fragment, Site, new_line, write_entry};
use super::lower::{Inserted, Lowering};
use super::{EditError, Place, extent};

/// What is inserted: an entry with its key, or an element.
#[derive(Clone, Copy)]
struct New<'e> {
    key: Option<&'e str>,
    value: &'e Fragment,
}

impl New<'_> {
    /// Writes the entry or `- element`; it begins at the site's column.
    fn write(&self, out: &mut String, site: &Site) {
        match (self.key, site.flow) {
            (Some(key), _) => write_entry(out, key, self.value, site),
            (None, true) => self.value.write_inline(out, site),
            (None, false) => self.value.write_element(out, site),
        }
    }
}

impl<'e> Lowering<'e> {
    pub(super) fn insert_entry(
        &mut self,
        mapping: NodeId,
        place: Place,
        key: &'e str,
        value: &'e Fragment,
    ) -> Result<(), EditError> {
        let is_mapping = matches!(self.yaml.kind(mapping), Kind::Mapping { .. });
        if !is_mapping && !self.is_null(mapping) {
            return Err(self.wrong_kind(mapping, "a value stands here, so no key can stand below it"));
        }
        self.check_key(mapping, key, None)?;
        let taken = self.inserted.get(&mapping).is_some_and(|all| all.iter().any(|other| other.key == Some(key)));
        if taken {
            return Err(EditError::KeyTaken { line: self.yaml.line(mapping), key: key.to_owned() });
        }
        self.insert(mapping, place, New { key: Some(key), value })
    }

    pub(super) fn insert_element(
        &mut self,
        sequence: NodeId,
        place: Place,
        value: &'e Fragment,
    ) -> Result<(), EditError> {
        let is_sequence = matches!(self.yaml.kind(sequence), Kind::Sequence { .. });
        if !is_sequence && !self.is_null(sequence) {
            return Err(self.wrong_kind(sequence, "this is no list"));
        }
        self.insert(sequence, place, New { key: None, value })
    }

    /// Whether a container may take the place of this scalar.
    fn is_null(&self, node: NodeId) -> bool {
        let yaml = self.yaml;
        let plain = yaml.kind(node) == Kind::Scalar(ScalarStyle::Plain);
        plain && yaml.tag(node).is_none() && !yaml.is_key(node) && matches!(yaml.text_of(node), Some("" | "~" | "null"))
    }

    fn insert(&mut self, container: NodeId, place: Place, new: New<'e>) -> Result<(), EditError> {
        let members = extent::members(self.yaml, container);
        let members_before = self.members_before(&members, place)?;
        let flow = matches!(self.yaml.kind(container), Kind::Mapping { flow: true } | Kind::Sequence { flow: true });
        let above = members.get(members_before).filter(|_| !flow && matches!(place, Place::First | Place::Before(_)));
        let below = members_before.checked_sub(1).and_then(|index| members.get(index));
        let order = (members_before, above.is_some());
        let inserted = Inserted { order, key: new.key, value: new.value };
        let all = self.inserted.entry(container).or_default();
        all.insert(all.partition_point(|other| other.order <= order), inserted);
        match (above, below) {
            _ if members.is_empty() => self.fill(container, new),
            (_, below) if flow => self.insert_in_brackets(container, below, &members, new),
            (Some(above), _) => self.insert_above(container, above, new),
            (None, Some(below)) => self.insert_below(container, below, new),
            (None, None) => self.fill(container, new),
        }
    }

    fn members_before(&self, members: &[Item], place: Place) -> Result<usize, EditError> {
        let (sibling, behind) = match place {
            Place::First => return Ok(0),
            Place::Last => return Ok(members.len()),
            Place::After(sibling) => (sibling, 1),
            Place::Before(sibling) => (sibling, 0),
        };
        let holds = |item: &Item| match item {
            Item::Entry(entry) => entry.key == sibling || entry.value == sibling,
            Item::Element(element) => *element == sibling,
            Item::Comment(_) => false,
        };
        let index = members.iter().position(holds);
        index
            .map(|index| index + behind)
            .ok_or_else(|| self.wrong_kind(sibling, "this does not stand beside the new one"))
    }

    fn site(&self, column: usize, flow: bool, at_end: bool) -> Site {
        Site { layout: self.yaml.layout(), column, flow, one_line: flow, at_end }
    }

    fn check(&self, container: NodeId, new: New<'_>, site: &Site) -> Result<(), EditError> {
        if new.value.is_writable(site) { Ok(()) } else { Err(self.unwritable(container, "this value")) }
    }

    /// Below the lines of a sibling.
    fn insert_below(&mut self, container: NodeId, before: &Item, new: New<'e>) -> Result<(), EditError> {
        let yaml = self.yaml;
        let column = lexeme::column(&yaml.text, yaml.range(container).start);
        let end = extent::last_line_end(yaml, before);
        let next = lexeme::next_line(&yaml.text, end);
        let at_end = next == end || !yaml.text[end..next].ends_with('\n');
        let lines_fit = yaml.takes_lines(end, column + 1);
        let site = Site { one_line: !lines_fit, ..self.site(column, false, at_end) };
        self.check(container, new, &site)?;
        let mut written = String::new();
        if at_end {
            new_line(&mut written, &site, column);
            new.write(&mut written, &site);
            return self.splice(end..end, written);
        }
        super::super::emit::spaces(&mut written, column);
        new.write(&mut written, &site);
        written.push_str(site.layout.line_ending.as_str());
        self.splice(next..next, written)
    }

    /// Above the lines of a sibling, or in front of it when it shares its line with a dash.
    fn insert_above(&mut self, container: NodeId, after: &Item, new: New<'e>) -> Result<(), EditError> {
        let yaml = self.yaml;
        let column = lexeme::column(&yaml.text, yaml.range(container).start);
        let site = self.site(column, false, false);
        self.check(container, new, &site)?;
        let extent = extent::extent(yaml, after, after);
        let mut written = String::new();
        if extent.own_line {
            super::super::emit::spaces(&mut written, column);
            new.write(&mut written, &site);
            written.push_str(site.layout.line_ending.as_str());
        } else {
            new.write(&mut written, &site);
            new_line(&mut written, &site, column);
        }
        self.splice(extent.start..extent.start, written)
    }

    /// Into braces or brackets that hold something already.
    fn insert_in_brackets(
        &mut self,
        container: NodeId,
        before: Option<&Item>,
        members: &[Item],
        new: New<'e>,
    ) -> Result<(), EditError> {
        let yaml = self.yaml;
        if !yaml.text[yaml.range(container)].starts_with(['{', '[']) {
            return Err(self.wrong_kind(container, "a pair without braces holds one key only"));
        }
        let site = self.site(0, true, false);
        self.check(container, new, &site)?;
        let mut written = String::new();
        new.write(&mut written, &site);
        let beside =
            before.or(members.first()).map_or(yaml.range(container).start, |item| extent::start_of(yaml, item));
        // A container written one item a line goes on like that.
        let mut separator = String::new();
        if lexeme::is_first_on_line(&yaml.text, beside) {
            new_line(&mut separator, &site, lexeme::column(&yaml.text, beside));
        } else {
            separator.push(' ');
        }
        let Some(before) = before else {
            return self.splice(beside..beside, format!("{written},{separator}"));
        };
        let end = extent::end_of(yaml, before);
        let comma = lexeme::skip_trivia(&yaml.text, end);
        let is_last = members.last() == Some(before);
        if is_last && yaml.text[comma..].starts_with(',') {
            return self.splice(comma + 1..comma + 1, format!("{separator}{written},"));
        }
        self.splice(end..end, format!(",{separator}{written}"))
    }

    /// Into `{}`, `[]`, `null` or nothing at all.
    fn fill(&mut self, container: NodeId, new: New<'e>) -> Result<(), EditError> {
        let yaml = self.yaml;
        let range = yaml.range(container);
        let frame = yaml.frame(container);
        let brackets = if new.key.is_some() { ('{', '}') } else { ('[', ']') };
        let holds_comment = yaml.text[range.clone()].contains('#');
        if frame.flow || holds_comment || !(frame.block || yaml.parent(container).is_none()) {
            let site = self.site(0, true, false);
            self.check(container, new, &site)?;
            let mut written = String::new();
            new.write(&mut written, &site);
            if holds_comment {
                return self.splice(range.start + 1..range.start + 1, written);
            }
            let before = if range.is_empty() { " " } else { "" };
            return self.splice(range, format!("{before}{}{written}{}", brackets.0, brackets.1));
        }
        self.fill_with_lines(container, new)
    }

    /// The same in a block container: the new entry gets a line of its own below the key.
    fn fill_with_lines(&mut self, container: NodeId, new: New<'e>) -> Result<(), EditError> {
        let yaml = self.yaml;
        let range = yaml.range(container);
        let above = self.site(yaml.frame(container).margin, false, range.end == yaml.text.len());
        let is_element = matches!(yaml.parent(container).map(|parent| yaml.kind(parent)), Some(Kind::Sequence { .. }));
        let column = match (yaml.parent(container), new.key) {
            (None, _) => 0,
            (Some(_), _) if is_element => above.column + 2,
            (Some(_), Some(_)) => above.keys_below(),
            (Some(_), None) => above.dashes_below(),
        };
        let site = Site { column, ..above };
        self.check(container, new, &site)?;
        let mut written = String::new();
        let properties = yaml.tree.properties(container).is_some();
        let mut range = range;
        if yaml.parent(container).is_none() {
            let on_marker_line = !lexeme::is_first_on_line(&yaml.text, range.start);
            if on_marker_line {
                new_line(&mut written, &site, 0);
            }
        } else if is_element && !properties {
            written.push_str(if range.is_empty() { " " } else { "" });
        } else {
            // Nothing may be left of the blanks between the colon and what stood there.
            range.start = yaml.text[..range.start].trim_end_matches([' ', '\t']).len();
            new_line(&mut written, &site, column);
        }
        new.write(&mut written, &site);
        self.splice(range, written)
    }
}
