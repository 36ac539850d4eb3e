//! Who can open a file, changed: beside real sops on random files, one identity after another, and killed on the way.

mod commands;
mod killed;
mod rotate;
mod update;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use sopsmith::crypto::age::{Identity, LineRule, parse_identities, parse_ssh_identity, unwrap_any};
use sopsmith::secret::Secret;
use sopsmith::sops::{DataKey, DataKeyUnavailable, Document, unwrap_data_key};
use sopsmith::storage::{NoPrompt, Prompt};

use crate::interop::document::{self, Dice, Layout};
use crate::interop::{RULES, version_for};
use crate::tools;

/// Somebody who may be able to open a file.
struct Person {
    recipient: String,
    /// The identity, or the path of the private SSH key.
    holds: Holds,
}

enum Holds {
    Age(String),
    Ssh(PathBuf),
}

/// Five throwaway age keys, made for this run by the real age, and the throwaway SSH key of the fixtures.
fn people() -> &'static [Person] {
    static PEOPLE: OnceLock<Vec<Person>> = OnceLock::new();
    PEOPLE.get_or_init(|| {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/keys");
        let recipient = fs::read_to_string(keys.join("ssh_ed25519.pub")).unwrap().trim().to_owned();
        let ssh = Person { recipient, holds: Holds::Ssh(keys.join("ssh_ed25519")) };
        (0..5).map(|_| age_person()).chain([ssh]).collect()
    })
}

fn age_person() -> Person {
    let said = tools::succeed(&mut tools::age("age-keygen"));
    let line = |start: &str| said.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
    let identity = format!("AGE-SECRET-KEY-1{}", line("AGE-SECRET-KEY-1"));
    Person { recipient: line("# public key: "), holds: Holds::Age(identity) }
}

/// A command for real sops with the identities of these people and no others.
fn sops_as(version: &str, people: &[&Person]) -> Command {
    let mut command = tools::sops(version);
    let identity = |person: &&Person| match &person.holds {
        Holds::Age(identity) => Some(format!("{identity}\n")),
        Holds::Ssh(_) => None,
    };
    command.env("SOPS_AGE_KEY", people.iter().filter_map(identity).collect::<String>());
    for person in people {
        if let Holds::Ssh(path) = &person.holds {
            command.env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", path);
        }
    }
    command
}

/// What real sops decrypts for these people; none where it has no data key for them.
fn decrypted(version: &str, people: &[&Person], file: &Path) -> Option<String> {
    let output = sops_as(version, people).arg("decrypt").arg(file).output().unwrap();
    match output.status.code() {
        Some(0) => Some(String::from_utf8(output.stdout).unwrap()),
        Some(128) => None,
        _ => panic!("sops {version} of {}: {}", file.display(), tools::said(&output)),
    }
}

/// The data key as these people unwrap it.
fn unwrapped(document: &Document, people: &[&Person]) -> Result<DataKey, DataKeyUnavailable> {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let identities = |person: &&Person| -> Vec<Identity> {
        match &person.holds {
            Holds::Age(identity) => {
                let source = Secret::from_exposed(identity.as_bytes());
                parse_identities(source, "the test", LineRule::OnePerLine, &prompt).unwrap()
            }
            Holds::Ssh(path) => {
                let source = Secret::from_exposed(&fs::read(path).unwrap());
                vec![parse_ssh_identity(source, "the test", &prompt).unwrap()]
            }
        }
    };
    let identities: Vec<Identity> = people.iter().flat_map(identities).collect();
    unwrap_data_key(document.metadata(), &mut |_, wrapped| unwrap_any(wrapped, &identities))
}

/// Who shall be able to open a file: groups of numbers of people, and the threshold of the rule, 0 for none.
#[derive(Debug, Clone, PartialEq)]
struct Groups {
    members: Vec<Vec<usize>>,
    threshold: usize,
}

impl Groups {
    /// Between one group and three, everybody in one of them at most.
    fn random(dice: &mut Dice) -> Self {
        let count = [1, 1, 1, 2, 3][dice.below(5)];
        let mut numbers: Vec<usize> = (0..people().len()).collect();
        for at in (1..numbers.len()).rev() {
            numbers.swap(at, dice.below(at + 1));
        }
        let members = (0..count).map(|_| (0..1 + dice.below(2)).filter_map(|_| numbers.pop()).collect()).collect();
        let threshold = if dice.once_in(2) { 2 } else { 0 };
        Self { members, threshold: if count == 1 { 0 } else { threshold } }
    }

    /// The same people with a few changes, or wholly others.
    fn changed(&self, dice: &mut Dice) -> Self {
        if self.members.len() > 1 || dice.once_in(3) {
            return Self::random(dice);
        }
        let mut group = self.members[0].clone();
        let others: Vec<usize> = (0..people().len()).filter(|number| !group.contains(number)).collect();
        if group.len() > 1 && dice.once_in(2) {
            group.remove(dice.below(group.len()));
        }
        for number in others {
            if dice.once_in(3) {
                group.insert(dice.below(group.len() + 1), number);
            }
        }
        Self { members: vec![group], threshold: 0 }
    }

    /// A `.sops.yaml` with one rule for them.
    fn rules(&self, more: &str) -> String {
        let list = |group: &Vec<usize>| {
            let names: Vec<String> =
                group.iter().map(|number| format!("\"{}\"", people()[*number].recipient)).collect();
            format!("  - age: [{}]\n", names.join(", "))
        };
        let groups: String = self.members.iter().map(list).collect();
        let threshold = match self.threshold {
            0 => String::new(),
            threshold => format!("  shamir_threshold: {threshold}\n"),
        };
        format!("creation_rules:\n- key_groups:\n{groups}{threshold}  {more}\n")
    }

    /// Whether these people together can open a file of these groups, of which `needed` are needed.
    fn open_for(&self, numbers: &[usize], needed: usize) -> bool {
        let has = |group: &&Vec<usize>| group.iter().any(|member| numbers.contains(member));
        self.members.iter().filter(has).count() >= needed
    }
}

/// A random file of one or two documents, encrypted by real sops for random groups.
fn sealed_file(seed: u64, folder: &Path) -> (String, Groups, Dice, String) {
    let mut dice = Dice::new(seed);
    let layout = Layout::random(&mut dice);
    let node = document::map(&mut dice, 3);
    let mut text = document::write(&node, layout, &mut dice);
    if dice.once_in(5) {
        let second = document::map(&mut dice, 2);
        text = format!("{text}---\n{}", document::write(&second, layout, &mut dice));
    }
    let groups = Groups::random(&mut dice);
    let more = RULES[dice.below(RULES.len())].to_owned();
    let (file, config) = (folder.join("plain.yaml"), folder.join("rules.yaml"));
    fs::write(&file, &text).unwrap();
    let indent = if dice.once_in(2) { 2 } else { 4 };
    fs::write(&config, format!("stores: {{yaml: {{indent: {indent}}}}}\n{}", groups.rules(&more))).unwrap();
    let mut command = tools::sops(version_for(seed, 0));
    command.arg("--config").arg(&config).arg("encrypt").arg(&file);
    (tools::succeed(&mut command), groups, dice, more)
}

/// Everybody at once.
fn everybody() -> Vec<&'static Person> {
    people().iter().collect()
}

/// Somebody at random, several at once.
fn some(dice: &mut Dice) -> Vec<usize> {
    (0..people().len()).filter(|_| dice.once_in(3)).collect()
}

fn of_numbers(numbers: &[usize]) -> Vec<&'static Person> {
    numbers.iter().map(|number| &people()[*number]).collect()
}
