//! Names of an `inherit` that get a binding of their own: `inherit (x) a b;` becomes `inherit (x) b; a = x.c;`

use super::bindings::{Addition, Removal, edit_set};
use super::style::Style;
use super::{Desk, write};
use crate::nix::error::EditError;
use crate::nix::tree::{Expr, NodeId};
use crate::text::Patch;

impl Desk<'_, '_> {
    /// Takes a name out of its `inherit` and adds `binding` in its place.
    ///
    /// # Errors
    /// When the `inherit` is not where it was.
    pub(super) fn split_inherit(&self, attribute: NodeId, binding: String) -> Result<Patch, EditError> {
        let tree = self.tree;
        let inherit = tree.parent(attribute).ok_or(EditError::Gone)?;
        let set = tree.parent(inherit).ok_or(EditError::Gone)?;
        if tree.attributes(inherit).count() == 1 {
            return Ok(Patch::replace(tree.range(inherit), binding));
        }
        let addition = Addition { bindings: vec![binding], after: Some(inherit), spaced: false, may_share_line: true };
        edit_set(&self.layout, &Style::of(&self.layout, &[]), set, &[Removal::Item(attribute)], &addition)
    }

    /// The expression that an inherited name stands for, if it is asked for as `name`.
    ///
    /// # Errors
    /// When the name cannot be written.
    pub(super) fn inherited_value(&self, attribute: NodeId, name: &str) -> Result<String, EditError> {
        let inherit = self.tree.parent(attribute).ok_or(EditError::Gone)?;
        match self.tree.inherit_source(inherit) {
            Some(source) => Ok(format!("{}.{}", self.selectable(source), write::attribute(name, false)?)),
            None => Ok(self.tree.slice(attribute).to_owned()),
        }
    }

    /// An expression as the left side of a selection.
    pub(super) fn selectable(&self, id: NodeId) -> String {
        let text = self.tree.slice(id);
        match self.tree.expr(id) {
            Expr::Ident | Expr::Select { default: None, .. } | Expr::Paren(_) => text.to_owned(),
            _ => format!("({text})"),
        }
    }
}
