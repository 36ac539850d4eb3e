//! Edits of a Nix file as patches.

use super::declaration::{DeclarationId, DeclarationSpec, OptionName};
use super::error::EditError;
use super::file::NixFile;
use super::site::SiteId;
use super::value::OptionValue;
use crate::text::Patch;

pub(super) fn render(_: &NixFile, _: SiteId, _: &DeclarationSpec) -> Result<String, EditError> {
    todo!()
}
pub(super) fn add_declaration(_: &NixFile, _: SiteId, _: &DeclarationSpec) -> Result<Patch, EditError> {
    todo!()
}
pub(super) fn rename_declaration(_: &NixFile, _: DeclarationId, _: &str) -> Result<Patch, EditError> {
    todo!()
}
pub(super) fn remove_declaration(_: &NixFile, _: DeclarationId) -> Result<Patch, EditError> {
    todo!()
}
pub(super) fn change_options(
    _: &NixFile,
    _: DeclarationId,
    _: &[(OptionName, Option<OptionValue>)],
) -> Result<Patch, EditError> {
    todo!()
}
pub(super) fn rename_references(_: &NixFile, _: &[usize], _: &str) -> Result<Patch, EditError> {
    todo!()
}
