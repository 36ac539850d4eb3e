//! Who imports whom: from it follow the kind of module a file is, the hosts it belongs to, and the files it shares a
//! configuration with.
//!
//! Only literal paths are followed. A configuration is a host (or home) that a flake names, a system inside such a
//! system, or a file that nobody imports and that imports others. What nobody imports literally has no kind and no
//! host.

mod bits;
mod role;

use std::collections::{BTreeSet, HashMap};

use super::path::RepoPath;
use crate::nix::{FilePath, Import, ModuleKind, NixFile};
use bits::{Bits, Kinds};
pub(super) use role::inner_system;
use role::{Role, System, role};

/// The import graph, settled.
#[derive(Debug, Default)]
pub(super) struct Imports {
    numbers: HashMap<RepoPath, usize>,
    paths: Vec<RepoPath>,
    nodes: Vec<Node>,
    configurations: Vec<Configuration>,
}

#[derive(Debug, Default)]
struct Node {
    kinds: Kinds,
    /// The configurations that take it, lists of modules under names of their own included.
    configurations: Bits,
    /// Those of them that take it through nothing but `imports` and their own `modules`.
    surely: Bits,
}

/// See the module.
#[derive(Debug)]
struct Configuration {
    /// The name, where a flake names it.
    name: Option<String>,
    kind: Option<ModuleKind>,
    /// The configurations inside which it is a system of its own.
    around: Bits,
}

/// One literal path from one file to another.
struct Edge<'a> {
    from: usize,
    to: usize,
    role: Role<'a>,
    /// Whether a condition decides if the path counts.
    is_conditional: bool,
}

/// The edges, and those that leave each file.
struct Graph<'a> {
    edges: Vec<Edge<'a>>,
    leaving: Vec<Vec<usize>>,
}

impl Imports {
    pub(super) fn new<'a>(files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)> + Clone) -> Self {
        let paths: Vec<RepoPath> = files.clone().map(|(path, _)| path.clone()).collect();
        let nodes = paths.iter().map(|_| Node::default()).collect();
        let numbers: HashMap<RepoPath, usize> = paths.iter().cloned().zip(0..).collect();
        let mut imports = Self { numbers, paths, nodes, configurations: Vec::new() };
        let edges: Vec<Edge<'_>> = files.clone().flat_map(|(path, file)| imports.edges_of(path, file)).collect();
        let mut leaving: Vec<Vec<usize>> = imports.nodes.iter().map(|_| Vec::new()).collect();
        for (at, edge) in edges.iter().enumerate() {
            leaving[edge.from].push(at);
        }
        let graph = Graph { edges, leaving };
        imports.settle_kinds(&graph);
        imports.settle_systems(&graph);
        imports.settle_inner_systems(&graph);
        imports
    }

    /// The kind of module a file is, if it is one kind only.
    pub(super) fn kind(&self, file: &RepoPath) -> Option<ModuleKind> {
        self.node(file)?.kinds.single()
    }

    /// The names of the configurations that a file belongs to, sorted.
    pub(super) fn hosts(&self, file: &RepoPath) -> BTreeSet<&str> {
        let own = self.configurations(file).map(|number| &self.configurations[number]);
        let around = |configuration: &'_ Configuration| configuration.around.numbers().collect::<Vec<_>>();
        own.flat_map(|configuration| {
            let outer = around(configuration).into_iter().map(|number| &self.configurations[number]);
            std::iter::once(configuration).chain(outer)
        })
        .filter_map(|configuration| configuration.name.as_deref())
        .collect()
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
        self.configurations.iter().any(|configuration| configuration.name.is_some())
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

    fn settle_kinds(&mut self, graph: &Graph<'_>) {
        let imported = graph.imported();
        let mut pending: Vec<usize> = Vec::new();
        for (number, path) in self.paths.iter().enumerate() {
            if let Some(kind) = kind_by_name(path).filter(|_| !imported[number]) {
                self.nodes[number].kinds.extend(Kinds::of(kind));
                pending.push(number);
            }
        }
        for edge in &graph.edges {
            if let Some(kind) = edge.role.kind()
                && self.nodes[edge.to].kinds.extend(Kinds::of(kind))
            {
                pending.push(edge.to);
            }
        }
        while let Some(from) = pending.pop() {
            let kinds = self.nodes[from].kinds;
            for edge in graph.leaving(from).filter(|edge| edge.role == Role::Inherits) {
                if self.nodes[edge.to].kinds.extend(kinds) {
                    pending.push(edge.to);
                }
            }
        }
    }

    /// Gives every file the configurations it belongs to: those it is listed in, and those of its importers.
    fn settle_systems(&mut self, graph: &Graph<'_>) {
        let mut systems: HashMap<(usize, System<'_>), usize> = HashMap::new();
        let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut pending = Vec::new();
        for edge in &graph.edges {
            let (system, is_own) = match &edge.role {
                Role::Configuration(system) => (*system, true),
                Role::Inner { around: Some(system), .. } => (*system, false),
                _ => continue,
            };
            let number = *systems.entry((edge.from, system)).or_insert_with(|| {
                let number = self.add(Some(system.name.to_owned()), Some(system.kind), Bits::default());
                named_by[edge.from].push(number);
                number
            });
            if is_own {
                self.nodes[edge.to].surely.insert(number);
                pending.push(edge.to);
            }
        }
        for (from, names) in named_by.iter().enumerate() {
            // A module written inline where the configurations are named.
            names.iter().for_each(|number| self.nodes[from].configurations.insert(*number));
            // A list of modules under another name, in a file that names configurations: any of them may take it.
            for edge in graph.leaving(from).filter(|_| !names.is_empty()) {
                let takes = |number: &&usize| match edge.role {
                    Role::Other | Role::Inherits => true,
                    Role::Module(kind) => self.configurations[**number].kind == Some(kind),
                    Role::Configuration(_) | Role::Inner { .. } | Role::EveryHome => false,
                };
                let taken: Vec<usize> = names.iter().filter(takes).copied().collect();
                taken.into_iter().for_each(|number| self.nodes[edge.to].configurations.insert(number));
                pending.push(edge.to);
            }
        }
        let imported = graph.imported();
        for number in 0..self.nodes.len() {
            if !imported[number] && named_by[number].is_empty() && graph.leaving(number).next().is_some() {
                let configuration = self.add(None, self.nodes[number].kinds.single(), Bits::default());
                self.nodes[number].surely.insert(configuration);
                pending.push(number);
            }
        }
        self.spread(graph, pending);
    }

    /// Homes of users, containers: each is a configuration of its own inside those of the importing file.
    fn settle_inner_systems(&mut self, graph: &Graph<'_>) {
        let mut inner: HashMap<(usize, &[String]), usize> = HashMap::new();
        let mut pending = Vec::new();
        for edge in &graph.edges {
            let Role::Inner { kind, name, around } = &edge.role else { continue };
            let number = *inner.entry((edge.from, *name)).or_insert_with(|| {
                let named = around.and_then(|system| self.named(edge.from, system));
                let around = named.map_or_else(|| self.nodes[edge.from].configurations.clone(), Bits::of);
                self.add(None, Some(*kind), around)
            });
            self.nodes[edge.to].surely.insert(number);
            pending.push(edge.to);
        }
        for edge in graph.edges.iter().filter(|edge| edge.role == Role::EveryHome) {
            let systems = &self.nodes[edge.from].configurations;
            let is_home = |number: &usize| {
                let home = &self.configurations[*number];
                home.kind == Some(ModuleKind::HomeManager) && home.around.meet(systems)
            };
            let mut homes: Vec<usize> = inner.values().copied().filter(is_home).collect();
            if homes.is_empty() {
                homes.push(self.add(None, Some(ModuleKind::HomeManager), self.nodes[edge.from].configurations.clone()));
            }
            homes.into_iter().for_each(|number| self.nodes[edge.to].surely.insert(number));
            pending.push(edge.to);
        }
        self.spread(graph, pending);
    }

    /// The configuration of that name among those that a file belongs to.
    fn named(&self, file: usize, system: System<'_>) -> Option<usize> {
        self.nodes[file].configurations.numbers().find(|number| {
            let configuration = &self.configurations[*number];
            configuration.name.as_deref() == Some(system.name) && configuration.kind == Some(system.kind)
        })
    }

    fn add(&mut self, name: Option<String>, kind: Option<ModuleKind>, around: Bits) -> usize {
        self.configurations.push(Configuration { name, kind, around });
        self.configurations.len() - 1
    }

    /// Lets files take the configurations of their importers. A system inside the system is another one.
    fn spread(&mut self, graph: &Graph<'_>, mut pending: Vec<usize>) {
        for node in &mut self.nodes {
            node.configurations.extend(&node.surely);
        }
        while let Some(from) = pending.pop() {
            let Node { configurations, surely, .. } = &self.nodes[from];
            let (configurations, surely) = (configurations.clone(), surely.clone());
            for edge in graph.leaving(from) {
                let to = &mut self.nodes[edge.to];
                let grew = match edge.role {
                    Role::Configuration(_) | Role::Inner { .. } | Role::EveryHome => false,
                    Role::Inherits | Role::Module(_) if !edge.is_conditional => {
                        to.configurations.extend(&configurations) | to.surely.extend(&surely)
                    }
                    Role::Inherits | Role::Module(_) | Role::Other => to.configurations.extend(&configurations),
                };
                if grew {
                    pending.push(edge.to);
                }
            }
        }
    }
}

impl<'a> Graph<'a> {
    fn leaving(&self, from: usize) -> impl Iterator<Item = &Edge<'a>> {
        self.leaving[from].iter().map(|at| &self.edges[*at])
    }

    /// Whether some other file names each file.
    fn imported(&self) -> Vec<bool> {
        let mut imported = vec![false; self.leaving.len()];
        self.edges.iter().filter(|edge| edge.from != edge.to).for_each(|edge| imported[edge.to] = true);
        imported
    }
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
