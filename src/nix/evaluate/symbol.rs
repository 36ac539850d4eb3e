//! Symbols: what comes from outside the file, followed by name only.
//!
//! `config.sops.secrets.x.path` is never computed, but that it is just this path is known even when it is reached
//! through `let s = config.sops.secrets; in s.x.path`.

use crate::nix::value::Reason;

/// A path of attributes from something outside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::nix) struct Symbol {
    pub(in crate::nix) root: Root,
    /// The attributes; `None` for one that cannot be read.
    pub(in crate::nix) path: Vec<Option<String>>,
}

/// What a symbol begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::nix) enum Root {
    /// `config` of the module.
    Config,
    /// `osConfig` and its like: the configuration of the system around.
    OuterConfig,
    /// `lib` of nixpkgs, wherever it is taken from.
    Lib,
    /// `builtins`
    Builtins,
    /// `self`: the flake.
    Flake,
    /// `inputs` of the flake.
    Inputs,
    /// `options`, which declares and holds nothing.
    Options,
    /// All arguments of the module: `args` of `{ … }@args: …`.
    Arguments,
    /// `pkgs`, another flake, `<nixpkgs>`.
    Outside,
    /// Any other argument of a function.
    Argument,
}

impl Symbol {
    /// A symbol without attributes.
    pub(super) fn new(root: Root) -> Self {
        Self { root, path: Vec::new() }
    }

    /// What an argument of a module is by convention.
    pub(super) fn of_argument(name: &str) -> Self {
        Self::new(match name {
            "config" => Root::Config,
            "osConfig" | "nixosConfig" | "systemConfig" | "darwinConfig" => Root::OuterConfig,
            "lib" => Root::Lib,
            "self" => Root::Flake,
            "inputs" => Root::Inputs,
            "options" => Root::Options,
            "pkgs" | "modulesPath" => Root::Outside,
            _ => Root::Argument,
        })
    }

    /// The attribute `name` of it.
    pub(super) fn select(&self, name: Option<&str>) -> Self {
        match (self.root, name) {
            (Root::Arguments, Some(name)) => Self::of_argument(name),
            (Root::Inputs, Some("self")) => Self::new(Root::Flake),
            (Root::Flake, Some("inputs")) => Self::new(Root::Inputs),
            (Root::Flake, Some("outPath")) if self.path.is_empty() => self.clone(),
            (Root::Inputs | Root::Outside | Root::Argument, Some("lib")) => Self::new(Root::Lib),
            (Root::Inputs, _) => self.extended(Root::Outside, name),
            _ => self.extended(self.root, name),
        }
    }

    /// The name of the library function it stands for.
    pub(in crate::nix) fn function_name(&self) -> Option<&str> {
        match self.root {
            Root::Lib | Root::Builtins => self.path.last()?.as_deref(),
            _ => None,
        }
    }

    /// Why its value is not known.
    pub(in crate::nix) fn reason(&self) -> Reason {
        match self.root {
            Root::Config | Root::OuterConfig | Root::Options => Reason::Configuration,
            Root::Lib | Root::Builtins => Reason::Function,
            Root::Flake | Root::Inputs | Root::Outside => Reason::OutsideRepository,
            Root::Arguments | Root::Argument => Reason::Argument,
        }
    }

    /// A name that the configuration only repeats: `config.users.users.x.name` is `x`.
    pub(super) fn repeated_name(&self) -> Option<&str> {
        let [Some(users), Some(kind), Some(name), Some(attribute)] = self.path.as_slice() else { return None };
        let repeats = self.root == Root::Config
            && users == "users"
            && matches!(kind.as_str(), "users" | "groups")
            && attribute == "name";
        repeats.then_some(name)
    }

    fn extended(&self, root: Root, name: Option<&str>) -> Self {
        let mut path = self.path.clone();
        path.push(name.map(str::to_owned));
        Self { root, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(argument: &str, path: &[&str], expected: (Root, usize)) {
        let symbol = path.iter().fold(Symbol::of_argument(argument), |symbol, name| symbol.select(Some(name)));
        assert_eq!((symbol.root, symbol.path.len()), expected);
    }

    #[test]
    fn what_modules_are_given_is_known_by_its_name() {
        check("config", &["sops", "secrets"], (Root::Config, 2));
        check("inputs", &["self"], (Root::Flake, 0));
        check("inputs", &["nixpkgs", "lib", "mkIf"], (Root::Lib, 1));
        check("nixpkgs", &["lib", "attrsets", "genAttrs"], (Root::Lib, 2));
        check("pkgs", &["lib"], (Root::Lib, 0));
        check("inputs", &["private"], (Root::Outside, 1));
        check("self", &["lib", "mkIf"], (Root::Flake, 2));
        check("username", &[], (Root::Argument, 0));
    }
}
