//! Scalars, comments and emission against tables made by Go programs; each table says how it was made.

use sopsmith::yaml::{Edit, Fragment, Item, Kind, Limits, NodeId, Resolved, Yaml};

/// The rows of a table: its columns, comments left out.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with("# ")).map(|line| line.split('\t').collect())
}

fn unescape(json: &str) -> String {
    serde_json::from_str(json).unwrap()
}

fn parse(text: &str) -> Yaml {
    Yaml::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

fn entry(yaml: &Yaml, path: &[&str]) -> NodeId {
    path.iter().fold(yaml.documents()[0].root, |node, key| yaml.entry(node, key).unwrap().value)
}

#[test]
fn scalars_mean_what_go_yaml_says() {
    let mut count = 0;
    for row in rows(include_str!("scalars.txt")) {
        let [written, expected_type, expected_text] = row[..] else { panic!("{row:?}") };
        let yaml = parse(&format!("k: {written}"));
        let (found_type, found_text) = match yaml.resolve(entry(&yaml, &["k"])) {
            Err(_) => ("error", Vec::new()),
            Ok(None) => panic!("{written} is no scalar"),
            Ok(Some(resolved)) => {
                let name = match resolved {
                    Resolved::Null => "null",
                    Resolved::Bool(_) => "bool",
                    Resolved::Int(_) => "int",
                    Resolved::UInt(_) => "uint",
                    Resolved::Float(_) => "float",
                    Resolved::Time(_) => "time",
                    Resolved::Str(_) | Resolved::Binary(_) => "str",
                };
                (name, resolved.canonical().unwrap_or_default().into_owned())
            }
        };
        let expected_text = unescape(&format!("\"{expected_text}\""));
        assert_eq!((found_type, found_text), (expected_type, expected_text.into_bytes()), "{written}");
        count += 1;
    }
    assert!(count > 200, "the table is cut");
}

/// Items in braces and brackets, comments as `#text;`, scalars as a point.
fn shape(yaml: &Yaml, node: NodeId) -> String {
    let items: Vec<String> = yaml.items(node).iter().map(|item| item_shape(yaml, item)).collect();
    match yaml.kind(node) {
        Kind::Mapping { .. } => format!("{{{}}}", items.join(" ")),
        Kind::Sequence { .. } => format!("[{}]", items.join(" ")),
        Kind::Scalar(_) | Kind::Alias => ".".to_owned(),
    }
}

fn item_shape(yaml: &Yaml, item: &Item) -> String {
    match item {
        Item::Comment(comment) => format!("#{};", yaml.comment(*comment).text(yaml).trim()),
        Item::Entry(entry) => format!("{}:{}", yaml.text_of(entry.key).unwrap(), shape(yaml, entry.value)),
        Item::Element(element) => shape(yaml, *element),
    }
}

#[test]
fn comments_stand_where_sops_sees_them() {
    let mut count = 0;
    for row in rows(include_str!("comments.txt")) {
        let [situation, text, expected] = row[..] else { panic!("{row:?}") };
        let yaml = parse(&unescape(text));
        let found: Vec<String> = yaml.documents().iter().map(|document| shape(&yaml, document.root)).collect();
        assert_eq!(found.join(" --- "), expected, "{situation}: {text}");
        for comment in yaml.comments() {
            assert!(yaml.text()[comment.range.clone()].starts_with('#'), "{situation}");
        }
        count += 1;
    }
    assert!(count > 150, "the table is cut");
}

#[test]
fn strings_are_written_as_go_yaml_writes_them() {
    let mut count = 0;
    for row in rows(include_str!("emitted.txt")) {
        let [place, string, expected] = row[..] else { panic!("{row:?}") };
        let (string, expected) = (unescape(string), unescape(expected));
        let step = place[1..].parse().unwrap();
        let indent = " ".repeat(step);
        let (before, path): (String, &[&str]) = match &place[..1] {
            "m" => (format!("z:\n{indent}y: 1\nk: x\n"), &["k"]),
            "n" => (format!("k:\n{indent}k: x\n"), &["k", "k"]),
            _ => (format!("k:\n{indent}- x\n"), &["k"]),
        };
        let yaml = parse(&before);
        let node = entry(&yaml, path);
        let node = yaml.elements(node).next().unwrap_or(node);
        let edited = yaml.edit(&[Edit::Set { node, to: Fragment::Text(string.clone()) }]).unwrap();
        let written = &edited.after.text()[edited.after.text().find("k:").unwrap()..];
        assert_eq!(written, expected, "{string:?} at {place}");
        count += 1;
    }
    assert!(count > 400, "the table is cut");
}
