//! Imports: other Nix files and folders that a file names by literal paths.

use rnix::SyntaxKind::{NODE_BIN_OP, NODE_INTERPOL, NODE_PATH_REL, NODE_STRING, TOKEN_ADD};

use super::chain::chain;
use super::condition::conditions;
use crate::nix::evaluate::{Evaluator, Thunk};
use crate::nix::file::Import;
use crate::nix::tree::{Expr, NodeId};
use crate::nix::value::{FilePath, Static, Value};

/// The imports of a file, in order.
pub(super) fn imports(evaluator: &Evaluator<'_, '_>) -> Vec<Import> {
    let tree = evaluator.tree;
    let candidates = tree.ids().filter(|id| match tree.kind(*id) {
        NODE_PATH_REL => true,
        NODE_BIN_OP => {
            matches!(tree.expr(*id), Expr::Binary { operator: TOKEN_ADD, .. }) && names_flake(tree.slice(*id))
        }
        NODE_STRING => tree.slice(*id).starts_with("\"${") && names_flake(tree.slice(*id)),
        _ => false,
    });
    let mut found: Vec<Import> = Vec::new();
    for candidate in candidates {
        let whole = whole_path(evaluator, candidate);
        let range = tree.range(whole);
        if found.last().is_some_and(|last| last.range.end >= range.end) {
            continue;
        }
        evaluator.refuel();
        if let Static::Known(Value::File(path)) = evaluator.read(&Thunk::Expr(whole, None), whole)
            && is_nix(&path)
        {
            let conditions = conditions(evaluator, whole);
            found.push(Import { path, range, context: chain(tree, whole), conditions });
        }
    }
    found
}

fn names_flake(text: &str) -> bool {
    text.contains("self")
}

/// The sum or the string that a path is a part of.
fn whole_path(evaluator: &Evaluator<'_, '_>, id: NodeId) -> NodeId {
    let tree = evaluator.tree;
    let mut whole = id;
    for around in tree.ancestors(id) {
        match (tree.kind(around), tree.expr(around)) {
            (NODE_INTERPOL, _) => {}
            (NODE_STRING, _) | (_, Expr::Binary { operator: TOKEN_ADD, .. }) => whole = around,
            (_, Expr::Paren(_)) => {}
            _ => break,
        }
    }
    whole
}

/// A file that ends in `.nix`, or a folder.
fn is_nix(path: &FilePath) -> bool {
    let (FilePath::Relative(path) | FilePath::Repository(path) | FilePath::Absolute(path) | FilePath::Home(path)) =
        path;
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".nix") || !name.trim_start_matches('.').contains('.')
}

#[cfg(test)]
mod tests {
    use crate::nix::NixFile;

    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        let told: Vec<String> =
            file.imports().iter().map(|import| format!("{:?} at {}", import.path, import.context.join("."))).collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn nix_files_and_folders_named_by_paths_are_imports() {
        check(
            "{ imports = [ ./a.nix ../b ]; x.imports = [ (./. + \"/c.nix\") ]; }",
            &["Relative(\"a.nix\") at imports", "Relative(\"../b\") at imports", "Relative(\"c.nix\") at x.imports"],
        );
        check(
            "{ self, ... }: { a = [ (self + \"/m.nix\") \"${self}/n\" (import ./o.nix { }) ]; }",
            &["Repository(\"m.nix\") at a", "Repository(\"n\") at a", "Relative(\"o.nix\") at a"],
        );
        check("{ sops.defaultSopsFile = ./s.yaml; x = ./${n}.nix; }", &[]);
    }
}
