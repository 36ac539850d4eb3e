//! Files in the shape that other writers gave them, and JSON.

use sopsmith::sops::{Edit, KeyPath, NewValue};

use super::*;
use crate::tools::SOPS_VERSIONS;

fn half_indented(line: &str) -> String {
    let text = line.trim_start();
    let column = match line.len() - text.len() {
        10 => 6,
        12 => 8,
        column => column / 2,
    };
    format!("{:column$}{text}\n", "")
}

/// The same file as other writers have it: sops reads all of these.
fn layouts(sealed: &str) -> Vec<(&'static str, String)> {
    let at = sealed.find("sops:").unwrap();
    let (data, block) = sealed.split_at(at);
    let token = data.lines().find(|line| line.contains("token:")).unwrap();
    let envelope = token.split(": ").nth(1).unwrap();
    let (first, second) = envelope.split_at(60);
    vec![
        ("as it is", sealed.to_owned()),
        ("carriage returns", sealed.replace('\n', "\r\n")),
        ("metadata first", format!("{block}{data}")),
        ("markers", format!("---\n{sealed}...\n")),
        ("byte order mark", format!("\u{feff}{sealed}")),
        ("blank lines", data.replace('\n', "\n\n") + block),
        ("two columns", sealed.lines().map(half_indented).collect()),
        ("single quotes", sealed.replace(envelope, &format!("'{envelope}'"))),
        ("double quotes", sealed.replace(envelope, &format!("\"{envelope}\""))),
        ("folded", sealed.replace(envelope, &format!("\"{first}\\\n        {second}\""))),
        ("clear comment", sealed.replace("api:", "# plain words\napi: # and more")),
        ("unknown metadata", sealed.replace("sops:\n", "sops:\n    # ours\n    note: ours\n")),
        ("no line end", sealed.trim_end().to_owned()),
        ("second document", format!("{sealed}---\nmore_unencrypted: {{}}\n")),
    ]
}

#[test]
fn every_layout_keeps_its_shape_when_a_value_is_set() {
    let bench = Bench::new();
    let plain = "api:\n    host: example.org\n    token: t\nport: 8080\nlist:\n    - a\n    - a\n";
    let sealed = bench.encrypt("3.12.2", plain, "");
    for (layout, text) in layouts(&sealed) {
        let document = Document::parse(text.as_str()).unwrap_or_else(|error| panic!("{layout}: {error}\n{text}"));
        let cipher = cipher(&document);
        document.verify(&cipher).unwrap_or_else(|error| panic!("{layout}: {error}\n{text}"));
        let value = NewValue::text(Secret::from_exposed("a: new\none".as_bytes()));
        let edit = Edit::Set { path: KeyPath::from_keys(["port"]), value };
        let edited = document.apply(&edit, &cipher, &mut Counting(1)).unwrap().document;
        let saved = edited.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, &mut Counting(2)).unwrap();
        let changed = text.lines().zip(saved.text().lines()).filter(|(before, after)| before != after).count();
        assert_eq!((changed, saved.text().lines().count()), (3, text.lines().count()), "{layout}:\n{}", saved.text());
        for version in SOPS_VERSIONS {
            let seen = meaning_to_sops(&bench, version, saved.text());
            assert_eq!(seen["port"], "a: new\none", "{layout}, sops {version}");
            assert_eq!(seen["api"]["token"], "t", "{layout}, sops {version}");
        }
    }
}

#[test]
fn json_of_real_sops_is_read_and_edited_as_the_yaml_that_it_is() {
    let bench = Bench::new();
    let file = bench.folder.path().join("file.json");
    fs::write(
        &file,
        r#"{"a": {"b": "x", "n": 1.5, "t": true, "e": "", "z": null}, "l": ["y", {}], "c_unencrypted": 2}"#,
    )
    .unwrap();
    for version in SOPS_VERSIONS {
        let sealed = tools::succeed(tools::sops(version).args(["encrypt", "--age", RECIPIENT]).arg(&file));
        let document = Document::parse(sealed.as_str()).unwrap();
        let cipher = cipher(&document);
        document.verify(&cipher).unwrap();
        let value = NewValue::text(Secret::from_exposed(b"new, \"quoted\""));
        let edit = Edit::Set { path: KeyPath::from_keys(["a", "b"]), value };
        let edited = document.apply(&edit, &cipher, &mut Counting(1)).unwrap().document;
        let saved = edited.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, &mut Counting(2)).unwrap();
        fs::write(&file, saved.text()).unwrap();
        let mut command = tools::sops(version);
        command.args(["decrypt"]).arg(&file).env("SOPS_AGE_KEY", IDENTITY);
        let seen: serde_json::Value = serde_json::from_str(&tools::succeed(&mut command)).unwrap();
        assert_eq!(seen["a"]["b"], "new, \"quoted\"");
        assert_eq!(seen["a"]["n"], 1.5);
        fs::write(&file, serde_json::to_string(&seen).unwrap()).unwrap();
    }
}
