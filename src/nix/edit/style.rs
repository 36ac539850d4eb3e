//! Style: how the declarations of a file are written, so that new ones look like the old ones.
//!
//! Each habit is what most of the neighbours do; where there are none, what nixfmt does.

use rnix::SyntaxKind::NODE_ATTR_SET;

use super::layout::Layout;
use super::write::quotes_by_choice;
use crate::nix::declaration::{Declaration, Form};
use crate::nix::evaluate::Source;
use crate::nix::tree::{NodeId, Tree, plain_name};

/// The widest line that is written where there is a choice, in characters.
pub(super) const WIDEST: usize = 100;

/// The habits of a file and of one place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    /// One step of indentation.
    pub(super) unit: String,
    /// `{ }` or `{}`
    pub(super) empty: &'static str,
    /// Whether neighbours are separated by blank lines.
    pub(super) spaced: bool,
    /// Whether names are quoted that need no quotes.
    pub(super) quoted: bool,
    /// Whether options are written as `x.owner = …;`
    pub(super) dotted: bool,
    /// Whether `x = { owner = …; };` stands on one line, for one option and for several.
    one_line: [bool; 2],
}

impl Style {
    /// The style of a file, with these declarations as neighbours.
    pub(super) fn of(layout: &Layout<'_, '_>, neighbours: &[&Declaration]) -> Self {
        let tree = layout.tree;
        let (mut dotted, mut nested) = (0, 0);
        let mut one_line = [(0, 0); 2];
        let (mut quoted, mut plain) = (0, 0);
        for declaration in neighbours {
            match declaration.form {
                Form::Dotted => dotted += 1,
                Form::Set | Form::Mixed if !declaration.options.is_empty() => nested += 1,
                _ => {}
            }
            if declaration.form == Form::Set && !declaration.options.is_empty() {
                let counts = &mut one_line[usize::from(declaration.options.len() > 1)];
                let is_one_line = declaration.bindings.iter().all(|binding| layout.is_one_line(binding));
                if is_one_line { counts.0 += 1 } else { counts.1 += 1 }
            }
            for range in &declaration.name_ranges {
                let written = &tree.text()[range.clone()];
                quoted += usize::from(quotes_by_choice(written));
                plain += usize::from(plain_name(written));
            }
        }
        Self {
            unit: unit(tree.text()),
            empty: empty_set(tree),
            spaced: is_spaced(layout, neighbours),
            quoted: quoted > plain,
            dotted: dotted > nested,
            one_line: [one_line[0].0 >= one_line[0].1, one_line[1].0 > one_line[1].1],
        }
    }

    /// Whether a set of that many options stands on one line that would be `width` characters long.
    pub(super) fn is_one_line(&self, options: usize, width: usize) -> bool {
        width <= WIDEST && self.one_line[usize::from(options > 1)]
    }
}

/// The declarations with a binding directly in `set`, behind that prefix of attributes.
pub(super) fn neighbours<'d>(
    tree: &Tree<'_>,
    declarations: &'d [Declaration],
    set: NodeId,
    prefix: &str,
) -> Vec<&'d Declaration> {
    let depth_of_prefix = prefix.matches('.').count();
    let stands_there = |source: &Source| matches!(source, Source::Binding { binding, depth } if tree.parent(*binding) == Some(set) && *depth == depth_of_prefix);
    declarations.iter().filter(|declaration| declaration.parts.iter().any(stands_there)).collect()
}

/// The commonest step by which lines are indented further than the line above.
pub(super) fn unit(text: &str) -> String {
    let mut counts = [0_usize; 9];
    let mut tabs = 0;
    let mut above: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let width = line.len() - line.trim_start_matches(' ').len();
        if line.starts_with('\t') {
            tabs += 1;
        } else if let Some(step) = above.and_then(|above| width.checked_sub(above)).filter(|step| (1..9).contains(step))
        {
            counts[step] += 1;
        }
        above = Some(width);
    }
    let commonest = (1..9).max_by_key(|step| (counts[*step], usize::MAX - step)).filter(|step| counts[*step] > 0);
    let steps = commonest.map_or(0, |step| counts[step]);
    if tabs > steps { "\t".to_owned() } else { " ".repeat(commonest.unwrap_or(2)) }
}

/// How most empty sets of the file are written.
fn empty_set(tree: &Tree<'_>) -> &'static str {
    let empty =
        |wanted: &str| tree.ids().filter(|id| tree.kind(*id) == NODE_ATTR_SET && tree.slice(*id) == wanted).count();
    if empty("{}") > empty("{ }") { "{}" } else { "{ }" }
}

/// Whether most neighbours that follow each other are separated by blank lines.
fn is_spaced(layout: &Layout<'_, '_>, neighbours: &[&Declaration]) -> bool {
    let mut extents: Vec<_> = neighbours
        .iter()
        .filter(|declaration| declaration.bindings.len() == 1)
        .filter_map(|declaration| layout.extent(&declaration.bindings[0]))
        .collect();
    extents.sort_by_key(|extent| extent.start);
    let (mut spaced, mut close) = (0, 0);
    for pair in extents.windows(2) {
        if pair[0].end == pair[1].start {
            close += 1;
        } else if layout.is_blank_line(pair[0].end) && layout.next_line(pair[0].end) == pair[1].start {
            spaced += 1;
        }
    }
    spaced > close
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::NixFile;

    fn check(text: &str, expected: &str) {
        let file = NixFile::parse(text);
        let tree = Tree::parse(text);
        let all: Vec<&Declaration> = file.declarations().iter().collect();
        let style = Style::of(&Layout::new(&tree), &all);
        let mut told = vec![format!("{:?} {}", style.unit, style.empty)];
        told.extend(style.spaced.then(|| "spaced".to_owned()));
        told.extend(style.quoted.then(|| "quoted".to_owned()));
        told.extend(style.dotted.then(|| "dotted".to_owned()));
        told.extend(style.one_line[0].then(|| "one".to_owned()));
        told.extend(style.one_line[1].then(|| "several".to_owned()));
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn the_neighbours_decide() {
        check("{ }", "\"  \" { } one");
        check("{\n    sops.secrets.a = {};\n    sops.secrets.b.owner = 1;\n}", "\"    \" {} dotted one");
        check(
            "{\n\tsops.secrets = {\n\t\t\"a\" = { };\n\n\t\t\"b\" = { x = 1; y = 2; };\n\t};\n}",
            "\"\\t\" { } spaced quoted one several",
        );
        check("{\n  sops.secrets = {\n    a = {\n      x = 1;\n    };\n    b = { };\n  };\n}", "\"  \" { }");
    }
}
