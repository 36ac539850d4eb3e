//! Targets: where options of a declaration are added.

use std::ops::Range;

use rnix::SyntaxKind::TOKEN_UPDATE;

use super::Desk;
use super::bindings::Addition;
use super::style::{Style, WIDEST};
use crate::nix::declaration::{Declaration, OptionName};
use crate::nix::error::EditError;
use crate::nix::evaluate::Source;
use crate::nix::tree::{Expr, NodeId};
use crate::text::Patch;

/// Where options are added.
pub(super) enum Target {
    /// Inside a literal set.
    Set(NodeId),
    /// Behind `x.option = …;`, with what comes before the option's name.
    Dotted { after: NodeId, prefix: String },
    /// Behind a value that is no literal: `value // { … }`
    Update(NodeId),
}

impl Desk<'_, '_> {
    /// Where options of a declaration are added.
    pub(super) fn target(
        &self,
        declaration: &Declaration,
        overridden: Option<&OptionName>,
    ) -> Result<Target, EditError> {
        let tree = self.tree;
        let mut dotted = None;
        let mut value = None;
        for source in &declaration.parts {
            let Source::Binding { binding, depth } = source else { continue };
            if tree.attribute(*binding, depth + 1).is_some() {
                let prefix: String =
                    tree.attributes(*binding).take(depth + 1).map(|it| tree.slice(it).to_owned() + ".").collect();
                dotted = Some(Target::Dotted { after: *binding, prefix });
                continue;
            }
            let Some(whole) = tree.value(*binding) else { continue };
            let mut sets = self.evaluator.literal_sets(whole);
            sets.sort_by_key(|(_, conditions)| conditions.len());
            if let Some((set, _)) = sets.first() {
                return Ok(Target::Set(*set));
            }
            value = Some(whole);
        }
        match (dotted, value) {
            (Some(dotted), _) if overridden.is_none() => Ok(dotted),
            (None, Some(value)) if declaration.incomplete.is_none() => Ok(Target::Update(value)),
            _ => match overridden.and_then(|option| declaration.option(option)) {
                Some(setting) => Err(self.computed_option(declaration, setting, "comes from elsewhere")),
                None => Err(self.computed(declaration, self.why(declaration))),
            },
        }
    }

    /// `value // { … }`
    pub(super) fn updated(&self, value: NodeId, added: &[String]) -> Patch {
        let range = self.tree.range(value);
        let set = format!(" // {{ {} }}", added.join(" "));
        match self.tree.expr(value) {
            Expr::Ident
            | Expr::Select { .. }
            | Expr::Apply { .. }
            | Expr::Paren(_)
            | Expr::Binary { operator: TOKEN_UPDATE, .. } => Patch::insert(range.end, set),
            _ => {
                let text = self.tree.slice(value);
                Patch::replace(range, format!("({text}){set}"))
            }
        }
    }

    /// The ` // { … }` that a set is, if nothing but it is on the right side.
    pub(super) fn operator_before(&self, set: NodeId) -> Option<Range<usize>> {
        match self.tree.expr(self.tree.parent(set)?) {
            Expr::Binary { operator: TOKEN_UPDATE, left, right } if right == set => {
                let range = self.tree.range(left).end..self.tree.range(set).end;
                (!self.layout.has_comments(&range)).then_some(range)
            }
            _ => None,
        }
    }

    /// The bindings to be added to a set, in the form that the target asks for. `replaces` says that others go.
    pub(super) fn addition(
        &self,
        style: &Style,
        target: &Target,
        set: NodeId,
        added: &[String],
        replaces: bool,
    ) -> Addition {
        let width: usize = added.iter().map(|binding| binding.chars().count() + 1).sum();
        let range = self.tree.range(set);
        let line = self.layout.line_start(range.start)..self.layout.next_line(range.end);
        let width = width + line.len();
        let is_empty = self.tree.bindings(set).next().is_none();
        let may_share_line = replaces || if is_empty { style.is_one_line(added.len(), width) } else { width <= WIDEST };
        match target {
            Target::Dotted { after, prefix } => Addition {
                bindings: added.iter().map(|binding| format!("{prefix}{binding}")).collect(),
                after: Some(*after),
                spaced: false,
                may_share_line: true,
            },
            Target::Set(_) | Target::Update(_) => {
                Addition { bindings: added.to_vec(), after: None, spaced: false, may_share_line }
            }
        }
    }

    fn why(&self, declaration: &Declaration) -> String {
        match &declaration.incomplete {
            Some(unknown) => unknown.reason.to_string(),
            None => "is computed".to_owned(),
        }
    }
}
