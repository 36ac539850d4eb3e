//! Declarations that name no file, where no default is set.

use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, Subject};
use crate::nix::SettingName;

pub(super) const NO_DEFAULT_FILE: Check = Check {
    code: "no-default-file",
    level: Level::Warning,
    when: Some(When::Evaluation),
    summary: "a declaration names no file, and no defaultSopsFile is set",
    story: "A declaration without sopsFile reads sops.defaultSopsFile, and that is set nowhere in this repository. \
            The evaluation stops: The option `sops.defaultSopsFile' was accessed but has no value defined. It is a \
            warning only, because a module from elsewhere could set it.\n\nSet sops.defaultSopsFile once, beside the \
            keys, or sopsFile on each declaration.",
    run,
};

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let settings: Vec<_> =
        scene.settings(&SettingName::DefaultSopsFile).map(|(file, setting)| scene.site(file, &setting.place)).collect();
    let lacks = |subject: &&Subject<'_>| {
        subject.declaration.sops_file().is_none() && !settings.iter().any(|site| site.fits(&subject.site))
    };
    let lacking: Vec<&Subject<'_>> = scene.subjects.iter().filter(lacks).collect();
    let Some(first) = lacking.first().filter(|_| scene.reads_everything) else { return };
    let others = match lacking.len() {
        1 => String::new(),
        number => format!(" (as do {} others)", number - 1),
    };
    let sentence = format!("{} names no file{others}, and sops.defaultSopsFile is set nowhere", first.shown_name());
    problems.push(
        scene
            .problem(check, Level::Warning, sentence)
            .at(first.own_spot(scene))
            .about(&first.reference)
            .says(When::Evaluation, "The option `sops.defaultSopsFile' was accessed but has no value defined"),
    );
}
