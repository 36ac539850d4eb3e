//! Files that are not encrypted yet: one that does not exist is made by its rule, one in the clear can be encrypted.
//!
//! A new file begins as a sealed file without keys that lies nowhere: it is written by the first save, so that leaving
//! without adding a key makes nothing. Its data key is unwrapped as that of any other file, which tells at once whether
//! an identity of this person will open it again.
//!
//! What is absent: the text of a plain file. The edge reads it, encrypts it and hands back ciphertext.

use super::effect::{Effect, Request};
use super::event::Failure;
use super::open_file::Access;
use super::pane::Pane;
use super::pane::recipients::name_of;
use super::view::{PageLine, PageView, Tone};
use super::why_not::WhyNot;
use super::workspace::Workspace;
use super::{Blank, Session};
use crate::repo::RepoPath;
use crate::sops::{CreationRule, CreationRules, Document, stays_plain};
use crate::text::sanitize;

/// The rule that holds for a file.
pub(super) struct Rule<'a> {
    /// The `.sops.yaml` it stands in.
    pub(super) path: &'a RepoPath,
    rules: &'a CreationRules,
    pub(super) rule: &'a CreationRule,
}

impl Rule<'_> {
    /// `laptop, host_web by the rule at .sops.yaml:12`
    fn in_words(&self) -> String {
        let names: Vec<String> = self.rule.keys().map(|key| name_of(&key.identity, Some(self.rules))).collect();
        format!("{} by the rule at {}:{}", names.join(", "), sanitize(self.path.as_str()), self.rule.line)
    }
}

impl Workspace {
    /// The rule for a file that is to be encrypted.
    pub(super) fn rule_for(&self, path: &RepoPath) -> Result<Rule<'_>, Failure> {
        let failed = |words: String, hint: &str| Failure { words, hint: Some(hint.to_owned()) };
        let name = sanitize(path.as_str());
        let Some((rules_path, file)) = self.repository.rules_for(path) else {
            let words = format!("there is no .sops.yaml at or above the folder of {name}");
            return Err(failed(words, "sopsmith init makes one with a rule"));
        };
        let rules = file
            .rules
            .as_ref()
            .map_err(|error| failed(format!("{}: {error}", sanitize(rules_path.as_str())), error.hint()))?;
        let folder = rules_path.folder();
        let inside = path.as_str().strip_prefix(folder).unwrap_or(path.as_str()).trim_start_matches('/');
        match rules.for_path(inside) {
            Some(rule) => Ok(Rule { path: rules_path, rules, rule }),
            None => {
                let words = format!("no rule in {} matches {name}", sanitize(rules_path.as_str()));
                Err(failed(words, "add a rule whose path_regex matches this path, then open it again"))
            }
        }
    }
}

impl Session {
    /// Whether a file is YAML in the clear, which could be encrypted here.
    pub(super) fn is_plain(&self, path: &RepoPath) -> bool {
        let is_other = self.workspace.repository.exists(path) && self.workspace.repository.text(path).is_none();
        is_other && is_yaml(path) && stays_plain(path.as_str()).is_none()
    }

    /// Begins a file that does not exist.
    pub(super) fn make_file(&mut self, path: RepoPath) {
        self.pane = Pane::Keys;
        let name = sanitize(path.as_str()).into_owned();
        if !is_yaml(&path) {
            let words = format!("{name} does not exist, and only YAML files can be made here");
            return self.cannot_open(Failure { words, hint: Some("give it a name that ends in .yaml".to_owned()) });
        }
        let rule = match self.workspace.rule_for(&path) {
            Ok(rule) => Box::new(rule.rule.clone()),
            Err(failure) => {
                let words = format!("{name} does not exist yet, and {}", failure.words);
                return self.cannot_open(Failure { words, hint: failure.hint });
            }
        };
        self.workspace.file = None;
        self.blank = Blank::Making;
        let request = self.request();
        self.asked.making = Some((request, path));
        self.ask(Effect::MakeFile { request, rule });
    }

    /// Whether sealing a file waits for an answer of the person.
    pub(super) fn waits_for_sealing(&self, request: Request) -> bool {
        let is_making = self.asked.making.as_ref().is_some_and(|(asked, _)| *asked == request);
        is_making || self.asked.encryption == Some(request)
    }

    /// A new file is sealed, or cannot be.
    pub(super) fn file_made(&mut self, request: Request, outcome: Result<String, Failure>) {
        let Some((_, path)) = self.asked.making.take_if(|(asked, _)| *asked == request) else {
            return;
        };
        let made = outcome.and_then(|text| {
            Document::parse(text)
                .map_err(|error| Failure { words: error.to_string(), hint: Some(error.hint().to_owned()) })
        });
        match made {
            Ok(document) => {
                self.workspace.begin_new_file(&path, &document);
                self.open_document(path, document);
            }
            Err(failure) => {
                let words = format!("{} cannot be made: {}", sanitize(path.as_str()), failure.words);
                self.cannot_open(Failure { words, hint: failure.hint });
            }
        }
    }

    /// What stands in place of the table while a file has no keys.
    pub(super) fn no_keys_page(&self) -> Option<PageView> {
        let file = self.workspace.file.as_ref()?;
        if self.table.len() > 0 || self.table.filter().is_some() {
            return None;
        }
        let name = sanitize(file.path.as_str());
        if !self.workspace.is_new(&file.path) {
            let lines = vec![
                PageLine::new(format!("{name} holds no keys yet."), Tone::Plain),
                PageLine::new("a adds the first one, its value and its declaration.", Tone::Plain),
            ];
            return Some(PageView { title: "no keys".to_owned(), lines, ..PageView::default() });
        }
        let mut lines = vec![PageLine::new(format!("{name} does not exist yet."), Tone::Plain)];
        if let Ok(rule) = self.workspace.rule_for(&file.path) {
            lines.push(PageLine::new(format!("It will be made for {}.", rule.in_words()), Tone::Plain));
        }
        lines.push(match file.access {
            Access::NoneFits(_) => PageLine::new(
                "None of the identities found here is among them, so it could not be opened again: i shows what was \
                 tried.",
                Tone::Warning,
            ),
            _ => PageLine::new("a adds the first key, s saves; leaving before that makes nothing.", Tone::Plain),
        });
        Some(PageView { title: "a new file".to_owned(), lines, ..PageView::default() })
    }

    /// What a file in the clear is, and what can be done about it.
    pub(super) fn plain_page(&self, path: &RepoPath) -> PageView {
        let name = sanitize(path.as_str());
        let plain = |text: String| PageLine::new(text, Tone::Plain);
        let mut lines = vec![plain(format!("{name} is not encrypted: whoever reads the file reads its values."))];
        lines.extend(self.known_to_git(path));
        match self.workspace.rule_for(path) {
            Ok(rule) => {
                lines.push(plain(format!("It would be encrypted for {}.", rule.in_words())));
                lines.push(plain("e encrypts it in place, Esc leaves it as it is.".to_owned()));
            }
            Err(failure) => {
                lines.push(PageLine::new(format!("It cannot be encrypted: {}.", failure.words), Tone::Warning));
                lines.extend(failure.hint.map(plain));
            }
        }
        PageView { title: "in the clear".to_owned(), lines, ..PageView::default() }
    }

    /// Whether git has the values too.
    fn known_to_git(&self, path: &RepoPath) -> Option<PageLine> {
        let git = self.workspace.outside.git.as_ref()?;
        Some(if git.ignored.contains(path) {
            PageLine::new("git ignores it, so its values are in no commit made by that rule.", Tone::Plain)
        } else if git.untracked.contains(path) {
            PageLine::new("git does not know it yet: encrypt it before it is added.", Tone::Plain)
        } else {
            PageLine::new(
                "git knows it: encrypting does not take its values out of earlier commits. Give every secret in it a \
                 new value where it is used.",
                Tone::Warning,
            )
        })
    }

    /// Whether the file that is shown can be encrypted.
    pub(super) fn may_encrypt(&self) -> Result<(), WhyNot> {
        let Blank::Plain(path) = &self.blank else {
            return Err(WhyNot::NotPlain);
        };
        if self.asked.encryption.is_some() {
            return Err(WhyNot::Saving);
        }
        self.workspace.rule_for(path).map(drop).map_err(|failure| WhyNot::FieldWrong(failure.words))
    }

    /// Asks for the file that is shown to be encrypted in place.
    pub(super) fn encrypt_plain(&mut self) {
        let Blank::Plain(path) = &self.blank else {
            return;
        };
        let Ok(rule) = self.workspace.rule_for(path).map(|rule| Box::new(rule.rule.clone())) else {
            return;
        };
        let path = path.clone();
        let request = self.request();
        self.asked.encryption = Some(request);
        self.ask(Effect::EncryptFile { request, path, rule });
    }

    /// A file in the clear was encrypted: it opens as any other.
    pub(super) fn file_encrypted(&mut self, outcome: Result<(RepoPath, String), Failure>) {
        match outcome {
            Ok((path, text)) => {
                let name = sanitize(path.as_str()).into_owned();
                self.workspace.repository.update_file(&path, Some(text));
                self.check_soon();
                if self.blank == Blank::Plain(path.clone()) {
                    self.open_file(path);
                }
                self.say(format!("{name} is encrypted. Copies made before, and earlier commits, are not."));
            }
            Err(failure) => self.report(&failure),
        }
    }

    /// Leaves a file in the clear as it is.
    pub(super) fn leave_plain(&mut self) {
        let is_empty = self.workspace.repository.encrypted_files().next().is_none();
        self.blank = if is_empty { Blank::NothingHere } else { Blank::NothingOpen };
        self.pane = if is_empty { Pane::Keys } else { Pane::Files };
        self.say("It was left as it is, in the clear.");
    }
}

fn is_yaml(path: &RepoPath) -> bool {
    [".yaml", ".yml"].iter().any(|ending| path.file_name().ends_with(ending))
}
