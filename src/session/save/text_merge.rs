//! Merging two changes of one text by lines: for Nix files, whose edits are patches of lines.

use similar::{DiffOp, TextDiff};

/// Brings two changes of `base` together; `None` where both changed the same or touching lines.
pub(super) fn merge_texts(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let base_lines: Vec<&str> = base.split_inclusive('\n').collect();
    let ours_lines: Vec<&str> = ours.split_inclusive('\n').collect();
    let theirs_lines: Vec<&str> = theirs.split_inclusive('\n').collect();
    let mut hunks = hunks(&base_lines, &ours_lines);
    for theirs in self::hunks(&base_lines, &theirs_lines) {
        let is_same =
            hunks.iter().any(|ours| ours.lines == theirs.lines && ours.start == theirs.start && ours.end == theirs.end);
        if is_same {
            continue;
        }
        if hunks.iter().any(|ours| ours.start <= theirs.end && theirs.start <= ours.end) {
            return None;
        }
        hunks.push(theirs);
    }
    hunks.sort_by_key(|hunk| hunk.start);
    let mut merged = String::with_capacity(ours.len().max(theirs.len()));
    let mut done = 0;
    for hunk in hunks {
        merged.extend(base_lines[done..hunk.start].iter().copied());
        merged.extend(hunk.lines.iter().copied());
        done = hunk.end;
    }
    merged.extend(base_lines[done..].iter().copied());
    Some(merged)
}

/// Lines of the base and what stands in their place.
struct Hunk<'a> {
    start: usize,
    end: usize,
    lines: Vec<&'a str>,
}

fn hunks<'a>(base: &[&'a str], changed: &[&'a str]) -> Vec<Hunk<'a>> {
    let diff = TextDiff::from_slices(base, changed);
    let hunk = |op: &DiffOp| match op {
        DiffOp::Equal { .. } => None,
        op => {
            Some(Hunk { start: op.old_range().start, end: op.old_range().end, lines: changed[op.new_range()].to_vec() })
        }
    };
    diff.ops().iter().filter_map(hunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "a\nb\nc\nd\ne\n";

    fn check(ours: &str, theirs: &str, expected: Option<&str>) {
        assert_eq!(merge_texts(BASE, ours, theirs).as_deref(), expected);
        assert_eq!(merge_texts(BASE, theirs, ours).as_deref(), expected);
    }

    #[test]
    fn changes_of_lines_apart_come_together() {
        check("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", Some("A\nb\nc\nd\nE\n"));
        check("a\nnew\nb\nc\nd\ne\n", "a\nb\nc\nd\n", Some("a\nnew\nb\nc\nd\n"));
        check(BASE, "a\nb\nX\nd\ne\n", Some("a\nb\nX\nd\ne\n"));
    }

    #[test]
    fn the_same_change_twice_is_one_change() {
        check("a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n", Some("a\nX\nc\nd\ne\n"));
    }

    #[test]
    fn touching_changes_are_refused() {
        check("a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n", None);
        check("a\nX\nc\nd\ne\n", "a\nb\nY\nd\ne\n", None);
    }
}
