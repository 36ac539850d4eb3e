//! age plugins: a small one, and real sops and age that use it too.

use std::fs;

use crate::folder::Folder;
use crate::pty::driver::Person;
use crate::tools;

/// A plugin that wraps nothing, and asks for a PIN before it unwraps when its identity says so.
const PLUGIN: &str = include_str!("age-plugin-demo");
const PIN: &str = "4711";
const VALUE: &str = "behind a plugin";

fn recipient() -> String {
    text_of("age1demo", b"any bytes")
}

/// An identity whose content tells the plugin what to ask.
fn identity(asks: &str) -> String {
    text_of("age-plugin-demo-", asks.as_bytes()).to_uppercase()
}

fn text_of(prefix: &str, bytes: &[u8]) -> String {
    bech32::encode::<bech32::Bech32>(bech32::Hrp::parse(prefix).unwrap(), bytes).unwrap()
}

/// A folder with the plugin in it, an identity for it, and a file that real sops wrapped through it.
fn folder(asks: &str) -> Folder {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let plugin = PLUGIN.replace("PIN_IDENTITY", &identity("pin")).replace("TROUBLE_IDENTITY", &identity("trouble"));
    folder.write("bin/age-plugin-demo", &plugin);
    fs::set_permissions(folder.file("bin/age-plugin-demo"), fs::Permissions::from_mode(0o755)).unwrap();
    folder.write("identity", &identity(asks));
    folder.write("secrets.yaml", &format!("key: {VALUE}\n"));
    let mut sops = tools::sops("3.13.3");
    sops.args(["encrypt", "-i", "--age", &recipient()]).arg(folder.file("secrets.yaml"));
    tools::succeed(sops.env("PATH", path(&folder)));
    folder
}

fn path(folder: &Folder) -> String {
    format!("{}:{}", folder.file("bin").display(), std::env::var("PATH").unwrap())
}

fn get(folder: &Folder) -> std::process::Command {
    let mut command = folder.command(&["get", "secrets.yaml", "key"]);
    command.env_remove("SOPS_AGE_KEY").env("SOPS_AGE_KEY_FILE", folder.file("identity"));
    command
}

#[test]
fn what_sops_wrapped_through_a_plugin_opens_through_it() {
    let folder = folder("nothing");
    let mut command = get(&folder);
    assert_eq!(Folder::finish(command.env("PATH", path(&folder)).output().unwrap()).ok(), VALUE);
}

#[test]
fn a_missing_plugin_is_named() {
    let folder = folder("nothing");
    let ran = Folder::finish(get(&folder).output().unwrap());
    ran.failed(128, &["age-plugin-demo", "not found in PATH"]);
}

#[test]
fn a_plugin_asks_its_questions_on_the_terminal() {
    let folder = folder("pin");
    let mut command = Person::editor(&folder, &["get", "secrets.yaml", "key"]);
    command.env_remove("SOPS_AGE_KEY");
    command.env("SOPS_AGE_KEY_FILE", folder.file("identity"));
    command.env("PATH", path(&folder));
    let mut person = Person::starts(command, 80, 24);
    person.sees("demo wants a PIN").press(&format!("{PIN}<Enter>")).sees(VALUE);
    assert_eq!(person.leaves(), 0);
    assert!(!person.screen().contains(PIN));
}

#[test]
fn a_plugin_that_fails_is_heard() {
    let folder = folder("trouble");
    let mut command = get(&folder);
    let ran = Folder::finish(command.env("PATH", path(&folder)).output().unwrap());
    ran.failed(128, &["age-plugin-demo failed", "the token is not plugged in"]);
}

#[test]
fn what_we_wrap_through_a_plugin_real_sops_opens() {
    let folder = folder("nothing");
    folder.write(".sops.yaml", &format!("creation_rules:\n  - age: {}\n", recipient()));
    folder.write("plain.yaml", "key: new\n");
    let mut command = folder.command(&["encrypt", "plain.yaml", "-i"]);
    Folder::finish(command.env("PATH", path(&folder)).output().unwrap()).ok();
    let mut sops = tools::sops("3.12.2");
    sops.arg("decrypt").arg(folder.file("plain.yaml")).env("PATH", path(&folder));
    assert_eq!(tools::succeed(sops.env("SOPS_AGE_KEY_FILE", folder.file("identity"))), "key: new\n");
}
