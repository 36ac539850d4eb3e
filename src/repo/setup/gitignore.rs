//! `.gitignore`: lines for what must never be committed, added where they are missing.
//!
//! Truth: gitignore(5): `#` begins a comment, `!` takes a pattern back, a slash before the last character ties a pattern
//! to the folder of the file whether it stands in front or not, blanks at the end of a line do not count.

/// The name of the file.
pub const NAME: &str = ".gitignore";

/// What sops users leave lying about: decrypted copies, and identities of age.
pub const PLAINTEXT: &[&str] =
    &["# Decrypted copies and private keys: never for git.", "*.dec", "*.dec.yaml", "*.decrypted.yaml", "keys.txt"];

/// Adds the lines that are missing. `None`: they are all there, or a person took them back with `!`.
///
/// A comment among the lines introduces those behind it, and is added with the first of them only.
#[must_use]
pub fn with_lines(existing: Option<&str>, lines: &[&str]) -> Option<String> {
    let existing = existing.unwrap_or_default();
    let has = |line: &str| existing.lines().any(|there| same_pattern(there.strip_prefix('!').unwrap_or(there), line));
    let ending = if existing.contains("\r\n") { "\r\n" } else { "\n" };
    let mut added = String::new();
    let mut comment = None;
    for line in lines {
        if line.starts_with('#') {
            comment = Some(line);
        } else if !has(line) {
            for line in comment.take().into_iter().chain([line]) {
                added.push_str(line);
                added.push_str(ending);
            }
        }
    }
    if added.is_empty() {
        return None;
    }
    let mut text = existing.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(ending);
    }
    if added.starts_with('#') && !text.trim().is_empty() {
        text.push_str(ending);
    }
    Some(text + &added)
}

/// Whether two lines are one pattern.
fn same_pattern(one: &str, other: &str) -> bool {
    let plain = |line: &str| {
        let line = line.trim_end();
        // `/a/b` and `a/b` are the same, `/a` and `a` are not.
        let rest = line.strip_prefix('/').filter(|rest| rest.trim_end_matches('/').contains('/'));
        rest.unwrap_or(line).to_owned()
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(existing: Option<&str>, lines: &[&str], expected: Option<&str>) {
        assert_eq!(with_lines(existing, lines).as_deref(), expected);
    }

    #[test]
    fn what_is_missing_is_added_at_the_end() {
        check(None, &["*.dec", "keys.txt"], Some("*.dec\nkeys.txt\n"));
        check(Some(""), &["*.dec"], Some("*.dec\n"));
        check(Some("result\n"), &["*.dec"], Some("result\n*.dec\n"));
        check(Some("result"), &["*.dec"], Some("result\n*.dec\n"));
        check(Some("result\r\n"), &["*.dec"], Some("result\r\n*.dec\r\n"));
    }

    #[test]
    fn what_is_there_or_was_taken_back_is_left_alone() {
        check(Some("*.dec  \nkeys.txt"), &["*.dec", "keys.txt"], None);
        check(Some("!keys.txt\n"), &["keys.txt"], None);
        check(Some("secrets/plain.yaml\n"), &["/secrets/plain.yaml"], None);
        check(Some("/keys.txt\n"), &["keys.txt"], Some("/keys.txt\nkeys.txt\n"));
        check(Some("# keys.txt\n"), &["keys.txt"], Some("# keys.txt\nkeys.txt\n"));
    }

    #[test]
    fn a_comment_comes_with_the_lines_that_it_introduces() {
        check(None, &["# why", "*.dec"], Some("# why\n*.dec\n"));
        check(Some("result\n"), &["# why", "*.dec"], Some("result\n\n# why\n*.dec\n"));
        check(Some("*.dec\n"), &["# why", "*.dec"], None);
    }

    #[test]
    fn a_second_time_nothing_is_missing() {
        let once = with_lines(Some("result"), PLAINTEXT);
        assert!(once.is_some());
        check(once.as_deref(), PLAINTEXT, None);
    }
}
