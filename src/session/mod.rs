//! The session: the editor as a state machine. No terminal, disk, clock or randomness.
//!
//! ```text
//!   Event ──> update ──> Session changed ──> [Effect]        the edge performs effects and reports events
//!                            │
//!                            └── title, pane_view, layer_view, detail, context      read by whoever draws
//!
//!   action, event, effect, context, why_not, view   the words that travel
//!   update, act, reply, opening, availability       what happens when
//!   making                                          files that are not encrypted yet: absent, or in the clear
//!   workspace, open_file, undo                      the texts, and the way back
//!   table, filter, pane                             what is shown of them
//!   layer, form                                     what is open above
//!   recipients                                      who can read what, and new data keys, over many files
//!   setup                                           from nothing to a repository with secrets
//!   save                                            review, writing, merging what others wrote
//! ```
//!
//! What is absent: the session never opens a path, never reads the time, draws nothing and knows no key names. Values
//! rest as ciphertext; plaintext is here in four places, each in the arena and each named by
//! [`Exposed`]: the revealed value, the value in a form, a generated value, the answer to a prompt. The
//! history of changes holds ciphertext and Nix text only.

mod act;
pub mod action;
mod availability;
mod clipboard;
mod context;
pub mod editor;
pub mod effect;
pub mod event;
mod filter;
mod form;
mod layer;
mod making;
mod open_file;
mod opening;
pub mod pane;
mod places;
pub mod recipients;
mod reply;
mod reveal;
mod row;
mod save;
mod screen;
pub mod setup;
mod show;
mod table;
mod timers;
mod undo;
mod update;
pub mod view;
mod why_not;
mod workspace;

use jiff::Timestamp;

pub use action::{Action, COMMANDS, Command, Extent, Motion};
pub use context::Context;
pub use effect::{Clip, Effect, FileWrite, Request};
pub use event::{Cleared, Event, Failure, GitFiles, Loaded, Press, PromptKind, SaveOutcome, Target, Tried, Unwrapped};
pub use pane::Pane;
pub use pane::history::Revision;
pub use recipients::FileTask;
pub use screen::{Screen, Scroll};
pub use setup::{Holder, KeyOffer, Proposal, SetupAnswers, SetupFacts, SetupPreview};
pub use timers::Timers;
pub use update::update;
pub use view::*;
pub use why_not::WhyNot;

use self::clipboard::Clipboard;
use self::editor::Field;
use self::form::secret_form::SecretForm;
use self::layer::Layer;
use self::pane::files::Files;
use self::pane::history::FileHistory;
use self::pane::problems::Problems;
use self::pane::recipients::Recipients;
use self::places::Places;
use self::reveal::Revealed;
use self::save::Saving;
use self::table::Table;
use self::workspace::Workspace;
use crate::secret::Random;

/// What an update is handed besides the event.
pub struct Inputs<'a> {
    /// Where random bytes come from.
    pub random: &'a mut dyn Random,
    /// The time.
    pub now: Timestamp,
}

/// The page that explains the keys of a context. Handed in, because the session knows no keys.
pub type HelpPage = fn(Context) -> Vec<PageLine>;

/// The editor's whole state.
pub struct Session {
    screen: Screen,
    now: Timestamp,
    timers: Timers,
    help: HelpPage,
    workspace: Workspace,
    pane: Pane,
    table: Table,
    places: Places,
    /// The filter while it is typed.
    filter_input: Option<Field>,
    problems: Problems,
    /// When the repository is checked again, because something changed.
    check_at: Option<Timestamp>,
    files: Files,
    recipients: Recipients,
    history: FileHistory,
    layers: Vec<Layer>,
    /// The form that was left last: what was typed stands there when it is opened again.
    draft: Option<Box<SecretForm>>,
    message: Option<Words>,
    revealed: Option<Revealed>,
    clipboard: Clipboard,
    /// Why there is no table: nothing read yet, nothing found, a file that cannot be read.
    blank: Blank,
    /// When a person did something last.
    active_at: Timestamp,
    saving: Option<Saving>,
    /// Recipients or data keys that are being changed.
    work: Option<recipients::work::Work>,
    setting_up: Option<setup::SettingUp>,
    asked: Asked,
    next_request: u64,
    outbox: Vec<Effect>,
}

/// Why there is no table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Blank {
    /// The repository is being read.
    Reading,
    /// It cannot be read.
    Unreadable(Failure),
    /// It holds no encrypted file.
    NothingHere,
    /// Several files to choose from, none opened.
    NothingOpen,
    /// The file that was to be opened cannot be.
    CannotOpen(Failure),
    /// A new file is being sealed.
    Making,
    /// The file that was to be opened is in the clear.
    Plain(RepoPath),
}

/// Requests whose answers are waited for; an answer to an older one is not heard.
#[derive(Debug, Default)]
struct Asked {
    repository: Option<Request>,
    /// The repository is read in passing; what is saved meanwhile makes that reading worthless.
    listing: Option<Request>,
    value: Option<Request>,
    git_add: Option<Request>,
    evaluation: Option<Request>,
    making: Option<(Request, RepoPath)>,
    encryption: Option<Request>,
    /// What is opened once the repository was read anew, and what is said then.
    anew: Option<(Option<RepoPath>, String)>,
}

impl Session {
    /// A session that asks for the repository around `open`: a file or folder as the person named it.
    #[must_use]
    pub fn start(
        open: Option<String>,
        screen: Screen,
        timers: Timers,
        help: HelpPage,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        let mut session = Self {
            screen,
            now,
            timers,
            help,
            workspace: Workspace::new(),
            pane: Pane::Keys,
            table: Table::default(),
            places: Places::default(),
            filter_input: None,
            problems: Problems::default(),
            check_at: None,
            files: Files::default(),
            recipients: Recipients::default(),
            history: FileHistory::default(),
            layers: Vec::new(),
            draft: None,
            message: None,
            revealed: None,
            clipboard: Clipboard::default(),
            blank: Blank::Reading,
            active_at: now,
            saving: None,
            work: None,
            setting_up: None,
            asked: Asked::default(),
            next_request: 0,
            outbox: Vec::new(),
        };
        session.table.set_page(screen.list_rows());
        let request = session.request();
        session.asked.repository = Some(request);
        let effects = vec![Effect::ReadRepository { request, open }];
        (session, effects)
    }

    /// The number of a new request.
    fn request(&mut self) -> Request {
        self.next_request += 1;
        Request(self.next_request)
    }

    /// Asks the world for something, at the end of the update.
    fn ask(&mut self, effect: Effect) {
        self.outbox.push(effect);
    }

    /// Says something in the hint line, until the next key.
    fn say(&mut self, words: impl Into<String>) {
        self.message = Some(Words::plain(words));
    }

    /// Says why nothing happened.
    fn refuse(&mut self, why_not: &WhyNot) {
        let why_not = if *why_not == WhyNot::NotHere { &self.nothing_here() } else { why_not };
        self.message = Some(Words::toned(why_not.to_string(), Tone::Warning));
    }

    /// Says that something went wrong, and what to do about it.
    fn complain(&mut self, words: impl Into<String>, hint: Option<&str>) {
        let mut words = words.into();
        if let Some(hint) = hint {
            words = format!("{words}; {hint}");
        }
        self.message = Some(Words::toned(words, Tone::Error));
    }

    /// Says that the world failed to do something.
    fn report(&mut self, failure: &Failure) {
        self.complain(failure.words.clone(), failure.hint.as_deref());
    }
}
