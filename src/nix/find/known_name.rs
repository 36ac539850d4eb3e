//! Known names: users, groups and systemd units that a form can offer.

use std::collections::BTreeSet;

use rnix::SyntaxKind::NODE_ATTRPATH_VALUE;

use super::chain::outwards;
use crate::nix::declaration::{Declaration, OptionName};
use crate::nix::evaluate::Evaluator;
use crate::nix::file::{KnownName, KnownNameKind};
use crate::nix::tree::{NodeId, Tree};
use crate::nix::value::{Static, Value};

/// The names that a file defines or uses, sorted, each once.
pub(super) fn known_names(evaluator: &Evaluator<'_, '_>, declarations: &[Declaration]) -> Vec<KnownName> {
    let tree = evaluator.tree;
    let mut names = BTreeSet::new();
    for binding in tree.ids().filter(|id| tree.kind(*id) == NODE_ATTRPATH_VALUE) {
        if tree.attributes(binding).any(|attribute| speaks_of_names(tree.slice(attribute)))
            || tree.ancestors(binding).nth(1).is_some_and(|around| names_below(tree, around))
        {
            names.extend(tree.attributes(binding).filter_map(|attribute| defined(tree, attribute)));
            names.extend(used(tree, binding));
        }
    }
    names.extend(declarations.iter().flat_map(of_options));
    let defined: BTreeSet<KnownName> = names.iter().filter(|known| known.is_defined).cloned().collect();
    let is_only_used = |known: &KnownName| !defined.contains(&KnownName { is_defined: true, ..known.clone() });
    names.into_iter().filter(|known| known.is_defined || is_only_used(known)).collect()
}

fn speaks_of_names(attribute: &str) -> bool {
    matches!(
        attribute,
        "users" | "groups" | "extraUsers" | "extraGroups" | "systemd" | "User" | "Group" | "user" | "group"
    ) || unit_suffix(attribute).is_some()
}

/// Whether the binding around a set ends in an attribute whose attributes are names.
fn names_below(tree: &Tree<'_>, binding: NodeId) -> bool {
    tree.kind(binding) == NODE_ATTRPATH_VALUE
        && tree.attributes(binding).last().is_some_and(|attribute| speaks_of_names(tree.slice(attribute)))
}

fn unit_suffix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "services" => "service",
        "timers" => "timer",
        "sockets" => "socket",
        "targets" => "target",
        "paths" => "path",
        "mounts" => "mount",
        _ => return None,
    })
}

/// `users.users.x`, `users.groups.x`, `systemd.services.x`
fn defined(tree: &Tree<'_>, attribute: NodeId) -> Option<KnownName> {
    let mut outwards = outwards(tree, attribute);
    let (kind, above) = (outwards.next()?, outwards.next()?);
    let (kind, suffix) = match (&*above, &*kind) {
        ("users", "users" | "extraUsers") => (KnownNameKind::User, None),
        ("users", "groups" | "extraGroups") => (KnownNameKind::Group, None),
        ("systemd", kind) => (KnownNameKind::Unit, Some(unit_suffix(kind)?)),
        _ => return None,
    };
    let name = tree.attribute_name(attribute)?;
    let name = suffix.map_or_else(|| name.to_string(), |suffix| format!("{name}.{suffix}"));
    Some(KnownName { kind, name, is_defined: true })
}

/// `serviceConfig.User = "x";`, `services.y.group = "x";`
fn used(tree: &Tree<'_>, binding: NodeId) -> Option<KnownName> {
    let attribute = tree.attributes(binding).last()?;
    let kind = match tree.slice(attribute) {
        "User" | "user" => KnownNameKind::User,
        "Group" | "group" => KnownNameKind::Group,
        _ => return None,
    };
    let is_service = outwards(tree, attribute).any(|name| matches!(&*name, "services" | "serviceConfig"));
    let name = tree.value(binding).and_then(|value| tree.plain_string(value))?;
    (is_service && !name.is_empty()).then_some(KnownName { kind, name, is_defined: false })
}

/// `owner`, `group` and units of declarations.
fn of_options(declaration: &Declaration) -> Vec<KnownName> {
    let mut names = Vec::new();
    for setting in &declaration.options {
        let kind = match setting.option {
            OptionName::Owner => KnownNameKind::User,
            OptionName::Group => KnownNameKind::Group,
            OptionName::RestartUnits | OptionName::ReloadUnits => KnownNameKind::Unit,
            _ => continue,
        };
        let texts = match &setting.value {
            Static::Known(Value::List(elements)) => elements.iter().filter_map(Static::known).collect(),
            Static::Known(value) => vec![value],
            Static::Unknown(_) => Vec::new(),
        };
        names.extend(texts.into_iter().filter_map(|value| match value {
            Value::Text(name) => Some(KnownName { kind, name: name.clone(), is_defined: false }),
            _ => None,
        }));
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::nix::{KnownName, NixFile};

    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        let used = |known: &KnownName| if known.is_defined { "" } else { " (used)" };
        let told: Vec<String> =
            file.known_names().iter().map(|known| format!("{:?} {}{}", known.kind, known.name, used(known))).collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn users_groups_and_units_are_offered() {
        check(
            "{ users.users.alice = { }; users = { users = { bob.uid = 1; }; groups.\"a b\" = { }; }; }",
            &["User alice", "User bob", "Group a b"],
        );
        check(
            "{ systemd.services.web = { serviceConfig.User = \"www\"; }; systemd = { timers.t = { }; }; }",
            &["User www (used)", "Unit t.timer", "Unit web.service"],
        );
        check(
            "{ sops.secrets.x = { owner = \"o\"; group = \"g\"; restartUnits = [ \"u.service\" ]; }; }",
            &["User o (used)", "Group g (used)", "Unit u.service (used)"],
        );
        check("{ programs.git.user = \"me\"; services.x.user = \"svc\"; }", &["User svc (used)"]);
    }
}
