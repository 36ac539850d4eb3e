//! Panes: the five views of a repository, each with its own state and its own update.

pub(super) mod files;
pub mod history;
pub(super) mod list;
pub(super) mod problems;
pub(super) mod recipients;

/// One of the five views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    /// The keys of the open file beside their declarations.
    #[default]
    Keys,
    /// What a rebuild would complain about.
    Problems,
    /// Who can read which file.
    Recipients,
    /// The encrypted files; at the start the picker.
    Files,
    /// When keys changed.
    History,
}

impl Pane {
    /// All panes in the order of their tabs.
    pub const ALL: [Self; 5] = [Self::Keys, Self::Problems, Self::Recipients, Self::Files, Self::History];

    /// The name on the tab.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Problems => "problems",
            Self::Recipients => "recipients",
            Self::Files => "files",
            Self::History => "history",
        }
    }

    /// The pane to the right; after the last one the first.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The pane to the left; before the first one the last.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
