//! Unwrapping a data key in a thread, and the questions it has for the person on the way.
//!
//! The thread asks with an event and waits; the session's answer is handed to whoever waits for that request. An
//! unwrapping that the session has forgotten gets no answer: its next question is declined.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use crate::secret::Secret;
use crate::session::{Event, Failure, PromptKind, Request, Tried, Unwrapped};
use crate::storage::{Environment, Keyring, PassphraseFor, Prompt, Unlocked};
use crate::terminal::reports::{Report, Reporter};
use crate::text::sanitize;

/// How often a passphrase is asked for.
const ATTEMPTS: u32 = 3;

type Waiting = Arc<Mutex<HashMap<Request, Sender<Option<Secret>>>>>;

/// Unwrappings under way, and which of them wait for an answer.
pub(super) struct Prompts {
    reporter: Reporter,
    environment: Option<Arc<Environment>>,
    waiting: Waiting,
}

impl Prompts {
    pub(super) fn new(reporter: Reporter, environment: Option<Environment>) -> Self {
        Self { reporter, environment: environment.map(Arc::new), waiting: Waiting::default() }
    }

    /// Looks for identities and lets `unlock` unwrap the data key of a file with them; answered by `Event::Unwrapped`. A
    /// newer unwrapping makes older ones worthless.
    ///
    /// `unlock` may fail because an entry of the file is damaged, which it says in words.
    pub(super) fn unwrap(
        &self,
        request: Request,
        unlock: impl FnOnce(&mut Keyring) -> Result<Unlocked, Option<String>> + Send + 'static,
    ) -> io::Result<()> {
        let prompt = self.ask_for(request)?;
        let environment = self.environment.clone();
        self.reporter.in_thread(move |_| {
            let mut keyring = match &environment {
                Some(environment) => Keyring::find(environment, &prompt),
                None => Keyring::find(&Environment::of_process(), &prompt),
            };
            let outcome = match unlock(&mut keyring) {
                Ok(unlocked) => Unwrapped::Opened {
                    data_key: Secret::from_exposed(unlocked.data_key.expose()),
                    recipient: unlocked.recipient,
                },
                Err(Some(words)) => Unwrapped::Failed(damaged(words)),
                Err(None) => Unwrapped::NoneFits { tried: keyring.tried().iter().map(tried).collect() },
            };
            drop(keyring);
            // The identities are gone; what the key agreements left on this thread's stack goes, too.
            crate::secret::scrub_stack();
            Report::Event(Event::Unwrapped { request, outcome })
        })
    }

    /// Where identities are looked for, if that is not the environment of this process.
    pub(super) fn environment(&self) -> Option<Arc<Environment>> {
        self.environment.clone()
    }

    /// A way to ask the person on behalf of a request. What older requests asked is declined.
    pub(super) fn ask_for(&self, request: Request) -> io::Result<Arc<dyn Prompt>> {
        lock(&self.waiting).clear();
        let reporter = Mutex::new(self.reporter.another()?);
        Ok(Arc::new(Asking { request, reporter, waiting: Arc::clone(&self.waiting) }))
    }

    /// Hands an answer to the unwrapping that asked.
    pub(super) fn answer(&self, request: Request, answer: Option<Secret>) {
        if let Some(waiting) = lock(&self.waiting).remove(&request) {
            // An unwrapping that has ended meanwhile wants no answer.
            drop(waiting.send(answer));
        }
    }
}

fn lock(waiting: &Waiting) -> std::sync::MutexGuard<'_, HashMap<Request, Sender<Option<Secret>>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn damaged(words: String) -> Failure {
    let hint = "git log -p on the file shows who changed it; sops updatekeys wraps the key anew".to_owned();
    Failure { words, hint: Some(hint) }
}

fn tried(tried: &crate::storage::Tried) -> Tried {
    Tried { place: tried.place.to_string(), outcome: tried.outcome() }
}

/// Asks the person through the session.
struct Asking {
    request: Request,
    reporter: Mutex<Reporter>,
    waiting: Waiting,
}

impl Asking {
    fn ask(&self, question: String, kind: PromptKind) -> Option<Secret> {
        let (sender, answer) = mpsc::channel();
        lock(&self.waiting).insert(self.request, sender);
        let event = Event::PromptAsked { request: self.request, question, kind };
        self.reporter.lock().unwrap_or_else(PoisonError::into_inner).report(Report::Event(event));
        answer.recv().ok().flatten()
    }
}

impl Prompt for Asking {
    fn passphrase(&self, purpose: &PassphraseFor, attempt: u32) -> Option<Secret> {
        if attempt > ATTEMPTS {
            return None;
        }
        let again = if attempt > 1 { "That was not it. " } else { "" };
        let question = match purpose {
            PassphraseFor::SshKey { name } => format!("Passphrase of the SSH key {}", sanitize(name)),
            PassphraseFor::IdentityFile { name } => format!("Passphrase of the identity file {}", sanitize(name)),
            PassphraseFor::Plugin { name, question } => {
                format!("age-plugin-{}: {}", sanitize(name), sanitize(question))
            }
        };
        self.ask(format!("{again}{question}"), PromptKind::Secret)
    }

    fn confirm(&self, plugin: &str, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let no = no.map(|no| format!(", Esc: {}", sanitize(no))).unwrap_or_default();
        let question = format!("age-plugin-{}: {} (⏎: {}{no})", sanitize(plugin), sanitize(question), sanitize(yes));
        Some(self.ask(question, PromptKind::Confirmation).is_some())
    }

    fn answer(&self, plugin: &str, question: &str) -> Option<String> {
        let question = format!("age-plugin-{}: {}", sanitize(plugin), sanitize(question));
        let answer = self.ask(question, PromptKind::Visible)?;
        // Something that may be shown, such as a serial number; age takes it as a string.
        std::str::from_utf8(answer.expose()).ok().map(str::to_owned)
    }

    fn show(&self, plugin: &str, message: &str) {
        let words = format!("age-plugin-{}: {}", sanitize(plugin), sanitize(message));
        let event = Event::Notice(words);
        self.reporter.lock().unwrap_or_else(PoisonError::into_inner).report(Report::Event(event));
    }
}
