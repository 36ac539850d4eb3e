//! Random YAML documents with their meaning: what the real sops and sopsmith must agree on.
//!
//! A document is made from a seed alone, so a failure names the seed and can be made again. The text is written by
//! hand here, in several layouts, and not by a YAML library: an emitter would only ever write its own style.

use std::fmt::Write as _;

use serde_json::Value;

/// A small generator of numbers (SplitMix64); the same seed gives the same document on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// A value as people write it, and what it means.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A scalar: its text in the file, and its meaning in the JSON that sops prints.
    Scalar {
        written: String,
        means: Value,
    },
    /// A string with several lines, written as a literal block.
    Block(String),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
}

/// How a document is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Columns a level; 2 or 4.
    pub(crate) indent: usize,
    /// Whether the dashes of a list stand below its key, not indented.
    pub(crate) flush_lists: bool,
    /// Whether comments are strewn in: one line in so many, 0 for none.
    pub(crate) comment_once_in: usize,
    /// Whether blank lines are strewn in.
    pub(crate) blank_lines: bool,
}

impl Layout {
    pub(crate) fn random(dice: &mut Dice) -> Self {
        Self {
            indent: if dice.once_in(2) { 2 } else { 4 },
            flush_lists: dice.once_in(3),
            comment_once_in: dice.below(5) * 2,
            blank_lines: dice.once_in(3),
        }
    }
}

/// Strings that other readers like to take for something else, and strings that need care in YAML.
const AWKWARD: &[&str] = &[
    "8080",
    "yes",
    "no",
    "on",
    "true",
    "null",
    "~",
    "0x1F",
    "017",
    "1_000",
    "1e3",
    "2001-12-14",
    "12:30:45",
    ".5",
    "08",
    "with space",
    " leading",
    "trailing ",
    "it's",
    "say \"so\"",
    "colon: inside",
    "hash # inside",
    "- dash",
    "* star",
    "& and",
    "{brace}",
    "[bracket]",
    "back\\slash",
    "ünïcödé",
    "snow ☃",
    "tab\tinside",
    "a,b",
    "%percent",
    "@at",
    "ENC[AES256_GCM",
    "<<",
    "$HOME",
    "0",
    "-",
    "=",
    "x=y",
    "p@$$w0rd!",
];

const PLAIN: &[&str] = &["hello", "s3cret", "a-b-c", "user@example.org", "https://example.org/x", "k7Fq9ZpL2mXw", "x"];

/// Clear scalars in several notations with what they mean once read and written again as JSON.
fn typed_scalar(dice: &mut Dice) -> Node {
    let number = dice.below(100_000) as i64 - 50_000;
    let (written, means) = match dice.below(9) {
        0 => (number.to_string(), Value::from(number)),
        1 => ("0x1F".to_owned(), Value::from(31)),
        2 => ("1_000".to_owned(), Value::from(1000)),
        3 => ("true".to_owned(), Value::from(true)),
        4 => ("False".to_owned(), Value::from(false)),
        5 => ("1.5".to_owned(), Value::from(1.5)),
        6 => (format!("{}.25", dice.below(1000)), Value::Null),
        7 => ("null".to_owned(), Value::Null),
        _ => ("yes".to_owned(), Value::from("yes")),
    };
    let means = match means {
        Value::Null if written != "null" => Value::from(written.parse::<f64>().unwrap()),
        other => other,
    };
    Node::Scalar { written, means }
}

/// The double-quoted form, which can hold every string.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn string_scalar(dice: &mut Dice) -> Node {
    if dice.once_in(8) {
        let lines = 1 + dice.below(4);
        let text: String = (0..lines).map(|line| format!("line {line} {}\n", dice.pick(PLAIN))).collect();
        return Node::Block(text);
    }
    if dice.once_in(12) {
        return Node::Scalar { written: "\"\"".to_owned(), means: Value::from("") };
    }
    if dice.once_in(2) {
        let text = dice.pick(PLAIN);
        return Node::Scalar { written: text.to_owned(), means: Value::from(text) };
    }
    let text = dice.pick(AWKWARD);
    let can_be_single = !text.contains('\t');
    let written =
        if can_be_single && dice.once_in(2) { format!("'{}'", text.replace('\'', "''")) } else { double_quoted(text) };
    Node::Scalar { written, means: Value::from(text) }
}

/// A random value, at most `depth` levels deep.
pub(crate) fn value(dice: &mut Dice, depth: usize) -> Node {
    match dice.below(10) {
        0 | 1 if depth > 0 => map(dice, depth - 1),
        2 if depth > 0 => {
            let length = 1 + dice.below(4);
            Node::List((0..length).map(|_| value(dice, depth - 1)).collect())
        }
        3 if dice.once_in(3) => Node::Scalar { written: "{}".to_owned(), means: Value::Object(serde_json::Map::new()) },
        3 if dice.once_in(2) => Node::Scalar { written: "[]".to_owned(), means: Value::Array(Vec::new()) },
        4 | 5 => typed_scalar(dice),
        _ => string_scalar(dice),
    }
}

const KEYS: &[&str] = &["api", "token", "db", "password", "web.tls", "smtp", "id_ed25519", "user-name", "host", "n8n"];

/// A random mapping with keys of its own.
pub(crate) fn map(dice: &mut Dice, depth: usize) -> Node {
    let length = 1 + dice.below(5);
    let mut entries: Vec<(String, Node)> = Vec::new();
    for number in 0..length {
        let suffix = if dice.once_in(10) { "_unencrypted" } else { "" };
        let key = format!("{}{number}{suffix}", dice.pick(KEYS));
        entries.push((key, value(dice, depth)));
    }
    Node::Map(entries)
}

/// Writes a document in a layout.
pub(crate) fn write(document: &Node, layout: Layout, dice: &mut Dice) -> String {
    let mut writer = Writer { text: String::new(), layout, dice };
    let Node::Map(entries) = document else { panic!("a document is a mapping") };
    writer.map(entries, 0);
    writer.text
}

struct Writer<'a> {
    text: String,
    layout: Layout,
    dice: &'a mut Dice,
}

impl Writer<'_> {
    fn strew(&mut self, column: usize) {
        if self.layout.blank_lines && self.dice.once_in(6) && !self.text.is_empty() {
            self.text.push('\n');
        }
        if self.layout.comment_once_in > 0 && self.dice.once_in(self.layout.comment_once_in) {
            writeln!(self.text, "{:column$}# note {}", "", self.dice.below(100)).unwrap();
        }
    }

    fn map(&mut self, entries: &[(String, Node)], column: usize) {
        for (position, (key, node)) in entries.iter().enumerate() {
            // Behind a dash the first entry continues the line.
            if position > 0 || column == 0 || self.text.ends_with('\n') {
                self.strew(column);
                write!(self.text, "{:column$}", "").unwrap();
            }
            write!(self.text, "{key}:").unwrap();
            self.value(node, column, true);
        }
    }

    fn list(&mut self, items: &[Node], column: usize) {
        for (position, item) in items.iter().enumerate() {
            if position > 0 || self.text.ends_with('\n') {
                self.strew(column);
                write!(self.text, "{:column$}", "").unwrap();
            }
            self.text.push('-');
            self.value(item, column, false);
        }
    }

    /// What follows `key:` or `-`; `column` is that of the key or the dash.
    fn value(&mut self, node: &Node, column: usize, below_key: bool) {
        match node {
            Node::Scalar { written, .. } => writeln!(self.text, " {written}").unwrap(),
            Node::Block(text) => {
                self.text.push_str(" |\n");
                let column = column + self.layout.indent;
                text.lines().for_each(|line| writeln!(self.text, "{:column$}{line}", "").unwrap());
            }
            Node::Map(entries) if below_key => {
                self.text.push('\n');
                self.map(entries, column + self.layout.indent);
            }
            Node::Map(entries) => {
                self.text.push(' ');
                self.map(entries, column + 2);
            }
            Node::List(items) if below_key => {
                self.text.push('\n');
                let step = if self.layout.flush_lists { 0 } else { self.layout.indent };
                self.list(items, column + step);
            }
            Node::List(items) => {
                self.text.push(' ');
                self.list(items, column + 2);
            }
        }
    }
}

/// What a document means, as the JSON that `sops decrypt --output-type json` prints.
pub(crate) fn meaning(node: &Node) -> Value {
    match node {
        Node::Scalar { means, .. } => means.clone(),
        Node::Block(text) => Value::from(text.as_str()),
        Node::Map(entries) => Value::Object(entries.iter().map(|(key, node)| (key.clone(), meaning(node))).collect()),
        Node::List(items) => Value::Array(items.iter().map(meaning).collect()),
    }
}
