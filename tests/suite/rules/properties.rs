//! Random rules files in the manners people write them: who is added and removed again leaves the bytes as they were.

use proptest::prelude::*;
use sopsmith::crypto::age::Recipient;
use sopsmith::sops::{Addition, CreationRules, Removal, Which};

/// Recipients of throwaway pairs; see the README beside them.
const PAIRS: &str = include_str!("../keys/ssh_to_age.txt");

fn recipients() -> Vec<&'static str> {
    PAIRS.lines().map(|line| line.rsplit(' ').next().unwrap()).collect()
}

/// How one rule names its recipients.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Block,
    Flow,
    FlatText,
    FlatList,
    Folded,
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        Just(Manner::Block),
        Just(Manner::Flow),
        Just(Manner::FlatText),
        Just(Manner::FlatList),
        Just(Manner::Folded)
    ]
}

#[derive(Debug, Clone)]
struct File {
    anchors: bool,
    nested: bool,
    comments: bool,
    crlf: bool,
    dash: usize,
    end: bool,
    rules: Vec<(Manner, usize)>,
}

fn file() -> impl Strategy<Value = File> {
    let rule = (manner(), 1..4_usize);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, 0..3_usize, prop::collection::vec(rule, 1..5)).prop_map(
        |((anchors, nested, comments, crlf, end), dash, rules)| File {
            anchors,
            nested: nested && anchors,
            comments,
            crlf,
            dash: dash * 2,
            end,
            rules,
        },
    )
}

impl File {
    fn text(&self) -> String {
        let keys = recipients();
        let names = ["laptop", "host_mail", "backup", "host_db"];
        let dash = " ".repeat(self.dash);
        let mut text = String::new();
        let mut say = |words: &str| text.push_str(words);
        let comment = if self.comments { " # why" } else { "" };
        if self.anchors {
            say(&format!("# names\nkeys:{comment}\n"));
            for (index, name) in names.iter().enumerate() {
                if self.nested && index % 2 == 0 {
                    say(&format!("{dash}- &list{index}\n"));
                }
                let below = if self.nested { "  " } else { "" };
                say(&format!("{dash}{below}- &{name} {}{comment}\n", keys[index]));
            }
        }
        say("creation_rules:\n");
        for (index, (manner, count)) in self.rules.iter().enumerate() {
            say(&format!("{dash}- path_regex: f{index}{comment}\n"));
            let entries: Vec<String> = (0..*count)
                .map(|key| if self.anchors { format!("*{}", names[key]) } else { keys[key].to_owned() })
                .collect();
            let plain = &keys[..*count];
            let field = format!("{dash}  ");
            match manner {
                Manner::Block => {
                    say(&format!("{field}key_groups:\n{field}{dash}- age:\n"));
                    entries.iter().for_each(|entry| say(&format!("{field}{dash}  {dash}- {entry}{comment}\n")));
                }
                Manner::Flow => say(&format!("{field}key_groups:\n{field}- age: [{}]{comment}\n", entries.join(", "))),
                Manner::FlatText => say(&format!("{field}age: {}{comment}\n", plain.join(", "))),
                Manner::FlatList => {
                    say(&format!("{field}age:\n"));
                    entries.iter().for_each(|entry| say(&format!("{field}- {entry}\n")));
                }
                Manner::Folded => {
                    let joined = plain.join(&format!(",\n{field}  "));
                    say(&format!("{field}age: >-\n{field}  {joined}\n"));
                }
            }
            if self.comments {
                say(&format!("{dash}# between\n"));
            }
        }
        if !self.end {
            text.pop();
        }
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn who_is_added_and_removed_leaves_no_trace(file in file(), chosen in any::<[bool; 5]>(), every in any::<bool>()) {
        let text = file.text();
        let before = CreationRules::parse(&text).unwrap();
        let recipient = Recipient::parse(recipients()[7]).unwrap();
        let these: Vec<usize> = (0..file.rules.len()).filter(|rule| chosen[*rule]).collect();
        let which = if every { Which::Every } else { Which::These(&these) };
        let addition = Addition { recipient: &recipient, name: "host_web", rules: which, group: None };
        let added = CreationRules::add_recipient(&text, &addition).unwrap();
        for (index, rule) in added.rules.rules().iter().enumerate() {
            let has = rule.keys().any(|key| key.identity == recipient.as_str());
            prop_assert_eq!(has, every || these.contains(&index));
            prop_assert_eq!(rule.keys().count(), before.rules()[index].keys().count() + usize::from(has));
        }
        // Lines come, and none goes but those that name recipients on one line.
        let kept = text.lines().filter(|line| !line.contains('[') && !line.contains("age: age1") && !line.contains("  age1"));
        for line in kept {
            prop_assert!(added.text.lines().any(|other| other == line), "{} is gone from\n{}", line, added.text);
        }
        if !every && these.is_empty() && !file.anchors {
            prop_assert_eq!(&added.text, &text);
        } else {
            let removal = Removal { who: recipient.as_str(), rules: Which::Every };
            let removed = CreationRules::remove_recipient(&added.text, &removal).unwrap();
            prop_assert_eq!(&removed.text, &text);
        }
    }
}
