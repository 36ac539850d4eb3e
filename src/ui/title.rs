//! The title line, and the detail line, which low screens put together.
//!
//! ```text
//!   sopsmith  secrets/web.yaml  2 changes      age 3 recipients, you: laptop     memory locked
//!   sopsmith  secrets/web.yaml  2 changes      keys  problems 3  recipients  files  history
//!   web.yaml  2 changes │ deepseek ─ used by modules/ai.nix:31
//! ```
//!
//! What does not fit is left out from the least needed on; what warns is never left out.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::layout::left;
use super::phrase::Phrase;
use super::theme::Role;
use crate::secret::LockState;
use crate::session::{AccessView, Action, Pane, Tab, Target, Title, Words};

/// Draws the title line.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, title: &Title<'_>, tabs: &[Tab; 5]) {
    let program = canvas.phrase().with(Role::Strong, "sopsmith").with(Role::Text, "  ");
    let name = title.file.map_or(title.repository, |file| file.as_str());
    let state = state(canvas, title);
    let facts = if tabs[0].is_shown { facts(canvas, title) } else { vec![tab_phrase(canvas, tabs)] };

    let room = usize::from(area.width);
    let needed = canvas.width(name) + state.width() + 2;
    let fits = |facts: &&Phrase, program: &Phrase| needed + facts.width() + program.width() <= room;
    let with_program = facts.iter().find(|facts| fits(facts, &program));
    let chosen = with_program.or_else(|| facts.iter().find(|facts| fits(facts, &canvas.phrase())));

    let mut rest = area;
    if let Some(facts) = chosen {
        rest = canvas.phrase_right(area, facts);
        if !tabs[0].is_shown {
            tab_targets(canvas, Rect { x: rest.right(), width: area.right() - rest.right(), ..area }, tabs);
        }
    }
    if with_program.is_some() {
        rest = canvas.phrase_at(rest, &program);
    }
    let (name_place, _) = left(rest, rest.width.saturating_sub(cells(state.width())));
    let after = canvas.middle(name_place, Role::Text, name);
    canvas.phrase_at(Rect { x: after.x, width: rest.right() - after.x, ..rest }, &state);
}

/// Draws the line that title and detail share.
pub(super) fn draw_shared(canvas: &mut Canvas<'_>, area: Rect, title: &Title<'_>, tabs: &[Tab; 5], detail: &Words) {
    let name = title.file.map_or(title.repository, |file| file.file_name());
    let mut line = canvas.phrase().with(Role::Strong, name);
    line.append(state(canvas, title));
    let pane = tabs.iter().find(|tab| tab.is_shown && tab.pane != Pane::Keys);
    if let Some(tab) = pane {
        line.push(Role::Accent, &format!("  {}", tab_name(tab)));
    }
    line.append(detail_phrase(canvas, detail));
    canvas.phrase_at(area, &line);
}

/// Draws the detail line of screens that have one.
pub(super) fn draw_detail(canvas: &mut Canvas<'_>, area: Rect, detail: &Words) {
    if !detail.text.is_empty() {
        let line = canvas.phrase().with(Role::Dim, "─ ").with(Role::from(detail.tone), &detail.text);
        canvas.phrase_at(area, &line);
    }
}

fn detail_phrase(canvas: &Canvas<'_>, detail: &Words) -> Phrase {
    match detail.text.as_str() {
        "" => canvas.phrase(),
        text => canvas.phrase().with(Role::Dim, " │ ").with(Role::from(detail.tone), text),
    }
}

/// What stands behind the file's name: unsaved changes, and whatever keeps from reading or protecting values.
fn state(canvas: &Canvas<'_>, title: &Title<'_>) -> Phrase {
    let mut state = canvas.phrase();
    match title.changes {
        0 => {}
        1 => state.push(Role::Changed, "  1 change"),
        changes => state.push(Role::Changed, &format!("  {changes} changes")),
    }
    match title.access {
        AccessView::NoFile | AccessView::Open => {}
        AccessView::Unlocking => state.push(Role::Dim, "  unwrapping the data key"),
        AccessView::Locked => state.push(Role::Warning, "  locked"),
        AccessView::ReadOnly => state.push(Role::Warning, "  read-only"),
    }
    if let LockState::Unlocked { .. } = title.memory {
        state.push(Role::Warning, "  memory not locked");
    }
    state
}

/// Who can read the file, in fewer and fewer words.
fn facts(canvas: &Canvas<'_>, title: &Title<'_>) -> Vec<Phrase> {
    let memory = if matches!(title.memory, LockState::Locked(_)) { "memory locked" } else { "" };
    let recipients = match (title.file, title.recipients) {
        (None, _) => String::new(),
        (_, 1) => "1 recipient".to_owned(),
        (_, count) => format!("{count} recipients"),
    };
    let you = title.you.as_deref().map(|you| format!("you: {you}")).unwrap_or_default();
    let join = |parts: &[&str], between: &str| {
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
    };
    let who = join(&[&recipients, &you], ", ");
    let age = if recipients.is_empty() { String::new() } else { format!("age {who}") };
    let lines = [join(&[&age, memory], "     "), join(&[&age, memory], "  "), age, who, you, String::new()];
    lines.iter().map(|line| canvas.phrase().with(Role::Dim, line)).collect()
}

fn tab_phrase(canvas: &Canvas<'_>, tabs: &[Tab]) -> Phrase {
    let mut phrase = canvas.phrase();
    for tab in tabs {
        if !phrase.is_empty() {
            phrase.push(Role::Text, "  ");
        }
        phrase.push(if tab.is_shown { Role::Accent } else { Role::Dim }, &tab_name(tab));
    }
    phrase
}

fn tab_targets(canvas: &mut Canvas<'_>, area: Rect, tabs: &[Tab]) {
    let mut rest = area;
    for tab in tabs {
        let (place, after) = left(rest, cells(canvas.width(&tab_name(tab))));
        canvas.target(place, Target::Action(Action::Show(tab.pane)));
        rest = left(after, 2).1;
    }
}

/// `problems 3`; the one that is shown stands in brackets, because colour alone would not say so.
fn tab_name(tab: &Tab) -> String {
    let name = match tab.count {
        Some(count) if count > 0 => format!("{} {count}", tab.pane.title()),
        _ => tab.pane.title().to_owned(),
    };
    if tab.is_shown { format!("[{name}]") } else { name }
}
