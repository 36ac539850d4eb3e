//! Every fix that is offered, applied: the repository is clean afterwards, parses, and decrypts.

use std::collections::BTreeSet;

use sopsmith::repo::check::{Fix, Outside, Problem, Remedy};
use sopsmith::repo::{RepoPath, Repository};

use super::defects::{self, Defect};
use super::model::Style;
use super::repository::{Files, SOPS, in_words};
use crate::folder::Folder;
use crate::tools;

/// A repository in which one fix was applied.
struct Mended {
    title: String,
    files: Files,
    outside: Outside,
    changed: BTreeSet<String>,
}

#[test]
fn each_fix_leaves_a_repository_without_the_problem() {
    let mut wrong = Vec::new();
    let mut tried = BTreeSet::new();
    let mut parsed = Parsed::new();
    for (defect, style) in defects::all().flat_map(|defect| STYLES.map(|style| (defect, style))) {
        let files = defect.build(style);
        let outside = defect.outside();
        for problem in files.problems(&outside) {
            for fix in &problem.fixes {
                let title = format!("{} ({style:?}): {}", defect.name, fix.label);
                // An encrypted file is changed the same way, however its declarations are written.
                if style != STYLES[0] && is_of_file(fix) {
                    continue;
                }
                let Some(mended) = apply(title, &files, &outside, fix) else { continue };
                tried.insert((problem.code, fix.label.split(' ').next().unwrap().to_owned()));
                wrong.extend(complaint(defect, &problem, fix, &mended));
                parsed.add(&mended);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried.len() >= 25, "only these fixes were tried: {tried:#?}");
    parsed.ask_nix();
}

/// Styles that differ in how an option is written and removed.
const STYLES: [Style; 4] = [Style::Nested, Style::Dotted, Style::Options, Style::Plain];

/// What is still wrong after a fix. A safe one has to leave nothing; another one may lead to the next question.
fn complaint(defect: &Defect, before: &Problem, fix: &Fix, mended: &Mended) -> Option<String> {
    let after = mended.files.problems(&mended.outside);
    let is_left = |problem: &&Problem| fix.is_safe || problem.code == before.code || problem.level < before.level;
    let left: Vec<String> = after.iter().filter(is_left).map(in_words).collect();
    let shown = &mended.files.0["sops.nix"];
    (!left.is_empty()).then(|| format!("{} [{}]\n  {}\n{shown}", mended.title, defect.code, left.join("\n  ")))
}

fn is_of_file(fix: &Fix) -> bool {
    !matches!(fix.remedy, Remedy::Change(_) | Remedy::Patch(..) | Remedy::Declare { .. } | Remedy::GitAdd { .. })
}

fn apply(title: String, files: &Files, outside: &Outside, fix: &Fix) -> Option<Mended> {
    let mut mended = Mended { title, files: files.clone(), outside: outside.clone(), changed: BTreeSet::new() };
    match &fix.remedy {
        Remedy::Change(_) | Remedy::Patch(..) | Remedy::Declare { .. } => {
            mended.patch(&files.repository(), &fix.remedy)
        }
        Remedy::GitAdd { file } => {
            assert!(mended.outside.git.as_mut().unwrap().untracked.remove(file));
        }
        Remedy::AddKey { file, key } => mended.by_program(file, &["set", file.as_str(), key], b"added"),
        Remedy::StoreAsString { file, key } => {
            let value = mended.by_sops(file, key);
            mended.by_program(file, &["set", file.as_str(), key, "--type", "str"], value.as_bytes());
        }
        Remedy::RenameKey { file, from, to } => {
            let from = format!("[{from:?}]");
            mended.by_program(file, &["rename", file.as_str(), &from, to], b"");
        }
        Remedy::Encrypt { file } => mended.by_program(file, &["encrypt", "--in-place", file.as_str()], b""),
        // Recipients are another command's business.
        Remedy::UpdateRecipients { .. } => return None,
    }
    Some(mended)
}

impl Mended {
    fn patch(&mut self, repository: &Repository, remedy: &Remedy) {
        let patches = repository.nix_patches(remedy).unwrap().unwrap_or_else(|error| panic!("{}: {error}", self.title));
        assert!(!patches.is_empty(), "{} changes nothing", self.title);
        for (path, patch) in patches {
            let text = patch.apply(&self.files.0[path.as_str()]);
            self.files.set(path.as_str(), text);
            self.changed.insert(path.as_str().to_owned());
        }
    }

    /// Lets sopsmith change an encrypted file, and sops decrypt what came of it.
    fn by_program(&mut self, file: &RepoPath, args: &[&str], input: &[u8]) {
        let folder = self.folder();
        folder.run_with(args, input).ok();
        folder.decrypted(SOPS, file.as_str());
        self.files.set(file.as_str(), folder.read(file.as_str()));
    }

    fn by_sops(&self, file: &RepoPath, key: &str) -> String {
        let folder = self.folder();
        let path: String = key.split('/').map(|part| format!("[{part:?}]")).collect();
        let mut command = tools::sops(SOPS);
        command.args(["decrypt", "--extract", &path]).arg(folder.file(file.as_str()));
        tools::succeed(command.env("SOPS_AGE_KEY", crate::folder::IDENTITY))
    }

    fn folder(&self) -> Folder {
        let folder = Folder::new();
        self.files.0.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }
}

/// Changed Nix files, parsed by Nix itself at the end, all at once.
struct Parsed {
    folder: Folder,
    names: Vec<String>,
}

impl Parsed {
    fn new() -> Self {
        Self { folder: Folder::new(), names: Vec::new() }
    }

    fn add(&mut self, mended: &Mended) {
        for path in mended.changed.iter().filter(|path| path.ends_with(".nix")) {
            let name = format!("{}.nix", self.names.len());
            self.folder.write(&name, &mended.files.0[path]);
            self.names.push(name);
        }
    }

    fn ask_nix(&self) {
        let mut command = tools::system("nix-instantiate");
        command.arg("--parse").args(&self.names).current_dir(self.folder.path());
        tools::succeed(command.env("NIX_STATE_DIR", self.folder.path()).env("NIX_STORE_DIR", self.folder.path()));
    }
}
