//! Keys as a person presses them, and what the files hold afterwards.
//!
//! Each row is a script and the difference it makes: `+ key = value`, `~ key = value`, `– key` for encrypted files (all
//! values opened, MAC verified), `+ line`, `- line` for Nix files. Keys go through the real keymap and the real
//! update; a world in memory performs the effects. No disk, no clock, no terminal.

use std::collections::BTreeMap;

use similar::{ChangeTag, TextDiff};
use sopsmith::repo::RepoPath;
use sopsmith::secret::Secret;
use sopsmith::session::{Event, Unwrapped};
use sopsmith::sops::{DataKey, Document};

use crate::stage::{Identities, Stage, path_of, unwrap};

/// Presses the keys of a script: names as the key table names them, text to be typed in double quotes, text to be
/// pasted in backquotes.
pub(crate) fn play(stage: &mut Stage, script: &str) {
    let mut rest = script.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '`'));
        let end = match quote {
            Some(quote) => rest[1..].find(quote).map(|at| at + 2),
            None => rest.find(char::is_whitespace),
        };
        let (token, after) = rest.split_at(end.unwrap_or(rest.len()));
        match quote {
            Some('`') => drop(stage.send(Event::Paste(Secret::from_exposed(token.trim_matches('`').as_bytes())))),
            // A quote by itself cannot be typed this way; no script needs one.
            Some(_) => drop(stage.write(token.trim_matches('"'))),
            None => drop(stage.press(token)),
        }
        rest = after.trim_start();
    }
    stage.rest();
}

/// The values of an encrypted file by key, each with its type unless that is text.
pub(crate) fn values(text: &str) -> BTreeMap<String, String> {
    if text.is_empty() {
        return BTreeMap::new();
    }
    let document = Document::parse(text).unwrap();
    let Unwrapped::Opened { data_key, .. } = unwrap(document.metadata()) else {
        panic!("the tests' identity opens every file");
    };
    let cipher = DataKey::from_secret(data_key).unwrap().cipher();
    document.verify(&cipher).unwrap();
    let leaves = document.entries().filter(|entry| entry.is_leaf());
    let value = |entry: sopsmith::sops::Entry<'_>| {
        let secret = document.open_value(&entry.path(), &cipher).unwrap();
        let text = String::from_utf8(secret.expose().to_vec()).unwrap();
        let value_type = entry.leaf_type().unwrap().name();
        let value = if value_type == "str" { text } else { format!("{text} ({value_type})") };
        (entry.path().to_string(), if entry.is_sealed() { value } else { format!("{value} in the clear") })
    };
    leaves.map(value).collect()
}

fn difference(before: &BTreeMap<RepoPath, String>, after: &BTreeMap<RepoPath, String>) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, text) in after {
        let before = before.get(path).map_or("", String::as_str);
        if before == text {
        } else if path.as_str().ends_with(".yaml") {
            lines.extend(of_values(&values(before), &values(text)));
        } else {
            lines.extend(of_lines(before, text));
        }
    }
    lines
}

fn of_values(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("– {key}"));
    let there = after.iter().filter_map(|(key, value)| match before.get(key) {
        None => Some(format!("+ {key} = {value}")),
        Some(before) if before != value => Some(format!("~ {key} = {value}")),
        Some(_) => None,
    });
    gone.chain(there).collect()
}

fn of_lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let line = |change: similar::Change<&str>| match change.tag() {
        ChangeTag::Insert => Some(format!("+ {}", change.value().trim())),
        ChangeTag::Delete => Some(format!("- {}", change.value().trim())),
        ChangeTag::Equal => None,
    };
    diff.iter_all_changes().filter_map(line).collect()
}

/// The script, played on the web host's file, makes this difference on disk.
#[track_caller]
pub(crate) fn check(script: &str, expected: &[&str]) {
    check_on(&mut Stage::web(100, 30), script, expected);
}

/// The script makes this difference on disk.
#[track_caller]
pub(crate) fn check_on(stage: &mut Stage, script: &str, expected: &[&str]) {
    let before = stage.files.clone();
    play(stage, script);
    let message = stage.session.message().map(|words| words.text.clone());
    assert_eq!(difference(&before, &stage.files), expected, "{script}\nit says {message:?}");
}

/// After the script the hint line says this.
#[track_caller]
pub(crate) fn says(script: &str, expected: &str) {
    says_on(&mut Stage::web(100, 30), script, expected);
}

/// After the script the hint line says this.
#[track_caller]
pub(crate) fn says_on(stage: &mut Stage, script: &str, expected: &str) {
    play(stage, script);
    let said = stage.session.message().map_or("", |words| words.text.as_str());
    assert_eq!(said, expected, "{script}");
}

/// A stage on which no identity fits.
pub(crate) fn read_only() -> Stage {
    Stage::new(Some("secrets/web.yaml"), Identities::NoneFits, 100, 30)
}

/// The rows that are shown: sign and key, the one under the cursor in brackets.
pub(crate) fn rows(stage: &Stage) -> Vec<String> {
    let sopsmith::session::PaneView::Table(table) = stage.session.pane_view() else {
        panic!("the table is shown");
    };
    let row = |position: usize| {
        let row = stage.session.row(position).unwrap();
        let text = format!("{} {}", row.state.sign(), row.key).trim().to_owned();
        if position == table.cursor { format!("[{text}]") } else { text }
    };
    (0..table.total).map(row).collect()
}

/// What has the keys after the script.
#[track_caller]
pub(crate) fn ends_in(stage: &mut Stage, script: &str, expected: sopsmith::session::Context) {
    play(stage, script);
    assert_eq!(stage.session.context(), expected, "{script}");
}

#[test]
fn a_value_is_edited() {
    check("/ \"mail_password\" ⏎ e \"new\" Ctrl-s s ⏎", &["~ mail_password = new"]);
    check("/ \"deepseek\" ⏎ ⏎ Ctrl-t \"-more\" Ctrl-s s ⏎", &["~ api/deepseek = plain-deepseek-8c1f-more"]);
    check("/ \"openai\" ⏎ e \"one\" Ctrl-l ⏎ \"two\" Ctrl-s s ⏎", &["~ api/openai = one\ntwo"]);
    check("/ \"vpn\" ⏎ e \"one\" ⏎ \"two\" Ctrl-s s ⏎", &["~ vpn_config = one\ntwo"]);
    check("/ \"vpn\" ⏎ e `one\ntwo\n` Ctrl-s s ⏎", &["~ vpn_config = one\ntwo\n"]);
    check("/ \"mail_pass\" ⏎ e Ctrl-s s", &[]);
}

#[test]
fn a_value_keeps_its_type_unless_another_is_chosen() {
    check("/ \"port\" ⏎ e \"9090\" Ctrl-s s ⏎", &["~ port = 9090 (int)"]);
    check("/ \"port\" ⏎ e Tab ← Ctrl-s s ⏎", &["~ port = 8080"]);
    check("/ \"mail_pass\" ⏎ e \"8080\" Ctrl-s s ⏎", &["~ mail_password = 8080"]);
    check("/ \"mail_pass\" ⏎ e \"yes\" Tab → → → Ctrl-s s ⏎", &[]);
    says("/ \"port\" ⏎ e \"many\" Ctrl-s", "is not a whole number, such as 8080; the type below says whole number");
}

#[test]
fn a_value_can_be_generated_and_read_from_a_file() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "/ \"mail_pass\" ⏎ e Ctrl-g → → ⏎ Ctrl-s s ⏎");
    let generated = values(&stage.files[&path_of("secrets/web.yaml")])["mail_password"].clone();
    assert!(generated.len() == 64 && generated.bytes().all(|digit| digit.is_ascii_hexdigit()), "{generated}");
    check("/ \"mail_pass\" ⏎ e Ctrl-o \"~/x.pem\" ⏎ Ctrl-s s ⏎", &["~ mail_password = plain-from-a-file-6a6a"]);
}

#[test]
fn a_key_is_added_with_its_declaration() {
    check("a \"api/new\" Tab \"value\" Ctrl-s s ⏎", &["+ api/new = value", "+ \"api/new\" = { };"]);
    check("a \"solo\" Tab \"value\" Tab Tab ␣ Ctrl-s s ⏎", &["+ solo = value"]);
    check(
        "a \"deep/er/key\" ⏎ \"v\" ⏎ ⏎ ⏎ ⏎ ⏎ \"ctfd\" ⏎ ⏎ \"0440\" ⏎ ⏎ \"ctfd.service\" Ctrl-s s ⏎",
        &[
            "+ deep/er/key = v",
            "+ \"deep/er/key\" = {",
            "+ owner = \"ctfd\";",
            "+ mode = \"0440\";",
            "+ restartUnits = [ \"ctfd.service\" ];",
            "+ };",
        ],
    );
}

#[test]
fn a_key_that_is_declared_and_absent_is_filled() {
    check("G e \"https\" Ctrl-s s ⏎", &["+ ctfd_url = https"]);
    check("G x \"https\" Ctrl-s s ⏎", &["+ ctfd_url = https"]);
}
