//! New values and how they are written: in the file's own indentation, in braces where everything around is.

use super::super::ScalarStyle;
use super::super::emit::{self, Frame};
use super::super::layout::Layout;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Fragment {
    /// A string: quoted where the text would mean something else. Never plaintext that is to be sealed.
    Text(String),
    /// A scalar written as it stands, for numbers, booleans, `null`: `8080`, `true`.
    Plain(String),
    /// Keys and values. Empty: `{}`.
    Mapping(Vec<(String, Fragment)>),
    /// Elements. Empty: `[]`.
    Sequence(Vec<Fragment>),
    /// A string in the quotes of another scalar, as far as they can carry it.
    Like {
        /// The string, on one line.
        text: String,
        /// The other scalar's manner.
        style: ScalarStyle,
    },
    /// A string with an anchor: `&name text`. Letters, digits, `_` and `-` make a name.
    Anchored {
        /// The anchor's name.
        name: String,
        /// The string.
        text: String,
    },
    /// `*name`: what the last anchor of that name above it stands on.
    Alias(String),
}

/// Where a fragment is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) layout: Layout,
    /// Column of the block container that holds the value.
    pub(super) column: usize,
    /// Inside braces or brackets.
    pub(super) flow: bool,
    /// A comment follows on the same line, so nothing may go on below.
    pub(super) one_line: bool,
    /// The text ends behind the fragment, without a line ending.
    pub(super) at_end: bool,
}

impl Site {
    fn frame(&self) -> Frame {
        Frame {
            flow: self.flow,
            block: !self.flow && !self.one_line,
            keep: false,
            margin: self.column,
            step: (self.keys_below() - self.column).clamp(1, 9),
            line_ending: self.layout.line_ending,
            at_end: self.at_end,
        }
    }

    fn inside(self, column: usize, is_last: bool) -> Self {
        Self { column, at_end: self.at_end && is_last, ..self }
    }

    fn flowing(self) -> Self {
        Self { flow: true, ..self }
    }

    /// Column of the keys of a mapping below a key at this column: the next multiple of the step, as go-yaml aligns.
    pub(super) fn keys_below(&self) -> usize {
        next_multiple(self.column, self.layout.step)
    }

    /// Column of the dashes of a sequence below a key at this column.
    pub(super) fn dashes_below(&self) -> usize {
        match self.layout.dash_step {
            step if step == self.layout.step => next_multiple(self.column, step),
            step => self.column + step,
        }
    }
}

fn next_multiple(column: usize, step: usize) -> usize {
    (column / step + 1) * step
}

impl Fragment {
    /// Whether it is written on one line in a block container.
    fn is_inline(&self) -> bool {
        match self {
            Self::Mapping(entries) => entries.is_empty(),
            Self::Sequence(elements) => elements.is_empty(),
            _ => true,
        }
    }

    /// Whether every key is short enough and every plain scalar stands as it is.
    pub(super) fn is_writable(&self, site: &Site) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Like { text, .. } => !text.contains('\n'),
            Self::Anchored { name, text } => is_anchor_name(name) && !text.contains('\n'),
            Self::Alias(name) => is_anchor_name(name),
            Self::Plain(text) => emit::stands_plain(text, &site.frame()),
            Self::Mapping(entries) => entries.iter().all(|(key, value)| is_short_key(key) && value.is_writable(site)),
            Self::Sequence(elements) => elements.iter().all(|element| element.is_writable(site)),
        }
    }

    /// Writes what follows `key:`, the blank before it included.
    pub(super) fn write_value(&self, out: &mut String, site: &Site) {
        if site.flow || site.one_line || self.is_inline() {
            out.push(' ');
            self.write_inline(out, site);
            return;
        }
        match self {
            Self::Mapping(entries) => {
                let column = site.keys_below();
                for (index, (key, value)) in entries.iter().enumerate() {
                    new_line(out, site, column);
                    write_entry(out, key, value, &site.inside(column, index + 1 == entries.len()));
                }
            }
            Self::Sequence(elements) => {
                let column = site.dashes_below();
                for (index, element) in elements.iter().enumerate() {
                    new_line(out, site, column);
                    element.write_element(out, &site.inside(column, index + 1 == elements.len()));
                }
            }
            _ => {}
        }
    }

    /// Writes `- …` for an element whose dash stands at the site's column.
    pub(super) fn write_element(&self, out: &mut String, site: &Site) {
        out.push('-');
        let column = site.column + 2;
        let begin = |out: &mut String, index: usize| {
            if index == 0 { out.push(' ') } else { new_line(out, site, column) }
        };
        match self {
            Self::Mapping(entries) if !entries.is_empty() => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    begin(out, index);
                    write_entry(out, key, value, &site.inside(column, index + 1 == entries.len()));
                }
            }
            Self::Sequence(elements) if !elements.is_empty() => {
                for (index, element) in elements.iter().enumerate() {
                    begin(out, index);
                    element.write_element(out, &site.inside(column, index + 1 == elements.len()));
                }
            }
            Self::Text(text) => {
                out.push(' ');
                // Lines of a block scalar begin where those of any other element do.
                emit::write_scalar(out, text, &Frame { step: column - site.column, ..site.frame() });
            }
            _ => {
                out.push(' ');
                self.write_inline(out, site);
            }
        }
    }

    /// Writes the value on one line (a block scalar excepted), collections in braces and brackets.
    pub(super) fn write_inline(&self, out: &mut String, site: &Site) {
        match self {
            Self::Text(text) => emit::write_scalar(out, text, &site.frame()),
            Self::Plain(text) => out.push_str(text),
            Self::Like { text, style } => write_like(out, text, Some(*style), &site.frame()),
            Self::Anchored { name, text } => {
                out.push('&');
                out.push_str(name);
                out.push(' ');
                emit::write_scalar(out, text, &site.frame());
            }
            Self::Alias(name) => {
                out.push('*');
                out.push_str(name);
            }
            Self::Mapping(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    write_entry(out, key, value, &site.flowing());
                }
                out.push('}');
            }
            Self::Sequence(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    element.write_inline(out, &site.flowing());
                }
                out.push(']');
            }
        }
    }
}

/// Writes `key: value`; the key stands at the site's column.
pub(super) fn write_entry(out: &mut String, key: &str, value: &Fragment, site: &Site) {
    emit::write_key(out, key, &site.frame());
    out.push(':');
    value.write_value(out, site);
}

/// Ends the line and indents the next.
pub(super) fn new_line(out: &mut String, site: &Site, column: usize) {
    out.push_str(site.layout.line_ending.as_str());
    emit::spaces(out, column);
}

/// Writes text in the manner of the scalar it replaces: quotes stay, all else is as go-yaml would write it.
pub(super) fn write_like(out: &mut String, text: &str, style: Option<ScalarStyle>, frame: &Frame) {
    let one_line = !text.contains('\n');
    match style {
        Some(ScalarStyle::DoubleQuoted) if one_line => emit::double_quoted(out, text),
        Some(ScalarStyle::SingleQuoted) if one_line && emit::stands_in_single_quotes(text) => {
            emit::single_quoted(out, text);
        }
        _ => emit::write_scalar(out, text, frame),
    }
}

/// Whether go-yaml reads the whole of it as the name of an anchor.
fn is_anchor_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Keys beyond 1024 characters need another syntax; escapes may take ten characters each.
pub(super) fn is_short_key(key: &str) -> bool {
    let mut written = String::new();
    emit::double_quoted(&mut written, key);
    written.chars().count() < 1000
}
