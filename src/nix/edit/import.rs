//! A module imports one more file.

use super::bindings::{Addition, edit_set};
use super::list::{append, literal_list};
use super::style::Style;
use super::verify::{Meant, verify};
use super::{Desk, line_of, refuse_broken};
use crate::nix::error::EditError;
use crate::nix::file::NixFile;
use crate::nix::tree::{Expr, NodeId, Tree};
use crate::text::Patch;

/// Adds a path such as `./sops.nix` to the module's `imports`, which are made where there are none.
pub(in crate::nix) fn add_import(file: &NixFile, path: &str) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let root = tree.root().ok_or_else(|| not_plain(file, 0, "the file"))?;
    let body = module_body(&tree, root).ok_or_else(|| not_plain(file, tree.range(root).start, "the module"))?;
    let patch = match imports(&tree, body) {
        Some(binding) => {
            let list = tree.value(binding).and_then(|value| literal_list(&tree, value));
            let list = list.ok_or_else(|| not_plain(file, tree.range(binding).start, "imports"))?;
            append(&desk.layout, list, path)
        }
        None => desk.first_import(body, path)?,
    };
    let before = file.imports().len();
    let patch = verify(file, patch, &Meant::Elsewhere)?;
    let is_there = file.apply(&patch).imports().len() == before + 1;
    if is_there { Ok(patch) } else { Err(not_plain(file, tree.range(body).start, "the module")) }
}

/// The set that a module is, behind its arguments and what is defined for it.
fn module_body(tree: &Tree<'_>, id: NodeId) -> Option<NodeId> {
    match tree.expr(id) {
        Expr::Set => Some(id),
        Expr::Lambda { body, .. }
        | Expr::Let { body }
        | Expr::With { body, .. }
        | Expr::Assert { body }
        | Expr::Paren(body) => module_body(tree, body),
        _ => None,
    }
}

/// The binding of `imports`, also where it is inherited.
fn imports(tree: &Tree<'_>, body: NodeId) -> Option<NodeId> {
    let names_imports = |attribute: NodeId| tree.attribute_name(attribute).is_some_and(|name| name == "imports");
    tree.bindings(body).find(|binding| {
        let mut attributes = tree.attributes(*binding);
        if tree.is_inherit(*binding) {
            attributes.any(names_imports)
        } else {
            attributes.next().is_some_and(names_imports)
        }
    })
}

impl Desk<'_, '_> {
    /// `imports` as the first binding of a module, set off by a blank line.
    fn first_import(&self, body: NodeId, path: &str) -> Result<Patch, EditError> {
        let binding = format!("imports = [ {path} ];");
        let Some(first) = self.tree.bindings(body).next() else {
            let style = Style::of(&self.layout, &[]);
            let may_share_line = !self.file.text().trim_end().contains('\n');
            let addition = Addition { bindings: vec![binding], may_share_line, ..Addition::default() };
            return edit_set(&self.layout, &style, body, &[], &addition);
        };
        let range = self.tree.range(first);
        if !self.layout.begins_line(range.start) {
            return Ok(Patch::insert(range.start, format!("{binding} ")));
        }
        let start = self.layout.extent(&range).map_or_else(|| self.layout.line_start(range.start), |lines| lines.start);
        let indentation = self.layout.indentation(range.start);
        Ok(Patch::insert(start, format!("{indentation}{binding}{0}{0}", self.layout.ending)))
    }
}

/// What is computed is not edited.
pub(super) fn not_plain(file: &NixFile, offset: usize, what: &str) -> EditError {
    EditError::NotPlain { line: line_of(file.text(), offset), what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, expected: &str) {
        let file = NixFile::parse(before);
        let patch = file.add_import("./sops.nix").unwrap();
        assert_eq!(file.apply(&patch).text(), expected);
    }

    #[track_caller]
    fn refused(before: &str, expected: &str) {
        assert_eq!(NixFile::parse(before).add_import("./sops.nix").unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_list_of_imports_grows_in_its_own_style() {
        check(
            "{ config, lib, pkgs, ... }:\n\n{\n  imports =\n    [ # Include the results of the hardware scan.\n      ./hardware-configuration.nix\n    ];\n\n  boot.x = 1;\n}\n",
            "{ config, lib, pkgs, ... }:\n\n{\n  imports =\n    [ # Include the results of the hardware scan.\n      ./hardware-configuration.nix\n      ./sops.nix\n    ];\n\n  boot.x = 1;\n}\n",
        );
        check("{ imports = [ ./a.nix ]; }\n", "{ imports = [ ./a.nix ./sops.nix ]; }\n");
        check(
            "{ lib, ... }: {\n  imports = [\n    ./a.nix\n  ] ++ lib.optional true ./b.nix;\n}\n",
            "{ lib, ... }: {\n  imports = [\n    ./a.nix\n    ./sops.nix\n  ] ++ lib.optional true ./b.nix;\n}\n",
        );
        check(
            "{ inputs, ... }:\nlet\n  x = 1;\nin\nwith x;\n{\n  imports = [ inputs.y.z ];\n}\n",
            "{ inputs, ... }:\nlet\n  x = 1;\nin\nwith x;\n{\n  imports = [ inputs.y.z ./sops.nix ];\n}\n",
        );
    }

    #[test]
    fn a_module_without_imports_gets_them_first() {
        check("{ ... }: { }\n", "{ ... }: { imports = [ ./sops.nix ]; }\n");
        check("{ ... }:\n{\n}\n", "{ ... }:\n{\n  imports = [ ./sops.nix ];\n}\n");
        check("{ x = 1; }\n", "{ imports = [ ./sops.nix ]; x = 1; }\n");
        check(
            "{ pkgs, ... }:\n{\n  # boot\n  boot.x = 1;\n}\n",
            "{ pkgs, ... }:\n{\n  imports = [ ./sops.nix ];\n\n  # boot\n  boot.x = 1;\n}\n",
        );
        check(
            "_: {\r\n\toptions.x = 1;\r\n\tconfig.y = 2;\r\n}\r\n",
            "_: {\r\n\timports = [ ./sops.nix ];\r\n\r\n\toptions.x = 1;\r\n\tconfig.y = 2;\r\n}\r\n",
        );
    }

    #[test]
    fn what_is_computed_is_refused() {
        refused(
            "{\n  imports = map f [ ./a.nix ];\n}\n",
            "line 2: imports is computed, so that nothing can be added to it",
        );
        refused(
            "{ x }:\n{\n  inherit (x) imports;\n}\n",
            "line 3: imports is computed, so that nothing can be added to it",
        );
        refused("import ./other.nix\n", "line 1: the module is computed, so that nothing can be added to it");
        refused("{ a = ; }", "line 1: this does not belong here; an expression or a name would");
    }
}
