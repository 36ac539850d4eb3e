//! Bindings of one literal set: added and removed, with the lines and blanks around them.

use std::ops::Range;

use super::layout::Layout;
use super::style::Style;
use crate::nix::error::EditError;
use crate::nix::tree::NodeId;
use crate::text::{Overlap, Patch};

/// Something to be removed from a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removal {
    /// A binding.
    Binding(NodeId),
    /// A name of an `inherit` that lists others too, or an element of a list.
    Item(NodeId),
}

/// Bindings to be added to a set, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Addition {
    /// The text of each, without indentation; lines after the first are indented relative to it.
    pub(super) bindings: Vec<String>,
    /// The binding to follow; `None` for the last one of the set.
    pub(super) after: Option<NodeId>,
    /// Whether a blank line comes first.
    pub(super) spaced: bool,
    /// Whether a set on one line may take them on that line.
    pub(super) may_share_line: bool,
}

/// Changes one set.
///
/// # Errors
/// When two of the changes touch the same bytes; that is a fault of the caller and is refused.
pub(super) fn edit_set(
    layout: &Layout<'_, '_>,
    style: &Style,
    set: NodeId,
    removals: &[Removal],
    addition: &Addition,
) -> Result<Patch, EditError> {
    let tree = layout.tree;
    let inside = layout.inside(set);
    let is_removed = |binding: &NodeId| removals.contains(&Removal::Binding(*binding));
    let stay = tree.bindings(set).filter(|binding| !is_removed(binding)).count();
    let holds_bindings = tree.bindings(set).next().is_some();
    if stay == 0 && holds_bindings && addition.bindings.is_empty() && empties(layout, set, removals) {
        return Ok(Patch::replace(tree.range(set).start..tree.range(set).end, replaced_empty(layout, style, set)));
    }
    let mut patch = Patch::new();
    for removal in removals {
        remove(layout, &mut patch, *removal).map_err(|overlap| collision(layout, &overlap))?;
    }
    if addition.bindings.is_empty() {
        return Ok(patch);
    }
    let added = if holds_bindings {
        add_to_filled(layout, style, set, addition)
    } else if layout.is_one_line(&inside) && layout.has_comments(&inside) {
        let end = tree.text()[..inside.end].trim_end_matches([' ', '\t']).len();
        Patch::insert(end, format!(" {}", addition.bindings.join(" ")))
    } else if layout.is_one_line(&inside) && addition.may_share_line {
        Patch::replace(inside, format!(" {} ", addition.bindings.join(" ")))
    } else {
        add_to_empty(layout, style, set, addition)
    };
    patch.merge(added).map_err(|overlap| collision(layout, &overlap))?;
    Ok(patch)
}

/// Removes bindings and items wherever they stand.
///
/// # Errors
/// As [`edit_set`].
pub(super) fn remove_all(layout: &Layout<'_, '_>, removals: &[Removal]) -> Result<Patch, EditError> {
    let mut patch = Patch::new();
    for removal in removals {
        remove(layout, &mut patch, *removal).map_err(|overlap| collision(layout, &overlap))?;
    }
    Ok(patch)
}

/// Two changes that touch the same bytes are refused, not guessed about.
pub(super) fn collision(layout: &Layout<'_, '_>, overlap: &Overlap) -> EditError {
    let line = layout.tree.text()[..overlap.offset].matches('\n').count() + 1;
    EditError::NotAsMeant { line, difference: "two changes touch the same text".to_owned() }
}

/// Whether nothing worth keeping would be left between the braces: no comment but those of what is removed.
fn empties(layout: &Layout<'_, '_>, set: NodeId, removals: &[Removal]) -> bool {
    let inside = layout.inside(set);
    let own = |comment: &&Range<usize>| {
        removals.iter().any(|removal| {
            let (Removal::Binding(node) | Removal::Item(node)) = removal;
            let range = layout.tree.range(*node);
            let extent = layout.extent(&range).unwrap_or(range);
            extent.start <= comment.start && comment.end <= extent.end
        })
    };
    let inner = |comment: &&Range<usize>| inside.start <= comment.start && comment.end <= inside.end;
    layout.tree.comments().iter().filter(inner).all(|comment| own(&comment))
}

/// `rec` stays, whatever it is good for.
fn replaced_empty(layout: &Layout<'_, '_>, style: &Style, set: NodeId) -> String {
    let before = layout.tree.range(set).start..layout.inside(set).start;
    let opening = layout.tree.text()[before].trim_end_matches('{');
    format!("{opening}{}", style.empty)
}

fn remove(layout: &Layout<'_, '_>, patch: &mut Patch, removal: Removal) -> Result<(), Overlap> {
    let (Removal::Binding(node) | Removal::Item(node)) = removal;
    let range = layout.tree.range(node);
    let whole = match (layout.extent(&range), removal) {
        (Some(extent), Removal::Binding(_)) => layout.closed_up(extent),
        (Some(extent), Removal::Item(_)) => extent,
        (None, _) => layout.with_blanks_before(range),
    };
    let joined = patch.splices().last().filter(|last| last.range.end > whole.start && last.replacement.is_empty());
    match joined.map(|last| last.range.clone()) {
        // Blank lines between two neighbours that go would be claimed by both.
        Some(last) if last.start <= whole.start => patch.push(last.end..whole.end.max(last.end), ""),
        _ => patch.push(whole, ""),
    }
}

fn add_to_filled(layout: &Layout<'_, '_>, style: &Style, set: NodeId, addition: &Addition) -> Patch {
    let tree = layout.tree;
    let last = tree.bindings(set).last();
    let Some(after) = addition.after.or(last) else { return Patch::new() };
    let range = tree.range(after);
    let is_one_line = layout.is_one_line(&tree.range(set));
    if is_one_line && addition.may_share_line {
        return Patch::insert(range.end, format!(" {}", addition.bindings.join(" ")));
    }
    let own_line = layout.begins_line(range.start);
    let outer = layout.indentation(if is_one_line { tree.range(set).start } else { range.start });
    let indentation = if own_line { outer.to_owned() } else { format!("{outer}{}", style.unit) };
    let blank = if addition.spaced { layout.ending } else { "" };
    let text: String =
        addition.bindings.iter().map(|it| indented(it, &indentation, layout.ending) + layout.ending).collect();
    match layout.ends_line(range.end) {
        Some(next) if tree.text()[..next].ends_with('\n') => Patch::insert(next, format!("{blank}{text}")),
        _ => {
            // What follows on the line moves to a line of its own: the closing brace, or the next binding.
            let rest = &tree.text()[range.end..];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let next = if Some(after) == last { outer } else { &indentation };
            let text = format!("{}{blank}{text}{next}", layout.ending);
            let mut patch = Patch::replace(range.end..range.end + blanks, text);
            if is_one_line && !layout.has_comments(&tree.range(set)) {
                patch = spread(layout, set, &indentation, patch);
            }
            patch
        }
    }
}

/// Gives every binding of a set on one line a line of its own.
fn spread(layout: &Layout<'_, '_>, set: NodeId, indentation: &str, added: Patch) -> Patch {
    let mut patch = added.clone();
    for binding in layout.tree.bindings(set) {
        let start = layout.tree.range(binding).start;
        let blanks = layout.with_blanks_before(start..start);
        if patch.push(blanks, format!("{}{indentation}", layout.ending)).is_err() {
            return added;
        }
    }
    patch
}

fn add_to_empty(layout: &Layout<'_, '_>, style: &Style, set: NodeId, addition: &Addition) -> Patch {
    let tree = layout.tree;
    let inside = layout.inside(set);
    let outer = layout.indentation(tree.range(set).start);
    let indentation = format!("{outer}{}", style.unit);
    let mut text = String::new();
    for binding in &addition.bindings {
        text.push_str(&indented(binding, &indentation, layout.ending));
        text.push_str(layout.ending);
    }
    if !layout.is_one_line(&inside) && layout.begins_line(inside.end) {
        return Patch::insert(layout.line_start(inside.end), text);
    }
    Patch::replace(inside, format!("{}{text}{outer}", layout.ending))
}

/// A binding with its lines indented and ended as the file does it.
fn indented(binding: &str, indentation: &str, ending: &str) -> String {
    let lines: Vec<String> = binding.lines().map(|line| format!("{indentation}{line}")).collect();
    lines.join(ending)
}
