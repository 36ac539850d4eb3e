//! `flake.nix`: the input sops-nix, and its module in a system; the lines to add where the flake is not plain.

use super::super::path::RepoPath;
use super::answers::Answers;
use super::facts::Facts;
use super::import::system;
use super::plan::SetupPlan;
use crate::nix::{EditError, Flake, FlakeInput, FlakeModule, ModuleKind, NixFile};

const URL: &str = "github:Mic92/sops-nix";
const REPOSITORY: &str = "Mic92/sops-nix";
const ATTRIBUTE: &str = "nixosModules.sops";
const REASON: &str = "brings the sops-nix module in";

/// Brings the module in where it is missing.
pub(super) fn plan(facts: &Facts<'_>, answers: &Answers, plan: &mut SetupPlan) {
    if facts.has_sops_nix() {
        plan.in_place("the sops-nix module is brought in");
        return;
    }
    let Some((path, file, flake)) = facts.flake() else {
        without_flake(plan);
        return;
    };
    let edited = match system(facts, answers) {
        Some(system) => {
            // The import of the module may have changed the file already.
            let before = plan.changes.iter().position(|change| change.path == path);
            let current = before.map_or_else(|| file.clone(), |at| NixFile::parse(plan.changes[at].after.clone()));
            edited(&current, &flake, &system).ok().map(|text| (before, text))
        }
        None => None,
    };
    match edited {
        Some((Some(at), text)) => plan.changes[at].after = text,
        Some((None, text)) => plan.change(path, Some(file.text()), text, REASON),
        None => by_hand(facts, &flake, &path, plan),
    }
}

/// The flake with the input and the module: both, because one without the other can break its outputs.
fn edited(file: &NixFile, flake: &Flake, system: &str) -> Result<String, EditError> {
    let (name, file) = match flake.input_from(REPOSITORY) {
        Some(there) => (there.name.clone(), file.clone()),
        None => {
            let input = sops_nix(flake);
            let patch = file.add_flake_input(&input)?;
            (input.name, file.apply(&patch))
        }
    };
    let patch = file.add_flake_module(system, FlakeModule::OfInput { input: &name, attribute: ATTRIBUTE })?;
    Ok(patch.apply(file.text()))
}

fn sops_nix(flake: &Flake) -> FlakeInput {
    let has_nixpkgs = flake.inputs.iter().any(|input| input.name == "nixpkgs");
    let follows = if has_nixpkgs { vec!["nixpkgs".to_owned()] } else { Vec::new() };
    FlakeInput { name: "sops-nix".to_owned(), url: URL.to_owned(), follows }
}

fn by_hand(facts: &Facts<'_>, flake: &Flake, path: &RepoPath, plan: &mut SetupPlan) {
    if flake.input_from(REPOSITORY).is_none() {
        let input = sops_nix(flake);
        let mut lines = vec![format!("inputs.{}.url = \"{URL}\";", input.name)];
        lines.extend(
            input.follows.iter().map(|other| format!("inputs.{}.inputs.{other}.follows = \"{other}\";", input.name)),
        );
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        plan.by_hand(format!("{path} needs the input"), &lines);
    }
    let (attribute, whose) = match facts.kind() {
        ModuleKind::HomeManager => ("homeManagerModules.sops", "home"),
        ModuleKind::Darwin => ("darwinModules.sops", "system"),
        ModuleKind::NixOs => (ATTRIBUTE, "system"),
    };
    plan.by_hand(
        format!("{path} needs, in the modules of the {whose}"),
        &[&format!("inputs.sops-nix.{attribute}   # sops-nix.{attribute}, where the outputs take it by that name")],
    );
}

fn without_flake(plan: &mut SetupPlan) {
    plan.by_hand(
        "there is no flake.nix; the configuration needs the sops-nix module among its imports, for example",
        &["\"${builtins.fetchTarball \"https://github.com/Mic92/sops-nix/archive/master.tar.gz\"}/modules/sops\""],
    );
}
