//! The module reaches a system: a configuration that is there imports it.

use super::super::path::RepoPath;
use super::answers::Answers;
use super::facts::{CONFIGURATIONS, Facts, MODULE};
use super::plan::SetupPlan;
use crate::nix::FlakeModule;

const REASON: &str = "imports the module with the secrets";

/// Adds the import where it is missing.
pub(super) fn plan(facts: &Facts<'_>, answers: &Answers, module: &RepoPath, plan: &mut SetupPlan) {
    let is_new = !facts.repository.exists(module);
    if !is_new && (facts.is_imported(module) || is_configuration(module)) {
        plan.in_place(format!("{module} is imported"));
        return;
    }
    // Where a module is there already, people may import folders whole, or by a function: not ours to second-guess.
    if !is_new && *module != facts.at_top(MODULE) {
        plan.in_place(format!("{module} is there; no literal import of it was found"));
        return;
    }
    let system = system(facts, answers);
    for configuration in candidates(facts, system.as_deref()) {
        let Some(file) = facts.repository.nix_file(&configuration) else { continue };
        let literal = configuration.relative_to(module);
        if let Ok(patch) = file.add_import(&literal) {
            plan.change(configuration, Some(file.text()), patch.apply(file.text()), REASON);
            return;
        }
    }
    if let (Some((path, file, _)), Some(system)) = (facts.flake(), &system)
        && let Ok(patch) = file.add_flake_module(system, FlakeModule::Path(&path.relative_to(module)))
    {
        plan.change(path, Some(file.text()), patch.apply(file.text()), REASON);
        return;
    }
    let where_to = match (facts.systems().len(), &system) {
        (0 | 1, _) => "no configuration was found that could import the module; add to it".to_owned(),
        (_, Some(system)) => format!("the modules of {system} are computed; add to one of them"),
        (_, None) => {
            format!(
                "the flake has several systems ({}); choose one with --host, or add to a module of it",
                facts.systems().join(", ")
            )
        }
    };
    plan.by_hand(where_to, &[&format!("imports = [ {} ];", facts.at_top("flake.nix").relative_to(module))]);
}

/// The system that is meant.
pub(super) fn system(facts: &Facts<'_>, answers: &Answers) -> Option<String> {
    let systems = facts.systems();
    match &answers.system {
        Some(named) => systems.into_iter().find(|system| system == named),
        None if systems.len() == 1 => systems.into_iter().next(),
        None => None,
    }
}

/// A file that is a configuration itself: nobody has to import it.
fn is_configuration(path: &RepoPath) -> bool {
    path.file_name() == "configuration.nix"
}

/// The files that may import the module, best first.
fn candidates(facts: &Facts<'_>, system: Option<&str>) -> Vec<RepoPath> {
    let is_hardware = |path: &RepoPath| path.file_name().contains("hardware");
    let mut found: Vec<RepoPath> = Vec::new();
    if let Some(system) = system {
        found.extend(facts.modules_of(system).into_iter().filter(|path| !is_hardware(path)).cloned());
        let usual = ["hosts/NAME/configuration.nix", "hosts/NAME/default.nix", "hosts/NAME.nix"];
        found.extend(usual.iter().map(|path| facts.at_top(&path.replace("NAME", system))));
    }
    if facts.systems().len() < 2 {
        found.extend(CONFIGURATIONS.iter().map(|path| facts.at_top(path)));
    }
    found
}
