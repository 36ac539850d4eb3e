//! Repositories with exactly one defect: exactly that problem is found, at that line.

mod encrypted;
mod nix;
mod target;

use std::collections::HashSet;

use super::model::{Model, Style};
use super::repository::{Files, in_words};
use sopsmith::repo::RepoPath;
use sopsmith::repo::check::{GitFiles, Level, Outside};

/// One way to break the model.
pub(crate) struct Defect {
    /// What is wrong, in words.
    pub(crate) name: &'static str,
    pub(crate) code: &'static str,
    pub(crate) level: Level,
    file: &'static str,
    needle: &'static str,
    model: fn(Model) -> Model,
    files: fn(&mut Files),
    untracked: &'static [&'static str],
    ignored: &'static [&'static str],
}

const fn error(code: &'static str, name: &'static str) -> Defect {
    Defect {
        name,
        code,
        level: Level::Error,
        file: "",
        needle: "",
        model: |model| model,
        files: |_| {},
        untracked: &[],
        ignored: &[],
    }
}

const fn warning(code: &'static str, name: &'static str) -> Defect {
    Defect { level: Level::Warning, ..error(code, name) }
}

const fn note(code: &'static str, name: &'static str) -> Defect {
    Defect { level: Level::Note, ..error(code, name) }
}

impl Defect {
    /// The problem is told in `file`, in the line where `needle` first stands.
    const fn at(self, file: &'static str, needle: &'static str) -> Self {
        Self { file, needle, ..self }
    }

    const fn in_sops(self, needle: &'static str) -> Self {
        self.at("sops.nix", needle)
    }

    const fn in_web(self, needle: &'static str) -> Self {
        self.at("hosts/web.nix", needle)
    }

    /// The defect lies in what the model says, in whatever style it is written.
    const fn model(self, model: fn(Model) -> Model) -> Self {
        Self { model, ..self }
    }

    /// The defect lies in the files around.
    const fn files(self, files: fn(&mut Files)) -> Self {
        Self { files, ..self }
    }

    const fn untracked(self, untracked: &'static [&'static str]) -> Self {
        Self { untracked, ..self }
    }

    const fn ignored(self, ignored: &'static [&'static str]) -> Self {
        Self { ignored, ..self }
    }

    pub(crate) fn build(&self, style: Style) -> Files {
        let mut files = (self.model)(Model::correct()).files(style);
        (self.files)(&mut files);
        files
    }

    pub(crate) fn outside(&self) -> Outside {
        let paths =
            |names: &[&str]| -> HashSet<RepoPath> { names.iter().map(|name| RepoPath::new(name).unwrap()).collect() };
        let git = GitFiles { untracked: paths(self.untracked), ignored: paths(self.ignored) };
        Outside { git: Some(git), settings: None }
    }

    fn line(&self, files: &Files) -> usize {
        let text = &files.0[self.file];
        let at = text.find(self.needle);
        let at = at.unwrap_or_else(|| panic!("{}: no {:?} in {}:\n{text}", self.name, self.needle, self.file));
        text[..at].matches('\n').count() + 1
    }
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Defect> {
    [encrypted::DEFECTS, target::DEFECTS, nix::DEFECTS].into_iter().flatten()
}

/// Puts a line into the body of the host's module.
fn add_line(files: &mut Files, line: &str) {
    files.replace("hosts/web.nix", "  users.groups.web", &format!("{line}\n  users.groups.web"));
}

/// A template that is used.
fn with_template(files: &mut Files) {
    add_line(
        files,
        "  sops.templates.conf.content = ''\n    password=${config.sops.placeholder.db_password}\n  '';\n  \
         environment.conf = config.sops.templates.conf.path;",
    );
}

#[test]
fn each_defect_is_found_where_it_is_and_nothing_else() {
    let mut wrong = Vec::new();
    for (defect, style) in all().flat_map(|defect| Style::ALL.map(|style| (defect, style))) {
        let files = defect.build(style);
        let found: Vec<String> = files.problems(&defect.outside()).iter().map(in_words).collect();
        let place = format!("{}:{}", defect.file, defect.line(&files));
        let expected = format!("{place} {} {}:", defect.level.as_str(), defect.code);
        if found.len() != 1 || !found[0].starts_with(&expected) {
            wrong.push(format!(
                "{} ({style:?})\n  expected {expected}\n  found {}",
                defect.name,
                found.join("\n        ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_a_defect_that_it_finds() {
    let found: HashSet<&str> = all().map(|defect| defect.code).collect();
    // What is wrong with silences and unread expressions has tests of its own.
    let elsewhere = ["unused-silence", "bad-silence", "not-read"];
    for check in sopsmith::repo::check::CHECKS {
        assert!(found.contains(check.code) || elsewhere.contains(&check.code), "{} is never tried", check.code);
    }
    assert!(all().count() >= 60);
}
