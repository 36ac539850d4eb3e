//! The commands, run as a person or a script runs them, and judged by the real sops.

mod config;
mod env;
mod hand_in;
mod leftovers;

use crate::folder::{Folder, IDENTITY, changed_lines};
use crate::tools::SOPS_VERSIONS;

const PLAIN: &str = "\
# top
api:
    token: s3cret-token
    port: 8080
list:
    - a
    - b
flag: true
note_unencrypted: plain
";

#[test]
fn one_value_set_changes_three_lines() {
    for version in SOPS_VERSIONS {
        let folder = Folder::with_sealed(version, "f.yaml", PLAIN);
        let before = folder.read("f.yaml");
        folder.run_with(&["set", "f.yaml", "api/token"], b"another value").ok();
        let after = folder.read("f.yaml");
        let modified = |text: &str| text.lines().find(|line| line.contains("lastmodified:")).unwrap().to_owned();
        // The value, the MAC, and lastmodified unless both writes fell into the same second.
        let lines = 2 + usize::from(modified(&before) != modified(&after));
        assert_eq!(changed_lines(&before, &after), (lines, lines));
        let expected = PLAIN.replace("s3cret-token", "another value");
        for version in SOPS_VERSIONS {
            assert_eq!(folder.decrypted(version, "f.yaml"), expected);
        }
    }
}

#[test]
fn a_value_is_printed_to_the_byte() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let check = |key: &str, expected: &str| assert_eq!(folder.run(&["get", "f.yaml", key]).ok(), expected);
    check("api/token", "s3cret-token");
    check("[\"api\"][\"port\"]", "8080");
    check("[\"list\"][1]", "b");
    check("flag", "true");
    check("note_unencrypted", "plain");
}

#[test]
fn what_looks_like_a_number_stays_text_unless_a_type_is_asked_for() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.run_with(&["set", "f.yaml", "new/text"], b"8080").ok();
    folder.run_with(&["set", "f.yaml", "new/int", "--type", "int", "--trim-newline"], b"8080\n").ok();
    folder.run_with(&["set", "f.yaml", "new/flag", "--type", "bool"], b"true").ok();
    let expected = format!("{PLAIN}new:\n    text: \"8080\"\n    int: 8080\n    flag: true\n");
    assert_eq!(folder.decrypted("3.13.3", "f.yaml"), expected);
    folder.run_with(&["set", "f.yaml", "x", "--type", "int"], b"eight").failed(7, &["int", "8080"]);
}

#[test]
fn lists_grow_and_shrink() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.run_with(&["set", "f.yaml", "[\"list\"][2]"], b"c").ok();
    folder.run(&["unset", "f.yaml", "[\"list\"][0]"]).ok();
    assert_eq!(folder.decrypted("3.12.2", "f.yaml"), PLAIN.replace("    - a\n    - b\n", "    - b\n    - c\n"));
}

#[test]
fn keys_are_deleted_and_renamed_with_what_is_below_them() {
    let folder = Folder::with_sealed("3.13.3", "f.yaml", PLAIN);
    folder.run(&["rename", "f.yaml", "api", "service"]).ok();
    folder.run(&["unset", "f.yaml", "flag"]).ok();
    let expected = PLAIN.replace("api:", "service:").replace("flag: true\n", "");
    assert_eq!(folder.decrypted("3.12.2", "f.yaml"), expected);
}

#[test]
fn a_generated_value_is_stored_and_not_shown() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let ran = folder.run(&["set", "f.yaml", "api/token", "--generate", "hex:16"]);
    assert_eq!(ran.stdout, "");
    let value = folder.run(&["get", "f.yaml", "api/token"]).ok();
    assert!(value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(!ran.stderr.contains(&value));
}

#[test]
fn an_equal_value_leaves_the_file_alone() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let before = folder.read("f.yaml");
    folder.run_with(&["set", "f.yaml", "api/token"], b"s3cret-token").ok();
    assert_eq!(folder.read("f.yaml"), before);
}

#[test]
fn names_and_types_are_listed_without_a_key() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.write("sops.nix", "{\n  sops.defaultSopsFile = ./f.yaml;\n  sops.secrets.\"api/token\" = { };\n}\n");
    let output = folder.command(&["list", "f.yaml"]).env_remove("SOPS_AGE_KEY").output().unwrap();
    let listed = Folder::finish(output).ok();
    let line = |key: &str| listed.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("api/token").contains("str") && line("api/token").contains("sops.nix:3"), "{listed}");
    assert!(line("api/port").contains("int") && line("api/port").contains("not declared"), "{listed}");
    assert!(line("[\"list\"][0]").contains("str"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["list", "f.yaml", "--json"]).ok()).unwrap();
    assert_eq!(json[0]["key"], "api/token");
    assert_eq!(json[0]["declarations"][0]["name"], "api/token");
}

#[test]
fn failures_have_the_codes_of_sops_and_say_what_to_do() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.run(&["get", "absent.yaml", "x"]).failed(100, &["absent.yaml"]);
    folder.run(&["get", "f.yaml", "no/such/key"]).failed(91, &["f.yaml", "no/such/key"]);
    folder.run(&["get", "f.yaml", "a//b"]).failed(91, &["a//b"]);
    folder.run(&["get", "f.yaml", "api"]).failed(91, &["api"]);
    folder.write("empty.yaml", "");
    folder.run(&["get", "empty.yaml", "x"]).failed(92, &["empty.yaml", "empty"]);
    folder.write("plain.yaml", "a: b\n");
    folder.run(&["get", "plain.yaml", "a"]).failed(1, &["plain.yaml", "no sops metadata"]);
    folder.write("broken.yaml", "a: [b\n");
    folder.run(&["get", "broken.yaml", "a"]).failed(2, &["broken.yaml"]);
}

#[test]
fn without_a_key_it_is_said_who_could_open_the_file() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let output = folder.command(&["get", "f.yaml", "flag"]).env_remove("SOPS_AGE_KEY").output().unwrap();
    let words = [crate::folder::RECIPIENT, "SOPS_AGE_KEY", "keys.txt", "id_ed25519"];
    Folder::finish(output).failed(128, &words);
}

#[test]
fn tampering_is_told_from_damage() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    let sealed = folder.read("f.yaml");
    folder.write("f.yaml", &sealed.replace("note_unencrypted: plain", "note_unencrypted: other"));
    folder.run(&["get", "f.yaml", "flag"]).failed(51, &["f.yaml", "MAC"]);
    let swapped = sealed.replacen("data:", "data:AAAA", 2);
    folder.write("f.yaml", &swapped);
    folder.run(&["get", "f.yaml", "api/token"]).failed(25, &["f.yaml"]);
    assert_eq!(folder.read("f.yaml"), swapped);
}

#[test]
fn no_output_ever_holds_the_identity() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    for args in [&["get", "f.yaml", "nope"][..], &["list", "f.yaml"], &["get", "nope", "x"], &["--help"]] {
        let ran = folder.run(args);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(IDENTITY));
    }
}

#[test]
fn completions_and_the_manual_page_come_from_the_arguments() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(folder.run(&["completions", shell]).ok().contains("rename"), "{shell}");
    }
    assert!(folder.run(&["man"]).ok().contains("sopsmith"));
    assert!(folder.run(&["man", "encrypt"]).ok().contains("creation rules"));
    folder.run(&["man", "encrypts"]).failed(2, &["no command encrypts", "did you mean encrypt?"]);
    folder.write("man/kept", "");
    for _ in 0..2 {
        folder.run(&["man", "--dir", "man"]).ok();
        folder.run(&["man", "--dir", "to/be/made"]).ok();
        assert!(folder.read("man/sopsmith.1").contains("sopsmith"));
        assert!(folder.read("man/sopsmith-get.1").contains("Examples"));
    }
    assert!(folder.read("to/be/made/sopsmith-recipients-add.1").contains("Examples"));
    assert!(!folder.run(&["man"]).ok().contains("help(1)"));
    folder.run(&["man", "help"]).failed(2, &["there is no command help"]);
    let help = folder.run(&["help"]).ok();
    for more in ["--help", "-h"] {
        assert_eq!(folder.run(&["help", more]).ok(), help);
    }
    folder.write("sopsmith.bash", &folder.run(&["completions", "bash"]).ok());
    crate::tools::succeed(crate::tools::system("bash").arg("-n").arg(folder.file("sopsmith.bash")));
    assert!(folder.run(&["--help"]).ok().contains("Examples:"));
}

#[test]
fn a_file_is_decrypted_to_its_own_text() {
    for version in SOPS_VERSIONS {
        let folder = Folder::with_sealed(version, "f.yaml", PLAIN);
        assert_eq!(folder.run(&["decrypt", "f.yaml"]).ok(), PLAIN);
    }
}

#[test]
fn a_plain_file_is_encrypted_by_its_rule() {
    let folder = Folder::new();
    folder.write("secrets/f.yaml", PLAIN);
    folder.run(&["encrypt", "secrets/f.yaml"]).failed(1, &[".sops.yaml"]);
    let rules =
        format!("creation_rules:\n  - path_regex: ^secrets/.*\\.yaml$\n    age: {}\n", crate::folder::RECIPIENT);
    folder.write(".sops.yaml", &rules);
    let printed = folder.run(&["encrypt", "secrets/f.yaml"]).ok();
    folder.write("printed.yaml", &printed);
    folder.run(&["encrypt", "secrets/f.yaml", "-o", "secrets/out.yaml"]).ok();
    folder.run(&["encrypt", "secrets/f.yaml", "-i"]).ok();
    for name in ["printed.yaml", "secrets/out.yaml", "secrets/f.yaml"] {
        for version in SOPS_VERSIONS {
            assert_eq!(folder.decrypted(version, name), PLAIN, "{name} by {version}");
        }
    }
    folder.run(&["encrypt", "secrets/f.yaml"]).failed(203, &["encrypted already", "nothing is left to do"]);
    folder.run(&["encrypt", "secrets/f.yaml", "-o", "secrets/out.yaml"]).failed(203, &["encrypted already"]);
    folder.write("other.yaml", PLAIN);
    folder.run(&["encrypt", "other.yaml"]).failed(1, &["no creation rule", "other.yaml"]);
    folder.run(&["encrypt", "absent.yaml"]).failed(100, &["absent.yaml", "check the path"]);
    // As with sops' --filename-override, the rule is that of the file that will be encrypted.
    folder.run(&["encrypt", "other.yaml", "-o", "secrets/other.yaml"]).ok();
    assert_eq!(folder.decrypted("3.12.2", "secrets/other.yaml"), PLAIN);
    let no_rule = ["no creation rule in", ".sops.yaml matches elsewhere/x.yaml"];
    folder.run(&["encrypt", "other.yaml", "-o", "elsewhere/x.yaml"]).failed(1, &no_rule);
}

#[test]
fn the_demonstration_needs_no_terminal_and_leaves_what_real_sops_reads() {
    let folder = Folder::new();
    let printed = folder.run(&["demo", "--keep", "kept"]).ok();
    for words in ["ctfd_token", "+++ b/sops.nix", "+++ b/secrets/web.yaml", "+++ b/hosts/web.nix", "mail/token"] {
        assert!(printed.contains(words), "no {words:?} in:\n{printed}");
    }
    for version in SOPS_VERSIONS {
        let mut command = crate::tools::sops(version);
        command
            .arg("decrypt")
            .arg(folder.file("kept/secrets/web.yaml"))
            .env("SOPS_AGE_KEY_FILE", folder.file("kept/keys.txt"));
        let plain = crate::tools::succeed(&mut command);
        assert!(plain.contains("ctfd_token:") && plain.contains("demo-mail-token"), "{version}");
        assert!(!printed.contains("demo-mail-token"), "a value was printed");
    }
    for name in ["sops.nix", "hosts/web.nix", "modules/ai.nix", "flake.nix"] {
        crate::tools::succeed(
            crate::tools::system("nix-instantiate").arg("--parse").arg(folder.file("kept").join(name)),
        );
    }
    folder.run(&["demo", "--keep", "kept"]).failed(3, &["kept", "holds files already"]);
}

#[test]
fn a_reader_that_went_away_hears_nothing() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    for args in [&["list", "f.yaml"][..], &["get", "f.yaml", "flag"], &["config", "--default"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Folder::finish(folder.command(args).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(141), ""), "{args:?}");
    }
}

#[test]
fn a_named_path_that_cannot_be_read_is_no_clean_check() {
    let folder = Folder::new();
    folder.write("flake.nix", "{ }\n");
    folder.run(&["check", "flake.nix"]).ok();
    std::fs::write(folder.file("bin.yaml"), [0xff, 0xfe]).unwrap();
    folder.run(&["check", "bin.yaml"]).failed(2, &["bin.yaml:1", "not UTF-8"]);
    folder.run(&["check", "/dev/null"]).failed(2, &["/dev/null", "not a regular file", "name a file or a folder"]);
    std::os::unix::fs::symlink("nowhere", folder.file("taken")).unwrap();
    folder.run(&["check", "taken"]).failed(2, &["taken"]);
}

#[test]
fn copying_without_a_clipboard_says_why() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.run(&["copy", "f.yaml", "api/token"]).failed(1, &["graphical"]);
}

#[test]
fn declarations_that_a_command_leaves_behind_are_named() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", PLAIN);
    folder.write("sops.nix", "{\n  sops.defaultSopsFile = ./f.yaml;\n  sops.secrets.\"api/token\" = { };\n}\n");
    let ran = folder.run(&["rename", "f.yaml", "api", "service"]);
    assert!(ran.stderr.contains("sops.nix:3 still reads api/token"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(folder.run(&["unset", "f.yaml", "flag"]).stderr, "");
}
