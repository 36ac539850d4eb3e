//! References: every expression that reaches a secret, a placeholder or a template by name.

use rnix::SyntaxKind::{
    NODE_ATTRPATH, NODE_ATTRPATH_VALUE, NODE_HAS_ATTR, NODE_IDENT, NODE_IDENT_PARAM, NODE_INHERIT, NODE_INHERIT_FROM,
    NODE_LET_IN, NODE_PAT_BIND, NODE_PAT_ENTRY, NODE_SELECT, NODE_STRING, NODE_WITH,
};

use super::chain::chain;
use super::condition::conditions;
use crate::nix::evaluate::{Evaluator, Root, Symbol, shortened};
use crate::nix::reference::{Reference, ReferenceKind};
use crate::nix::tree::{Expr, NodeId};
use crate::nix::value::{Reason, Static, Unknown};

/// One step of a path, with the attribute where it is written in the expression at hand.
struct Step {
    name: Option<String>,
    written: Option<NodeId>,
}

/// The references of a file, in no order.
pub(super) fn references(evaluator: &Evaluator<'_, '_>) -> Vec<Reference> {
    let tree = evaluator.tree;
    let mut found = Vec::new();
    for id in tree.ids() {
        match tree.kind(id) {
            NODE_SELECT | NODE_HAS_ATTR => found.extend(selected(evaluator, id)),
            NODE_IDENT => found.extend(named(evaluator, id)),
            NODE_INHERIT => found.extend(inherited(evaluator, id)),
            _ => {}
        }
    }
    found
}

/// `config.sops.secrets.x.path`, `s.x.path`, `config.sops.secrets ? x`
fn selected(evaluator: &Evaluator<'_, '_>, id: NodeId) -> Option<Reference> {
    let tree = evaluator.tree;
    let (of, path) = match tree.expr(id) {
        Expr::Select { of, path, .. } | Expr::HasAttr { of, path } => (of, path),
        _ => return None,
    };
    let base = evaluator.symbol(of);
    let leads_on = base.iter().flat_map(|symbol| &symbol.path).any(|name| name.as_deref() == Some("sops"));
    let mut written = tree.attributes(path);
    // Most selections have nothing to do with secrets; they are done with before anything is copied.
    if !leads_on && !written.any(|attribute| tree.kind(attribute) != NODE_IDENT || tree.slice(attribute) == "sops") {
        return None;
    }
    let mut steps = base.as_ref().map_or_else(Vec::new, |symbol| base_steps(evaluator, of, symbol));
    steps.extend(tree.attributes(path).map(|attribute| Step {
        name: evaluator.attribute_name(attribute, &None).known().map(|name| name.to_string()),
        written: Some(attribute),
    }));
    reference(evaluator, id, base.map(|symbol| symbol.root), &steps)
}

/// `with config.sops.secrets; x`, where `x` is not selected from.
fn named(evaluator: &Evaluator<'_, '_>, id: NodeId) -> Option<Reference> {
    let tree = evaluator.tree;
    let parent = tree.parent(id)?;
    let is_selected = matches!(tree.expr(parent), Expr::Select { of, .. } | Expr::HasAttr { of, .. } if of == id);
    let is_variable =
        !matches!(tree.kind(parent), NODE_ATTRPATH | NODE_INHERIT | NODE_PAT_ENTRY | NODE_PAT_BIND | NODE_IDENT_PARAM);
    // With several `with` the name may be anyone's.
    if is_selected || !is_variable || evaluator.namespaces(id) != 1 {
        return None;
    }
    let symbol = evaluator.symbol(id)?;
    reference(evaluator, id, Some(symbol.root), &base_steps(evaluator, id, &symbol))
}

/// `inherit (config.sops.secrets) x y;`
fn inherited(evaluator: &Evaluator<'_, '_>, id: NodeId) -> Vec<Reference> {
    let tree = evaluator.tree;
    let Some(symbol) = tree.inherit_source(id).and_then(|source| evaluator.symbol(source)) else { return Vec::new() };
    let reference_to = |attribute: NodeId| {
        let mut steps = symbol_steps(&symbol);
        let name = tree.attribute_name(attribute).map(|name| name.into_owned());
        steps.push(Step { name, written: Some(attribute) });
        reference(evaluator, attribute, Some(symbol.root), &steps)
    };
    tree.attributes(id).filter_map(reference_to).collect()
}

/// The path behind an expression. A name that a `with` gives is itself the last step, written here.
fn base_steps(evaluator: &Evaluator<'_, '_>, of: NodeId, symbol: &Symbol) -> Vec<Step> {
    let mut steps = symbol_steps(symbol);
    if evaluator.namespaces(of) > 0
        && let Some(last) = steps.last_mut()
    {
        last.written = Some(of);
    }
    steps
}

fn symbol_steps(symbol: &Symbol) -> Vec<Step> {
    symbol.path.iter().map(|name| Step { name: name.clone(), written: None }).collect()
}

/// The reference that a path is, if it leads through `sops.secrets` or its like to a name written here.
fn reference(evaluator: &Evaluator<'_, '_>, id: NodeId, root: Option<Root>, steps: &[Step]) -> Option<Reference> {
    let tree = evaluator.tree;
    let (at, kind) = sops_step(steps)?;
    let passes_config = steps[..at].iter().any(|step| step.name.as_deref() == Some("config"));
    match root {
        Some(Root::Options | Root::Lib | Root::Builtins | Root::Inputs) => return None,
        Some(Root::Outside | Root::Flake) if !passes_config => return None,
        _ => {}
    }
    let (name, name_range) = match steps.get(at + 2) {
        Some(step) => {
            let attribute = step.written?;
            let is_plain = matches!(tree.kind(attribute), NODE_IDENT | NODE_STRING);
            let name_range = step.name.as_ref().filter(|_| is_plain).map(|_| tree.range(attribute));
            let name = match &step.name {
                Some(name) => Static::Known(name.clone()),
                None => match evaluator.attribute_name(attribute, &None) {
                    Static::Known(name) => Static::Known(name.to_string()),
                    Static::Unknown(unknown) => Static::Unknown(unknown),
                },
            };
            (name, name_range)
        }
        None if steps.len() == at + 2 && !is_alias(evaluator, id) => {
            let text = shortened(tree.slice(id));
            (Static::Unknown(Unknown { reason: Reason::TooComplex, text }), None)
        }
        None => return None,
    };
    let context = chain(tree, id);
    Some(Reference {
        kind,
        name,
        name_range,
        range: tree.range(id),
        attribute: steps.get(at + 3).and_then(|step| step.name.clone()),
        template: template(&context),
        context,
        conditions: conditions(evaluator, id),
        is_optional: matches!(tree.expr(id), Expr::HasAttr { .. } | Expr::Select { default: Some(_), .. }),
    })
}

/// Where `sops` stands in a path, and what follows it.
fn sops_step(steps: &[Step]) -> Option<(usize, ReferenceKind)> {
    (0..steps.len()).find_map(|at| {
        let (first, second) = (steps.get(at)?.name.as_deref()?, steps.get(at + 1)?.name.as_deref()?);
        let kind = match second {
            "secrets" => ReferenceKind::Secret,
            "placeholder" => ReferenceKind::Placeholder,
            "templates" => ReferenceKind::Template,
            _ => return None,
        };
        (first == "sops").then_some((at, kind))
    })
}

/// Whether `config.sops.secrets` only gets another name here: `let s = …`, `inherit (…)`, `with …;`.
fn is_alias(evaluator: &Evaluator<'_, '_>, id: NodeId) -> bool {
    let tree = evaluator.tree;
    let mut inner = id;
    for around in tree.ancestors(id) {
        match tree.kind(around) {
            NODE_INHERIT | NODE_INHERIT_FROM => return true,
            NODE_ATTRPATH_VALUE => return tree.parent(around).is_some_and(|scope| tree.kind(scope) == NODE_LET_IN),
            NODE_WITH => return matches!(tree.expr(around), Expr::With { namespace, .. } if namespace == inner),
            _ => match tree.expr(around) {
                Expr::Paren(_) => {}
                Expr::Select { of, .. } | Expr::HasAttr { of, .. } => return of == inner,
                _ => return false,
            },
        }
        inner = around;
    }
    false
}

/// The template in whose content something stands.
pub(super) fn template(context: &[String]) -> Option<String> {
    context.windows(4).find_map(|names| match names {
        [sops, templates, name, content] if sops == "sops" && templates == "templates" && content == "content" => {
            Some(name.clone())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::nix::{NixFile, Static};

    /// One line a reference: kind, name, attribute, context; the name as written is checked against the name.
    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        assert_eq!(file.syntax_problems(), [], "{text}");
        let mut told = Vec::new();
        for reference in file.references() {
            let name = match &reference.name {
                Static::Known(name) => name.clone(),
                Static::Unknown(unknown) => format!("?({})", unknown.text),
            };
            if let Some(range) = &reference.name_range {
                assert_eq!(text[range.clone()].trim_matches('"'), name);
            }
            let attribute = reference.attribute.as_ref().map_or_else(String::new, |name| format!(".{name}"));
            let template = reference.template.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
            let context = reference.context.join(".");
            told.push(format!("{:?} {name}{attribute} at {context}{template}", reference.kind));
        }
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn selections_are_references() {
        check("{ config, ... }: { a.b = config.sops.secrets.x.path; }", &["Secret x.path at a.b"]);
        check("{ config, ... }: { a = [ config.sops.secrets.\"x/y\".path ]; }", &["Secret x/y.path at a"]);
        check("{ config, ... }: { a = \"-f ${config.sops.placeholder.x}\"; }", &["Placeholder x at a"]);
        check("{ config, ... }: { a = config.sops.templates.\"t.env\".path; }", &["Template t.env.path at a"]);
        check("{ osConfig, ... }: { a = osConfig.sops.secrets.x.path or null; }", &["Secret x.path at a"]);
        check("{ config, ... }: { a = config.sops.secrets ? x; }", &["Secret x at a"]);
        check("{ config, ... }: { a = config.sops.secrets.${n}.path; }", &["Secret ?(n).path at a"]);
        check("let n = \"x\"; in { a = config.sops.secrets.${n}.path; }", &["Secret x.path at a"]);
        check("{ self, ... }: { a = self.nixosConfigurations.h.config.sops.secrets.x.path; }", &["Secret x.path at a"]);
        check("args: { a = args.config.sops.secrets.x.path; }", &["Secret x.path at a"]);
    }

    #[test]
    fn other_names_for_the_secrets_are_followed() {
        check("{ config, ... }: let s = config.sops.secrets; in { a = s.x.path; }", &["Secret x.path at a"]);
        check(
            "{ config, ... }: let inherit (config.sops) secrets; in { a = secrets.x.path; }",
            &["Secret x.path at a"],
        );
        check(
            "{ config, ... }: let inherit (config.sops.secrets) x y; in { a = x.path; }",
            &["Secret x at ", "Secret y at "],
        );
        check(
            "{ config, ... }: with config.sops.secrets; { a = x.path; b = y; }",
            &["Secret x.path at a", "Secret y at b"],
        );
        check("{ config, ... }: with config.sops; { a = secrets.x.path; }", &["Secret x.path at a"]);
        check(
            "{ config, lib, ... }: with lib; with config.sops.secrets; { a = mkIf true x.path; b = y; }",
            &["Secret x.path at a"],
        );
        check("{ config, ... }: let p = config.sops.secrets.x; in { a = p.path; }", &["Secret x at p"]);
        check("{ config, ... }@args: { a = (args.config.sops.secrets).x.path; }", &["Secret x.path at a"]);
    }

    #[test]
    fn uses_of_all_secrets_have_no_name() {
        check(
            "{ config, ... }: { a = builtins.attrNames config.sops.secrets; }",
            &["Secret ?(config.sops.secrets) at a"],
        );
    }

    #[test]
    fn what_only_looks_alike_is_no_reference() {
        check("{ config, options, ... }: { a = options.sops.secrets.x; b = config.sops.defaultSopsFile; }", &[]);
        check("{ inputs, ... }: { a = inputs.sops.secrets.x; sops.secrets.x = { }; }", &[]);
        check("{ a = 1; # config.sops.secrets.x.path and /run/secrets/y\n}", &[]);
    }

    #[test]
    fn placeholders_know_their_template() {
        check(
            "{ config, ... }: { sops.templates.\"a.env\".content = ''\n  K=${config.sops.placeholder.\"x/y\"}\n''; }",
            &["Placeholder x/y at sops.templates.a.env.content in a.env"],
        );
    }

    #[test]
    fn paths_written_out_are_references() {
        check("{ a = \"/run/secrets/x/y\"; b = /run/secrets/z; }", &["HardCoded x/y at a", "HardCoded z at b"]);
        check(
            "{ a = \"cat /run/secrets/x; cat '/run/secrets-for-users/p'.\"; }",
            &["HardCoded x at a", "HardCodedForUsers p at a"],
        );
        check("{ a = ''\n  ${cat} /run/secrets/rendered/t.env.\n''; }", &["HardCodedTemplate t.env at a"]);
        check("{ a = \"/run/secrets/${n}/x\"; }", &["HardCoded ?(\"/run/secrets/${n}/x\") at a"]);
        check("{ a = \"/run/secrets\"; b = \"/run/secrets/\"; c = \"/run/secrets.d/1\"; }", &[]);
        check("{ sops.secrets.x.path = \"/run/secrets/y\"; }", &[]);
    }
}
