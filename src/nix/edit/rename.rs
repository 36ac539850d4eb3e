//! Renaming declarations and references: every place where the name is written, with quotes as the new name needs them.

use std::ops::Range;

use rnix::SyntaxKind::{
    NODE_ATTRPATH, NODE_IDENT, NODE_INHERIT, NODE_STRING, NODE_WITH, TOKEN_PATH_ABS, TOKEN_STRING_CONTENT,
};

use super::bindings::collision;
use super::style::Style;
use super::verify::{Meant, verify};
use super::write::quotes_by_choice;
use super::{Desk, refuse_broken, taken, write};
use crate::nix::declaration::DeclarationId;
use crate::nix::error::EditError;
use crate::nix::evaluate::Source;
use crate::nix::file::NixFile;
use crate::nix::reference::{Reference, ReferenceKind};
use crate::nix::tree::{Expr, NodeId, Tree, is_indented, plain_name};
use crate::nix::value::Static;
use crate::text::Patch;

pub(in crate::nix) fn rename_declaration(file: &NixFile, id: DeclarationId, name: &str) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let declaration = desk.declaration(id)?;
    if matches!(&declaration.name, Static::Known(known) if known == name) {
        return Ok(Patch::new());
    }
    if let Static::Unknown(unknown) = &declaration.name {
        return Err(desk.computed(declaration, unknown.reason.to_string()));
    }
    if let Some(other) = taken(file, name, (&declaration.place, &declaration.conditions)) {
        return Err(EditError::NameTaken { name: name.to_owned(), line: desk.line(other.range.start) });
    }
    let all: Vec<_> = file.declarations().iter().collect();
    let prefers_quotes = Style::of(&desk.layout, &all).quoted;
    let mut patch = Patch::new();
    for source in &declaration.parts {
        let part = match source {
            Source::Binding { binding, depth } => {
                let attribute = tree.attribute(*binding, *depth).ok_or(EditError::Gone)?;
                Patch::replace(tree.range(attribute), renamed(&tree, attribute, name, prefers_quotes)?)
            }
            Source::Inherit { attribute } => {
                let old = tree.attribute_name(*attribute).ok_or(EditError::Gone)?;
                let value = desk.inherited_value(*attribute, &old)?;
                let new = write::attribute(name, prefers_quotes)?;
                desk.split_inherit(*attribute, format!("{new} = {value};"))?
            }
            Source::Literal { text } => {
                desk.refuse_shared(declaration, *text)?;
                Patch::replace(tree.range(*text), write::attribute(name, true)?)
            }
            Source::Computed { .. } => return Err(desk.computed(declaration, "is computed by a function")),
        };
        patch.merge(part).map_err(|overlap| collision(&desk.layout, &overlap))?;
    }
    desk.verified(patch, declaration, &Meant::Renamed { id, name })
}

/// An attribute with another name: quotes that were there by choice stay, others come and go with the need.
fn renamed(tree: &Tree<'_>, attribute: NodeId, name: &str, prefers_quotes: bool) -> Result<String, EditError> {
    let written = tree.slice(attribute);
    let needed_quotes = !plain_name(written) && !quotes_by_choice(written);
    write::attribute(name, quotes_by_choice(written) || (needed_quotes && prefers_quotes))
}

pub(in crate::nix) fn rename_references(file: &NixFile, references: &[usize], name: &str) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let mut patch = Patch::new();
    for index in references {
        let reference = file.references().get(*index).ok_or(EditError::Gone)?;
        let part = desk.renamed_reference(reference, name)?;
        patch.merge(part).map_err(|overlap| collision(&desk.layout, &overlap))?;
    }
    verify(file, patch, &Meant::ReferencesRenamed { references, name })
}

impl Desk<'_, '_> {
    fn renamed_reference(&self, reference: &Reference, name: &str) -> Result<Patch, EditError> {
        let computed = || EditError::Computed {
            name: NixFile::name_in_words(&reference.name),
            line: self.line(reference.range.start),
            why: "is not written out here".to_owned(),
        };
        let range = reference.name_range.clone().ok_or_else(computed)?;
        if matches!(
            reference.kind,
            ReferenceKind::HardCoded | ReferenceKind::HardCodedForUsers | ReferenceKind::HardCodedTemplate
        ) {
            return Ok(Patch::replace(range.clone(), self.inside_token(&range, name)?));
        }
        let attribute =
            self.tree.at(&range, NODE_IDENT).or_else(|| self.tree.at(&range, NODE_STRING)).ok_or(EditError::Gone)?;
        let parent = self.tree.parent(attribute).ok_or(EditError::Gone)?;
        match self.tree.kind(parent) {
            NODE_ATTRPATH => Ok(Patch::replace(range, renamed(self.tree, attribute, name, false)?)),
            NODE_INHERIT => {
                // The name it is bound to stays: the code around it uses that one.
                let bound = self.tree.slice(attribute);
                let value = self.inherited_value(attribute, name)?;
                self.split_inherit(attribute, format!("{bound} = {value};"))
            }
            _ => Ok(Patch::replace(range, self.renamed_variable(attribute, name)?)),
        }
    }

    /// A name that a `with` gives; where the new one is no variable, the namespace is written out.
    fn renamed_variable(&self, variable: NodeId, name: &str) -> Result<String, EditError> {
        if plain_name(name) {
            return Ok(name.to_owned());
        }
        let mut inner = variable;
        for around in self.tree.ancestors(variable) {
            if let (NODE_WITH, Expr::With { namespace, body }) = (self.tree.kind(around), self.tree.expr(around))
                && body == inner
            {
                return Ok(format!("{}.{}", self.selectable(namespace), write::attribute(name, false)?));
            }
            inner = around;
        }
        Err(EditError::Gone)
    }

    /// A part of a string or of a path literal.
    fn inside_token(&self, range: &Range<usize>, name: &str) -> Result<String, EditError> {
        let unwritable = || EditError::Unwritable { what: format!("{name} in a path") };
        let is_path = |character: char| character.is_ascii_alphanumeric() || "/._-+".contains(character);
        let token = self
            .tree
            .ids()
            .find(|id| {
                matches!(self.tree.kind(*id), TOKEN_STRING_CONTENT | TOKEN_PATH_ABS)
                    && self.tree.range(*id).start <= range.start
                    && range.end <= self.tree.range(*id).end
            })
            .ok_or(EditError::Gone)?;
        let string = self.tree.parent(token).filter(|_| self.tree.kind(token) == TOKEN_STRING_CONTENT);
        match string {
            Some(string) if !is_indented(self.tree.slice(string)) => write::escaped(name).ok_or_else(unwritable),
            _ if !name.is_empty() && name.chars().all(is_path) => Ok(name.to_owned()),
            _ => Err(unwritable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renames the declaration `x`.
    fn check(before: &str, name: &str, expected: Result<&str, &str>) {
        let file = NixFile::parse(before);
        let (id, _) = file.declarations_of("x").next().unwrap();
        let outcome = file.rename_declaration(id, name);
        let told = outcome.map(|patch| file.apply(&patch).text().to_owned()).map_err(|error| error.to_string());
        assert_eq!(told.as_deref().map_err(String::as_str), expected);
    }

    /// Renames all references to `x`.
    fn check_references(before: &str, name: &str, expected: Result<&str, &str>) {
        let file = NixFile::parse(before);
        let named = |reference: &Reference| reference.name.known().is_some_and(|known| known == "x");
        let indices: Vec<usize> =
            file.references().iter().enumerate().filter(|(_, it)| named(it)).map(|(index, _)| index).collect();
        assert!(!indices.is_empty());
        let outcome = file.rename_references(&indices, name);
        let told = outcome.map(|patch| file.apply(&patch).text().to_owned()).map_err(|error| error.to_string());
        assert_eq!(told.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn names_get_the_quotes_they_need() {
        check("{ sops.secrets.x = { }; }", "y", Ok("{ sops.secrets.y = { }; }"));
        check("{ sops.secrets.x = { }; }", "a/b", Ok("{ sops.secrets.\"a/b\" = { }; }"));
        check("{ sops.secrets.\"x\".mode = \"0400\"; }", "y", Ok("{ sops.secrets.\"y\".mode = \"0400\"; }"));
        check("{ sops.secrets.x = { }; }", "a${b}", Ok("{ sops.secrets.\"a\\${b}\" = { }; }"));
    }

    #[test]
    fn every_binding_gets_the_name() {
        check(
            "{ sops.secrets.x.mode = \"0400\"; sops.secrets.x = { }; }",
            "y",
            Ok("{ sops.secrets.y.mode = \"0400\"; sops.secrets.y = { }; }"),
        );
        check(
            "let x = { }; a = 1; in { sops.secrets = { inherit x; }; }",
            "y",
            Ok("let x = { }; a = 1; in { sops.secrets = { y = x; }; }"),
        );
        check(
            "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"x\" ] (_: { }); }",
            "a/b",
            Ok("{ lib, ... }: { sops.secrets = lib.genAttrs [ \"a/b\" ] (_: { }); }"),
        );
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        check("{ sops.secrets = { x = { }; y = { }; }; }", "y", Err("line 1: y is declared already"));
        check(
            "{ sops.secrets = rec { x = { mode = \"0400\"; }; y = x; }; }",
            "z",
            Err("line 1: the changed file would not say what was meant: the secret y would not be as it should"),
        );
        check(
            "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"x\" ] (n: { key = \"k/${n}\"; }); }",
            "y",
            Err("line 1: x shares its text with what else is computed here"),
        );
    }

    #[test]
    fn references_follow_in_all_their_forms() {
        check_references(
            "{ config, ... }: { a = config.sops.secrets.x.path; b = \"${config.sops.placeholder.\"x\"}\"; }",
            "y",
            Ok("{ config, ... }: { a = config.sops.secrets.y.path; b = \"${config.sops.placeholder.\"y\"}\"; }"),
        );
        check_references(
            "{ config, ... }: { a = config.sops.secrets.x.path; }",
            "a/b",
            Ok("{ config, ... }: { a = config.sops.secrets.\"a/b\".path; }"),
        );
        check_references(
            "{ config, ... }: { a = config.sops.secrets ? x; }",
            "y",
            Ok("{ config, ... }: { a = config.sops.secrets ? y; }"),
        );
        check_references(
            "{ config, ... }: let inherit (config.sops.secrets) x b; in { a = x.path; }",
            "y",
            Ok("{ config, ... }: let inherit (config.sops.secrets) b; x = config.sops.secrets.y; in { a = x.path; }"),
        );
        check_references(
            "{ config, ... }: let\n  inherit (config.sops.secrets)\n    x\n    b\n    ;\nin { a = x.path; }",
            "y",
            Ok(
                "{ config, ... }: let\n  inherit (config.sops.secrets)\n    b\n    ;\n  x = config.sops.secrets.y;\nin { a = x.path; }",
            ),
        );
        check_references(
            "{ config, ... }: let inherit (config.sops.secrets) x; in { a = x.path; }",
            "y/z",
            Ok("{ config, ... }: let x = config.sops.secrets.\"y/z\"; in { a = x.path; }"),
        );
        check_references(
            "{ config, ... }: with config.sops.secrets; { a = x.path; }",
            "y",
            Ok("{ config, ... }: with config.sops.secrets; { a = y.path; }"),
        );
        check_references(
            "{ config, ... }: with config.sops.secrets; { a = x.path; }",
            "y/z",
            Ok("{ config, ... }: with config.sops.secrets; { a = config.sops.secrets.\"y/z\".path; }"),
        );
        check_references(
            "{ a = \"cat /run/secrets/x\"; b = /run/secrets/x; }",
            "y/z",
            Ok("{ a = \"cat /run/secrets/y/z\"; b = /run/secrets/y/z; }"),
        );
        check_references(
            "{ config, ... }: let a = 1; in with config.sops.secrets; { b = x.path; }",
            "a",
            Err("line 1: the changed file would not say what was meant: a use of a would not be as it should"),
        );
    }
}
