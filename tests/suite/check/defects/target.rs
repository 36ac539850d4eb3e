//! Defects of what is installed on the target: modes, keys, places, users.

use super::{Defect, error, note, warning, with_template};

pub(super) const DEFECTS: &[Defect] = &[
    // 7: modes
    error("bad-mode", "a mode without quotes")
        .in_sops("mode = 0400")
        .model(|model| model.option("db_password", "mode", "0400")),
    error("bad-mode", "a mode with a prefix")
        .in_sops("0o400")
        .model(|model| model.option("db_password", "mode", "\"0o400\"")),
    error("bad-mode", "a symbolic mode").in_sops("u=r").model(|model| model.option("db_password", "mode", "\"u=r\"")),
    error("bad-mode", "a mode that is not octal")
        .in_sops("0480")
        .model(|model| model.option("db_password", "mode", "\"0480\"")),
    warning("masked-mode", "a group that may write")
        .in_sops("0660")
        .model(|model| model.option("db_password", "mode", "\"0660\"")),
    warning("world-readable", "everybody may read")
        .in_sops("0444")
        .model(|model| model.option("db_password", "mode", "\"0444\"")),
    // 8: keys of the target
    error("key-in-store", "a key file in the store")
        .in_sops("./keys.txt")
        .model(|model| model.setting("age.keyFile", "./keys.txt"))
        .files(|files| {
            files.set("keys.txt", "throwaway\n");
        }),
    error("key-in-store", "a key file without quotes")
        .in_sops("/home/ann/keys.txt")
        .model(|model| model.setting("age.keyFile", "/home/ann/keys.txt")),
    error("key-in-store", "an SSH key without quotes")
        .in_sops("/etc/ssh/ssh_host")
        .model(|model| model.setting("age.sshKeyPaths", "[ /etc/ssh/ssh_host_ed25519_key ]")),
    error("key-path", "a home nobody expands")
        .in_sops("~/.config")
        .model(|model| model.setting("age.keyFile", "\"~/.config/sops/age/keys.txt\"")),
    error("key-path", "a variable nobody expands")
        .in_sops("$HOME")
        .model(|model| model.setting("age.keyFile", "\"$HOME/keys.txt\"")),
    error("key-path", "a relative SSH key")
        .in_sops("ssh/id")
        .model(|model| model.setting("age.sshKeyPaths", "[ \"ssh/id\" ]")),
    warning("key-from-secret", "a key that is a secret").in_web("sops.age.sshKeyPaths").files(|files| {
        let line = "  sops.age.sshKeyPaths = [ config.sops.secrets.tls_key.path ];\n  users.groups.web";
        files.replace("hosts/web.nix", "  users.groups.web", line);
    }),
    warning("generated-key-lost", "a generated key that is lost").in_sops("generateKey").model(|model| {
        let keys = "[ \"/etc/ssh/ssh_host_ed25519_key\" ]";
        model.without_setting("age.keyFile").setting("age.sshKeyPaths", keys).setting("age.generateKey", "true")
    }),
    warning("no-key-source", "no key at all").in_sops("api/token").model(|model| model.without_setting("age.keyFile")),
    error("two-key-sources", "GnuPG and age")
        .in_sops("gnupg.home")
        .model(|model| model.setting("gnupg.home", "\"/root/.gnupg\"").setting("gnupg.sshKeyPaths", "[ ]")),
    error("two-key-sources", "GnuPG twice").in_sops("gnupg.home").model(|model| {
        let keys = "[ \"/etc/ssh/ssh_host_rsa_key\" ]";
        model
            .without_setting("age.keyFile")
            .setting("gnupg.home", "\"/root/.gnupg\"")
            .setting("gnupg.sshKeyPaths", keys)
    }),
    // 9: places
    warning("same-name", "two secrets of one name")
        .in_sops("\"db_password\"")
        .model(|model| model.secret("db2", &[("key", "\"api/token\""), ("name", "\"db_password\"")])),
    warning("same-path", "two secrets of one path")
        .in_sops("path = \"/etc/x\"; # second")
        .model(|model| model.option("db_password", "path", "\"/etc/x\"").option("tls_key", "path", "\"/etc/x\""))
        .files(|files| {
            let text = &files.0["sops.nix"];
            let at = text.rfind("path = \"/etc/x\";").unwrap() + "path = \"/etc/x\";".len();
            let text = format!("{} # second{}", &text[..at], &text[at..]);
            files.set("sops.nix", text);
        }),
    error("name-inside-name", "a secret inside a secret")
        .in_sops("db_password/inner")
        .model(|model| model.secret("db_password/inner", &[("key", "\"db_password\"")])),
    error("name-inside-name", "a secret named like the folder of templates")
        .in_sops("rendered")
        .model(|model| model.secret("rendered", &[("key", "\"db_password\"")]))
        .files(with_template),
    warning("name-leaves-folder", "a name that leaves the folder")
        .in_sops("../../etc/x")
        .model(|model| model.option("db_password", "name", "\"../../etc/x\"")),
    warning("path-in-secrets", "a path beside the secret")
        .in_sops("/run/secrets/db-password")
        .model(|model| model.option("db_password", "path", "\"/run/secrets/db-password\"")),
    warning("relative-path", "a relative path for the link")
        .in_sops("etc/password")
        .model(|model| model.option("db_password", "path", "\"etc/password\"")),
    note("redundant-option", "a path that is the default")
        .in_sops("/run/secrets/db_password")
        .model(|model| model.option("db_password", "path", "\"/run/secrets/db_password\"")),
    note("redundant-option", "a key that is the default")
        .in_sops("key = \"db_password\"")
        .model(|model| model.option("db_password", "key", "\"db_password\"")),
    // 10: users
    warning("users-owner", "an owner before users exist")
        .in_sops("owner = \"ann\"")
        .model(|model| model.option("user_hash", "owner", "\"ann\"")),
    error("users-not-root", "a uid before users exist")
        .in_sops("uid = 1000")
        .model(|model| model.option("user_hash", "uid", "1000")),
    warning("users-template", "a template with a secret for users").in_web("placeholder.user_hash").files(|files| {
        with_template(files);
        files.replace("hosts/web.nix", "placeholder.db_password", "placeholder.user_hash");
    }),
    warning("password-too-late", "a password that comes too late").in_web("hashedPasswordFile").files(|files| {
        files.replace("hosts/web.nix", "secrets.user_hash.path", "secrets.db_password.path");
    }),
];
