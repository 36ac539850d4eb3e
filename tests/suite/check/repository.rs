//! Repositories written down as one text, encrypted by the real sops, read by the checks.
//!
//! ```text
//!   -- sops.nix --
//!   { sops.defaultSopsFile = ./secrets/web.yaml; }
//!   -- secrets/web.yaml (sealed) --
//!   api: { token: value }
//! ```
//!
//! A sealed file is encrypted for the throwaway recipient of `folder.rs`; words after `sealed` are options of sops.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, OnceLock};

use sopsmith::repo::check::{self, Outside, Problem};
use sopsmith::repo::{RepoPath, Repository};

use crate::folder::Folder;

/// The files of a repository by path.
#[derive(Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, String>);

/// The version of sops whose library sops-nix links.
pub(crate) const SOPS: &str = "3.12.2";

impl Files {
    /// Reads the notation of this module.
    pub(crate) fn parse(text: &str) -> Self {
        let mut files = Self::default();
        let mut open: Option<(String, String)> = None;
        for line in text.lines().chain(["-- end --"]) {
            match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
                None => {
                    if let Some((_, content)) = &mut open {
                        content.push_str(line);
                        content.push('\n');
                    }
                }
                Some(header) => {
                    if let Some((header, content)) = open.replace((header.to_owned(), String::new())) {
                        files.add(&header, &content);
                    }
                }
            }
        }
        files
    }

    fn add(&mut self, header: &str, content: &str) {
        let (name, options) = match header.split_once(" (sealed") {
            Some((name, options)) => (name, Some(options.trim_end_matches(')').trim())),
            None => (header, None),
        };
        let text = match options {
            Some(options) => sealed(name, content, options),
            None => content.to_owned(),
        };
        self.0.insert(name.to_owned(), text);
    }

    pub(crate) fn set(&mut self, name: &str, text: impl Into<String>) -> &mut Self {
        self.0.insert(name.to_owned(), text.into());
        self
    }

    /// Puts `to` where `from` stands once in a file.
    pub(crate) fn replace(&mut self, name: &str, from: &str, to: &str) -> &mut Self {
        let text = self.0.get_mut(name).unwrap_or_else(|| panic!("there is no {name}"));
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {name}:\n{text}");
        *text = text.replace(from, to);
        self
    }

    pub(crate) fn repository(&self) -> Repository {
        Repository::new(self.0.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), text.clone())))
    }

    /// All problems, as `file:line level code`.
    pub(crate) fn problems(&self, outside: &Outside) -> Vec<Problem> {
        check::run(&self.repository(), outside)
    }
}

/// A problem in one line, to compare and to show.
pub(crate) fn in_words(problem: &Problem) -> String {
    let spot = problem.spot().map_or_else(String::new, |spot| format!("{}:{}", spot.file, spot.position.line));
    format!("{spot} {} {}: {}", problem.level.as_str(), problem.code, problem.sentence)
}

/// What sops makes of a text, once for each text.
pub(crate) fn sealed(name: &str, plain: &str, options: &str) -> String {
    static KNOWN: OnceLock<Mutex<HashMap<[String; 3], String>>> = OnceLock::new();
    let extension = name.rsplit('/').next().unwrap().to_owned();
    let known = KNOWN.get_or_init(Mutex::default);
    let key = [extension.clone(), plain.to_owned(), options.to_owned()];
    if let Some(text) = known.lock().unwrap().get(&key) {
        return text.clone();
    }
    let folder = Folder::new();
    let options: Vec<&str> = options.split_whitespace().collect();
    folder.seal(SOPS, &extension, plain, &options);
    let text = folder.read(&extension);
    known.lock().unwrap().insert(key, text.clone());
    text
}
