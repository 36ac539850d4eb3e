//! Places: what the attributes around an expression say about the module it belongs to.
//!
//! The names are conventions of NixOS, home-manager, nix-darwin, flakes, flake-parts, colmena and den.

use std::rc::Rc;

use crate::nix::declaration::{Condition, ModuleKind, Place};
use crate::nix::evaluate::{Env, Evaluator};
use crate::nix::tree::NodeId;
use crate::nix::value::Static;

/// The way from the top of the file to an expression, one step after the other. Cheap to make at every step; what it
/// says is put into words only where something is found.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    step: Step,
    outer: Option<Rc<Trail>>,
}

/// One step inwards.
#[derive(Debug, Clone)]
enum Step {
    /// Behind the first attributes of a binding.
    Behind { binding: NodeId, count: usize, env: Env },
    /// Under a condition.
    Under(Condition),
    /// Into the argument of a function that is not understood: a set may be anything there.
    Argument,
    /// Into a variable of a `let`, which conditions around it do not concern.
    Variable(NodeId),
}

/// What stands around an expression.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// The attributes passed, names that cannot be read as `*`.
    pub(super) attributes: Vec<String>,
    /// Tells module bodies apart, also those with computed names.
    pub(super) key: String,
    /// The conditions passed, outermost first.
    pub(super) conditions: Vec<Condition>,
    /// Whether a function that is not understood was passed.
    is_argument: bool,
}

impl Trail {
    /// Further inside, behind the first attributes of a binding.
    pub(super) fn behind(outer: Option<&Rc<Self>>, binding: NodeId, count: usize, env: &Env) -> Option<Rc<Self>> {
        Self::further(outer, Step::Behind { binding, count, env: env.clone() })
    }

    /// Further inside, under one more condition.
    pub(super) fn under(outer: Option<&Rc<Self>>, condition: Condition) -> Option<Rc<Self>> {
        Self::further(outer, Step::Under(condition))
    }

    /// Inside an argument of some function.
    pub(super) fn argument(outer: Option<&Rc<Self>>) -> Option<Rc<Self>> {
        Self::further(outer, Step::Argument)
    }

    /// Inside a variable.
    pub(super) fn variable(outer: Option<&Rc<Self>>, name: NodeId) -> Option<Rc<Self>> {
        Self::further(outer, Step::Variable(name))
    }

    fn further(outer: Option<&Rc<Self>>, step: Step) -> Option<Rc<Self>> {
        Some(Rc::new(Self { step, outer: outer.cloned() }))
    }
}

impl Surroundings {
    /// Puts a trail into words.
    pub(super) fn of(evaluator: &Evaluator<'_, '_>, trail: Option<&Rc<Trail>>) -> Self {
        let mut steps = Vec::new();
        let mut next = trail;
        while let Some(trail) = next {
            steps.push(&trail.step);
            next = trail.outer.as_ref();
        }
        let mut whole = Self::default();
        for step in steps.into_iter().rev() {
            match step {
                Step::Behind { binding, count, env } => {
                    let attributes: Vec<NodeId> = evaluator.tree.attributes(*binding).take(*count).collect();
                    whole = whole.behind(evaluator, &attributes, env);
                }
                Step::Under(condition) => whole.conditions.push(condition.clone()),
                Step::Argument => whole.is_argument = true,
                Step::Variable(name) => {
                    whole.conditions.clear();
                    whole.key.push_str(" let ");
                    whole.key.push_str(evaluator.tree.slice(*name));
                }
            }
        }
        whole
    }

    /// Further inside, behind these attributes.
    pub(super) fn behind(&self, evaluator: &Evaluator<'_, '_>, attributes: &[NodeId], env: &Env) -> Self {
        let mut inner = self.clone();
        for attribute in attributes {
            let name = match evaluator.attribute_name(*attribute, env) {
                Static::Known(name) => name.to_string(),
                Static::Unknown(_) => "*".to_owned(),
            };
            inner.key.push('.');
            inner.key.push_str(if name == "*" { evaluator.tree.slice(*attribute) } else { &name });
            // A list of modules holds modules, whatever function it is given to.
            inner.is_argument &= !matches!(name.as_str(), "modules" | "imports" | "config");
            inner.attributes.push(name);
        }
        inner
    }

    /// The place in the words of the public types.
    pub(super) fn place(&self) -> Place {
        Place { attributes: self.attributes.clone(), module: module_kind(&self.attributes) }
    }

    /// Whether a set here is a module for sure, so that `sops` in it is the option.
    pub(super) fn is_module(&self) -> bool {
        !self.is_argument && is_module(&self.attributes)
    }

    /// Whether `sops` in a set here is certainly something else: an input of a flake, an option's declaration.
    pub(super) fn is_foreign(&self) -> bool {
        let last = self.attributes.last().map(String::as_str);
        let first = self.attributes.first().map(String::as_str);
        matches!(last, Some("inputs" | "specialArgs" | "extraSpecialArgs" | "_module" | "args"))
            || matches!(first, Some("options" | "inputs"))
    }
}

fn is_module(attributes: &[String]) -> bool {
    let from_end = |index: usize| attributes.iter().rev().nth(index).map(String::as_str);
    match (from_end(0), from_end(1), from_end(2)) {
        (None, _, _)
        | (
            Some(
                "config" | "modules" | "imports" | "sharedModules" | "extraModules" | "configuration" | "nixos"
                | "darwin" | "homeManager" | "nixosModule" | "homeManagerModule" | "darwinModule" | "defaults",
            ),
            _,
            _,
        )
        | (_, Some("nixosModules" | "homeModules" | "homeManagerModules" | "darwinModules" | "nodes" | "colmena"), _)
        | (_, Some("users"), Some("home-manager"))
        | (_, _, Some("modules")) => true,
        (Some(_), None, _) => attributes.len() == 1 && attributes[0] == "*",
        _ => false,
    }
}

/// The innermost attribute that tells the kind of module.
fn module_kind(attributes: &[String]) -> Option<ModuleKind> {
    attributes.iter().rev().find_map(|attribute| match attribute.as_str() {
        "home-manager" | "homeManager" | "homeModules" | "homeManagerModules" | "homeManagerModule"
        | "homeConfigurations" => Some(ModuleKind::HomeManager),
        "nixos" | "nixosModules" | "nixosModule" | "nixosConfigurations" | "containers" | "nodes" | "colmena" => {
            Some(ModuleKind::NixOs)
        }
        "darwin" | "darwinModules" | "darwinModule" | "darwinConfigurations" => Some(ModuleKind::Darwin),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: (bool, Option<ModuleKind>)) {
        let attributes: Vec<String> = path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        assert_eq!((is_module(&attributes), module_kind(&attributes)), expected, "{path}");
    }

    #[test]
    fn modules_are_known_by_the_attributes_around_them() {
        check("", (true, None));
        check("config", (true, None));
        check("home-manager.users.alice", (true, Some(ModuleKind::HomeManager)));
        check("home-manager.sharedModules", (true, Some(ModuleKind::HomeManager)));
        check("containers.db.config", (true, Some(ModuleKind::NixOs)));
        check("flake.modules.nixos.web", (true, Some(ModuleKind::NixOs)));
        check("flake.modules.homeManager.git", (true, Some(ModuleKind::HomeManager)));
        check("flake.nixosModules.web", (true, Some(ModuleKind::NixOs)));
        check("den.aspects.web.nixos", (true, Some(ModuleKind::NixOs)));
        check("darwinConfigurations.mac.modules", (true, Some(ModuleKind::Darwin)));
        check("specialisation.a.configuration", (true, None));
        check("my.modules", (true, None));
        check("programs", (false, None));
        check("services.thing", (false, None));
    }
}
