//! Small sets: of configurations by number, and of kinds of modules.

use crate::nix::ModuleKind;

/// A set of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

/// A set of kinds of modules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Bits {
    pub(super) fn of(number: usize) -> Self {
        let mut bits = Self::default();
        bits.insert(number);
        bits
    }

    pub(super) fn insert(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Adds all of `other`; whether that changed anything.
    pub(super) fn extend(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *theirs & !*ours != 0;
            *ours |= theirs;
        }
        changed
    }

    pub(super) fn meet(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(ours, theirs)| ours & theirs != 0)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        let bits = |(word, bits): (usize, &u64)| {
            let bits = *bits;
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(bits)
    }
}

impl Kinds {
    pub(super) fn of(kind: ModuleKind) -> Self {
        Self(match kind {
            ModuleKind::NixOs => 1,
            ModuleKind::HomeManager => 2,
            ModuleKind::Darwin => 4,
        })
    }

    /// Adds all of `other`; whether that changed anything.
    pub(super) fn extend(&mut self, other: Self) -> bool {
        let before = self.0;
        self.0 |= other.0;
        self.0 != before
    }

    /// The one kind of the set, if it is one.
    pub(super) fn single(self) -> Option<ModuleKind> {
        let kinds = [ModuleKind::NixOs, ModuleKind::HomeManager, ModuleKind::Darwin];
        kinds.into_iter().find(|kind| self == Self::of(*kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_configurations_grow() {
        let mut ours = Bits::of(3);
        let theirs = Bits::of(70);
        assert!(!ours.meet(&theirs));
        assert!(ours.extend(&theirs));
        assert!(!ours.extend(&theirs));
        assert!(ours.meet(&theirs));
        assert_eq!(ours.numbers().collect::<Vec<_>>(), [3, 70]);
    }

    #[test]
    fn a_file_of_two_kinds_is_of_no_single_one() {
        let mut kinds = Kinds::of(ModuleKind::NixOs);
        assert_eq!(kinds.single(), Some(ModuleKind::NixOs));
        assert!(kinds.extend(Kinds::of(ModuleKind::HomeManager)));
        assert_eq!((kinds.single(), Kinds::default().single()), (None, None));
    }
}
