//! What holds for every Nix file: edits lead back, and damage is never worse than a named problem.

use sopsmith::nix::{DeclarationId, DeclarationSpec, EditError, NixFile, OptionName, OptionValue, SiteId};

use super::nix_judge::fixtures;

/// A small deterministic generator (xorshift); the tests are the same on every run.
pub(crate) struct Dice(u64);

impl Dice {
    /// The same seed rolls the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

fn specs() -> [DeclarationSpec; 4] {
    let text = |text: &str| OptionValue::Text(text.to_owned());
    [
        DeclarationSpec::new("new"),
        DeclarationSpec { name: "new".to_owned(), options: vec![(OptionName::Owner, text("o"))] },
        DeclarationSpec {
            name: "new/deep".to_owned(),
            options: vec![
                (OptionName::SopsFile, OptionValue::Path("./n.yaml".to_owned())),
                (OptionName::Mode, text("0440")),
            ],
        },
        DeclarationSpec { name: "new".to_owned(), options: vec![(OptionName::Path, text(&"/long".repeat(30)))] },
    ]
}

fn find(file: &NixFile, name: &str) -> DeclarationId {
    file.declarations_of(name).next().unwrap_or_else(|| panic!("{name} is not in {}", file.text())).0
}

fn same_words(ours: &str, theirs: &str) -> bool {
    ours.split_whitespace().eq(theirs.split_whitespace())
}

#[test]
fn adding_renaming_and_removing_leads_back_to_the_same_bytes() {
    let mut done = 0;
    for (fixture, text) in fixtures() {
        let before = NixFile::parse(text.as_str());
        for site in 0..before.sites().len() {
            for spec in specs() {
                let patch = before.add_declaration(SiteId(site), &spec).unwrap();
                // A set on one line that gets several is not squeezed into one again.
                let is_spread = patch.splices().len() > 1;
                let added = before.apply(&patch);
                let mut file = added.clone();
                let mut name = spec.name.as_str();
                for other in ["fresh", "quoted/name", "zzz"] {
                    file = file.apply(&file.rename_declaration(find(&file, name), other).unwrap());
                    name = other;
                }
                let removed = file.apply(&file.remove_declaration(find(&file, name)).unwrap());
                let is_same = removed.text() == text || (is_spread && same_words(removed.text(), &text));
                assert!(is_same, "{fixture}, site {site}: {} became {}", added.text(), removed.text());
                done += 1;
            }
        }
    }
    assert!(done > 200, "only {done} journeys");
}

#[test]
fn setting_and_removing_an_option_leads_back_to_the_same_bytes() {
    let mut done = 0;
    for (fixture, text) in fixtures() {
        let before = NixFile::parse(text.as_str());
        for (index, declaration) in before.declarations().iter().enumerate() {
            let id = DeclarationId(index);
            for option in [OptionName::Name, OptionName::Gid, OptionName::Key] {
                if declaration.option(&option).is_some() {
                    continue;
                }
                let Ok(patch) = before.set_option(id, &option, &OptionValue::Null) else { continue };
                let set = before.apply(&patch);
                match set.remove_option(id, &option) {
                    Ok(patch) => assert_eq!(patch.apply(set.text()), text, "{fixture}: {}", set.text()),
                    // `x = common // { name = null; }` stays a set that is merged.
                    Err(error) => assert!(set.text().contains("//"), "{fixture}: {error}: {}", set.text()),
                }
                done += 1;
            }
        }
    }
    assert!(done > 150, "only {done} journeys");
}

#[test]
fn renaming_there_and_back_leads_to_the_same_bytes() {
    for (fixture, text) in fixtures() {
        let before = NixFile::parse(text.as_str());
        for (index, declaration) in before.declarations().iter().enumerate() {
            let Some(name) = declaration.name.known() else { continue };
            let written_as_is = declaration.name_ranges.iter().all(|range| !text[range.clone()].contains("${"));
            let Ok(patch) = before.rename_declaration(DeclarationId(index), "zzz") else { continue };
            let there = before.apply(&patch);
            let back = there.rename_declaration(DeclarationId(index), name).unwrap();
            assert!(!written_as_is || back.apply(there.text()) == text, "{fixture}: {}", there.text());
        }
    }
}

/// Tries everything that can be done with a file; refusals are fine, panics are not.
fn try_everything(text: &str, dice: &mut Dice) {
    let file = NixFile::parse(text);
    let spec = specs()[dice.roll(4)].clone();
    let mut outcomes: Vec<Result<_, EditError>> = Vec::new();
    if !file.sites().is_empty() {
        let site = SiteId(dice.roll(file.sites().len()));
        outcomes.push(file.add_declaration(site, &spec));
        assert!(file.render(site, &spec).is_ok());
    }
    if !file.declarations().is_empty() {
        let id = DeclarationId(dice.roll(file.declarations().len()));
        outcomes.push(file.rename_declaration(id, "new/name"));
        outcomes.push(file.remove_declaration(id));
        outcomes.push(file.set_option(id, &OptionName::Owner, &OptionValue::Text("x".to_owned())));
        outcomes.push(file.remove_option(id, &OptionName::Owner));
    }
    let all: Vec<usize> = (0..file.references().len()).collect();
    outcomes.push(file.rename_references(&all, "new/name"));
    for patch in outcomes.into_iter().flatten() {
        assert_eq!(NixFile::parse(patch.apply(text)).syntax_problems(), [], "{text}");
    }
}

#[test]
fn damage_never_panics() {
    const BITS: [&str; 28] = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "''",
        "${",
        "$",
        ";",
        "=",
        ".",
        "//",
        "#",
        "/*",
        "*/",
        "\\",
        "\0",
        "\r\n",
        "inherit ",
        "rec ",
        "with ",
        "let ",
        " in ",
        "sops.secrets.x",
        "é",
        "or",
    ];
    let mut dice = Dice(0x5eed_5eed_5eed_5eed);
    for (_, text) in fixtures() {
        for _ in 0..25 {
            let mut damaged: Vec<char> = text.chars().collect();
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(damaged.len());
                let length = dice.roll(9).min(damaged.len() - at);
                let bit = if dice.roll(3) == 0 { "" } else { BITS[dice.roll(BITS.len())] };
                let cut = if dice.roll(2) == 0 { 0 } else { length };
                damaged.splice(at..at + cut, bit.chars());
            }
            try_everything(&damaged.into_iter().collect::<String>(), &mut dice);
        }
    }
}

#[test]
fn truncated_files_never_panic() {
    let mut dice = Dice(77);
    for (_, text) in fixtures() {
        for _ in 0..8 {
            let end = text.char_indices().nth(dice.roll(text.chars().count())).map_or(0, |(at, _)| at);
            try_everything(&text[..end], &mut dice);
        }
    }
}
