//! Who imports whom: from it follow the kind of module a file is, the hosts it belongs to, and the files it shares a
//! configuration with.
//!
//! Only literal paths are followed. Kinds follow from where a path is written: below `nixosConfigurations`,
//! `homeConfigurations`, `darwinConfigurations`, in a list of modules of that kind, below `home-manager.users`, or in
//! the `imports` of a module whose kind is known. What nobody imports literally has no kind and no host.

use std::collections::{BTreeSet, HashMap};

use super::path::RepoPath;
use crate::nix::{FilePath, Import, ModuleKind, NixFile};

/// The import graph, settled.
#[derive(Debug, Default)]
pub(super) struct Imports {
    numbers: HashMap<RepoPath, usize>,
    paths: Vec<RepoPath>,
    nodes: Vec<Node>,
    hosts: Vec<Host>,
}

#[derive(Debug, Default)]
struct Node {
    kinds: Kinds,
    /// The configurations that take it, lists of modules under names of their own included.
    configurations: Bits,
    /// Those of them that take it through nothing but `imports` and their own `modules`.
    surely: Bits,
}

/// One configuration: a host (or home) that a flake names, or a file that nobody imports and that imports others.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Host {
    name: Option<String>,
    kind: Option<ModuleKind>,
}

/// Which kinds of module a file may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

/// What a literal path in a Nix file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role<'a> {
    /// A module of one named configuration.
    Configuration(ModuleKind, &'a str),
    /// A module of that kind, for whoever takes it.
    Module(ModuleKind),
    /// An entry of `imports`: of the kind of the importing file.
    Inherits,
    /// Something else, perhaps a list of modules under a name of its own.
    Other,
}

/// One literal path from one file to another.
struct Edge<'a> {
    from: usize,
    to: usize,
    role: Role<'a>,
    /// Whether a condition decides if the path counts.
    is_conditional: bool,
}

/// A set of configurations, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Imports {
    pub(super) fn new<'a>(files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)> + Clone) -> Self {
        let paths: Vec<RepoPath> = files.clone().map(|(path, _)| path.clone()).collect();
        let nodes = paths.iter().map(|_| Node::default()).collect();
        let numbers: HashMap<RepoPath, usize> = paths.iter().cloned().zip(0..).collect();
        let mut imports = Self { numbers, paths, nodes, hosts: Vec::new() };
        let edges: Vec<Edge<'_>> = files.clone().flat_map(|(path, file)| imports.edges_of(path, file)).collect();
        let mut leaving: Vec<Vec<usize>> = imports.nodes.iter().map(|_| Vec::new()).collect();
        for (at, edge) in edges.iter().enumerate() {
            leaving[edge.from].push(at);
        }
        imports.settle_kinds(&edges, &leaving);
        imports.settle_configurations(&edges, &leaving);
        imports
    }

    /// The kind of module a file is, if it is one kind only.
    pub(super) fn kind(&self, file: &RepoPath) -> Option<ModuleKind> {
        self.node(file)?.kinds.single()
    }

    /// The names of the configurations that a file belongs to, sorted.
    pub(super) fn hosts(&self, file: &RepoPath) -> BTreeSet<&str> {
        let configurations = self.node(file).map(|node| node.configurations.numbers());
        configurations.into_iter().flatten().filter_map(|number| self.hosts[number].name.as_deref()).collect()
    }

    /// The numbers of the configurations that a file belongs to, named or not.
    pub(super) fn configurations(&self, file: &RepoPath) -> impl Iterator<Item = usize> {
        self.node(file).map(|node| node.configurations.numbers()).into_iter().flatten()
    }

    /// Whether some configuration takes both files, as far as literal imports tell.
    pub(super) fn meet(&self, one: &RepoPath, other: &RepoPath) -> bool {
        match (self.node(one), self.node(other)) {
            _ if one == other => true,
            (Some(one), Some(other)) => one.configurations.meet(&other.configurations),
            _ => false,
        }
    }

    /// Whether some configuration takes both files, with nothing between but `imports` and its own `modules`.
    pub(super) fn surely_meet(&self, one: &RepoPath, other: &RepoPath) -> bool {
        match (self.node(one), self.node(other)) {
            _ if one == other => true,
            (Some(one), Some(other)) => one.surely.meet(&other.surely),
            _ => false,
        }
    }

    /// Whether the repository names a configuration together with its modules.
    pub(super) fn names_hosts(&self) -> bool {
        self.hosts.iter().any(|host| host.name.is_some())
    }

    /// Whether a configuration that has a name takes the file.
    pub(super) fn is_in_some_configuration(&self, file: &RepoPath) -> bool {
        !self.hosts(file).is_empty()
    }

    fn node(&self, file: &RepoPath) -> Option<&Node> {
        self.numbers.get(file).map(|number| &self.nodes[*number])
    }

    fn edges_of<'a>(&self, path: &RepoPath, file: &'a NixFile) -> Vec<Edge<'a>> {
        let from = self.numbers[path];
        let edge = |import: &'a Import| {
            let to = self.target(path, &import.path)?;
            Some(Edge { from, to, role: role(&import.context), is_conditional: !import.conditions.is_empty() })
        };
        file.imports().iter().filter_map(edge).collect()
    }

    /// The Nix file that a path written in another one leads to.
    pub(super) fn target_of(&self, from: &RepoPath, path: &FilePath) -> Option<&RepoPath> {
        self.target(from, path).map(|number| &self.paths[number])
    }

    /// The number of the Nix file that a path leads to; a folder means its `default.nix`.
    fn target(&self, from: &RepoPath, path: &FilePath) -> Option<usize> {
        let target = match path {
            FilePath::Relative(path) => from.beside(path)?,
            FilePath::Repository(path) => RepoPath::new(path)?,
            FilePath::Absolute(_) | FilePath::Home(_) => return None,
        };
        let folder = || self.numbers.get(&RepoPath::new(&format!("{target}/default.nix"))?);
        self.numbers.get(&target).or_else(folder).copied()
    }

    fn settle_kinds(&mut self, edges: &[Edge<'_>], leaving: &[Vec<usize>]) {
        let imported: Vec<bool> = edges.iter().fold(vec![false; self.nodes.len()], |mut imported, edge| {
            imported[edge.to] = true;
            imported
        });
        let mut pending: Vec<usize> = Vec::new();
        for (number, path) in self.paths.iter().enumerate() {
            if let Some(kind) = kind_by_name(path).filter(|_| !imported[number]) {
                self.nodes[number].kinds.insert(kind);
                pending.push(number);
            }
        }
        for edge in edges {
            if let Role::Configuration(kind, _) | Role::Module(kind) = edge.role
                && self.nodes[edge.to].kinds.insert(kind)
            {
                pending.push(edge.to);
            }
        }
        while let Some(from) = pending.pop() {
            let kinds = self.nodes[from].kinds;
            for edge in leaving[from].iter().map(|at| &edges[*at]).filter(|edge| edge.role == Role::Inherits) {
                if self.nodes[edge.to].kinds.extend(kinds) {
                    pending.push(edge.to);
                }
            }
        }
    }

    /// Gives every file the configurations it belongs to: those it is listed in, and those of its importers.
    fn settle_configurations(&mut self, edges: &[Edge<'_>], leaving: &[Vec<usize>]) {
        let mut imported = vec![false; self.nodes.len()];
        edges.iter().filter(|edge| edge.from != edge.to).for_each(|edge| imported[edge.to] = true);
        let mut numbers: HashMap<(usize, ModuleKind, &str), usize> = HashMap::new();
        let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut pending = Vec::new();
        for edge in edges {
            if let Role::Configuration(kind, name) = edge.role {
                let number = *numbers.entry((edge.from, kind, name)).or_insert_with(|| {
                    self.hosts.push(Host { name: Some(name.to_owned()), kind: Some(kind) });
                    named_by[edge.from].push(self.hosts.len() - 1);
                    self.hosts.len() - 1
                });
                self.nodes[edge.to].surely.insert(number);
                pending.push(edge.to);
            }
        }
        for (from, names) in named_by.iter().enumerate() {
            // A module written inline where the configurations are named.
            names.iter().for_each(|number| self.nodes[from].configurations.insert(*number));
            // A list of modules under another name, in a file that names configurations: any of them may take it.
            for edge in leaving[from].iter().map(|at| &edges[*at]).filter(|_| !names.is_empty()) {
                let takes = |number: &&usize| match edge.role {
                    Role::Other | Role::Inherits => true,
                    Role::Module(kind) => self.hosts[**number].kind == Some(kind),
                    Role::Configuration(..) => false,
                };
                let taken: Vec<usize> = names.iter().filter(takes).copied().collect();
                taken.into_iter().for_each(|number| self.nodes[edge.to].configurations.insert(number));
                pending.push(edge.to);
            }
        }
        for (number, leaves) in leaving.iter().enumerate() {
            if !imported[number] && !leaves.is_empty() && named_by[number].is_empty() {
                self.hosts.push(Host { name: None, kind: self.nodes[number].kinds.single() });
                self.nodes[number].surely.insert(self.hosts.len() - 1);
                pending.push(number);
            }
        }
        self.spread_configurations(edges, leaving, pending);
    }

    fn spread_configurations(&mut self, edges: &[Edge<'_>], leaving: &[Vec<usize>], mut pending: Vec<usize>) {
        for node in &mut self.nodes {
            node.configurations.extend(&node.surely);
        }
        while let Some(from) = pending.pop() {
            let Node { configurations, surely, .. } = &self.nodes[from];
            let (configurations, surely) = (configurations.clone(), surely.clone());
            for edge in leaving[from].iter().map(|at| &edges[*at]) {
                let to = &mut self.nodes[edge.to];
                let grew = match edge.role {
                    Role::Configuration(..) => false,
                    Role::Other => to.configurations.extend(&configurations),
                    Role::Inherits | Role::Module(_) if !edge.is_conditional => {
                        to.configurations.extend(&configurations) | to.surely.extend(&surely)
                    }
                    Role::Inherits | Role::Module(_) => to.configurations.extend(&configurations),
                };
                if grew {
                    pending.push(edge.to);
                }
            }
        }
    }
}

/// What a path stands for, by the attributes it is written below, the innermost telling most.
fn role(context: &[String]) -> Role<'_> {
    let after = |name: &str| context.iter().rposition(|part| part == name);
    let is_below = |outer: &str, inner: &str| context.windows(2).any(|pair| pair[0] == outer && pair[1] == inner);
    if is_below("home-manager", "users") || is_below("home-manager", "sharedModules") {
        return Role::Module(ModuleKind::HomeManager);
    }
    let configurations = [
        ("nixosConfigurations", ModuleKind::NixOs),
        ("darwinConfigurations", ModuleKind::Darwin),
        ("homeConfigurations", ModuleKind::HomeManager),
    ];
    for (attribute, kind) in configurations {
        if let Some(name) = after(attribute).and_then(|at| context.get(at + 1)) {
            return Role::Configuration(kind, name);
        }
    }
    let modules = [
        ("nixosModules", "nixos", ModuleKind::NixOs),
        ("darwinModules", "darwin", ModuleKind::Darwin),
        ("homeManagerModules", "homeManager", ModuleKind::HomeManager),
        ("homeModules", "home", ModuleKind::HomeManager),
    ];
    for (attribute, class, kind) in modules {
        if after(attribute).is_some() || is_below("modules", class) {
            return Role::Module(kind);
        }
    }
    if context.last().is_some_and(|last| last == "imports") { Role::Inherits } else { Role::Other }
}

/// The kind of a file that nobody imports, by the names that the three tools look for.
fn kind_by_name(path: &RepoPath) -> Option<ModuleKind> {
    match path.file_name() {
        "configuration.nix" => Some(ModuleKind::NixOs),
        "darwin-configuration.nix" => Some(ModuleKind::Darwin),
        "home.nix" => Some(ModuleKind::HomeManager),
        _ => None,
    }
}

impl Kinds {
    fn bit(kind: ModuleKind) -> u8 {
        match kind {
            ModuleKind::NixOs => 1,
            ModuleKind::HomeManager => 2,
            ModuleKind::Darwin => 4,
        }
    }

    fn insert(&mut self, kind: ModuleKind) -> bool {
        self.extend(Self(Self::bit(kind)))
    }

    fn extend(&mut self, other: Self) -> bool {
        let before = self.0;
        self.0 |= other.0;
        self.0 != before
    }

    fn single(self) -> Option<ModuleKind> {
        let kinds = [ModuleKind::NixOs, ModuleKind::HomeManager, ModuleKind::Darwin];
        kinds.into_iter().find(|kind| self.0 == Self::bit(*kind))
    }
}

impl Bits {
    fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Adds all of `other`; whether that changed anything.
    fn extend(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *theirs & !*ours != 0;
            *ours |= theirs;
        }
        changed
    }

    fn meet(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(ours, theirs)| ours & theirs != 0)
    }

    fn numbers(&self) -> impl Iterator<Item = usize> {
        let bits = |(word, bits): (usize, &u64)| {
            let bits = *bits;
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_role(context: &str, expected: Role<'_>) {
        let context: Vec<String> = context.split(' ').map(str::to_owned).collect();
        assert_eq!(role(&context), expected, "{context:?}");
    }

    #[test]
    fn the_place_of_a_path_tells_what_it_is() {
        check_role("outputs nixosConfigurations web modules", Role::Configuration(ModuleKind::NixOs, "web"));
        check_role("flake darwinConfigurations mac modules", Role::Configuration(ModuleKind::Darwin, "mac"));
        check_role(
            "nixosConfigurations web modules home-manager users ann imports",
            Role::Module(ModuleKind::HomeManager),
        );
        check_role("home-manager users ann", Role::Module(ModuleKind::HomeManager));
        check_role("flake modules nixos base imports", Role::Module(ModuleKind::NixOs));
        check_role("nixosModules default", Role::Module(ModuleKind::NixOs));
        check_role("imports", Role::Inherits);
        check_role("commonModules", Role::Other);
        check_role("sops defaultSopsFile", Role::Other);
    }

    #[test]
    fn sets_of_configurations_grow() {
        let mut ours = Bits::default();
        ours.insert(3);
        let mut theirs = Bits::default();
        theirs.insert(70);
        assert!(!ours.meet(&theirs));
        assert!(ours.extend(&theirs));
        assert!(!ours.extend(&theirs));
        assert!(ours.meet(&theirs));
        assert_eq!(ours.numbers().collect::<Vec<_>>(), [3, 70]);
    }
}
