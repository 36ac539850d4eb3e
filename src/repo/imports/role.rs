//! What a literal path stands for, by the attributes below which it is written.
//!
//! Truth: the outputs of flakes (`nixosConfigurations`, `homeConfigurations`, `darwinConfigurations`, `nixosModules`…, and
//! `modules.nixos` of flake-parts), and where NixOS and home-manager take modules.

use std::ops::Range;

use crate::nix::ModuleKind;

/// Options whose entries hold a whole system in `config`: nixos-containers, microvm.nix.
const CONTAINERS: [&str; 2] = ["containers", "vms"];

/// What a literal path in a Nix file stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// A module of one named configuration.
    Configuration(System<'a>),
    /// A module of a system inside the system: the home of one user, a container.
    Inner {
        kind: ModuleKind,
        /// The attributes that name it.
        name: &'a [String],
        /// The named configuration around it, where it is written there.
        around: Option<System<'a>>,
    },
    /// A module of every home of the system.
    EveryHome,
    /// A module of that kind, for whoever takes it.
    Module(ModuleKind),
    /// An entry of `imports`: of the kind of the importing file.
    Inherits,
    /// Something else, perhaps a list of modules under a name of its own.
    Other,
}

/// A configuration that a flake names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct System<'a> {
    pub(super) kind: ModuleKind,
    pub(super) name: &'a str,
}

impl Role<'_> {
    /// The kind of module that the role itself tells.
    pub(super) fn kind(&self) -> Option<ModuleKind> {
        match self {
            Self::Configuration(system) => Some(system.kind),
            Self::Inner { kind, .. } | Self::Module(kind) => Some(*kind),
            Self::EveryHome => Some(ModuleKind::HomeManager),
            Self::Inherits | Self::Other => None,
        }
    }
}

/// What a path stands for, the innermost attributes telling most.
pub(super) fn role(context: &[String]) -> Role<'_> {
    let around = system(context);
    if let Some(inner) = inner_system(context) {
        let is_home = context[..inner.end].iter().any(|part| part == "home-manager");
        let kind = if is_home { ModuleKind::HomeManager } else { ModuleKind::NixOs };
        return Role::Inner { kind, name: &context[inner], around };
    }
    if is_below(context, "home-manager", "sharedModules") {
        return Role::EveryHome;
    }
    if let Some(system) = around {
        return Role::Configuration(system);
    }
    let modules = [
        ("nixosModules", "nixos", ModuleKind::NixOs),
        ("darwinModules", "darwin", ModuleKind::Darwin),
        ("homeManagerModules", "homeManager", ModuleKind::HomeManager),
        ("homeModules", "home", ModuleKind::HomeManager),
    ];
    for (attribute, class, kind) in modules {
        if context.iter().any(|part| part == attribute) || is_below(context, "modules", class) {
            return Role::Module(kind);
        }
    }
    if context.last().is_some_and(|last| last == "imports") { Role::Inherits } else { Role::Other }
}

/// The attributes that name a system inside the system: `home-manager.users.ann`, `containers.web.config`.
pub(in crate::repo) fn inner_system(attributes: &[String]) -> Option<Range<usize>> {
    let home = attributes.windows(2).rposition(|pair| pair[0] == "home-manager" && pair[1] == "users");
    if let Some(at) = home.filter(|at| at + 2 < attributes.len()) {
        return Some(at..at + 3);
    }
    let inner =
        attributes.windows(3).rposition(|part| CONTAINERS.contains(&part[0].as_str()) && part[2] == "config")?;
    Some(inner..inner + 3)
}

fn system(context: &[String]) -> Option<System<'_>> {
    let outputs = [
        ("nixosConfigurations", ModuleKind::NixOs),
        ("darwinConfigurations", ModuleKind::Darwin),
        ("homeConfigurations", ModuleKind::HomeManager),
    ];
    outputs.into_iter().find_map(|(output, kind)| {
        let at = context.iter().rposition(|part| part == output)?;
        Some(System { kind, name: context.get(at + 1)? })
    })
}

fn is_below(context: &[String], outer: &str, inner: &str) -> bool {
    context.windows(2).any(|pair| pair[0] == outer && pair[1] == inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(context: &str, expected: &str) {
        let context: Vec<String> = context.split(' ').map(str::to_owned).collect();
        let told = match role(&context) {
            Role::Configuration(system) => format!("{:?} {}", system.kind, system.name),
            Role::Inner { kind, name, around } => {
                format!("{kind:?} {} in {}", name.join("."), around.map_or("?", |system| system.name))
            }
            role => format!("{role:?}"),
        };
        assert_eq!(told, expected, "{context:?}");
    }

    #[test]
    fn the_place_of_a_path_tells_what_it_is() {
        check("outputs nixosConfigurations web modules", "NixOs web");
        check("flake darwinConfigurations mac modules", "Darwin mac");
        check(
            "nixosConfigurations web modules home-manager users ann imports",
            "HomeManager home-manager.users.ann in web",
        );
        check("home-manager users ann", "HomeManager home-manager.users.ann in ?");
        check("home-manager sharedModules", "EveryHome");
        check("containers inner config imports", "NixOs containers.inner.config in ?");
        check("flake modules nixos base config imports", "Module(NixOs)");
        check("config home-manager users ann", "HomeManager home-manager.users.ann in ?");
        check("flake modules nixos base imports", "Module(NixOs)");
        check("nixosModules default", "Module(NixOs)");
        check("imports", "Inherits");
        check("config imports", "Inherits");
        check("commonModules", "Other");
        check("sops defaultSopsFile", "Other");
    }
}
