//! A setup for the session: what there is, what would be done, and doing it. A new identity waits here, in locked
//! memory, until the person has seen the whole plan.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{World, failure};
use crate::session::{Event, Failure, Holder, KeyOffer, Request, SetupAnswers, SetupFacts, SetupPreview};
use crate::storage::{Environment, NewIdentity, OwnKeys, Prompt, Root, Setup, SetupPlan, login_name, own_host, shown};
use crate::terminal::reports::Report;

/// Where an identity of the host usually lies.
const HOST_IDENTITY: &str = "/var/lib/sops-nix/key.txt";

/// A setup that was begun, shared with the threads that work on it.
pub(super) type SetupUnderWay = Arc<Mutex<Option<UnderWay>>>;

/// What a setup knows so far.
pub(super) struct UnderWay {
    setup: Setup,
    /// The keys that were offered; those that are to be made with their file.
    keys: Vec<Option<(PathBuf, NewIdentity)>>,
    /// What the person was shown, and the number of the key.
    planned: Option<(SetupPlan, usize)>,
}

impl World {
    pub(super) fn read_setup(&self, request: Request) -> io::Result<()> {
        let (root, held) = (self.root.clone(), Arc::clone(&self.setup));
        let environment = self.prompts.environment();
        self.reporter.in_thread(move |_| {
            let outcome = read(root, environment.as_deref()).map(|(under_way, facts)| {
                *lock(&held) = Some(under_way);
                facts
            });
            Report::Event(Event::SetupRead { request, outcome: outcome.map(Box::new) })
        })
    }

    pub(super) fn plan_setup(&self, request: Request, key: usize, answers: Box<SetupAnswers>) -> io::Result<()> {
        let held = Arc::clone(&self.setup);
        let prompt = self.prompts.ask_for(request)?;
        self.reporter.in_thread(move |_| {
            let outcome = match &mut *lock(&held) {
                Some(under_way) => under_way.plan(key, &answers, &prompt),
                None => Err(not_begun()),
            };
            Report::Event(Event::SetupPlanned { request, outcome: outcome.map(Box::new) })
        })
    }

    pub(super) fn apply_setup(&self, request: Request) -> io::Result<()> {
        let held = Arc::clone(&self.setup);
        self.reporter.in_thread(move |_| {
            let outcome = match lock(&held).take() {
                Some(under_way) => under_way.apply(),
                None => Err(not_begun()),
            };
            Report::Event(Event::SetupDone { request, outcome })
        })
    }
}

impl UnderWay {
    fn plan(&mut self, key: usize, answers: &SetupAnswers, prompt: &Arc<dyn Prompt>) -> Result<SetupPreview, Failure> {
        let mut plan = self.setup.plan(answers);
        self.setup.seal(&mut plan, prompt).map_err(|error| failure(&error, error.hint()))?;
        let new_identity = self.keys.get(key).and_then(Option::as_ref).map(|(path, _)| shown(path));
        let preview = SetupPreview {
            changes: plan.changes.clone(),
            by_hand: plan.by_hand.clone(),
            in_place: plan.in_place.clone(),
            new_identity,
        };
        self.planned = Some((plan, key));
        Ok(preview)
    }

    /// What is worth saying about what was done.
    fn apply(self) -> Result<Vec<String>, Failure> {
        let (plan, key) = self.planned.ok_or_else(not_begun)?;
        let new = self.keys.get(key).and_then(Option::as_ref).map(|(path, identity)| (path.as_path(), identity));
        let done = self.setup.apply(&plan, new).map_err(|error| failure(&error, error.hint()))?;
        Ok(match done.git {
            Some(Err(error)) => vec![failure(&error, error.hint()).words],
            _ => Vec::new(),
        })
    }
}

fn not_begun() -> Failure {
    Failure { words: "nothing was planned".to_owned(), hint: Some("begin again: i".to_owned()) }
}

fn lock(held: &SetupUnderWay) -> MutexGuard<'_, Option<UnderWay>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(root: Option<Root>, environment: Option<&Environment>) -> Result<(UnderWay, SetupFacts), Failure> {
    let root = match root {
        Some(root) => root,
        None => Root::find(Path::new(".")).map_err(|error| failure(&error, Some("check the path")))?,
    };
    let setup = Setup::of(root, Path::new(".")).map_err(|error| failure(&error, error.hint()))?;
    let own = OwnKeys::find(environment.unwrap_or(&Environment::of_process()));
    let (mut offers, mut keys) = (Vec::new(), Vec::new());
    for (recipient, words) in own.offers() {
        let name = setup.name_of(recipient);
        offers.push(KeyOffer { words, recipient: recipient.clone(), name });
        keys.push(None);
    }
    if let Some((path, identity)) = own.fresh() {
        let recipient = identity.recipient().clone();
        offers.push(KeyOffer { words: format!("a new age key in {}", shown(&path)), recipient, name: None });
        keys.push(Some((path, identity)));
    }
    if offers.is_empty() {
        let words = "no key can be used, and none can be made where sops looks for it".to_owned();
        let hint = Some("name one: sopsmith init --recipient age1…".to_owned());
        return Err(Failure { words, hint });
    }
    let proposal = setup.proposal();
    let own_file = own.default_file.as_ref().filter(|_| proposal.is_home());
    let facts = SetupFacts {
        keys: offers,
        name: login_name(),
        host: own_host().map(|(name, recipient)| Holder { name, recipient }),
        key_file: own_file.map_or_else(|| HOST_IDENTITY.to_owned(), |path| path.to_string_lossy().into_owned()),
        proposal,
    };
    Ok((UnderWay { setup, keys, planned: None }, facts))
}
