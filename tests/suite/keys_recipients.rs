//! Who can read which file, changed by the keys: recipients more or less, files in step with their rules, new data keys.

use sopsmith::secret::Secret;
use sopsmith::session::{Context, Event, LayerView, PaneView};
use sopsmith::sops::Document;

use crate::keys::{play, says_on, values};
use crate::stage::{Stage, path_of};

/// A host's SSH key and the age key that ssh-to-age makes of it. Throwaway; see the README beside it.
const HOST_KEY: &str = include_str!("keys/ssh_ed25519.pub");
const HOST: &str = "age1h9tc7p6vdfseqa98weyawdm8xffwr0p4sjyc2xa0nhmgw4radcdsgkqkz9";
const PRIVATE: &str = include_str!("keys/ssh_ed25519");

const WEB: &str = "secrets/web.yaml";

pub(crate) fn paste(text: &str) -> Event {
    Event::Paste(Secret::from_exposed(text.as_bytes()))
}

/// The key of a host, as it comes from `ssh-keyscan`.
pub(crate) fn scanned() -> Event {
    let key: Vec<&str> = HOST_KEY.split(' ').take(2).collect();
    paste(&format!("host-db {}\n", key.join(" ").trim()))
}

fn recipients(stage: &Stage, path: &str) -> Vec<String> {
    let document = Document::parse(stage.files[&path_of(path)].as_str()).unwrap();
    document.metadata().master_keys().map(|key| key.identity.clone()).collect()
}

/// The lines of the page that is open.
fn page(stage: &Stage) -> String {
    let Some(LayerView::Page(page)) = stage.session.layer_view() else { panic!("a page is open") };
    page.lines.iter().map(|line| format!("{}|{}\n", line.label, line.words.text)).collect()
}

/// The form for a new recipient, with the host's key in it.
fn adding() -> Stage {
    let mut stage = Stage::web(100, 30);
    stage.press("3 a").send(scanned());
    stage
}

#[test]
fn a_host_is_added_by_its_ssh_key() {
    let mut stage = adding();
    let Some(LayerView::Form(form)) = stage.session.layer_view() else { panic!("the form is open") };
    let note = form.fields[0].note.as_ref().unwrap().text.clone();
    assert!(note.starts_with(HOST) && note.contains("as ssh-to-age does"), "{note}");
    let before = values(&stage.files[&path_of(WEB)]);
    play(&mut stage, "Ctrl-s");
    assert_eq!(stage.session.context(), Context::KeysQuestion);
    let shown = page(&stage);
    assert!(shown.contains(&format!("+   - &host-db {HOST}")), "{shown}");
    assert!(shown.contains("files|secrets/web.yaml") && !shown.contains("secrets/mail.yaml"), "{shown}");
    assert_eq!(recipients(&stage, WEB).len(), 3, "nothing is written before it was seen");
    says_on(&mut stage, "⏎", ".sops.yaml and one file changed.");
    assert_eq!(recipients(&stage, WEB).last().map(String::as_str), Some(HOST));
    assert_eq!(values(&stage.files[&path_of(WEB)]), before);
    assert!(stage.files[&path_of(".sops.yaml")].contains("*host-db]"));
    says_on(&mut stage, "1 u", "nothing to undo");
    play(&mut stage, "g j e Ctrl-u \"plain-after-5c\" Ctrl-s s ⏎");
    assert_eq!(recipients(&stage, WEB).len(), 4);
    let no_way_back = "One file changed. Earlier changes cannot be undone past this.";
    says_on(&mut stage, ": \"rotate\" ⏎ ⏎", no_way_back);
    says_on(&mut stage, "u", "nothing to undo");
}

#[test]
fn what_is_no_key_is_refused_and_a_private_key_is_not_kept() {
    let mut stage = Stage::web(100, 30);
    let hint = "give an age1… key, the contents of /etc/ssh/ssh_host_ed25519_key.pub, or a line of ssh-keyscan";
    says_on(&mut stage, "3 a \"web\" Ctrl-s", &format!("line 1 holds no public key; {hint}"));
    for private in [PRIVATE, "AGE-SECRET-KEY-1QQQ"] {
        let mut stage = Stage::web(100, 30);
        stage.press("3 a").send(paste(private));
        let Some(LayerView::Form(form)) = stage.session.layer_view() else { panic!("the form is open") };
        let sopsmith::session::FieldContent::Text { text, .. } = form.fields[0].content else { panic!("text") };
        assert_eq!(text, "");
    }
    let mut stage = adding();
    says_on(&mut stage, "⏎ \"a b\" Ctrl-s", "a name has letters, digits, - and _ only, such as a_b");
}

#[test]
fn a_host_may_read_every_file() {
    let mut stage = adding();
    play(&mut stage, "⏎ \"db\" ⏎ ← Ctrl-s");
    assert!(page(&stage).contains("files|secrets/mail.yaml\n|secrets/web.yaml\n|users.yaml"), "{}", page(&stage));
    says_on(&mut stage, "⏎", ".sops.yaml and 3 files changed.");
    assert!(
        [WEB, "secrets/mail.yaml", "users.yaml"].iter().all(|path| recipients(&stage, path).contains(&HOST.to_owned()))
    );
    says_on(&mut stage, "3 a", "");
    stage.send(scanned());
    says_on(&mut stage, "Ctrl-s", "db can read all of that already.");
}

/// Moves the cursor of the recipients pane to a name.
fn go_to(stage: &mut Stage, name: &str) {
    play(stage, "3 g");
    loop {
        let PaneView::Grid(grid) = stage.session.pane_view() else { panic!("the recipients are shown") };
        if grid.rows[grid.cursor.unwrap()][0].text.starts_with(name) {
            return;
        }
        play(stage, "j");
    }
}

#[test]
fn a_removed_recipient_reads_nothing_that_is_written_afterwards() {
    let mut stage = Stage::web(100, 30);
    let sealed = |stage: &Stage| {
        let text = &stage.files[&path_of(WEB)];
        text.lines().find(|line| line.starts_with("mail_password")).unwrap().to_owned()
    };
    let (before, plain) = (sealed(&stage), values(&stage.files[&path_of(WEB)]));
    go_to(&mut stage, "host_web");
    play(&mut stage, "d");
    assert!(page(&stage).contains("earlier commits stay readable"), "{}", page(&stage));
    says_on(&mut stage, "⏎", ".sops.yaml and 2 files changed.");
    assert_eq!(recipients(&stage, WEB).len(), 2);
    assert_ne!(sealed(&stage), before, "every value is sealed with a new data key");
    assert_eq!(values(&stage.files[&path_of(WEB)]), plain);
    assert!(!stage.files[&path_of(".sops.yaml")].contains("host_web"));
    let mut stage = Stage::web(100, 30);
    go_to(&mut stage, "host_web");
    play(&mut stage, "d → ⏎");
    assert_eq!((recipients(&stage, WEB).len(), sealed(&stage) == before), (2, true), "the data key may stay");
}

#[test]
fn your_own_key_is_removed_at_the_second_word_only() {
    let mut stage = Stage::web(100, 30);
    go_to(&mut stage, "laptop");
    let twice = "This is your own key: you could not open these files any more. ⏎ again removes it.";
    says_on(&mut stage, "d → ⏎", twice);
    assert_eq!(recipients(&stage, WEB).len(), 3);
    assert_eq!(stage.session.context(), Context::KeysQuestion);
    let mut stage = Stage::new(None, crate::stage::Identities::Fit, 100, 30);
    play(&mut stage, "3 j d ⏎");
    assert_eq!(stage.session.context(), Context::KeysQuestion, "without an open file nobody knows whose key it is");
    play(&mut stage, "⏎");
    assert!(stage.session.message().unwrap().text.contains("changed"));
}

#[test]
fn without_an_identity_nobody_knows_whose_key_it_is() {
    let mut stage = crate::keys::read_only();
    go_to(&mut stage, "laptop");
    let unknown = "No identity opened the file, so it is not known which key is yours. If it is this one, you could \
                   not open these files any more. ⏎ again removes it.";
    says_on(&mut stage, "d ⏎", unknown);
}

#[test]
fn files_are_brought_in_step_with_their_rules() {
    let mut stage = Stage::web(100, 30);
    play(&mut stage, "3 u");
    assert_eq!(page(&stage), "users.yaml|+ host_mail\n");
    says_on(&mut stage, "⏎", "One file changed.");
    says_on(&mut stage, "u", "Every file has the recipients that its rule names.");
    let rules = stage.files[&path_of(".sops.yaml")].replace("[*laptop, *host_web, *backup]", "[*laptop, *host_mail]");
    let mut files = Stage::repository();
    files.insert(path_of(".sops.yaml"), rules);
    let mut stage = Stage::with_files(files, Some(WEB), crate::stage::Identities::Fit, 100, 30);
    play(&mut stage, "3 u");
    let shown = page(&stage);
    assert!(shown.contains("secrets/web.yaml|+ host_mail\n|– backup\n|– host_web\n"), "{shown}");
    assert!(shown.ends_with("|[x] all of them\n|[ ] the open file only\n"), "{shown}");
    says_on(&mut stage, "→ ⏎", "One file changed.");
    assert_eq!(recipients(&stage, WEB).len(), 2);
    assert_eq!(stage.session.context(), Context::Recipients);
}

#[test]
fn work_is_stopped_between_files_and_goes_on() {
    let mut stage = adding();
    stage.works_slowly = true;
    play(&mut stage, "⏎ ⏎ ← Ctrl-s ⏎");
    assert_eq!(stage.session.countdown().as_deref(), Some("changing keys: 0 of 3"));
    stage.work_on_one();
    assert_eq!(page(&stage), "secrets/mail.yaml|has its new recipients\n");
    play(&mut stage, "a");
    play(&mut stage, "Esc");
    assert_eq!(stage.session.countdown().as_deref(), Some("changing keys: 1 of 3, stopping after this file"));
    stage.work_on_one();
    let said = stage.session.message().unwrap().text.clone();
    assert_eq!(said, ".sops.yaml and one file changed, stopped before 2 files; u goes on.");
    stage.works_slowly = false;
    says_on(&mut stage, "u ⏎", "2 files changed.");
    assert!(recipients(&stage, WEB).contains(&HOST.to_owned()));
}

#[test]
fn the_open_file_is_rotated() {
    let mut stage = Stage::web(100, 30);
    let before = stage.files[&path_of(WEB)].clone();
    let plain = values(&before);
    says_on(&mut stage, ": \"rotate\" ⏎ ⏎", "One file changed.");
    let after = &stage.files[&path_of(WEB)];
    assert_eq!(values(after), plain);
    let shared = after.lines().filter(|line| line.contains("ENC[") && before.contains(*line)).count();
    assert_eq!(shared, 0, "no value keeps its envelope");
}

#[test]
fn unsaved_changes_are_saved_first() {
    let unsaved = "save or undo the changes first: s, u";
    for keys in ["a", "d", "u"] {
        let mut stage = Stage::web(100, 30);
        says_on(&mut stage, &format!("a \"x\" ⏎ \"plain-x\" Ctrl-s 3 {keys}"), unsaved);
    }
}

#[test]
fn all_about_a_recipient_is_told() {
    let mut stage = Stage::web(100, 30);
    go_to(&mut stage, "host_web");
    play(&mut stage, "⏎");
    let told = page(&stage);
    assert!(
        told.starts_with("name|host_web\nkey|age1mhvrnvrkfj4hq0cm09xw533dwsvml373sxuzncuncc43wfm88yqs0z6t2v\n"),
        "{told}"
    );
    assert!(told.contains("stands in|.sops.yaml:10, the rule for secrets/web\\.yaml$\n"), "{told}");
    assert!(told.contains("reads|secrets/web.yaml\n|users.yaml\n"), "{told}");
}
