//! One defect each.
