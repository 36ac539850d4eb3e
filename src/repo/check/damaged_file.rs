//! Encrypted files that sops refuses although they carry its metadata.

use super::super::encrypted::FaultKind;
use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, Subject};

pub(super) const DAMAGED_FILE: Check = Check {
    code: "damaged-file",
    level: Level::Error,
    when: Some(When::Activation),
    summary: "an encrypted file is damaged: SOPS would refuse it",
    story: "The file carries the metadata of SOPS, but a part of it cannot be read: a key stands twice, an envelope \
            lost a piece, a value stands in clear text where the file's rule wants it encrypted, the metadata are \
            incomplete, or a merge left its markers. The build looks at little of this; SOPS refuses the file at \
            activation, and no secret is installed.\n\nRestore the line from version control, or set the value anew. \
            After a merge, `git checkout --ours FILE` or `--theirs`, and then repeat the other side's change, is \
            safer than mending the text by hand.",
    run,
};

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.encrypted_files().filter(|(_, file)| !file.faults().is_empty()) {
        let reads = |subject: &&Subject<'_>| subject.placement.targets().iter().any(|target| target.file == *path);
        // A file that nobody reads breaks nothing yet.
        let levels = scene.subjects.iter().filter(reads).map(|subject| scene.level(subject));
        let level = levels.min().unwrap_or(Level::Warning);
        for fault in file.faults() {
            let (level, sentence) = match &fault.kind {
                // The version of sops that sops-nix links looks for duplicates at the top only.
                FaultKind::DuplicateKey(key) if key.contains('/') => {
                    (Level::Warning, format!("{key} stands twice in {path}"))
                }
                FaultKind::DuplicateKey(key) => (level, format!("{key} stands twice in {path}")),
                FaultKind::Metadata(words) | FaultKind::Syntax(words) => (level, format!("{path}: {words}")),
                FaultKind::NotRead(words) => (Level::Warning, format!("{path} could not be checked: {words}")),
            };
            problems.push(
                scene
                    .problem(check, level, sentence)
                    .leaf(scene.spot(path, &fault.range))
                    .key(path, "")
                    .says(When::Activation, format!("failed to decrypt '{path}'")),
            );
        }
    }
}
