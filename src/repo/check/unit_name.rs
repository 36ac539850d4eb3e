//! Units to restart or reload that occur nowhere else in the repository.

use super::Check;
use super::owner_name::{occurs_elsewhere, places_of};
use super::problem::{Level, Problem};
use super::scene::Scene;
use crate::nix::{OptionName, Static, Value};

pub(super) const UNKNOWN_UNIT: Check = Check {
    code: "unknown-unit",
    level: Level::Note,
    when: None,
    summary: "a unit that a secret restarts occurs nowhere else in the repository",
    story: "The switch restarts or reloads the unit when the secret changes. A name that no unit has is not noticed \
            before that: the service goes on with the old value. Most units come from services of NixOS under a name \
            like that of the service, so this is a hint only.\n\nCompare the spelling with the unit, suffix included: \
            `systemctl list-units`.",
    run: unknown_unit,
};

pub(super) const UNIT_WITHOUT_SUFFIX: Check = Check {
    code: "unit-without-suffix",
    level: Level::Warning,
    when: None,
    summary: "a unit that a secret restarts has no suffix such as .service",
    story: "sops-nix hands the names on as they stand to the switch, which compares them with the full names of units. \
            A name without its suffix fits none: when the secret changes, nothing is restarted, and nobody says \
            so.\n\nWrite the full name: `nginx.service`.",
    run: unit_without_suffix,
};

const OPTIONS: [OptionName; 2] = [OptionName::RestartUnits, OptionName::ReloadUnits];

/// Units that every system has, or that are not called as the service that brings them.
const ALWAYS: &[&str] = &["sshd", "nix-daemon", "dbus", "getty", "network-online", "multi-user", "nscd"];

fn unknown_unit(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let own = places_of(scene, &OPTIONS);
    for subject in &scene.subjects {
        for setting in OPTIONS.iter().filter_map(|option| subject.option(option)) {
            let Some(Value::List(units)) = setting.value.known() else { continue };
            for (at, unit) in units.iter().enumerate() {
                let Static::Known(Value::Text(unit)) = unit else { continue };
                // Without a suffix it is warned of by itself.
                if !unit.contains('.')
                    || unit.starts_with("systemd-")
                    || words(unit).any(|word| ALWAYS.contains(&word) || occurs_elsewhere(scene, word, &own))
                {
                    continue;
                }
                let sentence = format!("unit {unit} of {} occurs nowhere else", subject.shown_name());
                let range = setting.item_ranges.get(at).unwrap_or(&setting.value_range);
                let spot = scene.spot(&subject.reference.file, range);
                problems.push(scene.problem(check, Level::Note, sentence).at(spot).about(&subject.reference));
            }
        }
    }
}

fn unit_without_suffix(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        for setting in OPTIONS.iter().filter_map(|option| subject.option(option)) {
            let Some(Value::List(units)) = setting.value.known() else { continue };
            for (at, unit) in units.iter().enumerate() {
                let Static::Known(Value::Text(unit)) = unit else { continue };
                if unit.contains('.') {
                    continue;
                }
                let name = subject.shown_name();
                let sentence = format!("unit {unit} of {name} has no suffix; a service is {unit}.service");
                let range = setting.item_ranges.get(at).unwrap_or(&setting.value_range);
                let spot = scene.spot(&subject.reference.file, range);
                problems.push(scene.problem(check, Level::Warning, sentence).at(spot).about(&subject.reference));
            }
        }
    }
}

/// What may name a unit elsewhere: `podman-web.service` belongs to a container `web`, `restic-backups-x` to a backup
/// `x`.
fn words(unit: &str) -> impl Iterator<Item = &str> {
    let stem = unit.rsplit_once('.').map_or(unit, |(stem, _)| stem).trim_end_matches('@');
    let begins = |at: &usize| *at == 0 || matches!(stem.as_bytes()[at - 1], b'-' | b'@');
    stem.char_indices().map(|(at, _)| at).filter(begins).map(move |at| &stem[at..])
}

#[cfg(test)]
mod tests {
    use super::super::{Outside, run};
    use super::*;
    use crate::repo::{RepoPath, Repository};

    #[test]
    fn the_words_of_a_unit_are_the_names_it_may_come_from() {
        let check = |unit: &str, expected: &[&str]| assert_eq!(words(unit).collect::<Vec<_>>(), expected);
        check("nginx.service", &["nginx"]);
        check("podman-web.service", &["podman-web", "web"]);
        check("wg-quick@home.service", &["wg-quick@home", "quick@home", "home"]);
        check("", &[]);
    }

    #[test]
    fn units_that_occur_elsewhere_are_known() {
        let check = |rest: &str, expected: usize| {
            let text = format!("{{ sops.secrets.x.restartUnits = [ \"web.service\" ]; {rest} }}");
            let repository = Repository::new([(RepoPath::new("a.nix").unwrap(), text)]);
            let found = run(&repository, &Outside::default());
            assert_eq!(found.iter().filter(|problem| problem.code == "unknown-unit").count(), expected, "{rest}");
        };
        check("", 1);
        check("sops.secrets.y.reloadUnits = [ \"web.service\" ];", 2);
        check("services.web.enable = true;", 0);
        check("systemd.services = { \"web\" = { }; };", 0);
    }
}
