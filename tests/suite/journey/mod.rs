//! A new user's whole road: from nothing to files that the real tools read, by the real program.

mod chapter;
mod hosts;
mod imports;
mod keygen;
mod prompts;
mod repositories;
mod setup;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::folder::{Folder, Ran};
use crate::tools::{self, SOPS_VERSIONS};

/// The module that accepts what sops-nix accepts.
const MODULE: &str = include_str!("../check/sops.nix");

/// Someone with a home of their own and a repository.
struct Newcomer {
    home: Folder,
    repository: Folder,
}

impl Newcomer {
    fn new(files: &[(&str, &str)]) -> Self {
        let newcomer = Self { home: Folder::new(), repository: Folder::new() };
        files.iter().for_each(|(name, text)| newcomer.repository.write(name, text));
        newcomer
    }

    /// As `new`, with everything known to git.
    fn in_git(files: &[(&str, &str)]) -> Self {
        let newcomer = Self::new(files);
        newcomer.git(&["init", "--quiet"]);
        newcomer.git(&["add", "."]);
        newcomer
    }

    fn git(&self, arguments: &[&str]) -> String {
        tools::succeed(tools::system("git").args(arguments).current_dir(self.repository.path()))
    }

    /// The program in the repository, with this home and no key in the environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.repository.command(arguments);
        command.env_remove("SOPS_AGE_KEY").env("HOME", self.home.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Folder::finish(self.command(arguments).output().unwrap())
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Folder::finish(child.wait_with_output().unwrap())
    }

    /// What both versions of the real sops decrypt with the keys of this home.
    #[track_caller]
    fn decrypted(&self, file: &str) -> serde_json::Value {
        let read = |version| {
            let mut sops = tools::sops(version);
            sops.args(["decrypt", "--output-type", "json"]).arg(self.repository.file(file));
            tools::succeed(sops.env("HOME", self.home.path()))
        };
        let [first, second] = SOPS_VERSIONS.map(read);
        assert_eq!(first, second);
        serde_json::from_str(&first).unwrap()
    }

    /// Every Nix file parses; the configuration evaluates to these secrets.
    #[track_caller]
    fn evaluates(&self, configuration: &str, expected: &[&str]) {
        let judge = Folder::new();
        judge.write("sops-module.nix", MODULE);
        for name in self.tree().keys().filter(|name| name.ends_with(".nix")) {
            tools::succeed(tools::system("nix-instantiate").arg("--parse").arg(self.repository.file(name)));
        }
        let modules = self.repository.file(configuration);
        let expression = format!("builtins.attrNames ((import ./sops-module.nix).nixos {})", modules.display());
        let told = tools::succeed(&mut nix(&judge, &expression));
        let names: Vec<String> = serde_json::from_str(&told).unwrap();
        assert_eq!(names, expected);
    }

    /// The modules of a system as the flake hands them out, those of the input sops-nix as `SOPS`.
    #[track_caller]
    fn modules(&self, system: &str) -> Vec<String> {
        let flake = self.repository.file("flake.nix");
        let expression = format!(
            "let flake = import {}; \
             nixpkgs.lib.nixosSystem = system: system; \
             stub = name: if name == \"nixpkgs\" then nixpkgs else {{ nixosModules.sops = \"SOPS\"; nixosModules.x = \"X\"; }}; \
             arguments = {{ self = {{ }}; }} // builtins.mapAttrs (name: _: stub name) (flake.inputs or {{ }}); \
             system = (flake.outputs arguments).nixosConfigurations.{system}; \
             in map (module: if builtins.isPath module then baseNameOf module else module) system.modules",
            flake.display()
        );
        serde_json::from_str(&tools::succeed(&mut nix(&Folder::new(), &expression))).unwrap()
    }

    /// Every file of the repository, git's own left out.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.repository.path(), self.repository.path(), &mut files);
        files
    }

    /// The check finds nothing, and a second setup changes nothing.
    #[track_caller]
    fn is_settled(&self) {
        let told = self.run(&["check"]);
        assert!(told.stdout.starts_with("no problems"), "{}{}", told.stdout, told.stderr);
        let before = self.tree();
        let keys = self.home.file(".config/sops/age/keys.txt");
        let key = std::fs::read(&keys).unwrap_or_default();
        let again = self.run(&["init", "--yes"]);
        assert!(again.stderr.contains("Nothing is missing"), "{}{}", again.stdout, again.stderr);
        assert_eq!(again.ok(), "", "no diff is left");
        assert_eq!(self.tree(), before);
        assert_eq!(std::fs::read(&keys).unwrap_or_default(), key);
    }
}

fn nix(folder: &Folder, expression: &str) -> Command {
    let mut command = tools::system("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "--expr", expression]).current_dir(folder.path());
    command.env("NIX_STATE_DIR", folder.path()).env("NIX_STORE_DIR", folder.path());
    command
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != ".git") {
                collect(top, &path, files);
            }
        } else {
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read(path).unwrap());
        }
    }
}
