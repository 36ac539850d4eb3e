//! Setting up a repository: the answers in a form, then every file as a difference on one page, then all of it at once.
//!
//! What is missing is planned by [`crate::repo::setup`] from texts that the edge reads; the edge holds the plan, and a
//! new identity with it, until the person has seen it and says yes. The session sees neither an identity nor plaintext.

mod form;

use super::effect::{Effect, Request};
use super::event::Failure;
use super::layer::Layer;
use super::layer::page::Page;
use super::save::text_lines;
use super::view::{PageLine, Tone};
use super::why_not::WhyNot;
use super::{Blank, Session};
use crate::repo::RepoPath;
pub use crate::repo::setup::{Answers as SetupAnswers, Holder, Proposal};
use crate::repo::setup::{ByHand, FileChange};
use crate::sops::AgeRecipient;
use crate::text::sanitize;

pub(super) use form::SetupForm;

/// What a setup may begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFacts {
    /// The keys to choose from, the one that is taken where nobody chooses first.
    pub keys: Vec<KeyOffer>,
    /// What the person is called, if nothing else is said.
    pub name: String,
    /// The host of this machine, where it is one that could read the secrets too.
    pub host: Option<Holder>,
    /// What follows from the repository.
    pub proposal: Proposal,
    /// Where the identity of the target usually lies.
    pub key_file: String,
}

/// A key that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOffer {
    /// What it is, and where.
    pub words: String,
    /// Its public key.
    pub recipient: AgeRecipient,
    /// What `.sops.yaml` calls it already.
    pub name: Option<String>,
}

/// What a setup would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupPreview {
    /// The files; the encrypted one is sealed already.
    pub changes: Vec<FileChange>,
    /// What is missing and could not be edited.
    pub by_hand: Vec<ByHand>,
    /// What is in place.
    pub in_place: Vec<String>,
    /// The file that a new identity goes to.
    pub new_identity: Option<String>,
}

/// A setup under way.
#[derive(Debug)]
pub(super) struct SettingUp {
    request: Request,
    file: Option<RepoPath>,
    /// The person's public key.
    recipient: String,
    /// Whether the host is to decrypt with its SSH key, and that is not known yet.
    lacks_host: bool,
}

impl Session {
    /// Whether a setup can be begun.
    pub(super) fn may_set_up(&self) -> Result<(), WhyNot> {
        if self.workspace.changed().next().is_some() {
            return Err(WhyNot::FieldWrong("save or undo the changes first: s, u".to_owned()));
        }
        if self.blank == Blank::Reading { Err(WhyNot::Unlocking) } else { Ok(()) }
    }

    /// Asks what there is.
    pub(super) fn set_up(&mut self) {
        let request = self.request();
        self.setting_up = Some(SettingUp { request, file: None, recipient: String::new(), lacks_host: false });
        self.ask(Effect::ReadSetup { request });
    }

    fn is_setting_up(&self, request: Request) -> bool {
        self.setting_up.as_ref().is_some_and(|setup| setup.request == request)
    }

    /// What there is was read: the questions follow.
    pub(super) fn setup_read(&mut self, request: Request, outcome: Result<SetupFacts, Failure>) {
        if !self.is_setting_up(request) {
            return;
        }
        match outcome {
            Ok(facts) => self.layers.push(Layer::Setup(Box::new(SetupForm::new(facts)))),
            Err(failure) => self.report(&failure),
        }
    }

    /// The questions are answered: asks what that comes to.
    pub(super) fn plan_setup(&mut self) {
        let Some(Layer::Setup(form)) = self.layers.last() else {
            return;
        };
        match form.answers() {
            Ok((key, answers)) => {
                let lacks_host = form.asks_for_key_of_host() && answers.host.is_none();
                let request = self.request();
                let (file, recipient) = (answers.secrets_file.clone(), answers.you.recipient.to_string());
                self.setting_up = Some(SettingUp { request, file: Some(file), recipient, lacks_host });
                self.ask(Effect::PlanSetup { request, key, answers: Box::new(answers) });
            }
            Err(words) => self.refuse(&WhyNot::FieldWrong(words)),
        }
    }

    /// What would be done is known: every file is shown.
    pub(super) fn setup_planned(&mut self, request: Request, outcome: Result<SetupPreview, Failure>) {
        let Some(setup) = self.setting_up.as_ref().filter(|setup| setup.request == request) else {
            return;
        };
        match outcome {
            Ok(preview)
                if preview.changes.is_empty() && preview.by_hand.is_empty() && preview.new_identity.is_none() =>
            {
                self.layers.push(Layer::Page(Page::whole("Set up", in_place(&preview))));
                self.say("Everything is in place.");
            }
            Ok(preview) => {
                let page = Page::whole(title(&preview), lines(&preview, &setup.recipient));
                self.layers.push(Layer::SetupPlan(page));
            }
            Err(failure) => self.report(&failure),
        }
    }

    /// Asks for the plan to be carried out.
    pub(super) fn apply_setup(&mut self) {
        let Some(setup) = &mut self.setting_up else {
            return;
        };
        let request = setup.request;
        self.ask(Effect::ApplySetup { request });
    }

    /// The plan was carried out, or nothing was.
    pub(super) fn setup_done(&mut self, request: Request, outcome: Result<Vec<String>, Failure>) {
        let Some(setup) = self.setting_up.take_if(|setup| setup.request == request) else {
            return;
        };
        match outcome {
            Ok(notes) => {
                self.layers.clear();
                let mut words = "Everything is set up; a adds the first secret.".to_owned();
                if setup.lacks_host {
                    words.push_str(" The host cannot read it yet: 3, then a, adds its SSH key.");
                }
                notes.iter().for_each(|note| words.push_str(&format!(" {}", sanitize(note))));
                self.read_anew(setup.file, words);
            }
            Err(failure) => {
                self.layers.retain(|layer| !matches!(layer, Layer::SetupPlan(_)));
                self.report(&failure);
            }
        }
    }
}

fn title(preview: &SetupPreview) -> String {
    match preview.changes.len() {
        1 => "Set up: one file".to_owned(),
        count => format!("Set up: {count} files"),
    }
}

fn lines(preview: &SetupPreview, recipient: &str) -> Vec<PageLine> {
    let mut lines = vec![PageLine::labelled("your key", sanitize(recipient), Tone::Accent)];
    if let Some(path) = &preview.new_identity {
        let words = format!("{} is made, for you alone: keep a copy of it, nothing opens without it", sanitize(path));
        lines.push(PageLine::labelled("", words, Tone::New));
    }
    lines.push(PageLine::default());
    for change in &preview.changes {
        let what = if change.before.is_none() { "new: " } else { "" };
        let words = format!("{what}{}", change.reason);
        lines.push(PageLine::labelled(sanitize(change.path.as_str()), words, Tone::Accent));
        let is_sealed = change.after.contains("\nsops:\n") || change.after.starts_with("sops:\n");
        if !is_sealed {
            lines.extend(text_lines(change.before.as_deref().unwrap_or_default(), &change.after));
        }
        lines.push(PageLine::default());
    }
    for by_hand in &preview.by_hand {
        lines.push(PageLine::labelled("by hand", sanitize(&by_hand.what), Tone::Warning));
        lines.extend(by_hand.lines.iter().map(|line| PageLine::new(format!("  {}", sanitize(line)), Tone::Plain)));
        lines.push(PageLine::default());
    }
    lines.extend(in_place(preview));
    lines
}

fn in_place(preview: &SetupPreview) -> Vec<PageLine> {
    preview.in_place.iter().map(|words| PageLine::labelled("in place", sanitize(words), Tone::Dim)).collect()
}
