//! What definitions of `sops` hold: secrets, templates, settings, and what cannot be read.

use std::rc::Rc;

use super::Found;
use super::declaration::{Part, declarations, templates};
use super::place::Surroundings;
use super::walk::{Modules, SopsDefinition};
use crate::nix::declaration::{Condition, Origin};
use crate::nix::evaluate::{Entry, Evaluator, Hidden, Source, Thunk, Val, node_of};
use crate::nix::file::Unreadable;
use crate::nix::setting::{Setting, SettingName};
use crate::nix::tree::NodeId;
use crate::nix::value::{Reason, Static, Unknown};

/// Reads all definitions of a file into `found`.
pub(super) fn read(evaluator: &Evaluator<'_, '_>, modules: &Modules, found: &mut Found) {
    let mut reader = Reader { evaluator, secrets: Vec::new(), templates: Vec::new(), found };
    for definition in &modules.definitions {
        evaluator.refuel();
        reader.definition(definition);
    }
    let (secrets, parts) = (reader.secrets, reader.templates);
    found.declarations = declarations(evaluator, secrets);
    found.templates = templates(evaluator, parts);
    found.settings.sort_by_key(|setting| setting.name_range.start);
    found.unreadable.sort_by_key(|unreadable| unreadable.range.start);
}

struct Reader<'e, 'a, 't, 'f> {
    evaluator: &'e Evaluator<'a, 't>,
    secrets: Vec<Part>,
    templates: Vec<Part>,
    found: &'f mut Found,
}

impl Reader<'_, '_, '_, '_> {
    fn definition(&mut self, definition: &SopsDefinition) {
        for (entry, conditions) in self.entries(&definition.value, "sops", &definition.around) {
            match entry.name.known().map(|name| &**name) {
                Some("secrets") => {
                    let parts = self.parts(&entry, conditions, "secrets", &definition.around);
                    self.secrets.extend(parts);
                }
                Some("templates") => {
                    let parts = self.parts(&entry, conditions, "templates", &definition.around);
                    self.templates.extend(parts);
                }
                Some("placeholder") => {}
                Some(name) => self.setting(name, &entry, conditions, &definition.around),
                None => self.unnamed(&entry, conditions, "sops", &definition.around),
            }
        }
    }

    /// The attributes of all definitions of a value, each with the conditions passed on the way.
    fn entries(
        &mut self,
        value: &Thunk,
        what: &'static str,
        around: &Rc<Surroundings>,
    ) -> Vec<(Entry, Vec<Condition>)> {
        let mut entries = Vec::new();
        for definition in self.evaluator.definitions(value) {
            let at = node_of(&definition.thunk);
            match definition.val {
                Val::Set(set) => {
                    for hidden in &set.hidden {
                        let conditions = [&definition.conditions[..], &hidden.conditions[..]].concat();
                        self.hide(hidden.clone(), conditions, what, around);
                    }
                    entries.extend(set.entries.iter().map(|entry| {
                        let conditions = [&definition.conditions[..], &entry.conditions[..]].concat();
                        (entry.clone(), conditions)
                    }));
                }
                val => {
                    let Some(at) = at else { continue };
                    let unknown = why(self.evaluator, val, at);
                    let hidden = Hidden { range: self.evaluator.tree.range(at), unknown, conditions: Vec::new() };
                    self.hide(hidden, definition.conditions, what, around);
                }
            }
        }
        entries
    }

    fn parts(
        &mut self,
        entry: &Entry,
        outer: Vec<Condition>,
        what: &'static str,
        around: &Rc<Surroundings>,
    ) -> Vec<Part> {
        let entries = self.entries(&entry.value, what, around);
        let part = |(entry, inner): (Entry, Vec<Condition>)| {
            let conditions = [&around.conditions[..], &outer[..], &inner[..]].concat();
            Part { entry, conditions, around: Rc::clone(around) }
        };
        entries.into_iter().map(part).collect()
    }

    fn setting(&mut self, name: &str, entry: &Entry, outer: Vec<Condition>, around: &Rc<Surroundings>) {
        let is_group = matches!(name, "age" | "gnupg" | "gnupg.qubes-split-gpg");
        if is_group {
            for (inner, conditions) in self.entries(&entry.value, "sops", around) {
                let conditions = [&outer[..], &conditions[..]].concat();
                match inner.name.known() {
                    Some(below) => self.setting(&format!("{name}.{below}"), &inner, conditions, around),
                    None => self.unnamed(&inner, conditions, "sops", around),
                }
            }
            return;
        }
        let name = SettingName::from_name(name);
        let tree = self.evaluator.tree;
        let Some(name_node) = name_node(self.evaluator, entry.source) else { return };
        // In what may be no module at all, only what is certainly an option of sops-nix counts.
        if matches!(name, SettingName::Other(_)) && !around.is_module() {
            return;
        }
        let definitions = self.evaluator.definitions(&entry.value);
        let (value, inner) = match definitions.as_slice() {
            [only] => (&only.thunk, &only.conditions[..]),
            _ => (&entry.value, &[][..]),
        };
        let value_node = node_of(&entry.value).unwrap_or(name_node);
        self.found.settings.push(Setting {
            name,
            value: self.evaluator.read(value, value_node),
            name_range: tree.range(name_node),
            value_range: tree.range(value_node),
            place: around.place(),
            conditions: [&around.conditions[..], &outer[..], inner].concat(),
            origin: origin(entry),
            priority: self.evaluator.priority(value_node),
            item_ranges: self.evaluator.item_ranges(value_node),
        });
    }

    /// An attribute whose name cannot be read hides whatever it is.
    fn unnamed(&mut self, entry: &Entry, conditions: Vec<Condition>, what: &'static str, around: &Rc<Surroundings>) {
        let node = name_node(self.evaluator, entry.source);
        if let (Static::Unknown(unknown), Some(node)) = (&entry.name, node) {
            let range = self.evaluator.tree.range(node);
            let hidden = Hidden { range, unknown: unknown.clone(), conditions: Vec::new() };
            self.hide(hidden, conditions, what, around);
        }
    }

    fn hide(&mut self, hidden: Hidden, inner: Vec<Condition>, what: &'static str, around: &Rc<Surroundings>) {
        if what == "sops" && !around.is_module() {
            return;
        }
        self.found.unreadable.push(Unreadable {
            range: hidden.range,
            reason: hidden.unknown,
            what,
            place: around.place(),
            conditions: [&around.conditions[..], &inner[..]].concat(),
        });
    }
}

/// Why a value is not the set that is needed.
pub(super) fn why(evaluator: &Evaluator<'_, '_>, val: Val, at: NodeId) -> Unknown {
    match val {
        Val::Unknown(unknown) => unknown,
        Val::Symbol(symbol) => evaluator.unknown(symbol.reason(), at),
        _ => evaluator.unknown(Reason::WrongKind, at),
    }
}

/// Where a name is written, or the call that computes it.
pub(super) fn name_node(evaluator: &Evaluator<'_, '_>, source: Source) -> Option<NodeId> {
    match source {
        Source::Binding { binding, depth } => evaluator.tree.attribute(binding, depth),
        Source::Inherit { attribute } => Some(attribute),
        Source::Literal { text } => Some(text),
        Source::Computed { call } => Some(call),
    }
}

/// Whether an attribute is written down where it takes effect.
pub(super) fn origin(entry: &Entry) -> Origin {
    match (entry.source, &entry.value) {
        (Source::Binding { .. }, Thunk::Expr(_, None) | Thunk::Below { env: None, .. }) => Origin::Literal,
        (Source::Inherit { .. }, Thunk::Inherited { env: None, .. }) => Origin::Inherited,
        _ => Origin::Computed,
    }
}

#[cfg(test)]
mod tests {
    use crate::nix::{NixFile, Priority, Static};

    /// Settings as `name=value`, templates as `template name`, what cannot be read as `what: text`.
    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        assert_eq!(file.syntax_problems(), [], "{text}");
        let mut told = Vec::new();
        for setting in file.settings() {
            let conditions = if setting.conditions.is_empty() { "" } else { " if" };
            let value = match &setting.value {
                Static::Known(_) => &text[setting.value_range.clone()],
                Static::Unknown(_) => "?",
            };
            let priority = match setting.priority {
                Priority::Plain => String::new(),
                other => format!(" {other:?}"),
            };
            told.push(format!("{}={value}{conditions}{priority}", setting.name.as_str()));
        }
        for template in file.templates() {
            let options: Vec<&str> = template.options.iter().map(|option| option.option.as_str()).collect();
            told.push(format!("template {} {}", NixFile::name_in_words(&template.name), options.join(" ")));
        }
        told.extend(file.unreadable().iter().map(|hidden| format!("{}: {}", hidden.what, hidden.reason)));
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn settings_are_found_in_every_nesting() {
        check("{ sops.defaultSopsFile = ./x.yaml; }", &["defaultSopsFile=./x.yaml"]);
        check(
            "{ sops = { age.keyFile = \"/k\"; age = { generateKey = true; }; }; }",
            &["age.keyFile=\"/k\"", "age.generateKey=true"],
        );
        check(
            "{ config, lib, ... }: { config.sops = lib.mkIf config.x { gnupg.home = null; }; }",
            &["gnupg.home=null if"],
        );
        check(
            "{ lib, ... }: { sops.defaultSopsFile = lib.mkDefault ./x.yaml; }",
            &["defaultSopsFile=lib.mkDefault ./x.yaml Default"],
        );
        check("{ config, ... }: { sops.defaultSopsFile = config.my.file; }", &["defaultSopsFile=?"]);
        check("let f = ./x.yaml; in { sops = { defaultSopsFile = f; secrets = { }; }; }", &["defaultSopsFile=f"]);
        check("{ c, ... }: { sops.defaultSopsFile = if c then ./a.yaml else ./b.yaml; }", &["defaultSopsFile=?"]);
        check("{ sops.unheardOf = 1; my.thing.sops.unheardOf = 1; }", &["unheardOf=1"]);
    }

    #[test]
    fn templates_are_found() {
        check("{ sops.templates.\"a.env\" = { owner = \"o\"; content = \"x\"; }; }", &["template a.env owner content"]);
        check("{ sops.templates.a.content = \"x\"; sops.templates.a.mode = \"0400\"; }", &["template a content mode"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_to_be_so() {
        check(
            "{ names, lib, ... }: { sops.secrets = lib.genAttrs names (_: { }); }",
            &["secrets: names depends on a function argument"],
        );
        check(
            "{ sops.secrets = { a = { }; } // import ./more.nix; }",
            &["secrets: import ./more.nix is imported from another file"],
        );
        check("{ config, ... }: { sops = config.my.sops; }", &["sops: config.my.sops depends on other modules"]);
        check(
            "{ lib, ... }: { sops.secrets = lib.mkMerge (map (f: import f) [ ./a.nix ]); }",
            &["secrets: import f is imported from another file"],
        );
        check("{ inherit (import ./x.nix) sops; }", &["sops: import ./x.nix is imported from another file"]);
        check("{ sops, ... }: { specialArgs = { inherit sops; }; x = f { inherit sops; }; }", &[]);
    }
}
