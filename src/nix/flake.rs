//! A `flake.nix`: its inputs, and the systems among its outputs, as far as they are written out.
//!
//! Truth: `nix flake` of Nix 2.8 (`src/libexpr/flake/flake.cc`): inputs are a literal set, `outputs` is a function.

use std::borrow::Cow;

use rnix::SyntaxKind::{NODE_ATTR_SET, NODE_ATTRPATH_VALUE};

use super::find::chain;
use super::tree::{Expr, NodeId, Tree};

/// The output that holds systems.
const SYSTEMS: &str = "nixosConfigurations";

/// What a flake says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flake {
    /// The inputs, in order.
    pub inputs: Vec<FlakeInput>,
    /// The systems by the names that `nixos-rebuild --flake .#NAME` takes, in order.
    pub systems: Vec<FlakeSystem>,
}

/// An input of a flake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlakeInput {
    /// Its name.
    pub name: String,
    /// Where it comes from; empty where that is not written out.
    pub url: String,
    /// The inputs of its own that are taken from ours, of the same name.
    pub follows: Vec<String>,
}

/// A system of a flake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlakeSystem {
    /// Its name.
    pub name: String,
    /// Whether its list of modules is written out, so that it can grow.
    pub has_plain_modules: bool,
}

/// A module in the list of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlakeModule<'a> {
    /// An attribute of an input: `nixosModules.sops`.
    OfInput {
        /// The input's name.
        input: &'a str,
        /// The attribute path in it.
        attribute: &'a str,
    },
    /// A path as it is written in Nix: `./sops.nix`.
    Path(&'a str),
}

impl Flake {
    pub(super) fn of(tree: &Tree<'_>) -> Option<Self> {
        let root = root(tree)?;
        let mut inputs: Vec<FlakeInput> = Vec::new();
        for found in input_bindings(tree, root) {
            let input = FlakeInput { name: found.name.clone(), url: String::new(), follows: Vec::new() };
            if !inputs.iter().any(|known| known.name == input.name) {
                inputs.push(input);
            }
            let known = inputs.iter_mut().find(|known| known.name == found.name);
            if let (Some(known), Some(url)) = (known, found.url(tree)) {
                known.url = url;
            }
        }
        let systems = systems(tree)
            .map(|(name, value)| FlakeSystem { name, has_plain_modules: modules(tree, value).is_some() })
            .collect();
        Some(Self { inputs, systems })
    }

    /// The input whose URL names that repository.
    #[must_use]
    pub fn input_from(&self, repository: &str) -> Option<&FlakeInput> {
        self.inputs.iter().find(|input| input.url.to_lowercase().contains(&repository.to_lowercase()))
    }
}

/// The set that a flake is.
pub(super) fn root(tree: &Tree<'_>) -> Option<NodeId> {
    let root = tree.bare(tree.root()?);
    let is_flake = tree.expr(root) == Expr::Set && outputs(tree, root).is_some();
    is_flake.then_some(root)
}

/// The value of `outputs`.
pub(super) fn outputs(tree: &Tree<'_>, root: NodeId) -> Option<NodeId> {
    let binding = tree.bindings(root).find(|binding| names(tree, *binding) == ["outputs"])?;
    tree.value(binding).map(|value| tree.bare(value))
}

/// A binding that says something about one input.
pub(super) struct InputBinding {
    pub(super) name: String,
    pub(super) binding: NodeId,
    /// How many attributes of the binding lead to the input, its name included.
    depth: usize,
}

/// The bindings below `inputs`, in order.
pub(super) fn input_bindings(tree: &Tree<'_>, root: NodeId) -> Vec<InputBinding> {
    let mut found = Vec::new();
    for binding in tree.bindings(root) {
        let path = names(tree, binding);
        if path.first().is_none_or(|first| first != "inputs") {
            continue;
        }
        if let Some(name) = path.get(1) {
            found.push(InputBinding { name: name.to_string(), binding, depth: 2 });
        } else if let Some(set) = input_set(tree, binding) {
            let inner = tree.bindings(set).filter_map(|binding| {
                let name = names(tree, binding).first()?.to_string();
                Some(InputBinding { name, binding, depth: 1 })
            });
            found.extend(inner);
        }
    }
    found
}

/// The literal set of a binding `inputs = { … }`.
pub(super) fn input_set(tree: &Tree<'_>, binding: NodeId) -> Option<NodeId> {
    let set = (names(tree, binding) == ["inputs"]).then(|| tree.value(binding)).flatten()?;
    (tree.kind(set) == NODE_ATTR_SET).then_some(set)
}

impl InputBinding {
    /// Whether the input is a set of its own: `x = { url = …; }`.
    pub(super) fn is_nested(&self, tree: &Tree<'_>) -> bool {
        names(tree, self.binding).len() == self.depth
    }

    fn url(&self, tree: &Tree<'_>) -> Option<String> {
        let path = names(tree, self.binding);
        let value = tree.value(self.binding)?;
        match &path[self.depth..] {
            [] => {
                let url = tree.bindings(value).find(|inner| names(tree, *inner) == ["url"])?;
                tree.plain_string(tree.value(url)?)
            }
            [only] if only == "url" => tree.plain_string(value),
            _ => None,
        }
    }
}

/// The attributes of a binding; one that is computed is `*`.
pub(super) fn names<'t>(tree: &Tree<'t>, binding: NodeId) -> Vec<Cow<'t, str>> {
    if tree.is_inherit(binding) {
        return Vec::new();
    }
    let name = |attribute| tree.attribute_name(attribute).unwrap_or(Cow::Borrowed("*"));
    tree.attributes(binding).map(name).collect()
}

/// The systems: name and value.
pub(super) fn systems<'a>(tree: &'a Tree<'_>) -> impl Iterator<Item = (String, NodeId)> + 'a {
    tree.ids().filter(|id| tree.kind(*id) == NODE_ATTRPATH_VALUE).filter_map(|binding| {
        let value = tree.value(binding)?;
        let path = chain(tree, value);
        match path.as_slice() {
            [.., output, name] if output == SYSTEMS && name != "*" => Some((name.clone(), value)),
            _ => None,
        }
    })
}

/// The value of `modules` in the call that makes a system.
pub(super) fn modules(tree: &Tree<'_>, system: NodeId) -> Option<NodeId> {
    match tree.expr(system) {
        Expr::Paren(body) | Expr::Let { body } | Expr::With { body, .. } => modules(tree, body),
        Expr::Apply { .. } => {
            let (_, arguments) = tree.call(system);
            let sets = arguments.into_iter().map(|argument| tree.bare(argument));
            let bindings = sets.filter(|set| tree.expr(*set) == Expr::Set).flat_map(|set| tree.bindings(set));
            let modules = bindings.into_iter().find(|binding| names(tree, *binding) == ["modules"])?;
            tree.value(modules).and_then(|value| super::edit::literal_list(tree, value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::nix::NixFile;

    /// Inputs as `name url`, then systems, those without a plain list in parentheses.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let told = NixFile::parse(text).flake().map_or_else(
            || "no flake".to_owned(),
            |flake| {
                let inputs = flake.inputs.iter().map(|input| format!("{} {}", input.name, input.url));
                let systems = flake.systems.iter().map(|system| match system.has_plain_modules {
                    true => system.name.clone(),
                    false => format!("({})", system.name),
                });
                format!("{} | {}", inputs.collect::<Vec<_>>().join(", "), systems.collect::<Vec<_>>().join(", "))
            },
        );
        assert_eq!(told, expected);
    }

    #[test]
    fn inputs_are_found_however_they_are_written() {
        check(
            "{ inputs = { a.url = \"github:a/a\"; b = { url = \"b\"; flake = false; }; a.inputs.b.follows = \"b\"; }; outputs = _: { }; }",
            "a github:a/a, b b | ",
        );
        check("{ inputs.a.url = \"x\"; inputs.b = { url = \"y\"; }; outputs = _: { }; }", "a x, b y | ");
        check("{ outputs = { self }: { }; }", " | ");
        check("{ config, ... }: { }", "no flake");
    }

    #[test]
    fn systems_are_found_with_their_lists() {
        check(
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }; }",
            " | web",
        );
        check(
            "{ outputs = i: let l = 1; in { nixosConfigurations = { a = f { modules = m; }; b = l.s ({ modules = [ ] ++ m; }); ${x} = 1; }; }; }",
            " | (a), b",
        );
        check("{ outputs = i: { nixosConfigurations = mapAttrs f hosts; }; }", " | ");
    }
}
