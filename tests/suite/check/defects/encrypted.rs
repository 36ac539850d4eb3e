//! Defects of keys, values, encrypted files and their recipients.

use std::sync::OnceLock;

use super::{Defect, error, warning};
use crate::check::repository::{SOPS, sealed};
use crate::folder::{Folder, RECIPIENT};
use crate::tools;

pub(super) const DEFECTS: &[Defect] = &[
    // 1: the key
    error("missing-key", "a key that is not in the file")
        .in_sops("ctfd_url")
        .model(|model| model.secret("ctfd_url", &[])),
    error("missing-key", "a nested key that is not in the file")
        .in_sops("api/other")
        .model(|model| model.secret("api/other", &[])),
    error("missing-key", "an option key that is not in the file")
        .in_sops("\"tls/key\"")
        .model(|model| model.secret("tls2", &[("key", "\"tls/key\"")])),
    error("missing-key", "a key below a value")
        .in_sops("db_password/deeper")
        .model(|model| {
            model
                .option("db_password", "key", "\"db_password/deeper\"")
                .plain("db_password: two\n", "db_password: two\n")
                .secret("db2", &[("key", "\"db_password\"")])
        })
        .files(|files| {
            files.replace("hosts/web.nix", "secrets.db_password.path", "secrets.db2.path");
        }),
    error("missing-key", "a key with an empty part")
        .in_sops("api//token")
        .model(|model| model.secret("token2", &[("key", "\"api//token\"")])),
    error("missing-key", "an element of a list").in_sops("\"names/0\"").model(|model| {
        model.plain("db_password", "names:\n    - a\ndb_password").secret("first_name", &[("key", "\"names/0\"")])
    }),
    // 2: what stands there
    error("not-a-string", "an int")
        .in_sops("port")
        .model(|model| model.plain("db_password", "port: 8080\ndb_password").secret("port", &[])),
    error("not-a-string", "a bool below a key")
        .in_sops("\"api/on\"")
        .model(|model| model.plain("db_password", "    on: true\ndb_password").secret("api/on", &[])),
    error("not-a-string", "a float")
        .in_sops("\"ratio\"")
        .model(|model| model.plain("db_password", "ratio: 1.5\ndb_password").secret("share", &[("key", "\"ratio\"")])),
    error("not-a-value", "a mapping")
        .in_sops("whole_api")
        .model(|model| model.secret("whole_api", &[("key", "\"api\"")])),
    error("not-a-value", "a list")
        .in_sops("names")
        .model(|model| model.plain("db_password", "names:\n    - a\ndb_password").secret("names", &[])),
    error("not-a-value", "a null")
        .in_sops("nothing")
        .model(|model| model.plain("db_password", "nothing: null\ndb_password").secret("nothing", &[])),
    error("not-a-value", "a clear int")
        .in_sops("port_unencrypted")
        .model(|model| model.plain("db_password", "port_unencrypted: 80\ndb_password").secret("port_unencrypted", &[])),
    warning("rewritten-time", "a time")
        .in_sops("since")
        .model(|model| model.plain("db_password", "since: 2020-01-01\ndb_password").secret("since", &[])),
    // 3: no metadata
    error("plain-file", "a plain file")
        .in_sops("./secrets/plain.yaml")
        .model(|model| model.secret("plain", &[("sopsFile", "./secrets/plain.yaml")]))
        .files(|files| {
            files.set("secrets/plain.yaml", "plain: value\n");
        }),
    error("plain-file", "the rules as secrets")
        .in_sops("./.sops.yaml")
        .model(|model| model.secret("mistaken", &[("sopsFile", "./.sops.yaml")])),
    warning("not-encrypted", "a plain file that a rule is for").at(".sops.yaml", "path_regex: secrets/").files(
        |files| {
            files.set("secrets/new.yaml", "new: value\n");
        },
    ),
    error("unreadable-rules", "rules that end too early").at(".sops.yaml", "[").files(|files| {
        files.set(".sops.yaml", "creation_rules: [\n");
    }),
    warning("unreadable-rules", "a pattern that is none").at(".sops.yaml", "path_regex: \"[\"").files(|files| {
        let rules = files.0[".sops.yaml"].clone();
        files.set(".sops.yaml", rules + "  - path_regex: \"[\"\n    age: []\n");
    }),
    // 4: git, and files that are not there
    error("untracked-file", "an untracked file").in_sops("./secrets/web.yaml").untracked(&["secrets/web.yaml"]),
    error("untracked-file", "an ignored file")
        .in_sops("./secrets/more.yaml")
        .model(|model| model.secret("more", &[("sopsFile", "./secrets/more.yaml")]))
        .files(|files| {
            files.set("secrets/more.yaml", sealed("more.yaml", "more: x\n", ""));
        })
        .ignored(&["secrets/more.yaml"]),
    error("untracked-file", "an untracked module").in_web("../sops.nix").untracked(&["sops.nix"]),
    error("missing-file", "a wrong relative path")
        .in_sops("./secret/web.yaml")
        .model(|model| model.secret("far", &[("sopsFile", "./secret/web.yaml")])),
    error("missing-file", "a missing default")
        .in_sops("./secrets/gone.yaml")
        .model(|model| model.setting("defaultSopsFile", "./secrets/gone.yaml"))
        .files(|files| {
            files.0.remove("secrets/web.yaml");
        }),
    error("missing-file", "a folder")
        .in_sops("= ./secrets;")
        .model(|model| model.secret("folder", &[("sopsFile", "./secrets")])),
    error("file-not-in-store", "a string outside the store")
        .in_sops("/etc/sops/x.yaml")
        .model(|model| model.secret("outside", &[("sopsFile", "\"/etc/sops/x.yaml\"")])),
    // 5: formats
    error("wrong-format", "a binary file read as YAML")
        .in_sops("key_file")
        .model(|model| model.secret("key_file", &[("sopsFile", "./secrets/key.bin")]))
        .files(|files| {
            files.set("secrets/key.bin", sealed("key.bin", "raw\n", ""));
        }),
    error("wrong-format", "YAML read as JSON")
        .in_sops("format = \"json\"")
        .model(|model| model.secret("other", &[("sopsFile", "./secrets/other.yaml"), ("format", "\"json\"")]))
        .files(|files| {
            files.set("secrets/other.yaml", sealed("other.yaml", "other: x\n", ""));
        }),
    error("wrong-format", "YAML read as binary")
        .in_sops("format = \"binary\"")
        .model(|model| model.secret("other", &[("sopsFile", "./secrets/other.yaml"), ("format", "\"binary\"")]))
        .files(|files| {
            files.set("secrets/other.yaml", sealed("other.yaml", "other: x\n", ""));
        }),
    error("wrong-format", "dotenv read as YAML")
        .in_sops("env_file")
        .model(|model| model.secret("env_file", &[("sopsFile", "./secrets/web.env")]))
        .files(|files| {
            files.set("secrets/web.env", sealed("web.env", "A=b\n", ""));
        }),
    error("wrong-format", "dotenv read as binary")
        .in_sops("format = \"binary\"")
        .model(|model| model.secret("env_file", &[("sopsFile", "./secrets/web.env"), ("format", "\"binary\"")]))
        .files(|files| {
            files.set("secrets/web.env", sealed("web.env", "A=b\n", ""));
        }),
    error("wrong-format", "INI read as YAML")
        .in_sops("ini_file")
        .model(|model| model.secret("ini_file", &[("sopsFile", "./secrets/web.ini")]))
        .files(|files| {
            files.set("secrets/web.ini", sealed("web.ini", "[a]\nb = c\n", ""));
        }),
    error("two-formats", "one file in two formats")
        .in_sops("format = \"json\"")
        .model(|model| {
            model
                .secret("one", &[("sopsFile", "./secrets/other.json")])
                .secret("two", &[("sopsFile", "./secrets/other.json"), ("format", "\"json\"")])
        })
        .files(|files| {
            files.set("secrets/other.json", sealed("other.json", "{\"one\": \"1\", \"two\": \"2\"}", ""));
        }),
    error("nested-json-key", "a nested key read as JSON")
        .in_sops("format = \"json\"")
        .model(|model| model.secret("a/b", &[("sopsFile", "./secrets/other.json"), ("format", "\"json\"")]))
        .files(|files| {
            files.set("secrets/other.json", sealed("other.json", "{\"a\": {\"b\": \"1\"}}", ""));
        }),
    warning("ignored-key", "a key for a binary file")
        .in_sops("\"inner\"")
        .model(|model| {
            let format = ("format", "\"binary\"");
            model.secret("key_file", &[("sopsFile", "./secrets/key.bin"), format, ("key", "\"inner\"")])
        })
        .files(|files| {
            files.set("secrets/key.bin", sealed("key.bin", "raw\n", ""));
        }),
    error("damaged-file", "a key twice").at("secrets/web.yaml", "db_password: ENC[AES256_GCM,data:AAAA").files(
        |files| {
            let line = "db_password: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]\ntls_key";
            files.replace("secrets/web.yaml", "tls_key", line);
        },
    ),
    error("damaged-file", "a conflict marker").at("secrets/web.yaml", "<<<<<<< HEAD").files(|files| {
        files.replace("secrets/web.yaml", "tls_key", "<<<<<<< HEAD\ntls_key");
    }),
    error("damaged-file", "an envelope without its tag")
        .at("secrets/web.yaml", "extra:")
        .model(|model| model.secret("extra", &[]))
        .files(|files| {
            let line = "extra: ENC[AES256_GCM,data:AAAA,iv:AAAA,type:str]\ntls_key";
            files.replace("secrets/web.yaml", "tls_key", line);
        }),
    // 6: recipients
    warning("recipients-differ", "a recipient of the rule is missing").at(".sops.yaml", "          - *backup").files(
        |files| {
            files.replace(".sops.yaml", "creation_rules", &format!("  - &backup {OTHER}\ncreation_rules"));
            files.replace(".sops.yaml", "          - *host_web\n", "          - *host_web\n          - *backup\n");
        },
    ),
    warning("host-not-recipient", "the host is in no rule").in_sops("api/token").files(|files| {
        files.replace(".sops.yaml", "&host_web", "&laptop");
        files.replace(".sops.yaml", "*host_web", "*laptop");
        files.replace(".sops.yaml", "creation_rules", &format!("  - &host_web {OTHER}\ncreation_rules"));
    }),
    warning("ssh-recipient", "SSH recipients only")
        .at("secrets/ssh.yaml", "recipient: ssh-ed25519")
        .model(|model| model.secret("by_ssh", &[("sopsFile", "./secrets/ssh.yaml")]))
        .files(|files| {
            let text = sealed("ssh.yaml", "by_ssh: x\n", "").replace(RECIPIENT, SSH_RECIPIENT);
            files.set("secrets/ssh.yaml", text);
            files.replace(".sops.yaml", "secrets/[^/]+$", "secrets/web");
        }),
    warning("key-groups", "two key groups")
        .at(".sops.yaml", "- path_regex: secrets/split")
        .model(|model| model.secret("split", &[("sopsFile", "./secrets/split.yaml")]))
        .files(|files| {
            files.set("secrets/split.yaml", split_file());
            let rule = "creation_rules:\n  - path_regex: secrets/split\n    key_groups:";
            let rule = format!("{rule}\n      - age:\n          - {OTHER}\n      - age:\n          - *host_web\n");
            files.replace(".sops.yaml", "creation_rules:\n", &rule);
        }),
];

/// Throwaway public keys, made for these tests.
const OTHER: &str = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
const SSH_RECIPIENT: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

/// A file whose data key is split between two groups.
fn split_file() -> String {
    static SPLIT: OnceLock<String> = OnceLock::new();
    SPLIT
        .get_or_init(|| {
            let folder = Folder::new();
            let groups = format!("    key_groups:\n      - age: [{OTHER}]\n      - age: [{RECIPIENT}]\n");
            folder.write("rules.yaml", &format!("creation_rules:\n  - shamir_threshold: 2\n{groups}"));
            folder.write("split.yaml", "split: x\n");
            let mut command = tools::sops(SOPS);
            command.current_dir(folder.path()).args(["--config", "rules.yaml", "encrypt", "--in-place", "split.yaml"]);
            tools::succeed(&mut command);
            folder.read("split.yaml")
        })
        .clone()
}
