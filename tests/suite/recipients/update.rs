//! `updatekeys` beside that of real sops: the same people can open the file afterwards, and less of it changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use sopsmith::sops::{CreationRules, Document, RuleKey};
use sopsmith::storage::{NoPrompt, OsRandom, Prompt};

use super::{Groups, decrypted, everybody, of_numbers, people, sealed_file, some, sops_as, unwrapped};
use crate::interop::{for_seeds, version_for};
use crate::tools::{self, SOPS_VERSIONS};

const FILES: u64 = 200;

fn wanted(groups: &Groups) -> Vec<Vec<RuleKey>> {
    CreationRules::parse(&groups.rules("")).unwrap().for_path("x").unwrap().groups.clone()
}

fn update(document: &Document, wanted: &[Vec<RuleKey>]) -> Document {
    let key = unwrapped(document, &everybody()).unwrap_or_else(|error| panic!("{error}"));
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    document.update_keys(wanted, &key, &prompt, &mut OsRandom).unwrap_or_else(|error| panic!("{error}"))
}

/// The recipients of each group, and how many groups are needed.
fn names(document: &Document) -> (Vec<BTreeSet<&str>>, usize) {
    let groups = document.metadata().groups().iter();
    let names = groups.map(|group| group.master_keys.iter().map(|key| key.identity.as_str()).collect()).collect();
    (names, document.metadata().shares_needed())
}

/// Real sops updates the same file by the same rule.
fn update_by_sops(seed: u64, text: &str, groups: &Groups, folder: &Path) -> Document {
    let (file, config) = (folder.join("by_sops.yaml"), folder.join("wanted.yaml"));
    fs::write(&file, text).unwrap();
    fs::write(&config, groups.rules("")).unwrap();
    let mut command = sops_as(version_for(seed, 1), &everybody());
    tools::succeed(command.arg("--config").arg(&config).args(["updatekeys", "--yes"]).arg(&file));
    Document::parse(fs::read_to_string(&file).unwrap()).unwrap()
}

/// The text without the lines of these entries.
fn without_entries(document: &Document, gone: impl Fn(&str) -> bool) -> String {
    let text = document.text();
    let mut rest = String::new();
    let mut done = 0;
    let mut keys: Vec<_> = document.metadata().master_keys().filter(|key| gone(&key.identity)).collect();
    keys.sort_by_key(|key| key.range.start);
    for key in keys {
        let start = text[..key.range.start].rfind('\n').map_or(0, |at| at + 1);
        rest.push_str(&text[done..start]);
        done = text[key.range.end..].find('\n').map_or(text.len(), |at| key.range.end + at + 1);
    }
    rest + &text[done..]
}

/// Of a file that is for one group before and after, nothing changes but the lines of those who come and go.
fn check_lines(seed: u64, before: &Document, after: &Document) {
    let recipients = |document: &Document| -> BTreeSet<String> {
        document.metadata().master_keys().map(|key| key.identity.clone()).collect()
    };
    let (had, has) = (recipients(before), recipients(after));
    for kept in before.metadata().master_keys().filter(|key| has.contains(&key.identity)) {
        let same = after.metadata().master_keys().find(|key| key.identity == kept.identity).unwrap();
        assert_eq!(same.enc, kept.enc, "seed {seed}: a wrap that stays was made anew");
    }
    if before.documents() == 1 {
        let left = without_entries(before, |identity| !has.contains(identity));
        let right = without_entries(after, |identity| !had.contains(identity));
        assert_eq!(left, right, "seed {seed}\n{}\n{}", before.text(), after.text());
    }
}

/// Outside the block of recipients not a byte changes.
fn check_rest(seed: u64, before: &Document, after: &Document) {
    let rest = |document: &Document| {
        let range = document.metadata().range();
        let text = document.text();
        (text[..range.start].to_owned(), document.documents() == 1 && !text[range.end..].trim().is_empty())
    };
    assert_eq!(rest(before), rest(after), "seed {seed}");
    assert_eq!(before.metadata().mac(), after.metadata().mac(), "seed {seed}");
    assert_eq!(before.metadata().last_modified(), after.metadata().last_modified(), "seed {seed}");
}

#[test]
fn the_same_people_open_the_file_as_after_real_sops_updatekeys() {
    for_seeds(FILES, |seed, folder| {
        let (sealed, groups, mut dice, _) = sealed_file(seed, folder);
        let before = Document::parse(sealed.as_str()).unwrap();
        let to = groups.changed(&mut dice);
        let wanted = wanted(&to);
        let after = update(&before, &wanted);
        let by_sops = update_by_sops(seed, &sealed, &to, folder);
        assert_eq!(names(&after), names(&by_sops), "seed {seed}\n{sealed}\n{}", after.text());
        assert!(after.key_changes(&wanted).is_empty(), "seed {seed}");
        check_rest(seed, &before, &after);
        if groups.members.len() == 1 && to.members.len() == 1 {
            check_lines(seed, &before, &after);
        }

        let key = unwrapped(&before, &everybody()).ok().unwrap();
        let needed = after.metadata().shares_needed();
        let alone = (0..people().len()).map(|number| vec![number]);
        for numbers in alone.chain([some(&mut dice), some(&mut dice)]) {
            let opened = unwrapped(&after, &of_numbers(&numbers));
            assert_eq!(opened.is_ok(), to.open_for(&numbers, needed), "seed {seed}: {numbers:?} of {to:?}");
            assert!(opened.is_ok_and(|opened| opened.same_as(&key)) || !to.open_for(&numbers, needed), "seed {seed}");
        }
        check_by_sops(seed, &sealed, &after, &to, &some(&mut dice), folder);
    });
}

/// Both versions read the same text as before, and one of them opens the file for just those whom it is for.
fn check_by_sops(seed: u64, sealed: &str, after: &Document, to: &Groups, numbers: &[usize], folder: &Path) {
    let (old, new) = (folder.join("old.yaml"), folder.join("new.yaml"));
    fs::write(&old, sealed).unwrap();
    fs::write(&new, after.text()).unwrap();
    let version = version_for(seed, 0);
    let plain = decrypted(version, &everybody(), &old).unwrap();
    assert_eq!(decrypted(version, &everybody(), &new), Some(plain), "seed {seed}\n{}", after.text());
    let other = SOPS_VERSIONS.into_iter().find(|other| *other != version).unwrap();
    let expected = to.open_for(numbers, after.metadata().shares_needed());
    let opened = decrypted(other, &of_numbers(numbers), &new);
    assert_eq!(opened.is_some(), expected, "seed {seed}, sops {other}, {numbers:?} of {to:?}\n{}", after.text());
}

#[test]
fn another_order_is_up_to_date_as_for_real_sops() {
    for_seeds(10, |seed, folder| {
        let (sealed, mut groups, ..) = sealed_file(seed + 5_000, folder);
        groups.members.iter_mut().for_each(|group| group.reverse());
        let document = Document::parse(sealed.as_str()).unwrap();
        assert!(document.key_changes(&wanted(&groups)).is_empty());
        assert_eq!(update_by_sops(seed, &sealed, &groups, folder).text(), sealed);
    });
}
