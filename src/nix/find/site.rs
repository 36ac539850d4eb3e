//! Sites: the literal sets of a file in which a declaration can be added.

use std::rc::Rc;

use super::place::Surroundings;
use super::walk::{Modules, SopsDefinition};
use crate::nix::declaration::{Condition, Declaration};
use crate::nix::evaluate::{Evaluator, Source};
use crate::nix::site::{Site, SiteKind, SiteTarget};
use crate::nix::tree::{Expr, NodeId};

/// The sites of a file, the best one first.
pub(super) fn sites(evaluator: &Evaluator<'_, '_>, modules: &Modules, declarations: &[Declaration]) -> Vec<Site> {
    let mut search = Search { evaluator, declarations, found: Vec::new() };
    for definition in &modules.definitions {
        search.beside(definition);
    }
    for (body, around) in &modules.bodies {
        search.in_body(*body, around, &modules.definitions);
    }
    let mut sites = search.found;
    sites.sort_by_key(|site| {
        let is_used = site.declarations > 0;
        (!site.conditions.is_empty(), !is_used, rank(site.kind), usize::MAX - site.declarations, site.offset)
    });
    sites
}

fn rank(kind: SiteKind) -> u8 {
    match kind {
        SiteKind::SecretsSet => 0,
        SiteKind::SopsSet => 1,
        SiteKind::Dotted => 2,
        SiteKind::Module => 3,
    }
}

struct Search<'e, 'a, 't> {
    evaluator: &'e Evaluator<'a, 't>,
    declarations: &'e [Declaration],
    found: Vec<Site>,
}

impl Search<'_, '_, '_> {
    /// Sites in and beside one definition of `sops`.
    fn beside(&mut self, definition: &SopsDefinition) {
        let tree = self.evaluator.tree;
        let Some(binding) = definition.binding.filter(|_| !definition.is_repeated) else { return };
        let around = &definition.around;
        let below: Vec<NodeId> = tree.attributes(binding).skip(definition.depth).collect();
        let is_secrets = below.first().is_some_and(|first| self.is_named(*first, "secrets"));
        match (below.len(), tree.value(binding)) {
            (0, Some(value)) => {
                for (set, conditions) in self.literal_sets(value) {
                    self.in_sops(set, &conditions, around);
                }
            }
            (1, Some(value)) if is_secrets => self.in_secrets(value, &[], around),
            _ => {
                let Some(set) = tree.parent(binding) else { return };
                let prefix = self.prefix(binding, definition.depth) + "secrets.";
                let path: Vec<_> =
                    tree.attributes(binding).take(definition.depth).filter_map(|it| tree.attribute_name(it)).collect();
                let path: Vec<&str> = path.iter().map(|name| &**name).chain(["secrets"]).collect();
                if self.is_closed(set, &path) {
                    return;
                }
                self.add(
                    SiteKind::Dotted,
                    SiteTarget { set, is_computed: false, prefix, after: Some(binding) },
                    &[],
                    around,
                );
            }
        }
    }

    /// The literal sets of a value, also where it is a variable of a `let`.
    fn literal_sets(&self, value: NodeId) -> Vec<(NodeId, Vec<Condition>)> {
        self.evaluator.literal_sets(self.evaluator.followed(value))
    }

    /// Whether a binding in a set gives one of these attributes a value that no other binding can add to.
    fn is_closed(&self, set: NodeId, path: &[&str]) -> bool {
        let tree = self.evaluator.tree;
        tree.bindings(set).any(|binding| {
            let mut attributes = tree.attributes(binding);
            if tree.is_inherit(binding) {
                return attributes.any(|attribute| self.is_named(attribute, path[0]));
            }
            let count = tree.attributes(binding).count();
            let leads_there =
                count <= path.len() && path.iter().zip(attributes).all(|(name, it)| self.is_named(it, name));
            leads_there && tree.value(binding).is_some_and(|value| !matches!(tree.expr(value), Expr::Set))
        })
    }

    /// Inside `sops = { … }`.
    fn in_sops(&mut self, set: NodeId, conditions: &[Condition], around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        let mut after = None;
        let mut holds_set = false;
        for binding in tree.bindings(set) {
            let attributes: Vec<NodeId> = tree.attributes(binding).collect();
            let is_secrets = attributes.first().is_some_and(|first| self.is_named(*first, "secrets"));
            if tree.is_inherit(binding) {
                let secrets = attributes.iter().find(|attribute| self.is_named(**attribute, "secrets"));
                let value = secrets.and_then(|attribute| self.evaluator.variable(*attribute));
                value.into_iter().for_each(|value| self.in_secrets(value, conditions, around));
                continue;
            }
            if !is_secrets {
                continue;
            }
            match (attributes.len(), tree.value(binding)) {
                (1, Some(value)) => {
                    let before = self.found.len();
                    self.in_secrets(value, conditions, around);
                    holds_set |= self.found.len() > before;
                    after = Some(binding);
                }
                _ => after = Some(binding),
            }
        }
        let dotted = self.count(set, "secrets.");
        if (!holds_set || dotted > 0) && !self.is_closed(set, &["secrets"]) {
            let target = SiteTarget { set, is_computed: false, prefix: "secrets.".to_owned(), after };
            self.add(SiteKind::SopsSet, target, conditions, around);
        }
    }

    /// Inside `secrets = { … }`.
    fn in_secrets(&mut self, value: NodeId, outer: &[Condition], around: &Rc<Surroundings>) {
        let literals = self.literal_sets(value);
        if literals.is_empty() && self.evaluator.gives_plain_set(value) {
            let target = SiteTarget { set: value, is_computed: true, prefix: String::new(), after: None };
            self.add(SiteKind::SecretsSet, target, outer, around);
        }
        for (set, inner) in literals {
            let conditions = [outer, &inner[..]].concat();
            let target = SiteTarget { set, is_computed: false, prefix: String::new(), after: None };
            self.add(SiteKind::SecretsSet, target, &conditions, around);
        }
    }

    /// In the body of a module, or in its `config`.
    fn in_body(&mut self, body: NodeId, around: &Rc<Surroundings>, definitions: &[SopsDefinition]) {
        const NO_NIXOS_MODULE: [&str; 11] = [
            "outputs",
            "inputs",
            "flake",
            "perSystem",
            "systems",
            "packages",
            "den",
            "description",
            "nixConfig",
            "mkShell",
            "nixosConfigurations",
        ];
        let tree = self.evaluator.tree;
        let first_names = |binding: NodeId| tree.attribute(binding, 0).and_then(|first| tree.attribute_name(first));
        let names: Vec<_> = tree.bindings(body).filter_map(first_names).collect();
        let holds_sops = |set: NodeId| {
            definitions.iter().filter_map(|definition| definition.binding).any(|binding| tree.contains(set, binding))
        };
        if holds_sops(body) || names.iter().any(|name| NO_NIXOS_MODULE.contains(&&**name)) {
            return;
        }
        let config = tree.bindings(body).find(|binding| {
            tree.attribute(*binding, 0).is_some_and(|first| self.is_named(first, "config"))
                && tree.attribute(*binding, 1).is_none()
        });
        let prefix = "sops.secrets.".to_owned();
        match config.map(|binding| (tree.attributes(binding).collect::<Vec<_>>(), tree.value(binding))) {
            Some((attributes, Some(value))) => {
                let inside = Rc::new(around.behind(self.evaluator, &attributes, &None));
                for (set, conditions) in self.literal_sets(value) {
                    let target = SiteTarget { set, is_computed: false, prefix: prefix.clone(), after: None };
                    self.add(SiteKind::Module, target, &conditions, &inside);
                }
            }
            // Beside `config.x = …;` the top of the module takes nothing else.
            _ if names.iter().any(|name| name == "config") => {
                let mut inside = (**around).clone();
                inside.attributes.push("config".to_owned());
                let target =
                    SiteTarget { set: body, is_computed: false, prefix: format!("config.{prefix}"), after: None };
                self.add(SiteKind::Module, target, &[], &Rc::new(inside));
            }
            _ if names.iter().any(|name| name == "options") => {}
            _ => self.add(
                SiteKind::Module,
                SiteTarget { set: body, is_computed: false, prefix, after: None },
                &[],
                around,
            ),
        }
    }

    fn add(&mut self, kind: SiteKind, target: SiteTarget, inner: &[Condition], around: &Rc<Surroundings>) {
        let tree = self.evaluator.tree;
        let same = |site: &&mut Site| site.target.set == target.set && site.target.prefix == target.prefix;
        if let Some(earlier) = self.found.iter_mut().find(same) {
            // Beside the last one of several.
            earlier.offset = target.after.map_or(earlier.offset, |after| tree.range(after).end);
            earlier.target = target;
            return;
        }
        let last = tree.bindings(target.set).last();
        let offset = match target.after.or(last) {
            Some(binding) => tree.range(binding).end,
            None if target.is_computed => tree.range(target.set).end,
            None => tree.range(target.set).start + 1,
        };
        self.found.push(Site {
            kind,
            offset,
            place: around.place(),
            conditions: [&around.conditions[..], inner].concat(),
            declarations: self.count(target.set, &target.prefix),
            target,
        });
    }

    /// How many declarations are written in a set with that prefix.
    fn count(&self, set: NodeId, prefix: &str) -> usize {
        let tree = self.evaluator.tree;
        let stands_there = |source: &Source| match source {
            Source::Binding { binding, depth } => {
                tree.parent(*binding) == Some(set) && self.prefix(*binding, *depth) == prefix
            }
            Source::Inherit { attribute } => {
                prefix.is_empty() && tree.parent(*attribute).and_then(|inherit| tree.parent(inherit)) == Some(set)
            }
            Source::Literal { .. } | Source::Computed { .. } => false,
        };
        self.declarations.iter().filter(|declaration| declaration.parts.iter().any(stands_there)).count()
    }

    /// The first attributes of a binding as they are written, each with its dot.
    fn prefix(&self, binding: NodeId, depth: usize) -> String {
        let tree = self.evaluator.tree;
        tree.attributes(binding).take(depth).map(|attribute| tree.slice(attribute).to_owned() + ".").collect()
    }

    fn is_named(&self, attribute: NodeId, wanted: &str) -> bool {
        self.evaluator.tree.attribute_name(attribute).is_some_and(|name| name == wanted)
    }
}

#[cfg(test)]
mod tests {
    use crate::nix::NixFile;

    /// One line a site: kind, prefix, number of declarations, place, conditions, and the line's text at its offset.
    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        let told: Vec<String> = file
            .sites()
            .iter()
            .map(|site| {
                let place = site.place.attributes.join(".");
                let conditions = if site.conditions.is_empty() { "" } else { " if" };
                let before = text[..site.offset].trim_end();
                let before = &before[before.rfind(['\n', ' ']).map_or(0, |at| at + 1)..];
                format!(
                    "{:?} {:?} {} {place}{conditions} after {before}",
                    site.kind, site.target.prefix, site.declarations
                )
            })
            .collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn the_best_site_is_where_the_others_stand() {
        check("{\n  sops.secrets = {\n    a = 1;\n    b = { };\n  };\n}", &["SecretsSet \"\" 2  after };"]);
        check(
            "{\n  sops = {\n    defaultSopsFile = ./x;\n    secrets.a = { };\n  };\n}",
            &["SopsSet \"secrets.\" 1  after };"],
        );
        check(
            "{\n  sops.secrets.a = { };\n  x = 1;\n  sops.secrets.b.mode = 2;\n}",
            &["Dotted \"sops.secrets.\" 2  after 2;"],
        );
        check("{\n  config.sops.secrets.a = { };\n}", &["Dotted \"config.sops.secrets.\" 1 config after };"]);
        check("{ sops.secrets = { a = { }; } // f { }; }", &["SecretsSet \"\" 1  after };"]);
    }

    #[test]
    fn what_is_computed_takes_none_beside_it() {
        check("{ sops.secrets = f { }; sops.defaultSopsFile = ./x; }", &[]);
        check("{ lib, n, ... }: { sops.secrets = lib.genAttrs n (_: { }); }", &["SecretsSet \"\" 0  after })"]);
        check("{ sops = { secrets = f { }; }; }", &[]);
        check("let s = { a = { }; }; in { sops = { secrets = s; }; }", &["SecretsSet \"\" 1  after };"]);
        check("let secrets = { a = { }; }; in { sops = { inherit secrets; }; }", &["SecretsSet \"\" 1  after };"]);
    }

    #[test]
    fn settings_and_empty_modules_take_declarations_too() {
        check("{\n  sops.defaultSopsFile = ./x;\n}", &["Dotted \"sops.secrets.\" 0  after ./x;"]);
        check("{ sops = { }; }", &["SopsSet \"secrets.\" 0  after {"]);
        check("{ config, ... }:\n{\n  imports = [ ];\n}", &["Module \"sops.secrets.\" 0  after ];"]);
        check(
            "{ config, lib, ... }: { options.a = 1; config = lib.mkIf config.a { b = 1; }; }",
            &["Module \"sops.secrets.\" 0 config if after 1;"],
        );
    }

    #[test]
    fn a_module_with_config_takes_nothing_beside_it() {
        check("{ ... }: {\n  config.a = 1;\n}", &["Module \"config.sops.secrets.\" 0 config after 1;"]);
        check("{ ... }: {\n  config.sops.age = 1;\n}", &["Dotted \"config.sops.secrets.\" 0 config after 1;"]);
    }

    #[test]
    fn what_is_no_module_takes_none() {
        check("{ outputs = inputs: { }; }", &[]);
        check("{ inputs, ... }: { flake.x = 1; }", &[]);
        check("{ pkgs ? import <nixpkgs> { } }: { a = 1; }", &[]);
        check("final: prev: { a = 1; }", &[]);
        check("{ options.a = 1; }", &[]);
    }
}
