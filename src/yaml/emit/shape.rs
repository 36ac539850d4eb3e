//! What a string looks like to go-yaml's emitter (emitterc.go, `yaml_emitter_analyze_scalar`), and the style that
//! follows from it.

use super::super::resolve;
use super::super::resolve::Resolved;
use super::{Frame, Style};

/// Which styles can carry a string.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// Something in it ends or begins other syntax in flow containers.
    flow_indicators: bool,
    /// The same in block containers.
    block_indicators: bool,
    line_breaks: bool,
    /// Characters that only escapes can carry.
    special: bool,
    tabs: bool,
    leading_space: bool,
    leading_break: bool,
    trailing_space: bool,
    trailing_break: bool,
    /// A break, then a blank.
    break_space: bool,
    /// A blank, then a break.
    space_break: bool,
    /// The first line that is not empty begins with a tab.
    tab_in_front: bool,
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        let marker = text.starts_with("---") || text.starts_with("...");
        let mut shape = Self { flow_indicators: marker, block_indicators: marker, ..Self::default() };
        let mut before: Option<char> = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            shape.indicators(character, before, next);
            shape.blanks(character, before, next);
            before = Some(character);
        }
        shape.tab_in_front = text.trim_start_matches('\n').starts_with('\t');
        shape
    }

    fn indicators(&mut self, character: char, before: Option<char>, next: Option<char>) {
        let blank_next = next.is_none_or(|next| matches!(next, ' ' | '\t'));
        let (flow, block) = match (character, before) {
            ('#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`', None) => {
                (true, true)
            }
            ('?' | ':', None) => (true, blank_next),
            ('-', None) => (blank_next, blank_next),
            (',' | '?' | '[' | ']' | '{' | '}', Some(_)) => (true, false),
            (':', Some(_)) => (true, blank_next),
            ('#', Some(before)) if matches!(before, ' ' | '\t') || is_break(before) => (true, true),
            _ => (false, false),
        };
        self.flow_indicators |= flow;
        self.block_indicators |= block;
    }

    fn blanks(&mut self, character: char, before: Option<char>, next: Option<char>) {
        if character == '\t' {
            self.tabs = true;
        } else if !is_printable(character) || (is_break(character) && character != '\n') {
            // The emitter would write Unicode line separators as they are; readers differ on them.
            self.special = true;
        }
        if character == ' ' {
            self.leading_space |= before.is_none();
            self.trailing_space |= next.is_none();
            self.break_space |= before.is_some_and(is_break);
        } else if is_break(character) {
            self.line_breaks = true;
            self.leading_break |= before.is_none();
            self.trailing_break |= next.is_none();
            self.space_break |= before == Some(' ');
        }
    }

    /// Whether the string can stand without quotes, whatever it means then.
    pub(super) fn plain_allowed(self, frame: &Frame) -> bool {
        let edges = self.leading_space || self.leading_break || self.trailing_space || self.trailing_break;
        let indicators = if frame.flow { self.flow_indicators } else { self.block_indicators };
        !edges && !indicators && !self.line_breaks && self.single_quotes_allowed()
    }

    pub(super) fn single_quotes_allowed(self) -> bool {
        !(self.break_space || self.space_break || self.tabs || self.special)
    }

    fn block_allowed(self) -> bool {
        !(self.trailing_space || self.space_break || self.special || self.tab_in_front)
    }

    /// The style for a string that has to stay a string.
    pub(super) fn style(self, text: &str, frame: &Frame) -> Style {
        if text.contains('\n') {
            let keeps = text == "\n" || text.ends_with("\n\n");
            return if frame.block && self.block_allowed() && (frame.keep || !keeps) {
                Style::Literal
            } else {
                Style::DoubleQuoted
            };
        }
        if means_something_else(text) {
            Style::DoubleQuoted
        } else if self.plain_allowed(frame) {
            Style::Plain
        } else if self.single_quotes_allowed() {
            Style::SingleQuoted
        } else {
            Style::DoubleQuoted
        }
    }
}

/// Whether the text without quotes would be another type, or was one in YAML 1.1.
fn means_something_else(text: &str) -> bool {
    let old_bool = matches!(
        text,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF"
    );
    old_bool || text == "<<" || is_base_60(text) || !matches!(resolve::plain(text), Resolved::Str(_))
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_base_60(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut sexagesimal = parts.peekable();
    first.starts_with(|first: char| first.is_ascii_digit())
        && digits(first)
        && sexagesimal.peek().is_some()
        && sexagesimal.all(|part| match part.as_bytes() {
            [ones] => ones.is_ascii_digit(),
            [tens, ones] => matches!(tens, b'0'..=b'5') && ones.is_ascii_digit(),
            _ => false,
        })
        && fraction.is_none_or(digits)
}

/// What go-yaml writes as it is: the basic plane without controls, surrogates and the byte order mark.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && character != '\u{feff}'
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
