//! Input that wants to overflow a stack, fill the memory or make the reader panic.

use sopsmith::yaml::{Edit, Fragment, Limits, ParseError, Yaml};

use super::generator::{self, Dice};

fn refused(text: &str) -> ParseError {
    Yaml::parse(text, &Limits::default()).expect_err(&text[..text.len().min(40)])
}

#[test]
fn deep_nesting_is_refused_whatever_it_is_made_of() {
    let deep = 100_000;
    for opening in ["[", "{", "- ", "? ", "{a: ", "[{", "a: [", "- - {"] {
        let error = refused(&opening.repeat(deep));
        assert!(matches!(error, ParseError::Limit { .. } | ParseError::Syntax { .. }), "{opening}: {error}");
    }
    let mut lines = String::new();
    for depth in 0..2000 {
        lines.push_str(&" ".repeat(depth));
        lines.push_str("a:\n");
    }
    assert_eq!(refused(&lines), ParseError::Limit { what: "levels of nesting", limit: 200 });
}

#[test]
fn nesting_up_to_the_limit_is_read_and_edited() {
    let depth = 190;
    let text = format!("a: {}1{}\n", "[".repeat(depth), "]".repeat(depth));
    let yaml = Yaml::parse(text, &Limits::default()).unwrap();
    let leaf = yaml.walk(yaml.documents()[0].root).last().unwrap();
    assert_eq!(leaf.depth, depth);
}

#[test]
fn aliases_of_aliases_are_counted_before_they_are_expanded() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(refused(&text), ParseError::Limit { what: "nodes behind aliases", limit: 20_000_000 });
    assert!(matches!(refused("a: &x [*x]\n"), ParseError::Alias { problem: "stands inside its own anchor", .. }));
    assert!(matches!(refused("a: *x\n"), ParseError::Alias { problem: "has no anchor before it", .. }));
}

#[test]
fn long_runs_of_comments_and_keys_are_read() {
    let comments = "# c\n".repeat(20_000);
    let keys: String = (0..20_000).map(|index| format!("k{index}: v\n")).collect();
    let yaml = Yaml::parse(format!("{comments}{keys}{comments}"), &Limits::default()).unwrap();
    assert_eq!(yaml.comments().len(), 40_000);
    let root = yaml.documents()[0].root;
    assert_eq!(yaml.entry(root, "k19999").map(|entry| yaml.text_of(entry.value)), Some(Some("v")));
    assert_eq!(yaml.entry(root, "k20000"), None);
}

#[test]
fn limits_are_kept() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    assert_eq!(Yaml::parse("a: 12345678", &limits).unwrap_err(), ParseError::Limit { what: "bytes", limit: 10 });
    let limits = Limits { nodes: 4, ..Limits::default() };
    assert_eq!(Yaml::parse("a: 1\nb: 2\n", &limits).unwrap_err(), ParseError::Limit { what: "nodes", limit: 4 });
    let limits = Limits { comments: 1, ..Limits::default() };
    let error = Yaml::parse("# c\n# d\na: 1\n", &limits).unwrap_err();
    assert_eq!(error, ParseError::Limit { what: "comment lines", limit: 1 });
}

#[test]
fn damaged_documents_never_panic() {
    for seed in 0..600 {
        let mut dice = Dice::new(seed + 10_000);
        let mut bytes = generator::document(&mut dice).into_bytes();
        for _ in 0..=dice.below(6) {
            if bytes.is_empty() {
                break;
            }
            let at = dice.below(bytes.len());
            let byte = b" :-#\n\"'{}[]&*!|>%@`,?ax\t\r\0\xff\xc3"[dice.below(27)];
            match dice.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                _ => bytes[at] = byte,
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Ok(yaml) = Yaml::parse(text, &Limits::default()) else { continue };
        for document in yaml.documents() {
            for visit in yaml.walk(document.root) {
                let sopsmith::yaml::Item::Entry(entry) = visit.item else { continue };
                assert!(yaml.line(entry.key) > 0);
                // Whether it can be made or not: it is decided without a panic.
                let edits = [Edit::Set { node: entry.value, to: Fragment::Text("x\ny".to_owned()) }];
                let after = yaml.edit(&edits).map(|edited| edited.after.text().len());
                let removed = yaml.edit(&[Edit::Remove { node: entry.key }]).map(|edited| edited.after.text().len());
                assert!(after.is_ok() || !format!("{}", after.unwrap_err()).is_empty());
                assert!(removed.is_ok() || !format!("{}", removed.unwrap_err()).is_empty());
            }
        }
    }
}
