//! Identities on this machine: every place where sops looks, in the same order, read straight into the arena.
//!
//! ```text
//!   1 SOPS_AGE_SSH_PRIVATE_KEY_FILE   2 SOPS_AGE_SSH_PRIVATE_KEY_CMD   3 ~/.ssh/id_ed25519, ~/.ssh/id_rsa
//!   4 SOPS_AGE_KEY   5 SOPS_AGE_KEY_FILE   6 SOPS_AGE_KEY_CMD   7 sops/age/keys.txt in the folder for settings
//! ```
//!
//! All of them count, a place that cannot be read is kept back, and [`Tried`] tells of each. Truth: sops 3.13.3,
//! `age/keysource.go`; among 4 to 7 sops has no order (a Go map), so any order agrees with it. As in sops, commands run
//! once for every recipient tried, with that recipient in `SOPS_AGE_RECIPIENT`.

mod environment;
mod source;
mod tried;
mod unlock;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::crypto::age::{
    Identity, IdentityError, LineRule, Prompt, Recipient, UnwrapError, parse_identities, parse_ssh_identity,
};
use crate::secret::Secret;

pub use environment::{Environment, Platform};
use source::{SourceError, read_file, run_command};
pub use tried::{Finding, Place, Tried};
pub use unlock::Unlocked;

/// The identities that were found, each with the place it came from. Drop it to forget them.
pub struct Keyring {
    held: Vec<Held>,
    tried: Vec<Tried>,
    commands: Vec<Command>,
    /// Recipients that the commands have been run for.
    commanded: BTreeSet<String>,
    prompt: Arc<dyn Prompt>,
}

struct Held {
    identity: Identity,
    /// Which of `tried` it came from.
    place: usize,
    /// A command was run for this recipient; what it printed is for no other.
    only_for: Option<String>,
}

/// Whether the person may be asked for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Never,
    Allowed,
}

/// A command that has yet to be run for a recipient.
struct Command {
    line: Secret,
    reads: Reading,
    place: usize,
}

#[derive(Clone, Copy)]
enum Reading {
    Ssh,
    Lines(LineRule),
}

impl Keyring {
    /// Looks at every place. Nothing is asked and no command is run yet.
    #[must_use]
    pub fn find(environment: &Environment, prompt: &Arc<dyn Prompt>) -> Self {
        let mut keyring = Self {
            held: Vec::new(),
            tried: Vec::new(),
            commands: Vec::new(),
            commanded: BTreeSet::new(),
            prompt: Arc::clone(prompt),
        };
        keyring.look_at_file("SOPS_AGE_SSH_PRIVATE_KEY_FILE", environment, Reading::Ssh);
        keyring.look_at_command("SOPS_AGE_SSH_PRIVATE_KEY_CMD", environment, Reading::Ssh);
        for name in ["id_ed25519", "id_rsa"] {
            if let Some(home) = environment.home() {
                keyring.read(home.join(".ssh").join(name), None, Reading::Ssh);
            }
        }
        keyring.look_at_variable("SOPS_AGE_KEY", environment);
        let lines = Reading::Lines(LineRule::OnePerLine);
        keyring.look_at_file("SOPS_AGE_KEY_FILE", environment, lines);
        keyring.look_at_command("SOPS_AGE_KEY_CMD", environment, lines);
        match environment.default_key_file() {
            Some(path) => keyring.read(path, None, lines),
            None => keyring.note(Place::DefaultFile, Finding::NoFolder),
        }
        keyring
    }

    /// Every place that was looked at, in order, and what became of it.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// Whoever answers for the person.
    pub(in crate::storage) fn prompt(&self) -> Arc<dyn Prompt> {
        Arc::clone(&self.prompt)
    }

    /// The recipients of the identities found, where they can be told without asking: who "you" are.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.held.iter().filter_map(|held| held.identity.recipient())
    }

    /// Opens a data key, or a share of one, that was wrapped to `recipient`. `None`: no identity fits.
    ///
    /// Identities that ask for nothing come first. What keeps one from being tried is noted in [`tried`](Self::tried)
    /// and returned only when no other fits.
    ///
    /// # Errors
    /// `Malformed` when `wrapped` is no age file; otherwise the first problem met.
    pub fn unwrap(&mut self, recipient: &str, wrapped: &str) -> Result<Option<Secret>, UnwrapError> {
        self.unwrap_asking(recipient, wrapped, Asking::Allowed)
    }

    fn unwrap_asking(&mut self, recipient: &str, wrapped: &str, asking: Asking) -> Result<Option<Secret>, UnwrapError> {
        self.run_commands(recipient);
        let meant = |held: &&Held| held.only_for.as_deref().is_none_or(|only_for| only_for == recipient);
        let mut order: Vec<&Held> = self.held.iter().filter(meant).collect();
        if asking == Asking::Never {
            order.retain(|held| !held.identity.may_ask());
        }
        order.sort_by_key(|held| held.identity.may_ask());
        let mut first_problem = None;
        for held in order {
            match held.identity.unwrap(wrapped) {
                Ok(Some(secret)) => return Ok(Some(secret)),
                Ok(None) => {}
                Err(UnwrapError::Malformed) => return Err(UnwrapError::Malformed),
                Err(problem) => {
                    first_problem.get_or_insert_with(|| problem.clone());
                    self.tried[held.place].problem = Some(problem);
                }
            }
        }
        first_problem.map_or(Ok(None), Err)
    }

    fn look_at_variable(&mut self, name: &'static str, environment: &Environment) {
        let place = Place::Variable(name);
        match environment.value(name) {
            None => self.note(place, Finding::NotSet),
            Some(value) => self.parse(place, value.duplicate(), Reading::Lines(LineRule::ManyPerLine)),
        }
    }

    fn look_at_file(&mut self, name: &'static str, environment: &Environment, reads: Reading) {
        match environment.path(name) {
            None => self.note(Place::Variable(name), Finding::NotSet),
            Some(path) => self.read(path, Some(name), reads),
        }
    }

    fn look_at_command(&mut self, name: &'static str, environment: &Environment, reads: Reading) {
        match environment.value(name) {
            None => self.note(Place::Variable(name), Finding::NotSet),
            Some(line) => {
                self.commands.push(Command { line: line.duplicate(), reads, place: self.tried.len() });
                self.note(Place::Command { named_by: name }, Finding::NotRun);
            }
        }
    }

    fn read(&mut self, path: PathBuf, named_by: Option<&'static str>, reads: Reading) {
        let content = read_file(&path);
        let place = Place::File { path, named_by };
        match content {
            Ok(content) => self.parse(place, content, reads),
            Err(error) => self.note(place, error.into()),
        }
    }

    fn parse(&mut self, place: Place, content: Secret, reads: Reading) {
        let number = self.tried.len();
        match parse(content, &place.to_string(), reads, &self.prompt) {
            Ok(identities) => {
                self.note(place, Finding::of(&identities));
                self.held.extend(identities.into_iter().map(|identity| Held {
                    identity,
                    place: number,
                    only_for: None,
                }));
            }
            Err(error) => self.note(place, Finding::Refused(error)),
        }
    }

    fn note(&mut self, place: Place, finding: Finding) {
        self.tried.push(Tried { place, finding, problem: None });
    }

    fn run_commands(&mut self, recipient: &str) {
        if !self.commanded.insert(recipient.to_owned()) {
            return;
        }
        for command in &self.commands {
            let place = command.place;
            let tried = &mut self.tried[place];
            let output = match run_command(&command.line, recipient) {
                Ok(output) => output,
                Err(error) => {
                    tried.finding = error.into();
                    continue;
                }
            };
            match parse(output, &tried.place.to_string(), command.reads, &self.prompt) {
                Ok(identities) => {
                    tried.finding = Finding::of(&identities);
                    let only_for = || Some(recipient.to_owned());
                    let held = identities.into_iter().map(|identity| Held { identity, place, only_for: only_for() });
                    self.held.extend(held);
                }
                Err(error) => tried.finding = Finding::Refused(error),
            }
        }
    }
}

fn parse(
    content: Secret,
    name: &str,
    reads: Reading,
    prompt: &Arc<dyn Prompt>,
) -> Result<Vec<Identity>, IdentityError> {
    match reads {
        Reading::Ssh => parse_ssh_identity(content, name, prompt).map(|identity| vec![identity]),
        Reading::Lines(rule) => parse_identities(content, name, rule, prompt),
    }
}

impl From<SourceError> for Finding {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Absent => Self::Absent,
            SourceError::Unreadable { reason } => Self::Unreadable { reason },
        }
    }
}
