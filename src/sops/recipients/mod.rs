//! Who can open a file, changed: its recipients brought in step with those that are wanted, the data key staying.
//!
//! Truth: sops 3.12.2 and 3.13.3, `cmd/sops/subcommand/updatekeys` and `cmd/sops/common.go` (`DiffKeyGroups`), as run.
//! sops wraps the data key anew for everybody; here, as long as it is not split, the entries that stay keep their bytes.
//! Neither values nor `lastmodified` nor the MAC are touched.

mod changes;
mod rewrite;
mod update;
mod wraps;

#[cfg(test)]
mod tests;

pub use changes::{KeyChange, KeyChanges};
pub use update::UpdateKeysError;
pub(super) use wraps::Keep;
