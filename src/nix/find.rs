//! Walks a file and finds what concerns sops-nix.

use super::declaration::Declaration;
use super::error::SyntaxProblem;
use super::file::{Import, KnownName, Unreadable};
use super::reference::Reference;
use super::setting::{Setting, Template};
use super::site::Site;

/// All that was found in a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) declarations: Vec<Declaration>,
    pub(super) settings: Vec<Setting>,
    pub(super) templates: Vec<Template>,
    pub(super) references: Vec<Reference>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) problems: Vec<SyntaxProblem>,
    pub(super) sites: Vec<Site>,
    pub(super) imports: Vec<Import>,
    pub(super) known_names: Vec<KnownName>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SiteTarget;
