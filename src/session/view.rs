//! Views: what the session hands to whoever draws it. Plain descriptions, made for the visible part only.
//!
//! ```text
//!   title line        Title
//!   body              PaneView: the table, a grid, or a page that says what to do
//!                     with a LayerView above it when something is open: form, many lines, list, page
//!   detail line       Session::detail
//!   hint line         keymap hints of Session::context, then Session::message, Session::countdown
//! ```
//!
//! All text here is safe to show (see [`crate::text::sanitize`]) and holds no value. A value that is to be shown is
//! named by an [`Exposed`]; only the edge asks [`Session::exposed`](super::Session::exposed) for its bytes.

use std::ops::Range;

use super::pane::Pane;
pub use crate::repo::RepoPath;
pub use crate::repo::RowState;
use crate::secret::LockState;

/// What the colour of a text says; a sign or a word says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Text.
    #[default]
    Plain,
    /// Less important.
    Dim,
    /// A heading, a key, what is chosen.
    Accent,
    /// New.
    New,
    /// Changed.
    Changed,
    /// Removed.
    Removed,
    /// Something to look at.
    Warning,
    /// Something that will fail.
    Error,
}

/// A short text with its tone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The text, safe to show.
    pub text: String,
    /// What its colour says.
    pub tone: Tone,
}

/// The title line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title<'a> {
    /// The open file; otherwise the repository's name stands there.
    pub file: Option<&'a RepoPath>,
    /// The folder's name.
    pub repository: &'a str,
    /// How many changes are not saved.
    pub changes: usize,
    /// How many recipients the file has.
    pub recipients: usize,
    /// The name of the recipient whose identity fitted.
    pub you: Option<String>,
    /// Whether values can be read and changed.
    pub access: AccessView,
    /// Whether plaintext lies in locked memory.
    pub memory: LockState,
}

/// Whether values can be read and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessView {
    /// No file is open.
    NoFile,
    /// The data key is being unwrapped.
    Unlocking,
    /// Values can be read and changed.
    Open,
    /// The data key was dropped; names stay readable.
    Locked,
    /// No identity fits, or the MAC does not match.
    ReadOnly,
}

/// The body.
pub enum PaneView<'a> {
    /// The keys of the open file beside their declarations.
    Table(TableView<'a>),
    /// Rows of cells: problems, recipients, files, history.
    Grid(Grid),
    /// Words where there is nothing to list.
    Page(PageView),
}

/// The table of keys: which rows are on the screen. Rows come from [`Session::row`](super::Session::row).
pub struct TableView<'a> {
    /// The positions of the rows shown, for [`Session::row`](super::Session::row).
    pub shown: Range<usize>,
    /// How many rows there are, folded and filtered ones left out.
    pub total: usize,
    /// The position of the cursor.
    pub cursor: usize,
    /// The filter, if there is one.
    pub filter: Option<FilterView<'a>>,
}

/// The filter above the table.
pub struct FilterView<'a> {
    /// What is typed.
    pub text: &'a str,
    /// Where the cursor stands, in characters; none when the filter is not being typed.
    pub cursor: Option<usize>,
    /// How many keys match.
    pub matches: usize,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    /// The last part of the key, or several parts where no branch is there.
    pub label: String,
    /// The whole key.
    pub key: String,
    /// How deep it stands.
    pub depth: usize,
    /// Its sign.
    pub state: RowState,
    /// Whether it can be folded, and is.
    pub fold: Option<Fold>,
    /// What stands for the value.
    pub value: ValueView,
    /// The value's type.
    pub value_type: &'static str,
    /// Where it is declared: `sops.nix:9`, `sops.nix:15 (new)`, `not declared`.
    pub declared: Words,
    /// `owner:group`
    pub owner: String,
    /// The mode.
    pub mode: String,
    /// Where the secret is found on the host.
    pub path: String,
    /// What is wrong with it, in a few words; stands in place of owner, mode and path.
    pub problem: Option<String>,
}

/// Whether a branch is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Its keys are shown.
    Open,
    /// Its keys are hidden.
    Folded,
}

/// What stands for a value in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueView {
    /// Nothing: a branch.
    None,
    /// A mask of fixed width.
    Masked,
    /// The value itself, until it is hidden again: [`Exposed::Revealed`].
    Revealed,
    /// A value that stands in the file in the clear.
    Clear(String),
    /// There is no value: `absent`, `null`, `empty`.
    Absent(&'static str),
}

/// Rows of cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// The headings, one a column.
    pub headings: Vec<String>,
    /// The rows shown.
    pub rows: Vec<Vec<Words>>,
    /// The number of the first row shown.
    pub first: usize,
    /// How many rows there are.
    pub total: usize,
    /// The number of the row under the cursor; none where rows cannot be chosen.
    pub cursor: Option<usize>,
    /// The number of the column that says most; the others give way to it.
    pub main: usize,
    /// What stands in full below the rows, where there is room: all about the row under the cursor, or what signs mean.
    pub foot: Vec<Words>,
}

/// Lines to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageView {
    /// The heading.
    pub title: String,
    /// All lines.
    pub lines: Vec<PageLine>,
    /// The first line shown.
    pub first: usize,
    /// How it wants to be placed.
    pub size: PageSize,
}

/// One line of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageLine {
    /// A word that stands in the left margin: a file, a heading. Empty for none.
    pub label: String,
    /// The line.
    pub words: Words,
}

/// How a page wants to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    /// It covers the body.
    #[default]
    Whole,
    /// A box as small as its lines.
    Small,
}

/// What is open above the body.
pub enum LayerView<'a> {
    /// Fields one below the other.
    Form(FormView<'a>),
    /// The editor for a value of many lines.
    Lines(LinesView<'a>),
    /// Entries to choose from: menu, palette.
    List(ListView<'a>),
    /// Lines to read or to decide about: help, review, questions.
    Page(PageView),
}

/// A form.
pub struct FormView<'a> {
    /// The heading.
    pub title: String,
    /// The fields in order.
    pub fields: Vec<FieldView<'a>>,
    /// The text as it will stand in Nix, or what will happen, line by line.
    pub preview: Vec<PageLine>,
}

/// One field of a form.
pub struct FieldView<'a> {
    /// Its name.
    pub label: &'static str,
    /// What is in it.
    pub content: FieldContent<'a>,
    /// What stands beside it: `string, 16 bytes`, `3 others`.
    pub beside: String,
    /// What is wrong, or worth knowing.
    pub note: Option<Words>,
    /// Whether it has the cursor.
    pub is_focused: bool,
    /// Whether a heading or a space sets it apart from the field before it.
    pub starts_group: Option<&'static str>,
    /// Whether it may stand beside the field before it, where there is room.
    pub shares_line: bool,
}

/// What is in a field.
pub enum FieldContent<'a> {
    /// Text.
    Text {
        /// The text.
        text: &'a str,
        /// Where the cursor stands, in characters.
        cursor: usize,
        /// The rest of the name that is offered; the arrow to the right takes it.
        completion: String,
        /// What stands there dimmed while it is empty: the default.
        placeholder: String,
    },
    /// A secret; shown as a mask of fixed width, or by its bytes.
    Secret {
        /// Where its bytes are, if they are to be shown.
        exposed: Option<Exposed>,
        /// Where the cursor stands, in characters; only of use when it is shown.
        cursor: usize,
        /// Whether there is nothing in it.
        is_empty: bool,
    },
    /// One of several values.
    Choice {
        /// The value.
        value: String,
    },
    /// On or off.
    Switch {
        /// Which.
        is_on: bool,
    },
}

/// The editor for a value of many lines.
pub struct LinesView<'a> {
    /// The heading: the key.
    pub title: String,
    /// The number of the first line shown, from 0.
    pub first: usize,
    /// How many lines there are.
    pub total: usize,
    /// The cursor: line and character, from 0.
    pub cursor: (usize, usize),
    /// Whether the lines are shown by their bytes ([`Exposed::Line`]); otherwise as masks.
    pub is_shown: bool,
    /// The last line: how many bytes, and whether it ends with a newline.
    pub beside: String,
    /// What is wrong.
    pub note: Option<&'a str>,
}

/// Entries to choose from.
pub struct ListView<'a> {
    /// The heading.
    pub title: String,
    /// What is typed to narrow the entries, and the cursor in characters.
    pub input: Option<(&'a str, usize)>,
    /// The entries shown.
    pub entries: Vec<ListEntry>,
    /// The number of the first entry shown.
    pub first: usize,
    /// How many entries there are.
    pub total: usize,
    /// The number of the entry that is chosen.
    pub chosen: usize,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Its name.
    pub label: String,
    /// What it does or is.
    pub words: String,
    /// The action whose key stands beside it.
    pub action: Option<super::action::Action>,
    /// Why it cannot be chosen now.
    pub why_not: Option<String>,
}

/// A plaintext that may be drawn now. The edge asks the session for its bytes at the moment of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exposed {
    /// The value that is revealed in the table.
    Revealed,
    /// The value in the form, on one line.
    Field,
    /// One line of the value in the editor for many lines, from 0.
    Line(usize),
    /// The value that was generated and not yet taken.
    Generated,
    /// The answer to a prompt.
    Answer,
}

/// What stands on the tab line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tab {
    /// The pane.
    pub pane: Pane,
    /// A number beside its name: problems, files.
    pub count: Option<usize>,
    /// Whether it is the one shown.
    pub is_shown: bool,
}

impl Words {
    /// Words in the plain tone.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    /// Words in a tone.
    #[must_use]
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

impl PageLine {
    /// A line without a label.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { label: String::new(), words: Words::toned(text, tone) }
    }

    /// A line with a word in the margin.
    #[must_use]
    pub fn labelled(label: impl Into<String>, text: impl Into<String>, tone: Tone) -> Self {
        Self { label: label.into(), words: Words::toned(text, tone) }
    }
}
