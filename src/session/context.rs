//! Contexts: where a key press lands. The keymap has one list of bindings for each.
//!
//! ```text
//!   Anywhere ─┬─ Panes ─┬─ Table ─┬─ Locked, Unopened
//!             │         │         └─ RowMenu
//!             │         └─ Problems, Recipients, Files, History, Empty, Plain
//!             ├─ Text ──┬─ Form ──┬─ Field ── SecretField, FileField
//!             │         │         ├─ Choice, Switch
//!             │         │         └─ Lines
//!             │         └─ Filter, Palette, Prompt, Path
//!             ├─ CopyMenu, Generate, Page, Review, SetupPlan, KeysQuestion, Work
//!             └─ QuitQuestion, PasteQuestion, DeleteQuestion, ChangedOutside, Conflicts, Tampered
//! ```

/// Where a key press lands. A key that a context does not bind is looked up in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Wherever one is.
    Anywhere,
    /// In any pane, nothing open above it.
    Panes,
    /// The table of keys.
    Table,
    /// The table of keys while the data key is dropped.
    Locked,
    /// The problems pane.
    Problems,
    /// The recipients pane.
    Recipients,
    /// The files pane; also the picker at the start.
    Files,
    /// The history pane.
    History,
    /// There are encrypted files, and none of them is open.
    Unopened,
    /// No encrypted file was found.
    Empty,
    /// The file that was opened is in the clear.
    Plain,
    /// Wherever text is typed.
    Text,
    /// Typing a filter for the table.
    Filter,
    /// A form, whatever field has the cursor.
    Form,
    /// A text field of a form.
    Field,
    /// A text field whose text may come from a file.
    FileField,
    /// A text field whose text is a secret.
    SecretField,
    /// A field that takes one of several values.
    Choice,
    /// A field that is on or off.
    Switch,
    /// The editor for a value of many lines.
    Lines,
    /// Choosing how a value is made.
    Generate,
    /// Typing the path of a file.
    Path,
    /// What can be done with a row; the keys of the table work here too.
    RowMenu,
    /// What else can be copied.
    CopyMenu,
    /// The commands by name.
    Palette,
    /// A page to read: help, what was tried, a difference.
    Page,
    /// What a save would write.
    Review,
    /// What a setup would write.
    SetupPlan,
    /// What a change of recipients or data keys would do.
    KeysQuestion,
    /// Recipients or data keys are being changed, file after file.
    Work,
    /// A passphrase or another answer is asked for.
    Prompt,
    /// Leaving with unsaved changes.
    QuitQuestion,
    /// Text was pasted into the table.
    PasteQuestion,
    /// A row is about to be removed.
    DeleteQuestion,
    /// Another program changed the file.
    ChangedOutside,
    /// Another program changed the same keys.
    Conflicts,
    /// The file does not match its MAC.
    Tampered,
}

impl Context {
    /// All contexts, in the order of the help page.
    pub const ALL: &[Self] = &[
        Self::Table,
        Self::Locked,
        Self::Panes,
        Self::Problems,
        Self::Recipients,
        Self::Files,
        Self::History,
        Self::Unopened,
        Self::Empty,
        Self::Plain,
        Self::Filter,
        Self::Form,
        Self::Field,
        Self::FileField,
        Self::SecretField,
        Self::Choice,
        Self::Switch,
        Self::Lines,
        Self::Generate,
        Self::Path,
        Self::RowMenu,
        Self::CopyMenu,
        Self::Palette,
        Self::Page,
        Self::Review,
        Self::SetupPlan,
        Self::KeysQuestion,
        Self::Work,
        Self::Prompt,
        Self::Text,
        Self::QuitQuestion,
        Self::PasteQuestion,
        Self::DeleteQuestion,
        Self::ChangedOutside,
        Self::Conflicts,
        Self::Tampered,
        Self::Anywhere,
    ];

    /// Where a key is looked up that this context does not bind.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Anywhere => None,
            Self::Locked | Self::Unopened | Self::RowMenu => Some(Self::Table),
            Self::Table
            | Self::Problems
            | Self::Recipients
            | Self::Files
            | Self::History
            | Self::Empty
            | Self::Plain => Some(Self::Panes),
            Self::FileField | Self::SecretField => Some(Self::Field),
            Self::Field | Self::Choice | Self::Switch | Self::Lines => Some(Self::Form),
            Self::Form | Self::Filter | Self::Palette | Self::Prompt | Self::Path => Some(Self::Text),
            _ => Some(Self::Anywhere),
        }
    }

    /// This context and all that it falls back to, nearest first.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |context| context.parent())
    }

    /// Whether characters are typed into something here; then no plain character is ever a command.
    #[must_use]
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Filter
                | Self::Field
                | Self::FileField
                | Self::SecretField
                | Self::Lines
                | Self::Path
                | Self::Palette
                | Self::Prompt
        )
    }

    /// Whether the table of keys has the cursor.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::Locked)
    }

    /// Its name in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Panes => "panes",
            Self::Table => "table",
            Self::Locked => "locked",
            Self::Problems => "problems",
            Self::Recipients => "recipients",
            Self::Files => "files",
            Self::History => "history",
            Self::Unopened => "unopened",
            Self::Empty => "empty",
            Self::Plain => "plain",
            Self::Text => "text",
            Self::Filter => "filter",
            Self::Form => "form",
            Self::Field => "field",
            Self::FileField => "file-field",
            Self::SecretField => "secret-field",
            Self::Choice => "choice",
            Self::Switch => "switch",
            Self::Lines => "lines",
            Self::Generate => "generate",
            Self::Path => "path",
            Self::RowMenu => "row-menu",
            Self::CopyMenu => "copy-menu",
            Self::Palette => "palette",
            Self::Page => "page",
            Self::Review => "review",
            Self::SetupPlan => "setup-plan",
            Self::KeysQuestion => "keys-question",
            Self::Work => "work",
            Self::Prompt => "prompt",
            Self::QuitQuestion => "quit-question",
            Self::PasteQuestion => "paste-question",
            Self::DeleteQuestion => "delete-question",
            Self::ChangedOutside => "changed-outside",
            Self::Conflicts => "conflicts",
            Self::Tampered => "tampered",
        }
    }

    /// The heading above its keys in the help page and in the README.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Panes => "in every pane, unless it has the key itself",
            Self::Table => "keys",
            Self::Locked => "locked",
            Self::Problems => "problems",
            Self::Recipients => "recipients",
            Self::Files => "files",
            Self::History => "history",
            Self::Unopened => "no file open",
            Self::Empty => "nothing here yet",
            Self::Plain => "in the clear",
            Self::Filter => "filter",
            Self::Form => "form",
            Self::Field => "text field",
            Self::FileField => "text or file",
            Self::SecretField => "value",
            Self::Choice => "choice",
            Self::Switch => "switch",
            Self::Lines => "many lines",
            Self::Generate => "generate",
            Self::Path => "path",
            Self::RowMenu => "menu",
            Self::CopyMenu => "copy",
            Self::Text => "typing",
            Self::Palette => "commands",
            Self::Page => "page",
            Self::Review => "review",
            Self::SetupPlan => "setting up",
            Self::KeysQuestion => "changing keys",
            Self::Work => "work",
            Self::Prompt => "prompt",
            Self::QuitQuestion => "leaving",
            Self::PasteQuestion => "pasted",
            Self::DeleteQuestion => "deleting",
            Self::ChangedOutside => "changed outside",
            Self::Conflicts => "changed by both",
            Self::Tampered => "MAC mismatch",
        }
    }
}
