//! What cannot be read without evaluating: said, never guessed.

use super::super::placement::NotPlaced;
use super::Check;
use super::problem::{Level, Problem};
use super::scene::Scene;
use crate::nix::{Reason, SettingName};

pub(super) const NOT_PLACED: Check = Check {
    code: "not-placed",
    level: Level::Note,
    when: None,
    summary: "which file or key a declaration reads cannot be told from the text",
    story: "The name, the key or the file of the declaration is computed, comes from another flake, or depends on \
            other modules, and the key alone does not lead to one encrypted file. Nothing is claimed about such a \
            declaration, and no check looks at it.\n\n`sopsmith check --eval` asks Nix itself, where it is installed.",
    run: not_placed,
};

pub(super) const NOT_READ: Check = Check {
    code: "not-read",
    level: Level::Note,
    when: None,
    summary: "an expression declares secrets in a way that cannot be read from the text",
    story: "A set of secrets is computed by a function, imported, or otherwise not written down. What it declares is \
            not known, so a missing declaration elsewhere is at most a warning.\n\n`sopsmith check --eval` asks Nix \
            itself, where it is installed.",
    run: not_read,
};

fn not_placed(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let speaks_of_validation = scene.settings(&SettingName::ValidateSopsFiles).next().is_some();
    for subject in &scene.subjects {
        let Some(why) = subject.placement.not_placed() else { continue };
        // What is wrong, and not merely unknown, has checks of its own.
        let is_unknown = match why {
            NotPlaced::Name(_) | NotPlaced::Key(_) | NotPlaced::WholeFileUnknown => true,
            NotPlaced::NoFileHasKey(_) | NotPlaced::SeveralFilesHaveKey(..) => true,
            NotPlaced::FileMissing(_) | NotPlaced::FileNotEncrypted(_) | NotPlaced::NoFile => false,
            // Without a word about validation, a string outside is refused; see `file-not-in-store`.
            NotPlaced::FileOutside(path) => speaks_of_validation || path.starts_with('~') || path.starts_with(".."),
        };
        if is_unknown {
            let sentence = format!("{}: {why}", subject.shown_name());
            problems.push(
                scene.problem(check, Level::Note, sentence).at(subject.own_spot(scene)).about(&subject.reference),
            );
        }
    }
}

fn not_read(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.nix_files() {
        for unreadable in file.unreadable().iter().filter(|unreadable| unreadable.reason.reason != Reason::WrongKind) {
            let sentence = format!("{} cannot be read here: {}", unreadable.what, unreadable.reason);
            problems.push(scene.problem(check, Level::Note, sentence).at(scene.spot(path, &unreadable.range)));
        }
    }
}
