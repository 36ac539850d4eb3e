//! A stage for the editor: a fixed repository, a clock that stands still, randomness that repeats, and a world that
//! performs effects in memory. Keys go through the real keymap and the real update.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use sopsmith::crypto::age::{LineRule, NoPrompt, Prompt, parse_identities, unwrap_any};
use sopsmith::keymap::{Chord, Keymap, help_page};
use sopsmith::repo::setup::{Facts, FileChange, plan};
use sopsmith::repo::{ContentHash, RepoPath, Repository, Wanted};
use sopsmith::secret::{Random, Secret};
use sopsmith::session::{
    Cleared, Clip, Effect, Event, Failure, FileTask, FileWrite, Inputs, KeyOffer, Loaded, PaneView, PromptKind,
    Proposal, Request, Revision, SaveOutcome, Screen, Session, SetupAnswers, SetupFacts, SetupPreview, Timers, Tried,
    Unwrapped, update,
};
use sopsmith::sops::{
    AgeRecipient, CreationRule, CreationRules, DataKey, Document, Metadata, NewFile, unwrap_data_key, wrap_data_key,
};
use sopsmith::ui::{self, Exposures, Theme};

/// The identity that opens every file of the repository: a throwaway, made for these tests only.
pub(crate) const IDENTITY: &str = "AGE-SECRET-KEY-1PU037RZ9ECFT2NER8Y23FDM9TQLKQTCY0NZ7QSFHJNCDSGXJYNUQA4RXSR";
const RECIPIENT: &str = "age1sfrxccvjs23tk32vcsw35x4qm5zrcfw4pm7jffgnasgrgr4l6ajsfc64md";

/// What stands in every plaintext of the repository, and nowhere else.
pub(crate) const PLAIN: &str = "plain-";

/// The repository: throwaway values, encrypted by sops 3.12.2. Every value starts with [`PLAIN`].
pub(crate) const FILES: &[(&str, &str)] = &[
    (".sops.yaml", include_str!("repository/.sops.yaml")),
    ("flake.nix", include_str!("repository/flake.nix")),
    ("hosts/web.nix", include_str!("repository/hosts/web.nix")),
    ("modules/ai.nix", include_str!("repository/modules/ai.nix")),
    ("secrets/mail.yaml", include_str!("repository/secrets/mail.yaml")),
    ("secrets/web.yaml", include_str!("repository/secrets/web.yaml")),
    ("sops.nix", include_str!("repository/sops.nix")),
    ("users.yaml", include_str!("repository/users.yaml")),
];

/// The web host's file after sops 3.13.3 changed `api/openai` in it.
pub(crate) const CHANGED_ELSEWHERE: &str = include_str!("outside/elsewhere.yaml");
/// The web host's file after sops 3.13.3 changed `mail_password` in it.
pub(crate) const CHANGED_SAME_KEY: &str = include_str!("outside/same_key.yaml");

/// How unwrapping a data key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identities {
    /// An identity fits.
    Fit,
    /// None fits.
    NoneFits,
    /// One fits after its passphrase was asked for.
    AskFirst,
    /// No answer comes yet.
    Wait,
}

/// The editor on its stage.
pub(crate) struct Stage {
    pub(crate) session: Session,
    pub(crate) files: BTreeMap<RepoPath, String>,
    pub(crate) identities: Identities,
    pub(crate) now: Timestamp,
    pub(crate) has_quit: bool,
    /// The text that was copied last; values are not kept.
    pub(crate) copied: String,
    /// What nix says when it is asked; without it there is no nix.
    pub(crate) nix_answer: Option<String>,
    planned: Vec<FileChange>,
    /// The files of a work that are left.
    work: Option<(Request, VecDeque<FileTask>)>,
    /// Whether such a work waits for [`Stage::work_on_one`].
    pub(crate) works_slowly: bool,
    random: Repeating,
    waiting: Option<(Request, Box<Metadata>)>,
    columns: u16,
    rows: u16,
}

/// Bytes that are the same in every run.
struct Repeating(u8);

impl Random for Repeating {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(73).wrapping_add(41);
            *byte = self.0;
        }
    }
}

impl Stage {
    /// The repository, with `open` opened in it, or nothing.
    pub(crate) fn new(open: Option<&str>, identities: Identities, columns: u16, rows: u16) -> Self {
        Self::with_files(Self::repository(), open, identities, columns, rows)
    }

    /// The repository's files.
    pub(crate) fn repository() -> BTreeMap<RepoPath, String> {
        FILES.iter().map(|(path, text)| (path_of(path), (*text).to_owned())).collect()
    }

    /// Another repository.
    pub(crate) fn with_files(
        files: BTreeMap<RepoPath, String>,
        open: Option<&str>,
        identities: Identities,
        columns: u16,
        rows: u16,
    ) -> Self {
        let now: Timestamp = "2027-01-15T10:00:00Z".parse().unwrap();
        let (session, effects) =
            Session::start(open.map(str::to_owned), Screen { columns, rows }, Timers::default(), help_page, now);
        let random = Repeating(1);
        let mut stage = Self {
            session,
            files,
            identities,
            now,
            has_quit: false,
            copied: String::new(),
            nix_answer: None,
            planned: Vec::new(),
            work: None,
            works_slowly: false,
            random,
            waiting: None,
            columns,
            rows,
        };
        stage.perform(effects);
        stage.rest();
        stage
    }

    /// The web host's file, opened.
    pub(crate) fn web(columns: u16, rows: u16) -> Self {
        Self::new(Some("secrets/web.yaml"), Identities::Fit, columns, rows)
    }

    /// Presses keys, named as the key table names them and separated by blanks.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for name in keys.split_whitespace() {
            let chord = Chord::parse(name).unwrap();
            let event = match (Keymap::standard().resolve(self.session.context(), chord), chord.typed()) {
                (Some(action), _) => Event::Action(action),
                (None, Some(character)) if self.session.context().takes_text() => {
                    Event::Text(Secret::from_exposed(character.to_string().as_bytes()))
                }
                (None, _) => Event::Unbound(chord.to_string()),
            };
            self.send(event);
        }
        self
    }

    /// Types text, character by character, as keys where no text is taken.
    pub(crate) fn write(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            let name = if character == ' ' { "space".to_owned() } else { character.to_string() };
            self.press(&name);
        }
        self
    }

    /// Moves the cursor of the table to the row with that label.
    pub(crate) fn go_to(&mut self, label: &str) -> &mut Self {
        self.press("g");
        loop {
            let PaneView::Table(table) = self.session.pane_view() else { panic!("the table is not shown") };
            let (cursor, last) = (table.cursor, table.total - 1);
            if self.session.row(cursor).unwrap().label == label {
                return self;
            }
            assert!(cursor < last, "no row {label}");
            self.press("j");
        }
    }

    /// Lets an event happen, and performs what it asks for.
    pub(crate) fn send(&mut self, event: Event) -> &mut Self {
        let effects = update(&mut self.session, event, &mut Inputs { random: &mut self.random, now: self.now });
        self.perform(effects);
        self.rest();
        self
    }

    /// Lets the instant pass after which the session looks at what was typed. A second is not over yet.
    pub(crate) fn rest(&mut self) {
        let soon = self.now + jiff::SignedDuration::from_millis(500);
        while let Some(at) = self.session.wake_at().filter(|at| *at <= soon) {
            self.now = at;
            let effects = update(&mut self.session, Event::Tick, &mut Inputs { random: &mut self.random, now: at });
            self.perform(effects);
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += jiff::SignedDuration::from_secs(seconds);
        self.send(Event::Tick)
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        (self.columns, self.rows) = (columns, rows);
        self.send(Event::Resized { columns, rows })
    }

    /// What another program writes.
    pub(crate) fn changed_outside(&mut self, path: &str, text: &str) -> &mut Self {
        self.files.insert(path_of(path), text.to_owned());
        self
    }

    /// A frame of the window's size.
    pub(crate) fn frame(&self, theme: &Theme) -> (Buffer, Exposures) {
        let area = Rect::new(0, 0, self.columns, self.rows);
        let mut buffer = Buffer::empty(area);
        let exposures = ui::draw(&self.session, area, &mut buffer, theme);
        (buffer, exposures)
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut queue: VecDeque<Effect> = effects.into();
        while let Some(effect) = queue.pop_front() {
            if let Some(event) = self.answer(effect) {
                let effects = update(&mut self.session, event, &mut Inputs { random: &mut self.random, now: self.now });
                queue.extend(effects);
            }
            while queue.is_empty() && !self.works_slowly && self.work.is_some() {
                queue.extend(self.work_on_file());
            }
        }
    }

    /// Lets one file of a work be done, or the work end.
    pub(crate) fn work_on_one(&mut self) -> &mut Self {
        let effects = self.work_on_file();
        self.perform(effects);
        self.rest();
        self
    }

    fn work_on_file(&mut self) -> Vec<Effect> {
        let (request, tasks) = self.work.as_mut().unwrap();
        let request = *request;
        let event = match tasks.pop_front() {
            Some(task) => {
                let outcome = self.change_keys(&task);
                Event::KeysChanged { request, path: task.path, outcome }
            }
            None => {
                self.work = None;
                Event::WorkEnded { request, outcome: Ok(()) }
            }
        };
        update(&mut self.session, event, &mut Inputs { random: &mut self.random, now: self.now })
    }

    /// As the edge does it, in memory.
    fn change_keys(&mut self, task: &FileTask) -> Result<&'static str, Failure> {
        let document = Document::parse(self.files[&task.path].as_str()).unwrap();
        let Unwrapped::Opened { data_key, .. } = unwrap(document.metadata()) else {
            return Err(Failure { words: "no identity opens this file".to_owned(), hint: None });
        };
        let key = DataKey::from_secret(data_key).unwrap();
        let Some(Wanted::Rule(wanted)) = &task.wanted else {
            let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
            let rotated = document.rotate(None, &key.cipher(), self.now, &prompt, &mut self.random).unwrap();
            self.files.insert(task.path.clone(), rotated.document.text().to_owned());
            return Ok("has a new data key");
        };
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let text = if task.rotate {
            let rotated = document.rotate(Some(wanted), &key.cipher(), self.now, &prompt, &mut self.random).unwrap();
            rotated.document.text().to_owned()
        } else {
            document.update_keys(wanted, &key, &prompt, &mut self.random).unwrap().text().to_owned()
        };
        self.files.insert(task.path.clone(), text);
        Ok(if task.rotate { "has a new data key" } else { "has its new recipients" })
    }

    fn answer(&mut self, effect: Effect) -> Option<Event> {
        Some(match effect {
            Effect::ReadRepository { request, open } => {
                let files = self.files.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
                let open = open.as_deref().map(path_of);
                let git = Some(sopsmith::session::GitFiles::default());
                let is_new = open.as_ref().is_some_and(|path| !self.files.contains_key(path));
                let loaded = Loaded { name: "nixos".to_owned(), files, open, is_new, git, ..Loaded::default() };
                Event::RepositoryRead { request, outcome: Ok(loaded) }
            }
            Effect::UnwrapDataKey { request, metadata, .. } => match self.identities {
                Identities::Wait => return None,
                Identities::Fit => Event::Unwrapped { request, outcome: unwrap(&metadata) },
                Identities::NoneFits => Event::Unwrapped { request, outcome: none_fits() },
                Identities::AskFirst => {
                    self.waiting = Some((request, metadata));
                    let question = "Passphrase for ~/.ssh/id_ed25519".to_owned();
                    Event::PromptAsked { request, question, kind: PromptKind::Secret }
                }
            },
            Effect::AnswerPrompt { answer, .. } => {
                let (request, metadata) = self.waiting.take()?;
                let outcome = if answer.is_some() { unwrap(&metadata) } else { none_fits() };
                Event::Unwrapped { request, outcome }
            }
            Effect::ReadValue { request, .. } => {
                Event::ValueRead { request, outcome: Ok(Secret::from_exposed(b"plain-from-a-file-6a6a")) }
            }
            Effect::Save { request, files } => Event::Saved { request, outcome: self.save(files) },
            Effect::Copy { request, clip } => {
                if let Clip::Text(text) = clip {
                    self.copied = text;
                }
                Event::Copied { request, outcome: Ok("clipboard".to_owned()) }
            }
            Effect::ChangeKeys { request, rules, tasks } => {
                self.files.extend(rules.map(|rules| (rules.path, rules.text)));
                self.work = Some((request, tasks.into()));
                return None;
            }
            Effect::StopWork { .. } => {
                self.work.as_mut().unwrap().1.clear();
                return None;
            }
            Effect::ReadSetup { request } => Event::SetupRead { request, outcome: Ok(Box::new(self.setup_facts())) },
            Effect::PlanSetup { request, answers, .. } => {
                let outcome = self.plan_setup(&answers);
                self.planned = outcome.as_ref().map(|preview| preview.changes.clone()).unwrap_or_default();
                Event::SetupPlanned { request, outcome: outcome.map(Box::new) }
            }
            Effect::ApplySetup { request } => {
                let planned = std::mem::take(&mut self.planned);
                self.files.extend(planned.into_iter().map(|change| (change.path, change.after)));
                Event::SetupDone { request, outcome: Ok(Vec::new()) }
            }
            Effect::MakeFile { request, rule } => Event::FileMade { request, outcome: self.seal("{}\n", &rule) },
            Effect::EncryptFile { request, path, rule } => {
                let sealed = self.seal(&self.files[&path].clone(), &rule);
                let outcome = sealed.map(|text| (path, text));
                if let Ok((path, text)) = &outcome {
                    self.files.insert(path.clone(), text.clone());
                }
                Event::FileEncrypted { request, outcome }
            }
            Effect::ClearClipboard { request } => Event::ClipboardCleared { request, outcome: Cleared::Cleared },
            Effect::GitAdd { request, paths } => Event::GitAdded { request, outcome: Ok(paths) },
            Effect::ReadHistory { request, path } => Event::HistoryRead { request, outcome: Ok(self.history(&path)) },
            Effect::EvaluateNix { request } => {
                let absent = || Failure { words: "nix was not found".to_owned(), hint: None };
                Event::Evaluated { request, outcome: self.nix_answer.clone().ok_or_else(absent) }
            }
            Effect::Suspend => Event::Resumed,
            Effect::Quit => {
                self.has_quit = true;
                return None;
            }
        })
    }

    fn save(&mut self, writes: Vec<FileWrite>) -> SaveOutcome {
        let stands = |path: &RepoPath| self.files.get(path).cloned();
        let differs =
            |write: &&FileWrite| stands(&write.path).map(|text| ContentHash::of(text.as_bytes())) != write.expected;
        let changed: Vec<_> =
            writes.iter().filter(differs).map(|write| (write.path.clone(), stands(&write.path))).collect();
        if !changed.is_empty() {
            return SaveOutcome::ChangedOutside { files: changed };
        }
        self.files.extend(writes.into_iter().map(|write| (write.path, write.text)));
        SaveOutcome::Saved { notes: Vec::new(), unknown_to_git: Vec::new() }
    }

    fn setup_facts(&self) -> SetupFacts {
        let repository = Repository::new(self.files.clone());
        let offer = |words: &str, recipient: &str| KeyOffer {
            words: words.to_owned(),
            recipient: AgeRecipient::parse(recipient).unwrap(),
            name: None,
        };
        SetupFacts {
            keys: vec![
                offer("the age key in ~/.config/sops/age/keys.txt", RECIPIENT),
                offer(
                    "your SSH key in ~/.ssh/id_ed25519, used as it is",
                    include_str!("../keys/ssh_ed25519.pub").trim(),
                ),
            ],
            name: "ada".to_owned(),
            host: None,
            proposal: Proposal::of(&Facts { repository: &repository, gitignore: None, top: "" }),
            key_file: "/var/lib/sops-nix/key.txt".to_owned(),
        }
    }

    fn plan_setup(&mut self, answers: &SetupAnswers) -> Result<SetupPreview, Failure> {
        let repository = Repository::new(self.files.clone());
        let mut plan = plan(&Facts { repository: &repository, gitignore: None, top: "" }, answers);
        if let Some(path) = plan.to_seal.take() {
            let rules = CreationRules::parse(plan.rules_text().unwrap()).unwrap();
            let after = self.seal("{}\n", rules.for_path(path.as_str()).unwrap())?;
            plan.changes.push(FileChange {
                path,
                before: None,
                after,
                reason: "holds the secrets, encrypted; empty for now",
            });
        }
        let new_identity = Some("~/.config/sops/age/keys.txt".to_owned());
        Ok(SetupPreview { changes: plan.changes, by_hand: plan.by_hand, in_place: plan.in_place, new_identity })
    }

    /// Seals a plain text for the recipients of a rule.
    fn seal(&mut self, text: &str, rule: &CreationRule) -> Result<String, Failure> {
        let random = &mut self.random;
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let key = DataKey::generate(random);
        let failed = |words: String, hint: &str| Failure { words, hint: Some(hint.to_owned()) };
        let groups =
            wrap_data_key(&key, rule, &prompt, random).map_err(|error| failed(error.to_string(), error.hint()))?;
        let file = NewFile {
            groups,
            shamir_threshold: rule.shamir_threshold,
            rule: rule.encryption_rule.clone(),
            mac_only_encrypted: rule.mac_only_encrypted,
        };
        let sealed = Document::encrypt(text, &file, &key.cipher(), self.now, random);
        sealed.map(|document| document.text().to_owned()).map_err(|error| failed(error.to_string(), error.hint()))
    }

    /// Three revisions: as it stands, before its last key, and before that one.
    fn history(&self, path: &RepoPath) -> Vec<Revision> {
        let text = self.files[path].clone();
        let without = |text: &str, key: &str| -> String {
            text.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect()
        };
        let earlier = without(&text, "mail_password:");
        let first = without(&earlier, "port:");
        let revision = |commit: &str, date: &str, author: &str, subject: &str, text: String| Revision {
            commit: commit.to_owned(),
            seconds: date.parse::<jiff::civil::Date>().unwrap().in_tz("UTC").unwrap().timestamp().as_second(),
            date: date.to_owned(),
            author: author.to_owned(),
            subject: subject.to_owned(),
            text: Some(text),
        };
        vec![
            revision("4be1f02", "2026-11-24", "Ada", "Let the web host send mail", text),
            revision("91c7a3d", "2026-06-02", "Grace", "Move the port into the secrets", earlier),
            revision("0d5e8b6", "2026-03-14", "Ada", "Add secrets of the web host", first),
        ]
    }
}

/// The path of a file of the repository.
pub(crate) fn path_of(path: &str) -> RepoPath {
    RepoPath::new(path).unwrap()
}

pub(crate) fn unwrap(metadata: &Metadata) -> Unwrapped {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let source = Secret::from_exposed(IDENTITY.as_bytes());
    let identities = parse_identities(source, "the tests' own", LineRule::OnePerLine, &prompt).unwrap();
    let key = unwrap_data_key(metadata, &mut |_, enc| unwrap_any(enc, &identities)).unwrap();
    Unwrapped::Opened { data_key: Secret::from_exposed(key.expose()), recipient: RECIPIENT.to_owned() }
}

fn none_fits() -> Unwrapped {
    let tried = |place: &str, outcome: &str| Tried { place: place.to_owned(), outcome: outcome.to_owned() };
    Unwrapped::NoneFits {
        tried: vec![
            tried("~/.config/sops/age/keys.txt", "2 keys, none fits"),
            tried("~/.ssh/id_ed25519", "absent"),
            tried("SOPS_AGE_KEY", "not set"),
        ],
    }
}
