//! A flake takes one more input, and hands a module of it to a system.

use rnix::SyntaxKind::{
    NODE_ATTRPATH_VALUE, NODE_IDENT, NODE_IDENT_PARAM, NODE_PAT_BIND, NODE_PAT_ENTRY, TOKEN_ELLIPSIS,
};

use super::bindings::{Addition, collision, edit_set};
use super::import::not_plain;
use super::list::append;
use super::style::{Style, WIDEST};
use super::verify::{Meant, verify};
use super::{Desk, line_of, refuse_broken, write};
use crate::nix::error::EditError;
use crate::nix::file::NixFile;
use crate::nix::flake::{FlakeInput, FlakeModule, input_bindings, input_set, modules, names, outputs, root, systems};
use crate::nix::tree::{Expr, NodeId, Tree};
use crate::text::Patch;

pub(in crate::nix) fn add_flake_input(file: &NixFile, input: &FlakeInput) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let root = root(&tree).ok_or_else(|| not_plain(file, 0, "the flake"))?;
    let there = input_bindings(&tree, root);
    if let Some(taken) = there.iter().find(|binding| binding.name == input.name) {
        let line = line_of(file.text(), tree.range(taken.binding).start);
        return Err(EditError::NameTaken { name: input.name.clone(), line });
    }
    let of_inputs = |binding: &NodeId| names(&tree, *binding).first().is_some_and(|first| first == "inputs");
    let last = tree.bindings(root).filter(of_inputs).last();
    let (set, prefix, after) = match last {
        Some(binding) if names(&tree, binding).len() == 1 => {
            let set = input_set(&tree, binding)
                .ok_or_else(|| not_plain(file, tree.range(binding).start, "the set of inputs"))?;
            (set, "", None)
        }
        after => (root, "inputs.", after),
    };
    let is_nested = prefix.is_empty() && there.iter().any(|binding| binding.is_nested(&tree));
    let bindings = input_text(input, prefix, is_nested, &desk)?;
    let patch = match (after, prefix) {
        // The first input of a flake stands before what uses it.
        (None, "inputs.") => desk.before_outputs(root, &bindings),
        _ => {
            let style = Style::of(&desk.layout, &[]);
            let width: usize = bindings.iter().map(|binding| binding.len() + 1).sum();
            let addition = Addition {
                after,
                spaced: is_nested && desk.is_spaced(set),
                may_share_line: width + desk.layout.indentation(tree.range(set).start).len() < WIDEST / 2,
                bindings,
            };
            edit_set(&desk.layout, &style, set, &[], &addition)?
        }
    };
    let patch = verify(file, patch, &Meant::Elsewhere)?;
    // The others stay as they were, and the new one is read as it was meant.
    let inputs = |file: &NixFile| file.flake().map(|flake| flake.inputs).unwrap_or_default();
    let (mut before, mut after) = (inputs(file), inputs(&file.apply(&patch)));
    let added = after.iter().position(|found| found.name == input.name).map(|at| after.remove(at));
    for inputs in [&mut before, &mut after] {
        inputs.sort_by(|one, other| one.name.cmp(&other.name));
    }
    let is_there = added.is_some_and(|added| added.url == input.url) && before == after;
    if is_there { Ok(patch) } else { Err(not_plain(file, tree.range(set).start, "the set of inputs")) }
}

/// The bindings of an input, dotted or as a set.
fn input_text(
    input: &FlakeInput,
    prefix: &str,
    is_nested: bool,
    desk: &Desk<'_, '_>,
) -> Result<Vec<String>, EditError> {
    let unwritable = || EditError::Unwritable { what: "the URL of the input".to_owned() };
    let name = format!("{prefix}{}", write::attribute(&input.name, false)?);
    let url = write::string(&input.url).ok_or_else(unwritable)?;
    let mut options = vec![format!("url = {url};")];
    for follows in &input.follows {
        let (attribute, target) = (write::attribute(follows, false)?, write::string(follows).ok_or_else(unwritable)?);
        options.push(format!("inputs.{attribute}.follows = {target};"));
    }
    if is_nested {
        let unit = super::style::unit(desk.file.text());
        let lines: String = options.iter().map(|option| format!("{unit}{option}\n")).collect();
        return Ok(vec![format!("{name} = {{\n{lines}}};")]);
    }
    Ok(options.iter().map(|option| format!("{name}.{option}")).collect())
}

pub(in crate::nix) fn add_flake_module(
    file: &NixFile,
    system: &str,
    module: FlakeModule<'_>,
) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let root = root(&tree).ok_or_else(|| not_plain(file, 0, "the flake"))?;
    let list = list_of(&tree, system)
        .ok_or_else(|| not_plain(file, tree.range(root).start, &format!("the list of modules of {system}")))?;
    let (element, mut patch) = match module {
        FlakeModule::Path(path) => (path.to_owned(), Patch::new()),
        FlakeModule::OfInput { input, attribute } => {
            let (input, patch) = desk.input_in_outputs(root, input)?;
            (format!("{input}.{attribute}"), patch)
        }
    };
    patch.merge(append(&desk.layout, list, &element)).map_err(|overlap| collision(&desk.layout, &overlap))?;
    let patch = verify(file, patch, &Meant::Elsewhere)?;
    let text = patch.apply(file.text());
    let after = Tree::parse(&text);
    let grown =
        list_of(&after, system).map(|list| after.expressions(list).map(|id| after.slice(id)).collect::<Vec<_>>());
    let is_there = grown.is_some_and(|elements| {
        elements.len() == tree.expressions(list).count() + 1 && elements.last().is_some_and(|last| *last == element)
    });
    if is_there { Ok(patch) } else { Err(not_plain(file, tree.range(list).start, "the list of modules")) }
}

fn list_of(tree: &Tree<'_>, system: &str) -> Option<NodeId> {
    let (_, value) = systems(tree).find(|(name, _)| name == system)?;
    modules(tree, value)
}

impl Desk<'_, '_> {
    /// How an input is named inside the outputs, and what their arguments need for it.
    fn input_in_outputs(&self, root: NodeId, input: &str) -> Result<(String, Patch), EditError> {
        let tree = self.tree;
        let refuse = || not_plain(self.file, tree.range(root).start, "the function of the outputs");
        let Some(Expr::Lambda { parameter, .. }) = outputs(tree, root).map(|value| tree.expr(value)) else {
            return Err(refuse());
        };
        if tree.kind(parameter) == NODE_IDENT_PARAM {
            return Ok((format!("{}.{input}", tree.slice(parameter)), Patch::new()));
        }
        let entries: Vec<NodeId> =
            tree.children(parameter).filter(|child| tree.kind(*child) == NODE_PAT_ENTRY).collect();
        let name_of = |entry: NodeId| tree.child(entry, NODE_IDENT).map(|name| tree.slice(name));
        if entries.iter().any(|entry| name_of(*entry) == Some(input)) {
            return Ok((input.to_owned(), Patch::new()));
        }
        let takes_more = tree.child(parameter, TOKEN_ELLIPSIS).is_some();
        let whole = tree.child(parameter, NODE_PAT_BIND).and_then(|bind| tree.child(bind, NODE_IDENT));
        if let (Some(whole), true) = (whole, takes_more) {
            return Ok((format!("{}.{input}", tree.slice(whole)), Patch::new()));
        }
        let last = entries.last().ok_or_else(refuse)?;
        Ok((input.to_owned(), self.one_more_argument(*last, input)))
    }

    /// An argument behind the last one, with the comma where the others have it.
    fn one_more_argument(&self, last: NodeId, name: &str) -> Patch {
        let range = self.tree.range(last);
        let line = self.layout.line_start(range.start);
        let before = self.file.text()[line..range.start].trim();
        let indentation = self.layout.indentation(range.start);
        let text = match before {
            "," => format!("{}{indentation}, {name}", self.layout.ending),
            "" => format!(",{}{indentation}{name}", self.layout.ending),
            _ => format!(", {name}"),
        };
        Patch::insert(range.end, text)
    }

    /// Bindings before the one of the outputs, set off by a blank line where the file has lines.
    fn before_outputs(&self, root: NodeId, bindings: &[String]) -> Patch {
        let is_outputs = |binding: &NodeId| names(self.tree, *binding).first().is_some_and(|first| first == "outputs");
        let outputs = self.tree.bindings(root).find(is_outputs).map_or(0, |binding| self.tree.range(binding).start);
        let range = outputs..outputs;
        if !self.layout.begins_line(outputs) {
            return Patch::insert(outputs, format!("{} ", bindings.join(" ")));
        }
        let (indentation, ending) = (self.layout.indentation(outputs), self.layout.ending);
        let text: String = bindings.iter().map(|binding| format!("{indentation}{binding}{ending}")).collect();
        Patch::insert(self.layout.line_start(range.start), format!("{text}{ending}"))
    }

    /// Whether most bindings of a set that follow each other are separated by blank lines.
    fn is_spaced(&self, set: NodeId) -> bool {
        let ranges: Vec<_> = self
            .tree
            .bindings(set)
            .filter(|binding| self.tree.kind(*binding) == NODE_ATTRPATH_VALUE)
            .map(|binding| self.tree.range(binding))
            .collect();
        let gaps = ranges.windows(2).map(|pair| self.file.text()[pair[0].end..pair[1].start].matches('\n').count());
        let (spaced, close): (Vec<usize>, Vec<usize>) = gaps.partition(|breaks| *breaks > 1);
        spaced.len() > close.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sops_nix() -> FlakeInput {
        FlakeInput {
            name: "sops-nix".to_owned(),
            url: "github:Mic92/sops-nix".to_owned(),
            follows: vec!["nixpkgs".to_owned()],
        }
    }

    #[track_caller]
    fn check_input(before: &str, expected: &str) {
        let file = NixFile::parse(before);
        let patch = file.add_flake_input(&sops_nix()).unwrap();
        assert_eq!(file.apply(&patch).text(), expected);
    }

    #[track_caller]
    fn check_module(before: &str, expected: &str) {
        let file = NixFile::parse(before);
        let module = FlakeModule::OfInput { input: "sops-nix", attribute: "nixosModules.sops" };
        let patch = file.add_flake_module("web", module).unwrap();
        assert_eq!(file.apply(&patch).text(), expected);
    }

    #[test]
    fn an_input_is_written_like_the_others() {
        check_input(
            "{\n  inputs = {\n    nixpkgs.url = \"n\";\n  };\n\n  outputs = _: { };\n}\n",
            "{\n  inputs = {\n    nixpkgs.url = \"n\";\n    sops-nix.url = \"github:Mic92/sops-nix\";\n    sops-nix.inputs.nixpkgs.follows = \"nixpkgs\";\n  };\n\n  outputs = _: { };\n}\n",
        );
        check_input(
            "{\n  inputs.nixpkgs.url = \"n\"; # stable\n\n  outputs = _: { };\n}\n",
            "{\n  inputs.nixpkgs.url = \"n\"; # stable\n  inputs.sops-nix.url = \"github:Mic92/sops-nix\";\n  inputs.sops-nix.inputs.nixpkgs.follows = \"nixpkgs\";\n\n  outputs = _: { };\n}\n",
        );
        check_input(
            "{\n  inputs = {\n    nixpkgs.url = \"n\";\n\n    home = {\n      url = \"h\";\n    };\n  };\n  outputs = _: { };\n}\n",
            "{\n  inputs = {\n    nixpkgs.url = \"n\";\n\n    home = {\n      url = \"h\";\n    };\n\n    sops-nix = {\n      url = \"github:Mic92/sops-nix\";\n      inputs.nixpkgs.follows = \"nixpkgs\";\n    };\n  };\n  outputs = _: { };\n}\n",
        );
        check_input(
            "{\n  description = \"x\";\n\n  outputs = { nixpkgs, ... }: { };\n}\n",
            "{\n  description = \"x\";\n\n  inputs.sops-nix.url = \"github:Mic92/sops-nix\";\n  inputs.sops-nix.inputs.nixpkgs.follows = \"nixpkgs\";\n\n  outputs = { nixpkgs, ... }: { };\n}\n",
        );
        check_input(
            "{\n  inputs = { };\n  outputs = _: { };\n}\n",
            "{\n  inputs = {\n    sops-nix.url = \"github:Mic92/sops-nix\";\n    sops-nix.inputs.nixpkgs.follows = \"nixpkgs\";\n  };\n  outputs = _: { };\n}\n",
        );
    }

    #[test]
    fn an_input_that_cannot_be_added_is_refused() {
        let check = |text: &str, expected: &str| {
            let error = NixFile::parse(text).add_flake_input(&sops_nix()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check("{ inputs.sops-nix.url = \"x\"; outputs = _: { }; }", "line 1: sops-nix is declared already");
        check(
            "{\n  inputs = import ./i.nix;\n  outputs = _: { };\n}",
            "line 2: the set of inputs is computed, so that nothing can be added to it",
        );
        check("{ config, ... }: { }", "line 1: the flake is computed, so that nothing can be added to it");
    }

    #[test]
    fn a_module_joins_the_list_by_the_name_that_the_outputs_have_for_it() {
        let system = |parameter: &str, list: &str| {
            format!(
                "{{\n  outputs = {parameter}: {{\n    nixosConfigurations.web = nixpkgs.lib.nixosSystem {{\n      modules = {list};\n    }};\n  }};\n}}\n"
            )
        };
        let check = |parameter: &str, expected: &str, name: &str| {
            let after = system(expected, &format!("[ ./configuration.nix {name}.nixosModules.sops ]"));
            check_module(&system(parameter, "[ ./configuration.nix ]"), &after);
        };
        check("{ self, nixpkgs }", "{ self, nixpkgs, sops-nix }", "sops-nix");
        check("{ self, nixpkgs, ... }", "{ self, nixpkgs, sops-nix, ... }", "sops-nix");
        check("{ self, nixpkgs, ... }@inputs", "{ self, nixpkgs, ... }@inputs", "inputs.sops-nix");
        check("inputs@{ nixpkgs, ... }", "inputs@{ nixpkgs, ... }", "inputs.sops-nix");
        check("{ nixpkgs, ... } @ args", "{ nixpkgs, ... } @ args", "args.sops-nix");
        check("{ nixpkgs }@inputs", "{ nixpkgs, sops-nix }@inputs", "sops-nix");
        check("{ sops-nix, nixpkgs }", "{ sops-nix, nixpkgs }", "sops-nix");
        check("inputs", "inputs", "inputs.sops-nix");
        check("{ self\n  , nixpkgs\n  }", "{ self\n  , nixpkgs\n  , sops-nix\n  }", "sops-nix");
        check(
            "\n    {\n      self,\n      nixpkgs,\n      ...\n    }",
            "\n    {\n      self,\n      nixpkgs,\n      sops-nix,\n      ...\n    }",
            "sops-nix",
        );
    }

    #[test]
    fn a_list_that_is_computed_is_refused() {
        let check = |text: &str, expected: &str| {
            let module = FlakeModule::Path("./sops.nix");
            let error = NixFile::parse(text).add_flake_module("web", module).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        let refused = "line 1: the list of modules of web is computed, so that nothing can be added to it";
        check("{ outputs = i: { nixosConfigurations.web = f { modules = import ./m.nix; }; }; }", refused);
        check("{ outputs = i: { nixosConfigurations = mapAttrs f hosts; }; }", refused);
    }
}
