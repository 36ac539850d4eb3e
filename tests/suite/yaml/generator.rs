//! Random YAML documents of every layout people write: indentations, quotes, blocks, brackets, comments anywhere,
//! line endings, markers. Also used by the unit tests of the room.

use std::fmt::Write as _;

/// A small generator of random numbers, so that a failure names its seed and comes back.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    /// Yes in `percent` of a hundred throws.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// A document of its own seed.
pub(crate) fn document(dice: &mut Dice) -> String {
    let step = [2, 2, 4, 4, 3][dice.below(5)];
    let mut writer = Writer { dice, step, keys: 0, lines: Vec::new() };
    writer.stream();
    let Writer { lines, .. } = writer;
    let line_ending = if dice.chance(10) { "\r\n" } else { "\n" };
    let mut text = lines.join(line_ending);
    if dice.chance(90) {
        text.push_str(line_ending);
    }
    if dice.chance(3) { format!("\u{feff}{text}") } else { text }
}

struct Writer<'d> {
    dice: &'d mut Dice,
    step: usize,
    keys: usize,
    lines: Vec<String>,
}

impl Writer<'_> {
    fn stream(&mut self) {
        let documents = if self.dice.chance(90) { 1 } else { 2 };
        for document in 0..documents {
            if document > 0 || self.dice.chance(15) {
                self.lines.push("---".to_owned());
            }
            self.block(0, 0, false);
        }
        if self.dice.chance(5) {
            self.lines.push("...".to_owned());
        }
    }

    fn block(&mut self, indent: usize, depth: usize, is_sequence: bool) {
        for _ in 0..=self.dice.below(4) {
            self.comments(indent, 20);
            let name = if is_sequence { "-".to_owned() } else { format!("{}:", self.key()) };
            self.item(&format!("{}{name}", " ".repeat(indent)), indent, depth, is_sequence);
        }
        self.comments(indent, 12);
    }

    fn comments(&mut self, indent: usize, percent: usize) {
        while self.dice.chance(percent) {
            let column = match self.dice.below(20) {
                0 => 0,
                1 => indent + 2,
                _ => indent,
            };
            let comment = format!("{}{}", " ".repeat(column), self.comment());
            if self.dice.chance(20) {
                self.lines.push(String::new());
            }
            self.lines.push(comment);
            if self.dice.chance(25) {
                self.lines.push(String::new());
            }
        }
        if self.dice.chance(8) {
            self.lines.push(String::new());
        }
    }

    fn comment(&mut self) -> String {
        format!("#{}{}", self.dice.pick(&["", " ", "c"]), self.dice.below(1000))
    }

    fn trailing(&mut self) -> String {
        if self.dice.chance(12) { format!(" {}", self.comment()) } else { String::new() }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        let form = self.dice.pick(&["k#", "\"k #\"", "key-#", "'q#'", "ä#"]);
        form.replace('#', &self.keys.to_string())
    }

    fn scalar(&mut self) -> &'static str {
        self.dice.pick(&[
            "foo",
            "bar baz",
            "1",
            "0x1F",
            "true",
            "~",
            "2001-01-01",
            "it's",
            "a#b",
            "-1.5",
            "ENC[x]",
            "\"q q\"",
            "'s s'",
            "\"a\\nb\"",
            "\"\"",
            "!!str 1",
            "grün",
            "a:b",
            "-a",
            "!env X",
            "null",
            "[]",
            "{}",
        ])
    }

    fn item(&mut self, name: &str, indent: usize, depth: usize, is_element: bool) {
        let deeper = indent + self.step;
        match self.dice.below(if depth > 3 { 60 } else { 100 }) {
            0..40 => {
                let line = format!("{name} {}{}", self.scalar(), self.trailing());
                self.lines.push(line);
            }
            40..45 => {
                let line = format!("{name}{}", self.trailing());
                self.lines.push(line);
            }
            45..51 => self.block_scalar(name, deeper),
            51..57 => {
                let line = format!("{name} {}{}", self.flow(0), self.trailing());
                self.lines.push(line);
            }
            57..60 => {
                self.lines.push(format!("{name} several"));
                let line = format!("{}lines{}", " ".repeat(deeper), self.trailing());
                self.lines.push(line);
            }
            60..80 if is_element => self.compact(name, indent, depth),
            _ => {
                let line = format!("{name}{}", self.trailing());
                self.lines.push(line);
                let is_sequence = self.dice.chance(30);
                let margin = !is_element && is_sequence && self.dice.chance(50);
                self.block(if margin { indent } else { deeper }, depth + 1, is_sequence);
            }
        }
    }

    /// `- key: value` with the other keys below it.
    fn compact(&mut self, name: &str, indent: usize, depth: usize) {
        let first = self.lines.len();
        let is_sequence = self.dice.chance(20);
        self.block(indent + 2, depth + 1, is_sequence);
        let is_content = |line: &String| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let content = self.lines[first..].iter().position(is_content).map_or(first, |offset| first + offset);
        self.lines.drain(first..content);
        self.lines[first] = format!("{name} {}", self.lines[first].trim_start());
    }

    fn block_scalar(&mut self, name: &str, indent: usize) {
        let header = format!("{name} {}{}", self.dice.pick(&["|", "|-", ">", ">-"]), self.trailing());
        self.lines.push(header);
        for _ in 0..=self.dice.below(3) {
            let text = self.dice.pick(&["text", "# no comment", "key: value", "- dash"]);
            self.lines.push(format!("{}{text}", " ".repeat(indent)));
        }
    }

    fn flow(&mut self, depth: usize) -> String {
        if depth > 2 || self.dice.chance(50) {
            return self.dice.pick(&["x", "1", "\"q, q\"", "'ENC[a,b]'", "~"]).to_owned();
        }
        let is_mapping = self.dice.chance(50);
        let mut written = String::from(if is_mapping { "{" } else { "[" });
        for index in 0..self.dice.below(4) {
            let separator = if index > 0 { ", " } else { "" };
            let key = if is_mapping { format!("f{index}: ") } else { String::new() };
            let value = self.flow(depth + 1);
            write!(written, "{separator}{key}{value}").unwrap();
        }
        written.push(if is_mapping { '}' } else { ']' });
        written
    }
}
