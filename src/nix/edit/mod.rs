//! Edits of a Nix file as patches, in the file's own style.
//!
//! ```text
//!   what is meant -> desk (tree, layout, style) -> patch -> applied, parsed again, compared (verify) -> handed out
//! ```
//!
//! A patch that does not say exactly what was meant never leaves this module; it becomes [`EditError::NotAsMeant`] or,
//! where the reason is known, [`EditError::Computed`].

mod add;
mod bindings;
mod flake;
mod import;
mod inherit;
mod layout;
mod list;
mod option;
mod remove;
mod rename;
mod style;
mod target;
mod verify;
mod write;

pub(super) use self::add::{add_declaration, render};
pub(super) use self::flake::{add_flake_input, add_flake_module};
pub(super) use self::import::add_import;
use self::layout::Layout;
pub(super) use self::list::literal_list;
pub(super) use self::option::change_options;
pub(super) use self::remove::remove_declaration;
pub(super) use self::rename::{rename_declaration, rename_references};
use self::verify::{Meant, verify};
pub use self::write::{attribute_name, indented_text};
use super::declaration::{Declaration, DeclarationId, Origin};
use super::error::EditError;
use super::evaluate::Evaluator;
use super::file::NixFile;
use super::find::chain;
use super::tree::{NodeId, Tree};
use super::value::Static;
use crate::text::{LineIndex, Patch};

/// Everything an edit looks at.
struct Desk<'a, 't> {
    file: &'t NixFile,
    tree: &'a Tree<'t>,
    evaluator: Evaluator<'a, 't>,
    layout: Layout<'a, 't>,
}

impl<'a, 't> Desk<'a, 't> {
    fn new(file: &'t NixFile, tree: &'a Tree<'t>) -> Self {
        Self { file, tree, evaluator: Evaluator::new(tree), layout: Layout::new(tree) }
    }

    fn declaration(&self, id: DeclarationId) -> Result<&'t Declaration, EditError> {
        self.file.declaration(id).ok_or(EditError::Gone)
    }

    fn line(&self, offset: usize) -> usize {
        line_of(self.file.text(), offset)
    }

    /// Hands out what was verified; for something computed the refusal names that as the reason.
    fn verified(&self, patch: Patch, declaration: &Declaration, meant: &Meant<'_>) -> Result<Patch, EditError> {
        verify(self.file, patch, meant).map_err(|error| match (error, declaration.origin) {
            (EditError::NotAsMeant { .. }, Origin::Computed) => {
                self.computed(declaration, "shares its text with what else is computed here")
            }
            (error, _) => error,
        })
    }

    /// Refuses a name that is written outside of the definition of the secrets: what else it is used for there would
    /// change too.
    fn refuse_shared(&self, declaration: &Declaration, text: NodeId) -> Result<(), EditError> {
        let around = chain(self.tree, text);
        let is_inside = around.windows(2).any(|names| names[0] == "sops" && names[1] == "secrets");
        if is_inside {
            Ok(())
        } else {
            Err(self.computed(declaration, "is listed where other things may use the list"))
        }
    }

    /// The refusal to edit something computed.
    fn computed(&self, declaration: &Declaration, why: impl Into<String>) -> EditError {
        EditError::Computed {
            name: NixFile::name_in_words(&declaration.name),
            line: self.line(declaration.range.start),
            why: why.into(),
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    LineIndex::new(text).line(offset)
}

/// Refuses a file that does not parse: nothing in it is where it seems to be.
fn refuse_broken(file: &NixFile) -> Result<(), EditError> {
    match file.syntax_problems().first() {
        Some(problem) => {
            Err(EditError::Syntax { line: line_of(file.text(), problem.range.start), message: problem.message.clone() })
        }
        None => Ok(()),
    }
}

/// Whether `name` is declared in the same module body under the same conditions as something else.
fn taken<'f>(file: &'f NixFile, name: &str, like: (&super::Place, &[super::Condition])) -> Option<&'f Declaration> {
    let texts = |conditions: &[super::Condition]| -> Vec<(String, bool)> {
        let text = |condition: &super::Condition| file.text()[condition.range.clone()].to_owned();
        conditions.iter().map(|condition| (text(condition), condition.negated)).collect()
    };
    file.declarations().iter().find(|declaration| {
        matches!(&declaration.name, Static::Known(known) if known == name)
            && declaration.place == *like.0
            && texts(&declaration.conditions) == texts(like.1)
    })
}
