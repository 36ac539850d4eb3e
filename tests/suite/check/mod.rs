//! What the checks find in repositories with one defect, and that they find nothing in correct ones.

mod clean;
mod command;
mod defects;
mod fixes;
mod judges;
mod model;
pub(crate) mod repository;
mod silences;
