//! Bindings: the one table of keys. Resolution, hints, help page, palette and README are all derived from it.
//!
//! A line is `keys => action, label`. The first key is the one that hints show; a binding without a label is left out
//! of the hint line, because people know arrows. The order within a context is the order of the hints.

use super::chord::Chord;
use crate::session::Action::{self, *};
use crate::session::{Context, Extent, Motion, Pane};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, the one to be shown first.
    pub chords: Vec<Chord>,
    /// What they ask for.
    pub action: Action,
    /// What the hint line says; empty for keys that need no hint.
    pub label: &'static str,
}

struct Group {
    context: Context,
    lines: &'static [Line],
}

type Line = (&'static str, Action, &'static str);

const fn group(context: Context, lines: &'static [Line]) -> Group {
    Group { context, lines }
}

#[rustfmt::skip]
const TABLE: &[Group] = &[
    group(Context::Locked, &[
        ("⏎",               Unlock,                          "unlock"),
    ]),
    group(Context::Table, &[
        ("a",               Add,                             "add"),
        ("e ⏎",             Edit,                            "edit"),
        ("r",               Rename,                          "rename"),
        ("d Del",           Delete,                          "delete"),
        ("y",               CopyValue,                       "copy"),
        ("␣",               Reveal,                          "reveal"),
        ("/",               Filter,                          "filter"),
        ("x",               ApplyFix,                        "fix"),
        ("n",               NixFields,                       "nix"),
        ("Y",               CopyElse,                        "copy else"),
        ("m",               RowMenu,                         "menu"),
        ("h ←",             Fold,                            ""),
        ("l →",             Unfold,                          ""),
        ("Esc",             ClearFilter,                     ""),
    ]),
    group(Context::RowMenu, &[
        ("⏎",               Confirm,                         "do it"),
        ("Esc m",           Cancel,                          "back"),
    ]),
    group(Context::Problems, &[
        ("⏎",               Confirm,                         "go there"),
        ("x",               ApplyFix,                        "fix"),
    ]),
    group(Context::Recipients, &[
        ("a",               AddRecipient,                    "add"),
        ("d Del",           RemoveRecipient,                 "remove"),
        ("u",               UpdateKeys,                      "update files"),
        ("⏎",               Confirm,                         "details"),
    ]),
    group(Context::Files, &[
        ("⏎",               Confirm,                         "open"),
        ("a",               NewFile,                         "new file"),
        ("o",               OpenPath,                        "open a path"),
    ]),
    group(Context::Unopened, &[
        ("4",               Show(Pane::Files),               "encrypted files"),
        ("o",               OpenPath,                        "open a path"),
        ("a",               NewFile,                         "new file"),
    ]),
    group(Context::Empty, &[
        ("i",               SetUp,                           "set everything up"),
        ("o",               OpenPath,                        "open a path"),
    ]),
    group(Context::Plain, &[
        ("e ⏎",             EncryptFile,                     "encrypt it here"),
        ("Esc",             Cancel,                          "leave it"),
        ("o",               OpenPath,                        "open a path"),
    ]),
    group(Context::Panes, &[
        ("u",               Undo,                            "undo"),
        ("Ctrl-r",          Redo,                            "redo"),
        ("s Ctrl-s",        Save,                            "save"),
        ("+",               GitAdd,                          "git add"),
        ("i",               ShowTried,                       "what was tried"),
        ("!",               NextProblem,                     "next problem"),
        ("?",               Help,                            "help"),
        ("Tab",             NextPane,                        ""),
        ("Shift-Tab",       PreviousPane,                    ""),
        ("1",               Show(Pane::Keys),                ""),
        ("2",               Show(Pane::Problems),            ""),
        ("3",               Show(Pane::Recipients),          ""),
        ("4",               Show(Pane::Files),               ""),
        ("5",               Show(Pane::History),             ""),
        ("E",               Evaluate,                        ""),
        ("L",               Lock,                            ""),
        (":",               Palette,                         ""),
        ("q",               Quit,                            "quit"),
        ("j ↓",             Move(Motion::Down),              ""),
        ("k ↑",             Move(Motion::Up),                ""),
        ("g Home",          Move(Motion::First),             ""),
        ("G End",           Move(Motion::Last),              ""),
        ("PgDn Ctrl-f",     Move(Motion::PageDown),          ""),
        ("PgUp Ctrl-b",     Move(Motion::PageUp),            ""),
    ]),
    group(Context::Filter, &[
        ("⏎",               Confirm,                         "keep"),
        ("Esc",             Cancel,                          "all rows"),
        ("↓",               Move(Motion::Down),              ""),
        ("↑",               Move(Motion::Up),                ""),
        ("PgDn",            Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
    ]),
    group(Context::SecretField, &[
        ("Ctrl-t",          ToggleShown,                     "show"),
        ("Ctrl-g",          Generate,                        "generate"),
        ("Ctrl-o",          FromFile,                        "from file"),
        ("Ctrl-l",          ManyLines,                       "many lines"),
    ]),
    group(Context::FileField, &[
        ("Ctrl-o",          FromFile,                        "from file"),
    ]),
    group(Context::Field, &[
        ("Ctrl-n",          NextChoice,                      "next name"),
        ("Ctrl-p",          PreviousChoice,                  ""),
    ]),
    group(Context::Lines, &[
        ("Ctrl-t",          ToggleShown,                     "show"),
        ("Ctrl-l",          ManyLines,                       "one line"),
        ("Ctrl-g",          Generate,                        "generate"),
        ("Ctrl-o",          FromFile,                        "from file"),
        ("⏎",               NewLine,                         ""),
        ("↓",               Move(Motion::Down),              ""),
        ("↑",               Move(Motion::Up),                ""),
        ("PgDn",            Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
    ]),
    group(Context::Choice, &[
        ("→ l ␣",           NextChoice,                      "next"),
        ("← h",             PreviousChoice,                  ""),
    ]),
    group(Context::Switch, &[
        ("␣ → ← h l",       Toggle,                          "flip"),
    ]),
    group(Context::Form, &[
        ("⏎ Tab ↓",         NextField,                       "next field"),
        ("Ctrl-s",          Done,                            "done"),
        ("Esc",             Cancel,                          "cancel"),
        ("Shift-Tab ↑",     PreviousField,                   ""),
    ]),
    group(Context::Generate, &[
        ("⏎ Ctrl-s",        Confirm,                         "use it"),
        ("Ctrl-g",          Generate,                        "again"),
        ("Ctrl-t",          ToggleShown,                     "show"),
        ("→ l ␣",           NextChoice,                      "change"),
        ("← h",             PreviousChoice,                  ""),
        ("↓ j Tab",         NextField,                       ""),
        ("↑ k Shift-Tab",   PreviousField,                   ""),
        ("PgDn",            Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
        ("Esc",             Cancel,                          "back"),
    ]),
    group(Context::Path, &[
        ("⏎ Ctrl-s",        Confirm,                         "go on"),
        ("Esc",             Cancel,                          "back"),
    ]),
    group(Context::Palette, &[
        ("⏎",               Confirm,                         "do it"),
        ("↓ Ctrl-n Tab",    Move(Motion::Down),              ""),
        ("↑ Ctrl-p",        Move(Motion::Up),                ""),
        ("Esc",             Cancel,                          "back"),
    ]),
    group(Context::Prompt, &[
        ("⏎",               Confirm,                         "answer"),
        ("Ctrl-t",          ToggleShown,                     "show"),
        ("Esc",             Cancel,                          "skip"),
    ]),
    group(Context::Text, &[
        ("←",               Move(Motion::Left),              ""),
        ("→",               Move(Motion::Right),             ""),
        ("Home Ctrl-a",     Move(Motion::LineStart),         ""),
        ("End Ctrl-e",      Move(Motion::LineEnd),           ""),
        ("Ctrl-← Alt-← Alt-b", Move(Motion::WordLeft),       ""),
        ("Ctrl-→ Alt-→ Alt-f", Move(Motion::WordRight),      ""),
        ("⌫",               Erase(Extent::CharacterBefore),  ""),
        ("Del Ctrl-d",      Erase(Extent::CharacterAfter),   ""),
        ("Ctrl-w Alt-⌫",    Erase(Extent::WordBefore),       ""),
        ("Ctrl-u",          Erase(Extent::ToLineStart),      ""),
        ("Ctrl-k",          Erase(Extent::ToLineEnd),        ""),
    ]),
    group(Context::CopyMenu, &[
        ("⏎ y",             Confirm,                         "copy"),
        ("↓ j Y",           Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("Esc q",           Cancel,                          "back"),
    ]),
    group(Context::Page, &[
        ("Esc ⏎ q ?",       Cancel,                          "back"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("PgDn ␣ Ctrl-f",   Move(Motion::PageDown),          ""),
        ("PgUp Ctrl-b",     Move(Motion::PageUp),            ""),
        ("g Home",          Move(Motion::First),             ""),
        ("G End",           Move(Motion::Last),              ""),
    ]),
    group(Context::Review, &[
        ("⏎",               Confirm,                         "save"),
        ("Esc q",           Cancel,                          "back"),
        ("p",               Show(Pane::Problems),            "problems"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("PgDn ␣",          Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
    ]),
    group(Context::SetupPlan, &[
        ("⏎",               Confirm,                         "write all"),
        ("Esc q",           Cancel,                          "back"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("PgDn ␣",          Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
        ("g Home",          Move(Motion::First),             ""),
        ("G End",           Move(Motion::Last),              ""),
    ]),
    group(Context::KeysQuestion, &[
        ("⏎",               Confirm,                         "do it"),
        ("→ l Tab",         NextChoice,                      "what else"),
        ("← h Shift-Tab",   PreviousChoice,                  ""),
        ("Esc q",           Cancel,                          "back"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("PgDn ␣",          Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
    ]),
    group(Context::Work, &[
        ("Esc",             Cancel,                          "stop, or close"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("PgDn ␣",          Move(Motion::PageDown),          ""),
        ("PgUp",            Move(Motion::PageUp),            ""),
    ]),
    group(Context::QuitQuestion, &[
        ("Esc",             Cancel,                          "stay"),
        ("l",               Leave,                           "leave"),
        ("s Ctrl-s",        Save,                            "save first"),
        ("Ctrl-c",          Interrupt,                       "leave too"),
    ]),
    group(Context::PasteQuestion, &[
        ("a",               AddPasted,                       "add a key with it"),
        ("r",               ReplacePasted,                   "replace this value"),
        ("Esc",             Cancel,                          "forget it"),
    ]),
    group(Context::DeleteQuestion, &[
        ("⏎ d",             Confirm,                         "delete"),
        ("→ l ␣ Tab",       NextChoice,                      "what else"),
        ("← h Shift-Tab",   PreviousChoice,                  ""),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("Esc q",           Cancel,                          "back"),
    ]),
    group(Context::ChangedOutside, &[
        ("m",               Merge,                           "merge by key"),
        ("d",               Difference,                      "difference"),
        ("Esc",             Cancel,                          "back"),
    ]),
    group(Context::Conflicts, &[
        ("⏎",               Confirm,                         "merge"),
        ("m",               KeepMine,                        "mine"),
        ("t",               TakeTheirs,                      "theirs"),
        ("M",               KeepAllMine,                     "all mine"),
        ("T",               TakeAllTheirs,                   "all theirs"),
        ("Esc",             Cancel,                          "back"),
        ("↓ j",             Move(Motion::Down),              ""),
        ("↑ k",             Move(Motion::Up),                ""),
        ("g Home",          Move(Motion::First),             ""),
        ("G End",           Move(Motion::Last),              ""),
    ]),
    group(Context::Tampered, &[
        ("⏎ Esc",           Cancel,                          "open read-only"),
        (":",               Palette,                         "commands"),
    ]),
    group(Context::Anywhere, &[
        ("Ctrl-c",          Interrupt,                       ""),
        ("Ctrl-z",          Suspend,                         ""),
    ]),
];

/// The table, its keys read.
///
/// # Panics
/// When the table names a key that does not exist; a test reads it whole.
#[must_use]
pub(super) fn standard_bindings() -> Vec<Binding> {
    let chord = |name| Chord::parse(name).expect("the table names keys that exist");
    let lines = TABLE.iter().flat_map(|group| group.lines.iter().map(|line| (group.context, line)));
    lines
        .map(|(context, (names, action, label))| Binding {
            context,
            chords: names.split(' ').map(chord).collect(),
            action: *action,
            label,
        })
        .collect()
}
