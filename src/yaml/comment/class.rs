//! Splits a run of comment lines as go-yaml's scanner does: on the line, foot of what stands before, head of what
//! follows (scannerc.go, `yaml_parser_scan_line_comment` and `yaml_parser_scan_comments`).

use std::ops::Range;

use super::gap::{Gap, Line, Next, Prior};

/// What a comment is to its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// On the line of what stands before it.
    Line,
    /// Ends what stands before it.
    Foot,
    /// Left of the block before it and ended by an empty line, or cut off behind such a comment: ends some block
    /// around it.
    Dedented,
    /// Above what follows.
    Head,
}

/// Comment lines that go-yaml takes for one comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) class: Class,
    /// Column of the first, from 0.
    pub(super) column: usize,
    /// Numbers of the comments.
    pub(super) comments: Range<usize>,
}

/// The comments of a gap in order.
pub(super) fn classify(gap: &Gap) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = gap.lines.as_slice();
    let bare = matches!(gap.prior, Prior::Nothing | Prior::Marker | Prior::Dash(_));
    if let Some((first, rest)) = lines.split_first()
        && first.line == gap.prior_line
        && !bare
    {
        parts.push(Part { class: Class::Line, column: first.column, comments: gap.first..gap.first + 1 });
        lines = rest;
    }
    if !lines.is_empty() {
        Splitter::new(gap, lines).run(lines, &mut parts);
    }
    parts
}

struct Splitter<'g> {
    gap: &'g Gap,
    /// No empty line has been seen since the prior token.
    first_empty: bool,
    /// The line right below the prior token.
    foot_line: Option<usize>,
    /// A part was cut off already: what follows no longer belongs to the prior token.
    cut: bool,
    /// First line of the part that is collected.
    start: Option<(usize, Line)>,
}

impl<'g> Splitter<'g> {
    fn new(gap: &'g Gap, lines: &[Line]) -> Self {
        let first = lines[0];
        // On the first line of a text the scanner does not know where a foot would begin, unless it has read on
        // beyond the line's end already, as it does for plain and block scalars.
        let knows = gap.prior_line > 0 || gap.prior_reads_on;
        let below = first.line > gap.prior_line;
        Self {
            gap,
            first_empty: first.line <= gap.prior_line + 1,
            foot_line: (knows && below).then_some(gap.prior_line + 1),
            cut: false,
            start: None,
        }
    }

    fn run(mut self, lines: &[Line], parts: &mut Vec<Part>) {
        let offset = self.gap.first + self.gap.lines.len() - lines.len();
        for (index, line) in lines.iter().enumerate() {
            if self.is_dedent(line.column) {
                self.foot(offset + index, parts);
            }
            let start = *self.start.get_or_insert((offset + index, *line));
            let next = lines.get(index + 1).map(|line| line.line).or(self.gap.next_line);
            let blank_follows = self.gap.crlf || next.is_none_or(|next| next > line.line + 1);
            if blank_follows {
                if self.first_empty && self.ends_prior(start.1) {
                    if start.1.column < self.gap.indent {
                        self.cut = true;
                    }
                    self.foot(offset + index + 1, parts);
                }
                self.first_empty = false;
            }
        }
        let end = offset + lines.len();
        if let Some((first, start)) = self.start {
            let closes = matches!(self.gap.next, Next::Close(_));
            if closes || self.gap.next_line.is_some() && self.is_dedent(self.gap.next_column.unwrap_or(0)) {
                self.foot(end, parts);
            } else {
                parts.push(Part { class: Class::Head, column: start.column, comments: first..end });
            }
        }
    }

    /// Whether something at `column` stands left of the block, and not where the collected part stands.
    fn is_dedent(&self, column: usize) -> bool {
        self.start.is_some_and(|(_, start)| column < self.gap.indent && column != start.column)
    }

    fn ends_prior(&self, start: Line) -> bool {
        let is_below = self.foot_line == Some(start.line) && !matches!(self.gap.prior, Prior::Colon(_));
        is_below || start.column < self.gap.indent
    }

    /// Cuts off the collected part, which ends before comment `end`.
    fn foot(&mut self, end: usize, parts: &mut Vec<Part>) {
        let Some((first, start)) = self.start.take() else { return };
        let class = if self.cut { Class::Dedented } else { Class::Foot };
        parts.push(Part { class, column: start.column, comments: first..end });
        self.cut = true;
    }
}
