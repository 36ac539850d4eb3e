//! Lines: where a setting stands in the text, for messages.
//!
//! Limitations: the TOML reader tells no places, so the text is looked through by lines: `[table]` and `name = `, as
//! people write settings. A name inside `{ … }` is found at the line where the braces begin, or not at all.

/// The line, from 1, on which `name` is set in `table`; on which the table begins, for an empty name.
pub(super) fn line_of(text: &str, table: &[&str], name: &str) -> Option<usize> {
    let mut current: Vec<String> = Vec::new();
    let mut best = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some(heading) = line.strip_prefix('[') {
            current = parts(heading.split(']').next().unwrap_or_default());
            if name.is_empty() && current == table {
                return Some(number);
            }
            continue;
        }
        let Some((left, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        let whole: Vec<String> = current.iter().cloned().chain(parts(left)).collect();
        let wanted: Vec<&str> = table.iter().copied().chain(Some(name).filter(|name| !name.is_empty())).collect();
        if whole == wanted {
            return Some(number);
        }
        if wanted.len() > whole.len() && wanted.iter().zip(&whole).all(|(wanted, whole)| wanted == whole) {
            best = Some(number);
        }
    }
    best
}

/// `keys."a b"` in its parts.
fn parts(path: &str) -> Vec<String> {
    path.split('.').map(|part| part.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_where_people_write_it() {
        let text = "# a = 1\na = 1\n\n[keys.table]\nadd = \"a\"\n'b' = 2\n[x]\ny = { z = 1 }\nd.e = 3\n";
        let check = |table: &[&str], name: &str, expected: Option<usize>| {
            assert_eq!(line_of(text, table, name), expected, "{table:?} {name}");
        };
        check(&[], "a", Some(2));
        check(&["keys", "table"], "add", Some(5));
        check(&["keys", "table"], "b", Some(6));
        check(&["keys", "table"], "", Some(4));
        check(&["x", "y"], "z", Some(8));
        check(&["x", "d"], "e", Some(9));
        check(&[], "absent", None);
    }
}
