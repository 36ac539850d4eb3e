//! What a repository says about itself, as far as a setup needs it.

use super::super::path::RepoPath;
use super::super::repository::Repository;
use crate::nix::{FilePath, Flake, ModuleKind, NixFile, SettingName, Value};
use crate::sops::AgeRecipient;
use crate::text::LineIndex;

/// The flake's file.
pub(super) const FLAKE: &str = "flake.nix";
/// The file that a setup makes.
pub(super) const MODULE: &str = "sops.nix";

/// Where configurations usually lie.
pub(super) const CONFIGURATIONS: [&str; 2] = ["configuration.nix", "nixos/configuration.nix"];

/// The texts of a repository.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'r> {
    /// The files that may say something about secrets.
    pub repository: &'r Repository,
    /// The `.gitignore` at the top.
    pub gitignore: Option<&'r str>,
    /// The folder of the flake, where everything goes: empty, or a path inside the repository such as `nixos`.
    pub top: &'r str,
}

impl<'r> Facts<'r> {
    /// A file of the folder of the flake.
    pub(super) fn at_top(&self, name: &str) -> RepoPath {
        RepoPath::new(format!("{}/{name}", self.top).trim_start_matches('/')).expect("a path inside")
    }

    /// The Nix files of the flake: those of its folder and below.
    fn nix_files(&self) -> impl Iterator<Item = (&'r RepoPath, &'r NixFile)> {
        let top = self.top;
        let is_below = move |path: &RepoPath| {
            top.is_empty() || path.as_str().strip_prefix(top).is_some_and(|rest| rest.starts_with('/'))
        };
        self.repository.nix_files().filter(move |(path, _)| is_below(path))
    }

    /// The flake at the top.
    pub(super) fn flake(&self) -> Option<(RepoPath, &'r NixFile, Flake)> {
        let path = self.at_top(FLAKE);
        let file = self.repository.nix_file(&path)?;
        Some((path, file, file.flake()?))
    }

    /// The first fault in the grammar of a Nix file that a plan reads and edits: the file, the line, and what is wrong.
    #[must_use]
    pub fn syntax_problem(&self) -> Option<(RepoPath, usize, String)> {
        let usual = [FLAKE, MODULE].into_iter().chain(CONFIGURATIONS).map(|name| self.at_top(name));
        let systems = self.systems();
        let of_systems = systems.iter().flat_map(|system| self.modules_of(system)).cloned();
        usual.chain(of_systems).find_map(|path| {
            let file = self.repository.nix_file(&path)?;
            let problem = file.syntax_problems().first()?;
            let line = LineIndex::new(file.text()).position(file.text(), problem.range.start).line;
            Some((path, line, problem.message.clone()))
        })
    }

    /// Whether there is a flake at the top.
    #[must_use]
    pub fn has_flake(&self) -> bool {
        self.flake().is_some()
    }

    /// The system of a flake that has no other.
    #[must_use]
    pub fn only_system(&self) -> Option<String> {
        let mut systems = self.systems();
        (systems.len() == 1).then(|| systems.remove(0))
    }

    /// What people call a recipient in one of the `.sops.yaml`.
    #[must_use]
    pub fn name_of(&self, recipient: &AgeRecipient) -> Option<String> {
        self.repository.rules_files().find_map(|(_, file)| {
            let rules = file.rules.as_ref().ok()?;
            rules.name_of(recipient.as_str()).map(str::to_owned)
        })
    }

    /// The names of the flake's systems.
    pub(super) fn systems(&self) -> Vec<String> {
        let flake = self.flake().map(|(_, _, flake)| flake.systems).unwrap_or_default();
        flake.into_iter().map(|system| system.name).collect()
    }

    /// The Nix file that says where secrets come from: the one with the default file, else the first that says anything.
    pub(super) fn module(&self) -> Option<&'r RepoPath> {
        let sets_default = |file: &NixFile| file.settings().iter().any(|one| one.name == SettingName::DefaultSopsFile);
        let speaks = |file: &NixFile| !(file.settings().is_empty() && file.declarations().is_empty());
        let find =
            |wanted: &dyn Fn(&NixFile) -> bool| self.nix_files().find(|(_, file)| wanted(file)).map(|(path, _)| path);
        find(&sets_default).or_else(|| find(&speaks))
    }

    /// The Nix file that declarations belong into: the one that is there, else the one that a setup makes.
    #[must_use]
    pub fn module_or_new(&self) -> RepoPath {
        self.module().cloned().unwrap_or_else(|| self.at_top(MODULE))
    }

    /// The encrypted file that is read where a declaration names none.
    pub(super) fn default_file(&self) -> Option<RepoPath> {
        self.nix_files().find_map(|(path, file)| {
            let setting = file.settings().iter().find(|one| one.name == SettingName::DefaultSopsFile)?;
            match setting.value.known()? {
                Value::File(FilePath::Relative(relative)) => path.beside(relative),
                Value::File(FilePath::Repository(inside)) => RepoPath::new(inside),
                _ => None,
            }
        })
    }

    /// What the repository is about, as far as its Nix files tell by the words in them.
    #[must_use]
    pub fn kind(&self) -> ModuleKind {
        let speaks_of =
            |words: &[&str]| self.nix_files().any(|(_, file)| words.iter().any(|word| file.text().contains(word)));
        if speaks_of(&["nixosConfigurations", "nixosSystem"]) {
            ModuleKind::NixOs
        } else if speaks_of(&["darwinConfigurations", "darwinSystem"]) {
            ModuleKind::Darwin
        } else if speaks_of(&["homeConfigurations", "homeManagerConfiguration"]) {
            ModuleKind::HomeManager
        } else {
            ModuleKind::NixOs
        }
    }

    /// Whether some Nix file brings the modules of sops-nix in, by whatever way.
    pub(super) fn has_sops_nix(&self) -> bool {
        let attributes = ["nixosModules.sops", "homeManagerModules.sops", "homeModules.sops", "darwinModules.sops"];
        let by_default = ["sops-nix.nixosModules", "sops-nix.homeManagerModules", "sops-nix.darwinModules"];
        let by_path =
            ["sops-nix}/modules/sops", "<sops-nix/modules/sops>", "/modules/sops\"", "modules/home-manager/sops.nix"];
        self.nix_files().any(|(_, file)| {
            let text = file.text();
            attributes.iter().chain(&by_default).chain(&by_path).any(|words| text.contains(words))
        })
    }

    /// Whether some Nix file imports that one by a literal path.
    pub(super) fn is_imported(&self, target: &RepoPath) -> bool {
        let imports = &self.repository.index().imports;
        self.nix_files().any(|(from, file)| {
            file.imports().iter().any(|import| imports.target_of(from, &import.path) == Some(target))
        })
    }

    /// The Nix files that the flake names as modules of a system, in order.
    pub(super) fn modules_of(&self, system: &str) -> Vec<&'r RepoPath> {
        let Some((path, file, _)) = self.flake() else { return Vec::new() };
        let imports = &self.repository.index().imports;
        let of_system = file.imports().iter().filter(|import| {
            import.context.windows(2).any(|pair| pair[0] == "nixosConfigurations" && pair[1] == system)
        });
        of_system.filter_map(|import| imports.target_of(&path, &import.path)).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A repository of these files.
    pub(in super::super) fn repository(files: &[(&str, &str)]) -> Repository {
        Repository::new(files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), (*text).to_owned())))
    }

    #[test]
    fn the_module_is_the_file_with_the_default() {
        let check = |files: &[(&str, &str)], expected: Option<&str>| {
            let repository = repository(files);
            let facts = Facts { repository: &repository, gitignore: None, top: "" };
            assert_eq!(facts.module().map(RepoPath::as_str), expected);
        };
        check(&[("a.nix", "{ sops.secrets.x = { }; }"), ("b.nix", "{ sops.defaultSopsFile = ./x; }")], Some("b.nix"));
        check(&[("a.nix", "{ sops.secrets.x = { }; }")], Some("a.nix"));
        check(&[("sops.nix", "{ }")], None);
    }

    #[test]
    fn the_modules_of_a_system_are_found_through_the_flake() {
        let flake = "{ outputs = i: { nixosConfigurations = { web = f { modules = [ ./hosts/web ./common.nix ]; }; mail = f { modules = [ ./mail.nix ]; }; }; }; }";
        let repository = repository(&[
            ("flake.nix", flake),
            ("hosts/web/default.nix", "{ }"),
            ("common.nix", "{ }"),
            ("mail.nix", "{ }"),
        ]);
        let facts = Facts { repository: &repository, gitignore: None, top: "" };
        assert_eq!(facts.systems(), ["web", "mail"]);
        let modules: Vec<&str> = facts.modules_of("web").into_iter().map(RepoPath::as_str).collect();
        assert_eq!(modules, ["hosts/web/default.nix", "common.nix"]);
        assert!(facts.is_imported(&RepoPath::new("mail.nix").unwrap()));
        assert!(!facts.has_sops_nix());
    }

    #[test]
    fn the_kind_of_a_repository_is_told_by_its_outputs() {
        let check = |text: &str, expected: ModuleKind| {
            let repository = repository(&[("flake.nix", text)]);
            assert_eq!(Facts { repository: &repository, gitignore: None, top: "" }.kind(), expected);
        };
        check("{ outputs = i: { nixosConfigurations.a = 1; homeConfigurations.b = 2; }; }", ModuleKind::NixOs);
        check("{ outputs = i: { homeConfigurations.b = 2; }; }", ModuleKind::HomeManager);
        check("{ outputs = i: { darwinConfigurations.b = 2; }; }", ModuleKind::Darwin);
        check("{ }", ModuleKind::NixOs);
    }
    #[test]
    fn a_file_that_would_be_edited_has_to_parse() {
        let check = |files: &[(&str, &str)], expected: Option<(&str, usize)>| {
            let repository = repository(files);
            let found = Facts { repository: &repository, gitignore: None, top: "" }.syntax_problem();
            assert_eq!(found.as_ref().map(|(path, line, _)| (path.as_str(), *line)), expected);
        };
        let flake = "{ outputs = i: { nixosConfigurations.web = f { modules = [ ./hosts/web ]; }; }; }";
        check(&[("flake.nix", "{\n  a = ;\n}\n")], Some(("flake.nix", 2)));
        check(&[("configuration.nix", "{\n  a = 1;\n  b = [ ;\n}\n")], Some(("configuration.nix", 3)));
        check(&[("flake.nix", flake), ("hosts/web/default.nix", "{ = }")], Some(("hosts/web/default.nix", 1)));
        check(&[("flake.nix", flake), ("hosts/mail.nix", "{ = }")], None);
    }
    #[test]
    fn a_flake_below_the_top_of_git_is_seen_from_its_own_folder() {
        let flake = "{ outputs = i: { nixosConfigurations.web = f { modules = [ ./configuration.nix ]; }; }; }";
        let files = [
            ("nixos/flake.nix", flake),
            ("nixos/configuration.nix", "{ }"),
            ("other/s.nix", "{ sops.secrets.x = { }; }"),
        ];
        let repository = repository(&files);
        let facts = Facts { repository: &repository, gitignore: None, top: "nixos" };
        assert_eq!((facts.only_system().as_deref(), facts.module()), (Some("web"), None));
        assert_eq!(facts.module_or_new().as_str(), "nixos/sops.nix");
        assert_eq!(facts.modules_of("web")[0].as_str(), "nixos/configuration.nix");
    }
}
