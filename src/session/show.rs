//! What the session shows: the views that whoever draws asks for. Nothing here changes anything.

use jiff::Timestamp;

use super::open_file::{Access, Integrity};
use super::pane::Pane;
use super::pane::problems;
use super::pane::recipients::name_of;
use super::view::{
    AccessView, Exposed, FilterView, LayerView, PageLine, PageSize, PageView, PaneView, Tab, TableView, Title, Tone,
    Words,
};
use super::{Blank, Screen, Session};
use crate::secret::lock_state;
use crate::text::sanitize;

impl Session {
    /// The window.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// When the session wants an [`Event::Tick`](super::Event::Tick) at the latest, if nothing else happens.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let second = self.now.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(self.now);
        // A countdown on the screen changes each second.
        let counting = self.clipboard.until().or(self.revealed.as_ref().map(|revealed| revealed.until));
        [counting.map(|until| until.min(second)), self.check_at, self.lock_at()].into_iter().flatten().min()
    }

    /// When the data key is dropped, if nobody does anything.
    pub(super) fn lock_at(&self) -> Option<Timestamp> {
        let is_open = matches!(&self.workspace.file, Some(file) if matches!(file.access, Access::Open(_)));
        let idle = jiff::SignedDuration::from_secs(self.timers.lock_seconds);
        is_open.then(|| self.active_at.saturating_add(idle).ok()).flatten()
    }

    /// The title line.
    #[must_use]
    pub fn title(&self) -> Title<'_> {
        let file = self.workspace.file.as_ref();
        let rules = file.and_then(|file| self.workspace.rules_for(&file.path));
        Title {
            file: file.map(|file| &file.path),
            repository: &self.workspace.name,
            changes: self.workspace.unsaved(),
            recipients: file.map_or(0, |file| file.document.metadata().master_keys().count()),
            you: file.and_then(|file| file.recipient.as_deref()).map(|recipient| name_of(recipient, rules)),
            access: file.map_or(AccessView::NoFile, |file| match (&file.access, &file.integrity) {
                (Access::Unlocking(_), _) => AccessView::Unlocking,
                (Access::Locked, _) => AccessView::Locked,
                (Access::Open(_), Integrity::Broken(_)) => AccessView::ReadOnly,
                (Access::Open(_), _) => AccessView::Open,
                (Access::NoneFits(_) | Access::Failed(_), _) => AccessView::ReadOnly,
            }),
            memory: lock_state(),
        }
    }

    /// The tabs of the panes.
    #[must_use]
    pub fn tabs(&self) -> [Tab; 5] {
        Pane::ALL.map(|pane| {
            let count = match pane {
                Pane::Problems => Some(self.problems.grave()).filter(|count| *count > 0),
                Pane::Files => Some(self.workspace.repository.encrypted_files().count()).filter(|count| *count > 1),
                _ => None,
            };
            Tab { pane, count, is_shown: pane == self.pane }
        })
    }

    /// The body.
    #[must_use]
    pub fn pane_view(&self) -> PaneView<'_> {
        if let Some(page) = self.blank_page() {
            return PaneView::Page(page);
        }
        let page = self.screen.list_rows();
        let file = self.workspace.file.as_ref();
        PaneView::Grid(match self.pane {
            Pane::Keys => {
                return PaneView::Table(TableView {
                    shown: self.table.window(),
                    total: self.table.len(),
                    cursor: self.table.cursor(),
                    filter: self.filter_view(),
                });
            }
            Pane::Problems if self.problems.all().is_empty() => {
                return PaneView::Page(words_page("No problems. A rebuild finds every key as it is declared."));
            }
            Pane::Problems => self.problems.view(page),
            Pane::Files => {
                self.files.view(&self.workspace.repository, &self.problems, file.map(|file| &file.path), page)
            }
            Pane::Recipients => {
                let you = file.and_then(|file| file.recipient.as_deref());
                self.recipients.view(&self.workspace.repository, you, page)
            }
            Pane::History => match self.history.words() {
                Some(words) => return PaneView::Page(words_page(&words)),
                None => self.history.view(page),
            },
        })
    }

    fn filter_view(&self) -> Option<FilterView<'_>> {
        let typed = self.filter_input.as_ref();
        let text = typed.map(super::Field::text).or(self.table.filter())?;
        Some(FilterView { text, cursor: typed.map(super::Field::cursor_column), matches: self.table.len() })
    }

    /// What stands where there is nothing to list.
    fn blank_page(&self) -> Option<PageView> {
        let needs_file = matches!(self.pane, Pane::Keys | Pane::History);
        let plain = |text: String| PageLine::new(text, Tone::Plain);
        let (title, lines) = match &self.blank {
            Blank::Reading => ("", vec![PageLine::new("The repository is being read…", Tone::Dim)]),
            Blank::Unreadable(failure) => ("cannot be read", failure_lines(failure)),
            Blank::NothingHere => {
                let lines = vec![
                    plain(format!("No encrypted file below {}.", sanitize(&self.workspace.name))),
                    plain("i sets up everything that is missing · o opens a path".to_owned()),
                    plain("sopsmith demo shows how it looks".to_owned()),
                ];
                ("nothing here yet", lines)
            }
            Blank::Making if needs_file => ("", vec![PageLine::new("The file is being prepared…", Tone::Dim)]),
            Blank::Plain(path) if needs_file => return Some(self.plain_page(path)),
            Blank::CannotOpen(failure) if needs_file => ("cannot be opened", failure_lines(failure)),
            Blank::NothingOpen if needs_file && self.workspace.file.is_none() => {
                ("no file is open", vec![plain("4 lists the encrypted files; ⏎ opens one.".to_owned())])
            }
            _ if self.pane == Pane::Keys => return self.no_keys_page(),
            _ => return None,
        };
        Some(PageView { title: title.to_owned(), lines, first: 0, size: PageSize::Whole })
    }

    /// What is open above the body, the topmost only.
    #[must_use]
    pub fn layer_view(&self) -> Option<LayerView<'_>> {
        self.layers.last().map(|layer| layer.view(self.screen))
    }

    /// The detail line: who uses the row under the cursor, when it last changed, its problem.
    #[must_use]
    pub fn detail(&self) -> Words {
        if self.workspace.repository.encrypted_files().next().is_none() {
            return Words::default();
        }
        match self.pane {
            Pane::Keys => self.row_detail(),
            Pane::Problems => self.problems.chosen().map(problems::detail).unwrap_or_default(),
            Pane::History => Words::plain(sanitize(&self.history.detail().unwrap_or_default())),
            Pane::Recipients | Pane::Files => Words::default(),
        }
    }

    /// What the last key did or why it did nothing; fades with the next key.
    #[must_use]
    pub fn message(&self) -> Option<&Words> {
        self.message.as_ref()
    }

    /// The countdown of the clipboard or of a revealed value: `clipboard cleared in 42 s`.
    #[must_use]
    pub fn countdown(&self) -> Option<String> {
        let left = |until: Timestamp| until.duration_since(self.now).as_secs().max(0);
        if let Some(work) = &self.work {
            return Some(work.in_words());
        }
        let clipboard = self.clipboard.until().map(|until| format!("clipboard cleared in {} s", left(until)));
        let revealed = || self.revealed.as_ref().map(|revealed| format!("hidden in {} s", left(revealed.until)));
        clipboard.or_else(revealed)
    }

    /// The bytes of a plaintext that may be drawn now.
    #[must_use]
    pub fn exposed(&self, exposed: Exposed) -> Option<&[u8]> {
        match exposed {
            Exposed::Revealed => self.revealed.as_ref().map(|revealed| revealed.value.expose()),
            exposed => self.layers.last()?.exposed(exposed),
        }
    }
}

fn words_page(words: &str) -> PageView {
    PageView {
        title: String::new(),
        lines: vec![PageLine::new(sanitize(words), Tone::Dim)],
        first: 0,
        size: PageSize::Whole,
    }
}

fn failure_lines(failure: &super::Failure) -> Vec<PageLine> {
    let hint = failure.hint.iter().map(|hint| PageLine::new(sanitize(hint), Tone::Plain));
    std::iter::once(PageLine::new(sanitize(&failure.words), Tone::Error)).chain(hint).collect()
}
