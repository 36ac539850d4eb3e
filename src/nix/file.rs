//! One Nix file: its text and all that was found in it.

use std::ops::Range;

use super::declaration::{Condition, Declaration, DeclarationId, DeclarationSpec, OptionName, Place};
use super::error::{EditError, SyntaxProblem};
use super::find::Found;
use super::flake::{Flake, FlakeInput, FlakeModule};
use super::reference::Reference;
use super::setting::{Setting, Template};
use super::site::{Site, SiteId};
use super::tree::Tree;
use super::value::{FilePath, OptionValue, Static};
use crate::text::Patch;

/// A Nix file, read.
#[derive(Debug, Clone)]
pub struct NixFile {
    text: String,
    found: Found,
}

/// An expression that declares something which cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The expression.
    pub range: Range<usize>,
    /// Why.
    pub reason: super::Unknown,
    /// What is hidden there: `secrets`, `templates`, `sops`.
    pub what: &'static str,
    /// Where in the file's attribute paths it stands.
    pub place: Place,
    /// Conditions that decide whether it exists.
    pub conditions: Vec<Condition>,
}

/// Another Nix file that this one names by a literal path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The file or folder.
    pub path: FilePath,
    /// Where it is written.
    pub range: Range<usize>,
    /// The attribute path of the binding it stands in: `["home-manager", "users", "x", "imports"]`.
    pub context: Vec<String>,
    /// The conditions over the place (`if`, `optional`), outermost first.
    pub conditions: Vec<Condition>,
}

/// A name that a form can offer: a user, a group or a systemd unit that the file defines or uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownName {
    /// What it names.
    pub kind: KnownNameKind,
    /// The name; units with their suffix.
    pub name: String,
    /// Whether the file defines it (`users.users.x = …`), and does not only use it (`owner = "x"`).
    pub is_defined: bool,
}

/// Kinds of names a form can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownNameKind {
    /// A user (`users.users.x`, `owner = "x"`).
    User,
    /// A group (`users.groups.x`, `group = "x"`).
    Group,
    /// A systemd unit (`systemd.services.x`, `restartUnits`).
    Unit,
}

impl NixFile {
    /// Reads a file. Never fails: what cannot be read is listed in the result.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let found = Found::of(&Tree::parse(&text));
        Self { text, found }
    }

    /// Whether a text can declare or use secrets at all: a quick look that parses nothing.
    #[must_use]
    pub fn concerns_secrets(text: &str) -> bool {
        super::find::concerns_secrets(text)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the file declares, in the order of the file.
    #[must_use]
    pub fn declarations(&self) -> &[Declaration] {
        &self.found.declarations
    }

    /// One declaration.
    #[must_use]
    pub fn declaration(&self, id: DeclarationId) -> Option<&Declaration> {
        self.found.declarations.get(id.0)
    }

    /// All declarations of that name.
    pub fn declarations_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (DeclarationId, &'a Declaration)> {
        let named = move |declaration: &Declaration| declaration.name.known().is_some_and(|known| known == name);
        self.found
            .declarations
            .iter()
            .enumerate()
            .filter(move |(_, declaration)| named(declaration))
            .map(|(index, declaration)| (DeclarationId(index), declaration))
    }

    /// Options of `sops` beside the secrets.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.found.settings
    }

    /// `sops.templates`
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.found.templates
    }

    /// Uses of secrets, placeholders and templates.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.found.references
    }

    /// Places that declare something which cannot be read statically.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.found.unreadable
    }

    /// Syntax errors, and caps that were exceeded. Without any, Nix's own parser accepts the file too (as far as known).
    #[must_use]
    pub fn syntax_problems(&self) -> &[SyntaxProblem] {
        &self.found.problems
    }

    /// How often attributes stand in an order that Nix before 2.25 refuses.
    pub(super) fn refused_by_old_nix(&self) -> usize {
        self.found.refused_by_old_nix
    }

    /// Where a declaration can be added, the best place first.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.found.sites
    }

    /// Other Nix files and folders named by literal paths.
    #[must_use]
    pub fn imports(&self) -> &[Import] {
        &self.found.imports
    }

    /// Users, groups and units for completion.
    #[must_use]
    pub fn known_names(&self) -> &[KnownName] {
        &self.found.known_names
    }

    /// The text of a new declaration as it would stand at `site`, in the file's own style, possibly several lines
    /// (without the indentation of the first).
    ///
    /// # Errors
    /// When the name or a value cannot be written in Nix.
    pub fn render(&self, site: SiteId, spec: &DeclarationSpec) -> Result<String, EditError> {
        super::edit::render(self, site, spec)
    }

    /// Adds a declaration.
    ///
    /// # Errors
    /// When the name is taken there, a value cannot be written, or the file has syntax errors.
    pub fn add_declaration(&self, site: SiteId, spec: &DeclarationSpec) -> Result<Patch, EditError> {
        super::edit::add_declaration(self, site, spec)
    }

    /// Renames the attribute of a declaration, in all its bindings. References are not touched.
    ///
    /// # Errors
    /// When the declaration is computed or the name is taken.
    pub fn rename_declaration(&self, id: DeclarationId, name: &str) -> Result<Patch, EditError> {
        super::edit::rename_declaration(self, id, name)
    }

    /// Removes a declaration: all its bindings, and the comments that belong to them.
    ///
    /// # Errors
    /// When the declaration is computed.
    pub fn remove_declaration(&self, id: DeclarationId) -> Result<Patch, EditError> {
        super::edit::remove_declaration(self, id)
    }

    /// Sets one option.
    ///
    /// # Errors
    /// When the declaration or the option is computed, or the value cannot be written.
    pub fn set_option(&self, id: DeclarationId, option: &OptionName, value: &OptionValue) -> Result<Patch, EditError> {
        self.change_options(id, &[(option.clone(), Some(value.clone()))])
    }

    /// Removes one option, so that the module's default holds.
    ///
    /// # Errors
    /// When the option is not set or is computed.
    pub fn remove_option(&self, id: DeclarationId, option: &OptionName) -> Result<Patch, EditError> {
        self.change_options(id, &[(option.clone(), None)])
    }

    /// Sets (`Some`) and removes (`None`) several options in one patch.
    ///
    /// # Errors
    /// As [`NixFile::set_option`] and [`NixFile::remove_option`].
    pub fn change_options(
        &self,
        id: DeclarationId,
        changes: &[(OptionName, Option<OptionValue>)],
    ) -> Result<Patch, EditError> {
        super::edit::change_options(self, id, changes)
    }

    /// Renames the references at these indices of [`NixFile::references`] to `name`.
    ///
    /// # Errors
    /// When one of them cannot be renamed in place.
    pub fn rename_references(&self, references: &[usize], name: &str) -> Result<Patch, EditError> {
        super::edit::rename_references(self, references, name)
    }

    /// Adds a path, as it is written in Nix, to the `imports` of the module that the file is.
    ///
    /// # Errors
    /// When the imports or the module are computed.
    pub fn add_import(&self, path: &str) -> Result<Patch, EditError> {
        super::edit::add_import(self, path)
    }

    /// What the file says as a `flake.nix`; `None` where it is none.
    #[must_use]
    pub fn flake(&self) -> Option<Flake> {
        Flake::of(&Tree::parse(&self.text))
    }

    /// Adds an input to a flake.
    ///
    /// # Errors
    /// When the inputs are computed or one has that name.
    pub fn add_flake_input(&self, input: &FlakeInput) -> Result<Patch, EditError> {
        super::edit::add_flake_input(self, input)
    }

    /// Adds a module to the list of one system of a flake. An input that it comes from becomes an argument of the
    /// outputs where it has to.
    ///
    /// # Errors
    /// When the outputs, the system or its list of modules are computed.
    pub fn add_flake_module(&self, system: &str, module: FlakeModule<'_>) -> Result<Patch, EditError> {
        super::edit::add_flake_module(self, system, module)
    }

    /// The file after a patch.
    #[must_use]
    pub fn apply(&self, patch: &Patch) -> Self {
        Self::parse(patch.apply(&self.text))
    }

    /// What `name` is called in words when it is not known.
    #[must_use]
    pub fn name_in_words(name: &Static<String>) -> String {
        match name {
            Static::Known(name) => name.clone(),
            Static::Unknown(unknown) => unknown.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_can_be_read_on_several_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<NixFile>();
    }

    #[test]
    fn a_quick_look_tells_which_files_matter() {
        let check = |text: &str, expected: bool| assert_eq!(NixFile::concerns_secrets(text), expected);
        check("{ sops.secrets.x = { }; }", true);
        check("{ a = \"/run/secrets/x\"; }", true);
        check("{ services.openssh.enable = true; }", false);
    }
}
