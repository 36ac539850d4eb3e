//! Defects of options, references and names on the Nix side.

use super::{Defect, add_line, error, note, warning, with_template};

pub(super) const DEFECTS: &[Defect] = &[
    // 11: options
    error("unknown-option", "an option with a slip")
        .in_sops("owners")
        .model(|model| model.option("db_password", "owners", "\"web\"")),
    warning("unknown-option", "an option of another time")
        .in_sops("requiredBy")
        .model(|model| model.option("db_password", "requiredBy", "[ ]")),
    error("unknown-setting", "a setting with a slip")
        .in_sops("defaultSopsfile2")
        .model(|model| model.setting("defaultSopsfile2", "./secrets/web.yaml")),
    error("wrong-type", "a unit that is no list")
        .in_sops("restartUnits = \"db.service\"")
        .model(|model| model.option("db_password", "restartUnits", "\"db.service\"")),
    error("wrong-type", "a file as a string")
        .in_sops("\"secrets/web.yaml\"")
        .model(|model| model.option("db_password", "sopsFile", "\"secrets/web.yaml\"")),
    error("wrong-type", "a format that does not exist")
        .in_sops("\"yml\"")
        .model(|model| model.option("db_password", "format", "\"yml\"")),
    error("wrong-type", "a truth value in quotes")
        .in_sops("neededForUsers = \"true\"")
        .model(|model| model.option("db_password", "neededForUsers", "\"true\"")),
    error("wrong-type", "an owner that is a number")
        .in_sops("owner = 1000")
        .model(|model| model.option("db_password", "owner", "1000")),
    error("owner-and-uid", "owner and uid")
        .in_sops("uid = 1000")
        .model(|model| model.option("db_password", "owner", "\"web\"").option("db_password", "uid", "1000")),
    error("renamed-with-template", "a name of its own beside a template")
        .in_sops("\"db-password\"")
        .model(|model| model.option("db_password", "name", "\"db-password\""))
        .files(with_template),
    error("conflicting-values", "a contradiction between modules").in_sops("mode = \"0440\"").files(|files| {
        let line = "  sops.secrets.tls_key.mode = \"0400\";\n  users.groups.web";
        files.replace("hosts/web.nix", "  users.groups.web", line);
    }),
    warning("no-default-file", "no default file")
        .in_sops("api/token")
        .model(|model| model.without_setting("defaultSopsFile")),
    error("empty-template", "an empty template").in_web("sops.templates.conf").files(|files| {
        add_line(files, "  sops.templates.conf.owner = \"web\";");
    }),
    warning("template-file-ignored", "a template with two sources").in_web("file = ./x").files(|files| {
        files.set("hosts/x", "");
        add_line(files, "  sops.templates.conf = { content = \"x\";\n    file = ./x; };");
    }),
    // 12: references
    error("undeclared-secret", "a secret declared nowhere").in_web("secrets.db_pasword").files(|files| {
        files.replace("hosts/web.nix", "secrets.db_password.path", "secrets.db_pasword.path");
    }),
    warning("undeclared-secret", "a placeholder declared nowhere").in_web("placeholder.nowhere").files(|files| {
        with_template(files);
        files.replace("hosts/web.nix", "placeholder.db_password", "placeholder.nowhere");
    }),
    error("undeclared-template", "a template declared nowhere").in_web("templates.confi.path").files(|files| {
        with_template(files);
        files.replace("hosts/web.nix", "templates.conf.path", "templates.confi.path");
    }),
    error("placeholder-without-template", "a placeholder without a template").in_web("placeholder.db_password").files(
        |files| {
            add_line(files, "  environment.x = config.sops.placeholder.db_password;");
        },
    ),
    error("secret-as-text", "a secret in a string").in_web("${config.sops.secrets.db_password}").files(|files| {
        add_line(files, "  environment.x = \"${config.sops.secrets.db_password}\";");
    }),
    error("unknown-attribute", "the value while evaluating").in_web("db_password.content").files(|files| {
        add_line(files, "  environment.x = config.sops.secrets.db_password.content;");
    }),
    warning("hard-coded-path", "a path written out to a secret that is not there")
        .in_web("/run/secrets/db-pass")
        .files(|files| {
            add_line(files, "  environment.x = \"/run/secrets/db-pass\";");
        }),
    note("hard-coded-path", "a path written out").in_web("/run/secrets/db_password").files(|files| {
        add_line(files, "  environment.x = \"/run/secrets/db_password\";");
    }),
    // 13: names
    note("unknown-owner", "an owner from nowhere")
        .in_sops("\"wbe\"")
        .model(|model| model.option("db_password", "owner", "\"wbe\"")),
    note("unknown-group", "a group from nowhere")
        .in_sops("\"webgroup\"")
        .model(|model| model.option("db_password", "group", "\"webgroup\"")),
    warning("unit-without-suffix", "a unit without its suffix")
        .in_sops("\"wbe\"")
        .model(|model| model.option("db_password", "restartUnits", "[ \"wbe\" ]")),
    note("unknown-unit", "a unit from nowhere")
        .in_sops("\"wbe.service\"")
        .model(|model| model.option("db_password", "restartUnits", "[ \"wbe.service\" ]")),
    // 14: leaves
    note("undeclared-leaf", "a leaf declared nowhere")
        .at("secrets/web.yaml", "vpn_config")
        .model(|model| model.plain("tls_key", "vpn_config: x\ntls_key")),
    note("unreachable-key", "a key with a slash")
        .at("secrets/web.yaml", "mail/token")
        .model(|model| model.plain("tls_key", "mail/token: x\ntls_key")),
    // what cannot be read
    note("not-placed", "a name that is computed").in_web("computed").files(|files| {
        add_line(files, "  sops.secrets.computed.sopsFile = pkgs.fetchurl { };");
    }),
];
