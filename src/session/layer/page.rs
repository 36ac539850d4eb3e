//! Pages to read: help, what was tried, a difference. Long lines are broken to the window, so that scrolling can count.

use crate::session::action::Motion;
use crate::session::screen::Screen;
use crate::session::view::{PageLine, PageSize, PageView, Tone, Words};
use crate::text::{head, width, wrap};

/// Lines to read, with a window over them.
pub(crate) struct Page {
    title: String,
    lines: Vec<PageLine>,
    first: usize,
    size: PageSize,
}

impl Page {
    /// A page that covers the body.
    pub(crate) fn whole(title: impl Into<String>, lines: Vec<PageLine>) -> Self {
        Self { title: title.into(), lines, first: 0, size: PageSize::Whole }
    }

    /// A box as small as its lines.
    pub(crate) fn small(title: impl Into<String>, lines: Vec<PageLine>) -> Self {
        Self { title: title.into(), lines, first: 0, size: PageSize::Small }
    }

    /// Replaces the lines; the window stays where it can.
    pub(crate) fn set_lines(&mut self, lines: Vec<PageLine>) {
        self.lines = lines;
    }

    /// Moves the window.
    pub(crate) fn scroll(&mut self, motion: Motion, screen: Screen) {
        let page = screen.page_rows();
        let last = wrapped(&self.lines, screen.page_columns()).len().saturating_sub(page);
        self.first = match motion {
            Motion::Up => self.first.saturating_sub(1),
            Motion::Down => self.first + 1,
            Motion::PageUp => self.first.saturating_sub(page),
            Motion::PageDown => self.first + page,
            Motion::First => 0,
            Motion::Last => last,
            _ => self.first,
        }
        .min(last);
    }

    /// The page as it is drawn in a window.
    pub(crate) fn view(&self, screen: Screen) -> PageView {
        let lines = wrapped(&self.lines, screen.page_columns());
        let first = self.first.min(lines.len().saturating_sub(screen.page_rows()));
        PageView { title: self.title.clone(), lines, first, size: self.size }
    }
}

/// The lines broken to a width; the labels' column is left out of it. Nothing is cut: two places may differ in what
/// would be missing. A label too long for its column stands on lines of its own.
fn wrapped(lines: &[PageLine], columns: usize) -> Vec<PageLine> {
    let column = (columns / 2).saturating_sub(LABEL_GAP);
    let fits = |line: &PageLine| width(&line.label) <= column;
    let label = lines.iter().filter(|line| fits(line)).map(|line| width(&line.label)).max().unwrap_or(0);
    let room = columns.saturating_sub(if label == 0 { 0 } else { label + LABEL_GAP }).max(8);
    let mut broken = Vec::new();
    for line in lines {
        let mut label = line.label.clone();
        if !fits(line) {
            broken.extend(wrap(&label, room).into_iter().map(|part| PageLine::new(part, Tone::Dim)));
            label.clear();
        }
        for part in parts(&line.words.text, room) {
            broken.push(PageLine { label: std::mem::take(&mut label), words: Words::toned(part, line.words.tone) });
        }
    }
    broken
}

/// Cells between label and words.
const LABEL_GAP: usize = 2;

/// One text broken to a width: a sentence between its words; what is quoted (a difference, Nix), which begins with a
/// sign or a blank, where the line ends, as its blanks count.
fn parts(text: &str, room: usize) -> Vec<String> {
    if width(text) <= room {
        return vec![text.to_owned()];
    }
    if !text.starts_with(['+', '-', '@', ' ']) {
        return wrap(text, room);
    }
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let sign = if lines.is_empty() { "" } else { CONTINUED };
        // A window narrower than a letter shows nothing anyway.
        let part = match head(rest, room.saturating_sub(width(sign))) {
            "" => rest,
            part => part,
        };
        lines.push(format!("{sign}{part}"));
        rest = &rest[part.len()..];
    }
    lines
}

/// What stands before the rest of a line that is quoted.
const CONTINUED: &str = "… ";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &[&str]) {
        let lines = wrapped(&[PageLine::new(text, Tone::Plain)], columns);
        let shown: Vec<&str> = lines.iter().map(|line| line.words.text.as_str()).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn lines_break_between_words_and_only_then_inside() {
        check("one two three", 20, &["one two three"]);
        check("one two three", 9, &["one two", "three"]);
        check("x age1qqqqqqqqqqqq y", 10, &["x", "age1qqqqqq", "qqqqqq y"]);
        check("+ a  line of a difference", 10, &["+ a  line ", "… of a dif", "… ference"]);
    }

    #[test]
    fn only_the_first_part_keeps_its_label() {
        let lines = wrapped(&[PageLine::labelled("file", "one two three four", Tone::New)], 16);
        let shown: Vec<_> = lines.iter().map(|line| (line.label.as_str(), line.words.text.as_str())).collect();
        assert_eq!(shown, [("file", "one two"), ("", "three four")]);
    }

    #[test]
    fn a_label_wider_than_its_column_stands_alone_and_whole() {
        let long = PageLine::labelled("hosts/one/secrets.nix:14", "one", Tone::New);
        let lines = wrapped(&[long, PageLine::labelled("file", "two", Tone::New)], 20);
        let shown: Vec<_> = lines.iter().map(|line| (line.label.as_str(), line.words.text.as_str())).collect();
        assert_eq!(shown, [("", "hosts/one/secr"), ("", "ets.nix:14"), ("", "one"), ("file", "two")]);
    }

    #[test]
    fn the_window_stops_at_the_last_line() {
        let screen = Screen { columns: 80, rows: 10 };
        let lines = (0..20).map(|number| PageLine::new(number.to_string(), Tone::Plain)).collect();
        let mut page = Page::whole("x", lines);
        page.scroll(Motion::Last, screen);
        assert_eq!(page.view(screen).first, 20 - screen.page_rows());
        page.scroll(Motion::Down, screen);
        assert_eq!(page.view(screen).first, 20 - screen.page_rows());
        page.scroll(Motion::PageUp, screen);
        assert_eq!(page.view(screen).first, 20 - 2 * screen.page_rows());
    }
}
