//! Reading: the value of an expression in the words of this room's public types.

use super::Evaluator;
use super::set::node_of;
use super::value::{Thunk, Val};
use crate::nix::tree::NodeId;
use crate::nix::value::{FilePath, Reason, Static, Value};

impl Evaluator<'_, '_> {
    /// What a value is, or why that is not known. `at` is where it stands.
    pub(in crate::nix) fn read(&self, thunk: &Thunk, at: NodeId) -> Static<Value> {
        let at = node_of(thunk).unwrap_or(at);
        Static::Known(match self.plain(self.force(thunk), at) {
            Val::Text(text) => Value::Text(text.to_string()),
            Val::File(file) => Value::File(shown(file)),
            Val::Integer(number) => Value::Integer(number),
            Val::Float(number) => Value::Float(number.to_string()),
            Val::Boolean(on) => Value::Boolean(on),
            Val::Null => Value::Null,
            Val::List(elements) => Value::List(elements.iter().map(|element| self.read(element, at)).collect()),
            Val::Set(_) => Value::Set,
            Val::Lambda(..) | Val::Partial(..) => Value::Function,
            Val::Symbol(symbol) => return Static::Unknown(self.unknown(symbol.reason(), at)),
            Val::Guarded(..) | Val::Merge(_) => return Static::Unknown(self.unknown(Reason::Condition, at)),
            Val::Unknown(unknown) => return Static::Unknown(unknown),
        })
    }
}

/// A folder itself is `.`, not nothing.
fn shown(file: FilePath) -> FilePath {
    match file {
        FilePath::Relative(path) if path.is_empty() => FilePath::Relative(".".to_owned()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::tree::{Expr, Tree};

    /// What the last expression of a text means; the functions around it are not applied.
    fn check(text: &str, expected: &str) {
        let tree = Tree::parse(text);
        assert!(tree.problems().is_empty(), "{text}: {:?}", tree.problems());
        let evaluator = Evaluator::new(&tree);
        let mut id = tree.root().unwrap();
        while let Expr::Lambda { body, .. } = tree.expr(id) {
            id = body;
        }
        assert_eq!(told(&evaluator.read(&Thunk::Expr(id, None), id)), expected, "{text}");
    }

    fn told(value: &Static<Value>) -> String {
        match value {
            Static::Unknown(unknown) => format!("? {unknown}"),
            Static::Known(Value::Text(text)) => text.clone(),
            Static::Known(Value::List(elements)) => elements.iter().map(told).collect::<Vec<_>>().join(", "),
            Static::Known(Value::File(file)) => format!("{file:?}"),
            Static::Known(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn names_follow_their_scopes() {
        check("let a = \"x\"; in rec { b = a; c = b; }.c", "x");
        check("let a = { b.c = \"x\"; b.d = \"y\"; }; in a.b.d", "y");
        check("let a.b = \"x\"; a.c = \"y\"; in a.c", "y");
        check("let a = \"x\"; in let inherit a; in a", "x");
        check("let inherit ({ a = \"x\"; }) a; in with { a = \"y\"; b = \"z\"; }; a + b", "xz");
        check("let f = { a, b ? \"y\", ... }@args: a + b + args.c; in f { a = \"x\"; c = \"z\"; }", "xyz");
        check("let a = x: y: x + y; in a \"1\" \"2\"", "12");
        check("let a = a; in a", "? a is too complex to read without evaluating");
        check("a", "? a is a name not defined in this file");
        check("let a = rec { x = \"1\"; y = { inherit x; }; }; in a.y.x", "1");
    }

    #[test]
    fn what_others_decide_stays_unknown() {
        check("{ config, ... }: config.services.x.user", "? config.services.x.user depends on other modules");
        check("{ user ? \"a\", ... }: user", "? user depends on a function argument");
        check("{ pkgs, ... }: pkgs.hello", "? pkgs.hello lies outside this repository");
        check("{ lib, ... }: lib.unheardOf 1", "? lib.unheardOf 1 is computed by a function");
        check("(import ./x.nix).y", "? import ./x.nix is imported from another file");
        check("{ c, ... }: if c then \"a\" else \"b\"", "? if c then \"a\" else \"b\" depends on a condition");
        check("{ c, ... }: if c then \"a\" else \"a\"", "a");
        check("{ config, ... }: config.users.users.alice.name", "alice");
        check("{ config, ... }: config.users.users.\"a b\".name", "a b");
        check("{ a = \"x\"; b = 1; }.c", "? { a = \"x\"; b = 1; }.c is not a value that can be read here");
        check("{ x, ... }: ({ a = \"1\"; } // x).a", "? x depends on a function argument");
        check("{ x, ... }: (x // { a = \"1\"; }).a", "1");
    }

    #[test]
    fn files_are_followed_through_their_spellings() {
        check("./secrets/x.yaml", "Relative(\"secrets/x.yaml\")");
        check("./. + \"/x.yaml\"", "Relative(\"x.yaml\")");
        check("../a/./../b.yaml", "Relative(\"../b.yaml\")");
        check("./.", "Relative(\".\")");
        check("let d = ../secrets; in \"${d}/x.yaml\"", "Relative(\"../secrets/x.yaml\")");
        check("let h = \"web\"; in ./hosts/${h}/x.yaml", "Relative(\"hosts/web/x.yaml\")");
        check("{ self, ... }: self + \"/s/x.yaml\"", "Repository(\"s/x.yaml\")");
        check("{ inputs, ... }: \"${inputs.self}/s/x.yaml\"", "Repository(\"s/x.yaml\")");
        check("{ self, ... }: \"${self.outPath}/x\"", "Repository(\"x\")");
        check("{ inputs, ... }: \"${inputs.private}/x\"", "? inputs.private lies outside this repository");
        check("{ inputs, ... }: inputs.private + \"/x\"", "? inputs.private lies outside this repository");
        check("\"/etc/sops/x.yaml\"", "/etc/sops/x.yaml");
        check("/etc/x", "Absolute(\"/etc/x\")");
        check("~/x", "Home(\"x\")");
        check("./. + \"x\"", "? ./. + \"x\" is not a value that can be read here");
        check("{ name, ... }: ./${name}.yaml", "? name depends on a function argument");
    }

    #[test]
    fn functions_of_the_library_are_understood() {
        check("{ lib, ... }: lib.attrNames (lib.genAttrs [ \"b\" \"a\" ] (n: n))", "a, b");
        check("with builtins; attrNames (listToAttrs (map (n: { name = \"x-\" + n; value = 1; }) [ \"b\" ]))", "x-b");
        check("{ lib, ... }: with lib; (mapAttrs (n: v: n + v) { a = \"1\"; }).a", "a1");
        check("{ lib, ... }: (lib.mapAttrs' (n: v: lib.nameValuePair (\"k-\" + n) v) { a = \"1\"; }).k-a", "1");
        check("builtins.foldl' (s: n: s + n) \"\" [ \"a\" \"b\" ]", "ab");
        check("{ lib, ... }: lib.recursiveUpdate { a.b = \"1\"; a.c = \"2\"; } { a.b = \"3\"; }", "Set");
        check("{ lib, ... }: (lib.recursiveUpdate { a.b = \"1\"; a.c = \"2\"; } { a.b = \"3\"; }).a.c", "2");
        check("{ lib, ... }: (lib.recursiveUpdate { a.b = \"1\"; } { a.b = \"3\"; }).a.b", "3");
        check("{ lib, c, ... }: [ \"a\" ] ++ lib.optional c \"b\"", "a, ? \"b\" depends on a condition");
        check("{ lib, ... }: lib.optionals true [ \"a\" ]", "a");
        check("{ lib, ... }: lib.mkForce \"a\"", "a");
        check("{ lib, ... }: lib.concatStringsSep \"-\" (lib.concatMap (x: [ x x ]) [ \"a\" ])", "a-a");
        check("{ lib, ... }: lib.pipe [ \"a\" ] [ (map (x: x + \"!\")) builtins.head ]", "a!");
        check("[ \"a\" ] |> map (x: x + \"?\")", "a?");
        check("map (i: \"k${toString i}\") [ 1 2 ]", "k1, k2");
        check("{ lib, ... }: map toString (lib.range 2 4)", "2, 3, 4");
        check("{ lib, ... }: (lib.filterAttrs (n: v: v != null) { a = null; b = \"x\"; }) ? a", "Boolean(false)");
        check("{ pkgs, ... }: pkgs.lib.removePrefix \"a\" \"ab\"", "b");
        check("let inherit (nixpkgs) lib; nixpkgs = 1; in lib", "? lib is not a value that can be read here");
    }

    #[test]
    fn work_is_bounded() {
        let doubling: String = (1..60).map(|n| format!("x{n} = x{} + x{};", n - 1, n - 1)).collect();
        let text = format!("let x0 = \"a\"; {doubling} in x59");
        let tree = Tree::parse(&text);
        let evaluator = Evaluator::new(&tree);
        let id = tree.root().unwrap();
        let reason = evaluator.read(&Thunk::Expr(id, None), id).unknown().map(|unknown| unknown.reason);
        assert_eq!(reason, Some(Reason::TooComplex));
        check("let f = x: f x; in f 1", "? x: f x is too complex to read without evaluating");
    }
}
