//! Each edit in each layout: the text before, the change, the text after.

use super::{Edit, EditError, Edited, Fragment, Place};
use crate::yaml::{CommentId, Limits, NodeId, ScalarStyle, Yaml};

fn parse(text: &str) -> Yaml {
    Yaml::parse(text, &Limits::default()).unwrap()
}

/// The item at a place such as `a/b/0`: the name (key or element) and the value.
fn find(yaml: &Yaml, path: &str) -> (NodeId, NodeId) {
    let root = yaml.documents()[0].root;
    path.split('/').filter(|part| !part.is_empty()).fold((root, root), |(_, node), part| match part.parse::<usize>() {
        Ok(index) => {
            let element = yaml.elements(node).nth(index).unwrap();
            (element, element)
        }
        Err(_) => {
            let entry = yaml.entry(node, part).unwrap();
            (entry.key, entry.value)
        }
    })
}

fn value(yaml: &Yaml, path: &str) -> NodeId {
    find(yaml, path).1
}

fn text(text: &str) -> Fragment {
    Fragment::Text(text.to_owned())
}

fn plain(text: &str) -> Fragment {
    Fragment::Plain(text.to_owned())
}

fn mapping(entries: &[(&str, Fragment)]) -> Fragment {
    Fragment::Mapping(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

#[track_caller]
fn check(before: &str, edit: impl FnOnce(&Yaml) -> Edit, after: &str) {
    let yaml = parse(before);
    let edited: Edited = yaml.edit(&[edit(&yaml)]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(edited.after.text(), after);
    assert_eq!(edited.patch.invert(before).apply(after), before);
}

#[track_caller]
fn check_refused(before: &str, edit: impl FnOnce(&Yaml) -> Edit, expected: &str) {
    let yaml = parse(before);
    let error = yaml.edit(&[edit(&yaml)]).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(!error.hint().is_empty());
}

fn set(path: &'static str, to: Fragment) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::Set { node: value(yaml, path), to }
}

fn insert(path: &'static str, place: Place, key: &'static str, to: Fragment) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::InsertEntry { mapping: value(yaml, path), place, key: key.to_owned(), value: to }
}

fn insert_after(path: &'static str, sibling: &'static str, key: &'static str) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::InsertEntry {
        mapping: value(yaml, path),
        place: Place::After(find(yaml, sibling).0),
        key: key.to_owned(),
        value: text("x"),
    }
}

fn push(path: &'static str, place: Place, to: Fragment) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::InsertElement { sequence: value(yaml, path), place, value: to }
}

fn remove(path: &'static str) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::Remove { node: find(yaml, path).0 }
}

fn rename(path: &'static str, to: &'static str) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::Rename { key: find(yaml, path).0, to: to.to_owned() }
}

fn replace(path: &'static str, to: Fragment) -> impl FnOnce(&Yaml) -> Edit {
    move |yaml| Edit::Replace { node: value(yaml, path), to }
}

#[test]
fn a_set_value_keeps_what_stands_on_its_line() {
    check("a: 1 # why\nb: 2\n", set("a", text("new")), "a: new # why\nb: 2\n");
    check("a:   1   # why\r\nb: 2\r\n", set("a", text("new")), "a:   new   # why\r\nb: 2\r\n");
    check("a: 'x'\n", set("a", text("it's")), "a: 'it''s'\n");
    check("a: \"x\"\n", set("a", text("new")), "a: \"new\"\n");
    check("- a: 1\n  b: 2\n", set("0/a", text("new")), "- a: new\n  b: 2\n");
}

#[test]
fn a_set_string_stays_a_string() {
    check("a: x\n", set("a", text("8080")), "a: \"8080\"\n");
    check("a: x\n", set("a", text("yes")), "a: \"yes\"\n");
    check("a: x\n", set("a", text("")), "a: \"\"\n");
    check("a: x\n", set("a", text("b: c")), "a: 'b: c'\n");
    check("a: x\n", set("a", plain("8080")), "a: 8080\n");
    check("a: x\n", set("a", plain("null")), "a: null\n");
}

#[test]
fn a_set_value_in_brackets_is_quoted_where_commas_would_end_it() {
    check("a: {b: 1, c: [2]}\n", set("a/b", text("ENC[a,b]")), "a: {b: 'ENC[a,b]', c: [2]}\n");
    check("a: {b: 1, c: [2]}\n", set("a/c/0", text("x\ny")), "a: {b: 1, c: [\"x\\ny\"]}\n");
    check("a: {b, c: 1}\n", set("a/b", text("x")), "a: {b: x, c: 1}\n");
    check("a: {b: , c: 1}\n", set("a/b", text("x")), "a: {b: x , c: 1}\n");
}

#[test]
fn an_absent_value_gets_its_blank() {
    check("a:\nb: 1\n", set("a", text("x")), "a: x\nb: 1\n");
    check("a: # why\n", set("a", text("x")), "a: x # why\n");
    check("a:\n  -\n  - 1\n", set("a/0", text("x")), "a:\n  - x\n  - 1\n");
    check("a: &n\nb: *n\n", set("a", text("x")), "a: &n x\nb: *n\n");
}

#[test]
fn lines_become_a_block_and_a_block_becomes_a_line() {
    check("a: x\nb: 1\n", set("a", text("l\nm\n")), "a: |\n    l\n    m\nb: 1\n");
    check("a:\n  b: x\nc: 1\n", set("a/b", text("l\nm")), "a:\n  b: |-\n    l\n    m\nc: 1\n");
    check("a: |\n    l\n    m\n\nb: 1\n", set("a", text("x")), "a: x\n\nb: 1\n");
    check("a: |2-\n    l\nb: 1\n", set("a", text("n\no")), "a: |-\n    n\n    o\nb: 1\n");
    check("a: >\r\n    l\r\n    m\r\n", set("a", text("n\no\n")), "a: |\r\n    n\r\n    o\r\n");
    check("a: |+\n  l\n\n\nb: 1\n", set("a", text("x")), "a: x\nb: 1\n");
    check("a: x", set("a", text("l\nm\n")), "a: |\n    l\n    m\n");
}

#[test]
fn a_comment_on_the_line_is_not_swallowed_by_a_block() {
    check("a: x # why\n", set("a", text("l\nm\n")), "a: \"l\\nm\\n\" # why\n");
    check("a: | # why\n  l\nb: 1\n", set("a", text("x")), "a: x # why\nb: 1\n");
    check("a: | # why\n  l\nb: 1\n", set("a", text("m\nn\n")), "a: | # why\n    m\n    n\nb: 1\n");
    check("a: x\n    # deep\nb: 1\n", set("a", text("l\nm\n")), "a: \"l\\nm\\n\"\n    # deep\nb: 1\n");
}

#[test]
fn a_tag_of_the_old_value_goes_with_it() {
    check("a: !!int 3\n", set("a", text("x")), "a: x\n");
    check("a: !!int\n", set("a", text("x")), "a: x\n");
    check("a: !!str 3\n", set("a", text("x")), "a: !!str x\n");
    check("a: !env X # why\n", set("a", plain("3")), "a: 3 # why\n");
    check("a: &n !!int 3\nb: *n\n", set("a", text("x")), "a: &n x\nb: *n\n");
    check("a: &n 3\nb: *n\n", set("b", text("x")), "a: &n 3\nb: x\n");
}

#[test]
fn what_is_no_value_is_not_set() {
    check_refused("a:\n  b: 1\n", set("a", text("x")), "line 2: other keys or elements stand here, not a value");
    check_refused("a: 1\n", set("a", plain("x: y")), "line 1: this value cannot be written here");
    check_refused("a: 1\n", set("a", mapping(&[])), "line 1: this value cannot be written here");
}

#[test]
fn a_new_entry_stands_behind_the_lines_of_its_sibling() {
    check("a: 1 # x\nb: 2\n", insert_after("", "a", "new"), "a: 1 # x\nnew: x\nb: 2\n");
    check("a:\n    b: 1\n    # of a\nc: 2\n", insert_after("", "a", "new"), "a:\n    b: 1\n    # of a\nnew: x\nc: 2\n");
    check("a: |\n  l\n\nb: 2\n", insert_after("", "a", "new"), "a: |\n  l\nnew: x\n\nb: 2\n");
    check("a: \"l\n  m\"\nb: 2\n", insert_after("", "a", "new"), "a: \"l\n  m\"\nnew: x\nb: 2\n");
    check("a: 1\r\nb: 2\r\n", insert_after("", "a", "new"), "a: 1\r\nnew: x\r\nb: 2\r\n");
    check("a: 1\nb: 2", insert_after("", "b", "new"), "a: 1\nb: 2\nnew: x");
    check("---\na: 1\n...\n", insert_after("", "a", "new"), "---\na: 1\nnew: x\n...\n");
    check("a: 1\n---\nb: 2\n", insert_after("", "a", "new"), "a: 1\nnew: x\n---\nb: 2\n");
}

#[test]
fn a_new_entry_stands_before_the_comments_of_its_sibling() {
    let before = |yaml: &Yaml| Edit::InsertEntry {
        mapping: value(yaml, ""),
        place: Place::Before(find(yaml, "b").0),
        key: "new".to_owned(),
        value: text("x"),
    };
    check("a: 1\n# of b\nb: 2\n", before, "a: 1\nnew: x\n# of b\nb: 2\n");
    check("a: 1\n# apart\n\nb: 2\n", before, "a: 1\n# apart\n\nnew: x\nb: 2\n");
    // What stands at the top belongs to the file.
    check("# file\na: 1\n", insert("", Place::First, "new", text("x")), "# file\nnew: x\na: 1\n");
    check("sops:\n  mac: x\na: 1\n", insert("", Place::First, "new", text("x")), "new: x\nsops:\n  mac: x\na: 1\n");
}

#[test]
fn new_entries_follow_the_indentation_of_the_file() {
    let nested = || mapping(&[("b", mapping(&[("c", text("d"))])), ("e", Fragment::Sequence(vec![text("f")]))]);
    let new = || insert("", Place::Last, "new", nested());
    check("a: 1\n", new(), "a: 1\nnew:\n    b:\n        c: d\n    e:\n        - f\n");
    check("a:\n  x: 1\n", new(), "a:\n  x: 1\nnew:\n  b:\n    c: d\n  e:\n    - f\n");
    check("a:\n  x:\n  - 1\n", new(), "a:\n  x:\n  - 1\nnew:\n  b:\n    c: d\n  e:\n  - f\n");
    check("a:\n   x: 1\n", new(), "a:\n   x: 1\nnew:\n   b:\n      c: d\n   e:\n      - f\n");
    check("a:\n    - x: 1\n", insert("a/0", Place::Last, "new", text("v")), "a:\n    - x: 1\n      new: v\n");
    check("a:\n    - x: 1\n", insert("a/0", Place::First, "new", text("v")), "a:\n    - new: v\n      x: 1\n");
}

#[test]
fn an_empty_mapping_or_null_becomes_lines() {
    let new = || insert("a", Place::Last, "new", text("x"));
    check("a: {}\nb: 1\n", new(), "a:\n    new: x\nb: 1\n");
    check("a:\nb:\n  c: 1\n", new(), "a:\n  new: x\nb:\n  c: 1\n");
    check("a: null\n", new(), "a:\n    new: x\n");
    check("a: ~", new(), "a:\n    new: x");
    check("a: {} # why\n", new(), "a: {new: x} # why\n");
    check("a: {\n  # c\n}\n", new(), "a: {new: x\n  # c\n}\n");
    check("a: [{}]\n", insert("a/0", Place::Last, "new", text("x")), "a: [{new: x}]\n");
    check("a:\n  - {}\n", insert("a/0", Place::Last, "new", text("x")), "a:\n  - new: x\n");
    check("a:\n  -\n", insert("a/0", Place::Last, "new", text("x")), "a:\n  - new: x\n");
    check("a: &x\nb: *x\n", new(), "a: &x\n    new: x\nb: *x\n");
    check("{}\n", insert("", Place::Last, "new", text("x")), "new: x\n");
    check("---\n", insert("", Place::Last, "new", text("x")), "---\nnew: x\n");
}

#[test]
fn brackets_stay_brackets() {
    let new = |place| insert("a", place, "new", text("x, y"));
    check("a: {b: 1}\n", new(Place::Last), "a: {b: 1, new: 'x, y'}\n");
    check("a: {b: 1}\n", new(Place::First), "a: {new: 'x, y', b: 1}\n");
    check("a: { b: 1 }\n", new(Place::Last), "a: { b: 1, new: 'x, y' }\n");
    check("a: {\n  b: 1,\n  c: 2\n}\n", new(Place::Last), "a: {\n  b: 1,\n  c: 2,\n  new: 'x, y'\n}\n");
    check("a: {\n  b: 1,\n}\n", new(Place::Last), "a: {\n  b: 1,\n  new: 'x, y',\n}\n");
    check("a: {\n  b: 1\n}\n", new(Place::First), "a: {\n  new: 'x, y',\n  b: 1\n}\n");
    check("a: [1]\n", push("a", Place::Last, mapping(&[("b", text("c"))])), "a: [1, {b: c}]\n");
    check("a: []\n", push("a", Place::Last, text("x")), "a:\n    - x\n");
}

#[test]
fn a_key_stands_once_in_its_mapping() {
    check_refused("a: 1\nb: 2\n", insert("", Place::Last, "b", text("x")), "line 2: the key b stands there already");
    check_refused("a: 1\nb: 2\n", rename("a", "b"), "line 2: the key b stands there already");
    check_refused(
        "a: 1\n",
        insert("a", Place::Last, "b", text("x")),
        "line 1: a value stands here, so no key can stand below it",
    );
}

#[test]
fn elements_are_inserted_at_the_column_of_the_dashes() {
    check("a:\n  - 1\nb: 2\n", push("a", Place::Last, text("x")), "a:\n  - 1\n  - x\nb: 2\n");
    check("a:\n- 1\nb: 2\n", push("a", Place::Last, text("x")), "a:\n- 1\n- x\nb: 2\n");
    check("a:\n- 1\nb: 2\n", push("a", Place::First, text("l\nm")), "a:\n- |-\n  l\n  m\n- 1\nb: 2\n");
    check("a:\n  - - 1\n    - 2\n", push("a/0", Place::First, text("x")), "a:\n  - - x\n    - 1\n    - 2\n");
    check(
        "a:\n  - # c\n    b: 1\n",
        push("a", Place::Last, mapping(&[("d", text("e")), ("f", text("g"))])),
        "a:\n  - # c\n    b: 1\n  - d: e\n    f: g\n",
    );
}

#[test]
fn a_removed_entry_takes_its_own_comments_along() {
    check("a: 1\n# of b\nb: 2 # of b\nc: 3\n", remove("b"), "a: 1\nc: 3\n");
    check("a: 1\n# apart\n\nb: 2\nc: 3\n", remove("b"), "a: 1\n# apart\n\nc: 3\n");
    check("# file\na: 1\nb: 2\n", remove("a"), "# file\nb: 2\n");
    check("---\n# file\na: 1\nb: 2\n", remove("a"), "---\n# file\nb: 2\n");
    check("a:\n  x: 1\n  # of a\nb: 2\n", remove("a"), "b: 2\n");
    check("a: 1\nb: |\n  l\n\nc: 3\n", remove("b"), "a: 1\n\nc: 3\n");
    check("a: 1\r\nb: 2\r\n", remove("a"), "b: 2\r\n");
    check("a: 1\nb: 2", remove("b"), "a: 1\n");
    check("a: 1\nb: [1,\n  2]\nc: 3\n", remove("b"), "a: 1\nc: 3\n");
}

#[test]
fn the_dash_stays_when_the_first_key_behind_it_goes() {
    check("- a: 1\n  b: 2\n", remove("0/a"), "- b: 2\n");
    check("- a: 1\n\n  # of b\n  b: 2\n", remove("0/a"), "- # of b\n  b: 2\n");
    check("- - 1\n  - 2\n", remove("0/0"), "- - 2\n");
    check("a:\n  - b: 1\n    c: 2\n  - d: 3\n", remove("a/0"), "a:\n  - d: 3\n");
}

#[test]
fn the_last_entry_leaves_braces() {
    check("a:\n  b: 1\nc: 2\n", remove("a/b"), "a: {}\nc: 2\n");
    check("a: # why\n  b: 1\nc: 2\n", remove("a/b"), "a: {} # why\nc: 2\n");
    check("a:\n  # stays\n\n  b: 1\nc: 2\n", remove("a/b"), "a:\n  # stays\n\n  {}\nc: 2\n");
    check("a: &n\n  b: 1\nc: *n\n", remove("a/b"), "a: &n {}\nc: *n\n");
    check("a:\n- 1\nc: 2\n", remove("a/0"), "a: []\nc: 2\n");
    check("a:\n# stays\n\n- 1\nc: 2\n", remove("a/0"), "a:\n# stays\n\n []\nc: 2\n");
    check("a:\n  - b: 1\n", remove("a/0/b"), "a:\n  - {}\n");
    check("# file\na: 1\n", remove("a"), "# file\n{}\n");
}

#[test]
fn commas_go_with_what_they_divide() {
    check("a: {b: 1, c: 2, d: 3}\n", remove("a/b"), "a: {c: 2, d: 3}\n");
    check("a: {b: 1, c: 2, d: 3}\n", remove("a/d"), "a: {b: 1, c: 2}\n");
    check("a: {b: 1}\n", remove("a/b"), "a: {}\n");
    check("a: [\n  1,\n  2,\n]\n", remove("a/1"), "a: [\n  1,\n]\n");
    check("a: [\n  1,\n  2\n]\n", remove("a/0"), "a: [\n  2\n]\n");
}

#[test]
fn what_an_alias_needs_does_not_go() {
    check_refused("a: &n 1\nb: *n\n", remove("a"), "line 1: the anchor &n is used by an alias in line 2");
    check_refused(
        "a:\n  b: &n 1\nc: *n\n",
        replace("a", text("x")),
        "line 2: the anchor &n is used by an alias in line 3",
    );
    check("a: &n 1\nb: *n\n", remove("b"), "a: &n 1\n");
    check("a:\n  b: &n 1\n  c: *n\nd: 1\n", remove("a"), "d: 1\n");
}

#[test]
fn a_renamed_key_keeps_everything_else() {
    check("a:   1 # why\n", rename("a", "new key"), "new key:   1 # why\n");
    check("a: 1\n", rename("a", "yes"), "\"yes\": 1\n");
    check("a: 1\n", rename("a", "b: c"), "'b: c': 1\n");
    check("a: 1\n", rename("a", "x\ny"), "\"x\\ny\": 1\n");
    check("\"a\": 1\n", rename("a", "b"), "\"b\": 1\n");
    check("{\"a\":1}\n", rename("a", "b"), "{\"b\":1}\n");
    check("? a\n: 1\n", rename("a", "b"), "? b\n: 1\n");
    check("a: |\n  text\n", rename("a", "longer"), "longer: |\n  text\n");
    check("a: &n\n  b: 1\nc: *n\n", rename("a/b", "d"), "a: &n\n  d: 1\nc: *n\n");
}

#[test]
fn any_value_replaces_any_other() {
    check("a:\n  b: 1\n  # of a\nc: 2\n", replace("a", text("x")), "a: x\nc: 2\n");
    check("a: # why\n  b: 1\nc: 2\n", replace("a", text("x")), "a: x # why\nc: 2\n");
    check("a: # why\n  b: 1\nc: 2\n", replace("a", text("l\nm")), "a: \"l\\nm\" # why\nc: 2\n");
    check("a: 1\nc: 2\n", replace("a", mapping(&[("b", text("x"))])), "a:\n    b: x\nc: 2\n");
    check("a: 1 # why\n", replace("a", mapping(&[("b", text("x"))])), "a: {b: x} # why\n");
    check("a: [1, [2]]\n", replace("a/1", text("x, y")), "a: [1, 'x, y']\n");
    check(
        "a:\n  - b: 1\n  - 2\n",
        replace("a/0", Fragment::Sequence(vec![text("x"), text("z")])),
        "a:\n  - - x\n    - z\n  - 2\n",
    );
    check("a:\n", replace("a", mapping(&[])), "a: {}\n");
}

#[test]
fn comment_lines_are_changed_inserted_and_removed() {
    let comment = |index| CommentId(index);
    check("# a\nb: 1 # c\n", |_| Edit::SetComment { comment: comment(1), to: "d".to_owned() }, "# a\nb: 1 #d\n");
    check("# a\nb: 1 # c\n", |_| Edit::RemoveComment { comment: comment(0) }, "b: 1 # c\n");
    check("# a\nb: 1   # c\n", |_| Edit::RemoveComment { comment: comment(1) }, "# a\nb: 1\n");
    let above = |path: &'static str| {
        move |yaml: &Yaml| Edit::InsertComment { above: find(yaml, path).0, text: "ENC[x]".to_owned() }
    };
    check("a:\n  b: 1\n", above("a/b"), "a:\n  #ENC[x]\n  b: 1\n");
    check("a:\r\n  - b: 1\r\n", above("a/0/b"), "a:\r\n  #ENC[x]\r\n  - b: 1\r\n");
    check_refused(
        "a: 1\n",
        |yaml| Edit::InsertComment { above: find(yaml, "a").0, text: "l\nm".to_owned() },
        "line 1: a comment with line breaks or control characters cannot be written here",
    );
}

#[test]
fn comments_that_change_their_container_are_told() {
    // Once `c` is gone and nothing follows, go-yaml takes the comment for a part of the list.
    let yaml = parse("a:\n- b\n # of the file\nc: 1\n");
    assert_eq!(yaml.comments()[0].container, value(&yaml, ""));
    let edited = yaml.edit(&[Edit::Remove { node: find(&yaml, "c").0 }]).unwrap();
    assert_eq!(edited.moved_comments, [CommentId(0)]);
    assert_eq!(edited.after.comments()[0].container, value(&edited.after, "a"));
    let edited = yaml.edit(&[insert("", Place::Last, "new", text("x"))(&yaml)]).unwrap();
    assert_eq!(edited.moved_comments, []);
}

#[test]
fn two_changes_of_one_place_are_refused() {
    let yaml = parse("a: 1\n");
    let node = value(&yaml, "a");
    let edits = [Edit::Set { node, to: text("x") }, Edit::Set { node, to: text("z") }];
    assert_eq!(yaml.edit(&edits).unwrap_err(), EditError::Overlap { line: 1 });
}

fn anchored(name: &str, text: &str) -> Fragment {
    Fragment::Anchored { name: name.to_owned(), text: text.to_owned() }
}

fn alias(name: &str) -> Fragment {
    Fragment::Alias(name.to_owned())
}

#[test]
fn an_anchor_and_its_alias_may_be_new() {
    check("k:\n  - &a x\n", push("k", Place::Last, anchored("b", "z")), "k:\n  - &a x\n  - &b z\n");
    check("k: [&a x]\n", push("k", Place::Last, anchored("b", "z: z")), "k: [&a x, &b 'z: z']\n");
    check("k: &a x\nl: [*a]\n", push("l", Place::Last, alias("a")), "k: &a x\nl: [*a, *a]\n");
    check("k: &a x\nl:\n- *a # why\n", push("l", Place::Last, alias("a")), "k: &a x\nl:\n- *a # why\n- *a\n");
    check(
        "k: &a x\nl: 1\n",
        |yaml| Edit::Replace { node: value(yaml, "l"), to: Fragment::Sequence(vec![alias("a")]) },
        "k: &a x\nl:\n    - *a\n",
    );
}

#[test]
fn an_alias_needs_its_anchor_above_it() {
    let yaml = parse("l: []\nk: &a x\n");
    let edit = Edit::InsertElement { sequence: value(&yaml, "l"), place: Place::Last, value: alias("a") };
    assert!(matches!(yaml.edit(&[edit]), Err(EditError::NotAsMeant { .. })));
    check_refused("l: []\n", push("l", Place::Last, alias("a b")), "line 1: this value cannot be written here");
}

#[test]
fn quotes_of_a_neighbour_are_taken_over() {
    let like = |style| Fragment::Like { text: "z".to_owned(), style };
    check("k: ['x']\n", push("k", Place::Last, like(ScalarStyle::SingleQuoted)), "k: ['x', 'z']\n");
    check("k:\n- \"x\"\n", push("k", Place::Last, like(ScalarStyle::DoubleQuoted)), "k:\n- \"x\"\n- \"z\"\n");
    check("k: [x]\n", push("k", Place::Last, like(ScalarStyle::Plain)), "k: [x, z]\n");
}
