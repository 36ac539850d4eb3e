//! The nearest name: what somebody may have meant who wrote a name that is not there.

/// The candidate nearest to `name`, if it is near enough to be what was meant; the first of equals.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = allowed_edits(name);
    let name: Vec<char> = folded(name).collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let limit = best.map_or(allowed, |(edits, _)| edits.saturating_sub(1));
        // A difference in length is so many edits at least.
        if candidate.chars().count().abs_diff(name.len()) > limit {
            continue;
        }
        let other: Vec<char> = folded(candidate).collect();
        if let Some(edits) = distance(&name, &other).filter(|edits| *edits <= limit) {
            best = Some((edits, candidate));
            if edits == 0 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// One edit in three characters, three at most.
fn allowed_edits(name: &str) -> usize {
    (name.chars().count() / 3).clamp(1, 3)
}

/// Case and the sign between words are what people get wrong first, so they cost nothing.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase).map(|character| match character {
        '-' | '.' | ' ' => '_',
        other => other,
    })
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other. `None` for long names.
fn distance(one: &[char], other: &[char]) -> Option<usize> {
    const LONGEST: usize = 128;
    if one.len() > LONGEST || other.len() > LONGEST {
        return None;
    }
    let mut before: Vec<usize> = vec![0; other.len() + 1];
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, ours) in one.iter().enumerate() {
        let mut current = vec![row + 1; other.len() + 1];
        for (column, theirs) in other.iter().enumerate() {
            let replaced = above[column] + usize::from(ours != theirs);
            let mut edits = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *theirs && *ours == other[column - 1] {
                edits = edits.min(before[column - 1] + 1);
            }
            current[column + 1] = edits;
        }
        before = std::mem::replace(&mut above, current);
    }
    Some(above[other.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(name, candidates.iter().copied()), expected, "{name}");
    }

    #[test]
    fn what_was_meant_is_near() {
        check("ctfd_url", &["ctfd_uri", "vpn"], Some("ctfd_uri"));
        check("ctfd-url", &["ctfd_uri", "ctfd_url"], Some("ctfd_url"));
        check("owners", &["owner", "mode"], Some("owner"));
        check("taiwan", &["tawian"], Some("tawian"));
        check("API/Key", &["api/key"], Some("api/key"));
    }

    #[test]
    fn what_is_far_was_not_meant() {
        check("ab", &["cd"], None);
        check("password", &["token", "passphrase"], None);
        check("x", &[], None);
    }
}
