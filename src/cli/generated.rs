//! Values made instead of read.

use super::args::KindName;
use super::failure::Failure;
use crate::secret::Secret;

/// Makes a value; `length` counts characters, words or bytes, as its kind does.
pub(super) fn value(kind: KindName, length: Option<usize>) -> Result<Secret, Failure> {
    todo!("{kind:?} {length:?}")
}
