//! The questions of a setup, with the answers that most people give already in them.

use super::SetupFacts;
use crate::repo::RepoPath;
use crate::repo::setup::{Answers, DecryptWith, Holder};
use crate::session::action::Action;
use crate::session::context::Context;
use crate::session::editor::Field;
use crate::session::form::questions::{Input, Question, Questions};
use crate::session::form::secret_form::Response;
use crate::session::view::{FormView, PageLine, Tone, Words};
use crate::sops::legal_name;

/// The numbers of the questions.
const KEY: usize = 0;
const NAME: usize = 1;
const FILE: usize = 2;
const SYSTEM: usize = 3;
const DECRYPT_WITH: usize = 4;
const KEY_FILE: usize = 5;
const HOST: usize = 6;

/// The form.
pub(in crate::session) struct SetupForm {
    facts: SetupFacts,
    questions: Questions,
}

impl SetupForm {
    /// The form with its defaults.
    pub(in crate::session) fn new(facts: SetupFacts) -> Self {
        let keys = facts.keys.iter().map(|key| key.words.clone()).collect();
        let mut systems = facts.proposal.systems.clone();
        systems.push("none of them".to_owned());
        let ways = vec!["its SSH host key".to_owned(), "an age key in a file".to_owned()];
        let asks_way = !facts.proposal.has_module;
        let text = |text: &str| Input::Text(Field::with_text(text), "");
        let questions = vec![
            Question::new("Your key", Input::Choice { options: keys, chosen: 0 }),
            Question::new("Your name", text(&facts.name)),
            Question::new("File", text(facts.proposal.secrets_file.as_str())),
            Question::new("System", Input::Choice { options: systems, chosen: 0 })
                .asked_if(facts.proposal.systems.len() > 1),
            Question::new("Host has", Input::Choice { options: ways, chosen: usize::from(facts.proposal.is_home()) })
                .asked_if(asks_way),
            Question::new("Key file", text(&facts.key_file)).asked_if(asks_way && facts.proposal.is_home()),
            Question::new("This host", Input::Switch(facts.host.is_some())).asked_if(facts.host.is_some()),
        ];
        let mut form = Self { facts, questions: Questions::new("Set up secrets", questions) };
        form.recheck();
        form
    }

    /// Where a key press lands.
    pub(in crate::session) fn context(&self) -> Context {
        self.questions.context()
    }

    /// Whether the answers are about a host that decrypts with its SSH key.
    pub(in crate::session) fn asks_for_key_of_host(&self) -> bool {
        self.questions.is_asked(DECRYPT_WITH) && self.questions.chosen(DECRYPT_WITH) == 0
    }

    /// Whether something was typed.
    pub(in crate::session) fn is_touched(&self) -> bool {
        self.questions.is_touched()
    }

    /// Whether the question with the cursor has more than one answer to choose from.
    pub(in crate::session) fn has_choice(&self) -> bool {
        self.questions.has_choice()
    }

    /// Does what a key asks for.
    pub(in crate::session) fn act(&mut self, action: Action) -> Response {
        let response = self.questions.act(action);
        self.recheck();
        response
    }

    /// Types text.
    pub(in crate::session) fn insert(&mut self, text: &str) -> Response {
        let response = self.questions.insert(text);
        self.recheck();
        response
    }

    /// Puts the cursor into a field.
    pub(in crate::session) fn focus_on(&mut self, shown: usize) {
        self.questions.focus_on(shown);
    }

    /// The form as it is drawn.
    pub(in crate::session) fn view(&self) -> FormView<'_> {
        self.questions.view()
    }

    /// What the answers come to, and the number of the key.
    pub(in crate::session) fn answers(&self) -> Result<(usize, Answers), String> {
        let questions = &self.questions;
        let key = questions.chosen(KEY);
        let recipient = self.facts.keys.get(key).map(|key| key.recipient.clone()).ok_or("there is no key to take")?;
        let system = self.facts.proposal.systems.get(questions.chosen(SYSTEM)).cloned();
        let decrypt_with = if questions.chosen(DECRYPT_WITH) == 1 {
            DecryptWith::KeyFile(key_file(questions.text(KEY_FILE))?)
        } else {
            DecryptWith::SshHostKey
        };
        let answers = Answers {
            you: Holder { name: self.name()?, recipient },
            host: self.facts.host.clone().filter(|_| questions.is_on(HOST)),
            secrets_file: secrets_file(questions.text(FILE))?,
            decrypt_with,
            // With one system there is nothing to choose, and the plan finds it.
            system: system.filter(|_| self.facts.proposal.systems.len() > 1),
        };
        Ok((key, answers))
    }

    /// A key that `.sops.yaml` names already keeps its name.
    fn name(&self) -> Result<String, String> {
        let given = self.facts.keys.get(self.questions.chosen(KEY)).and_then(|key| key.name.clone());
        given.map_or_else(|| name(self.questions.text(NAME)), Ok)
    }

    /// Says what is wrong with the answers, and what follows from them.
    fn recheck(&mut self) {
        let error = |outcome: Result<(), String>| outcome.err().map(|words| Words::toned(words, Tone::Error));
        let is_named = self.facts.keys.get(self.questions.chosen(KEY)).is_some_and(|key| key.name.is_some());
        let by_file = self.questions.chosen(DECRYPT_WITH) == 1 && !self.facts.proposal.has_module;
        let notes = [
            (NAME, error(name(self.questions.text(NAME)).map(drop))),
            (FILE, error(secrets_file(self.questions.text(FILE)).map(drop))),
            (KEY_FILE, error(key_file(self.questions.text(KEY_FILE)).map(drop))),
        ];
        self.questions.ask(NAME, !is_named);
        self.questions.ask(KEY_FILE, by_file);
        self.questions.ask(HOST, self.facts.host.is_some() && !by_file);
        notes.into_iter().for_each(|(number, note)| self.questions.note(number, note));
        if let Some(host) = &self.facts.host {
            let words = format!("{} can read the file from the start", host.name);
            self.questions.note(HOST, Some(Words::toned(words, Tone::Dim)));
        }
        self.questions.preview = vec![PageLine::new("Ctrl-s shows first what would be written.", Tone::Dim)];
    }
}

fn name(text: &str) -> Result<String, String> {
    let legal = legal_name(text);
    if legal == text { Ok(legal) } else { Err(format!("a name has letters, digits, - and _ only, such as {legal}")) }
}

fn secrets_file(text: &str) -> Result<RepoPath, String> {
    let is_yaml = text.ends_with(".yaml") || text.ends_with(".yml");
    match RepoPath::new(text).filter(|path| !text.starts_with('/') && !path.file_name().is_empty()) {
        Some(path) if is_yaml => Ok(path),
        Some(_) => Err("the file is YAML, so its name ends in .yaml".to_owned()),
        None => Err("the path lies inside the repository, such as secrets/secrets.yaml".to_owned()),
    }
}

fn key_file(text: &str) -> Result<String, String> {
    // Neither ~ nor variables are expanded where it is read.
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("the path is absolute and without ~".to_owned()) }
}
