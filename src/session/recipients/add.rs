//! The form for a new recipient: its key in whatever form it is at hand, its name, the files it is to read.

use crate::repo::{Addressee, RecipientsPlan, RepoPath, Repository};
use crate::session::action::Action;
use crate::session::context::Context;
use crate::session::editor::Field;
use crate::session::form::questions::{Input, Question, Questions};
use crate::session::form::secret_form::Response;
use crate::session::view::{FormView, PageLine, Tone, Words};
use crate::sops::{HandedIn, HandedInError, SshAs, free_name, legal_name, recipient_from_text};
use crate::text::sanitize;

/// The numbers of the questions.
const KEY: usize = 0;
const NAME: usize = 1;
const FILES: usize = 2;
const GROUP: usize = 3;

/// The form.
pub(in crate::session) struct AddRecipient {
    questions: Questions,
    /// The files to choose from; after them comes: every rule.
    files: Vec<RepoPath>,
    key: Result<HandedIn, HandedInError>,
    /// What a name would be, if none is typed.
    wish: String,
}

impl AddRecipient {
    /// An empty form; the open file is offered first.
    pub(in crate::session) fn new(repository: &Repository, open: Option<&RepoPath>) -> Self {
        let mut files: Vec<RepoPath> = repository.encrypted_files().map(|(path, _)| path.clone()).collect();
        files.sort_by_key(|path| Some(path) != open);
        let option = |path: &RepoPath| match repository.rule_of(path) {
            Some(found) => format!("{path} and what else follows the rule at {}:{}", found.path, found.rule.line),
            None => format!("{path}, which follows no rule"),
        };
        let mut options: Vec<String> = files.iter().map(option).collect();
        options.push("every rule of .sops.yaml, and all files".to_owned());
        let groups = repository.encrypted_files().map(|(_, file)| file.groups().len()).max().unwrap_or(1);
        let groups: Vec<String> = (1..=groups).map(|number| number.to_string()).collect();
        let has_groups = groups.len() > 1;
        let questions = vec![
            Question::new("Key", Input::FileText(Field::default(), "age1…, a .pub line, a line of ssh-keyscan")),
            Question::new("Name", Input::Text(Field::default(), "")),
            Question::new("Reads", Input::Choice { options, chosen: 0 }),
            Question::new("Group", Input::Choice { options: groups, chosen: 0 }).asked_if(has_groups),
        ];
        let mut form = Self {
            questions: Questions::new("Add a recipient", questions),
            files,
            key: Err(HandedInError::Empty),
            wish: String::new(),
        };
        form.recheck(repository);
        form
    }

    /// Where a key press lands.
    pub(in crate::session) fn context(&self) -> Context {
        self.questions.context()
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
    pub(in crate::session) fn act(&mut self, action: Action, repository: &Repository) -> Response {
        let response = self.questions.act(action);
        self.recheck(repository);
        response
    }

    /// Types or pastes text.
    pub(in crate::session) fn insert(&mut self, text: &str, repository: &Repository) -> Response {
        if self.context() == Context::FileField && text.trim_end().contains('\n') {
            self.take_key(text, repository);
            return Response::Stay;
        }
        let response = self.questions.insert(text);
        self.recheck(repository);
        response
    }

    /// Takes a key from a file, or from a paste of several lines. What is refused is not kept.
    pub(in crate::session) fn take_key(&mut self, text: &str, repository: &Repository) {
        self.key = recipient_from_text(text, SshAs::Converted);
        match &self.key {
            Ok(found) => {
                let written = text.lines().map(str::trim).find(|line| {
                    recipient_from_text(line, SshAs::Converted).is_ok_and(|one| one.recipient == found.recipient)
                });
                self.questions.set_text(KEY, written.unwrap_or(found.recipient.as_str()));
                self.recheck(repository);
            }
            Err(error) => {
                let words = format!("{error}; {}", error.hint());
                self.questions.set_text(KEY, "");
                self.questions.note(KEY, Some(Words::toned(words, Tone::Error)));
            }
        }
    }

    /// Puts the cursor into a field.
    pub(in crate::session) fn focus_on(&mut self, shown: usize) {
        self.questions.focus_on(shown);
    }

    /// The form as it is drawn.
    pub(in crate::session) fn view(&self) -> FormView<'_> {
        self.questions.view()
    }

    /// What the answers come to.
    pub(in crate::session) fn plan(&self, repository: &Repository) -> Result<RecipientsPlan, String> {
        let key = self.key.as_ref().map_err(|error| format!("{error}; {}", error.hint()))?;
        let typed = self.questions.text(NAME).trim();
        let name = if typed.is_empty() { self.wish.as_str() } else { typed };
        if legal_name(name) != name {
            return Err(format!("a name has letters, digits, - and _ only, such as {}", legal_name(name)));
        }
        let has_groups = self.questions.is_asked(GROUP);
        let group = has_groups.then(|| self.questions.chosen(GROUP));
        let file = self.files.get(self.questions.chosen(FILES));
        let who = Addressee { recipient: &key.recipient, name, group };
        let plan = repository.plan_adding(&who, file.map(std::slice::from_ref).unwrap_or_default(), "");
        plan.map_err(|error| format!("{}; {}", sanitize(&error.to_string()), error.hint()))
    }

    /// Says what the key is, what it would be called, and what would go wrong.
    fn recheck(&mut self, repository: &Repository) {
        let typed = self.questions.text(KEY).trim().to_owned();
        self.key = recipient_from_text(&typed, SshAs::Converted);
        if self.key == Err(HandedInError::PrivateKey) {
            self.questions.set_text(KEY, "");
        }
        let note = match &self.key {
            Ok(found) => {
                let what = found.explanation().unwrap_or("an age key");
                let words = if found.is_converted { format!("{}: {what}", found.recipient) } else { what.to_owned() };
                Some(Words::toned(words, Tone::Dim))
            }
            Err(HandedInError::Empty) => {
                let words = "a host's key is its /etc/ssh/ssh_host_ed25519_key.pub: ssh-keyscan -t ed25519 HOST";
                Some(Words::toned(words, Tone::Dim))
            }
            Err(error) => Some(Words::toned(format!("{error}; {}", error.hint()), Tone::Warning)),
        };
        self.questions.note(KEY, note);
        self.note_name(repository);
        self.questions.preview = vec![PageLine::new("Ctrl-s shows first what would change.", Tone::Dim)];
    }

    fn note_name(&mut self, repository: &Repository) {
        let called = self.key.as_ref().ok().and_then(|found| found.called.as_deref()).unwrap_or("host");
        let rules = repository.rules_files().find_map(|(_, file)| file.rules.as_ref().ok());
        self.wish = rules.map_or_else(|| legal_name(called), |rules| free_name(rules, called));
        let typed = self.questions.text(NAME).trim();
        let note = if typed.is_empty() {
            Some(Words::toned(format!("{} if nothing is typed", self.wish), Tone::Dim))
        } else if legal_name(typed) != typed {
            let words = format!("a name has letters, digits, - and _ only, such as {}", legal_name(typed));
            Some(Words::toned(words, Tone::Error))
        } else {
            None
        };
        self.questions.note(NAME, note);
    }
}
