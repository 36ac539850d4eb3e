//! The arena: blocks of locked pages.
//!
//! ```text
//!   mapping   | guard page | block block block ...           | guard page |
//! ```
//!
//! Small blocks come in sizes of powers of two and share mappings, so a freed one fits the next request of its size;
//! large ones get a mapping of their own, given back when freed. `RLIMIT_MEMLOCK` is often 8 MiB and was 64 KiB for
//! long: mappings are small, smaller still when the limit is near, and when nothing more can be locked the arena goes
//! on unlocked and says so in [`lock_state`]. Blocks are wiped when freed, locked or not.

use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroize;

use super::pages::{LockKind, Mapping, map, unmap};

/// How well the memory that holds plaintext is protected, the weakest page counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// Never swapped out, never in a core.
    Locked(LockKind),
    /// Some page could be swapped out.
    Unlocked {
        /// Why, in words.
        reason: &'static str,
    },
}

/// Says how the arena's memory is protected now.
#[must_use]
pub fn lock_state() -> LockState {
    // Before the first block there is nothing to tell: one settles the state.
    drop(Block::new(1));
    lock(&ARENA).state()
}

/// The least a block holds; also the alignment of every block.
const SMALLEST: usize = 32;
/// The most that shares a mapping with others.
const LARGEST_SHARED: usize = 32 * 1024;
/// Sizes of shared mappings, the best first.
const SHARED_MAPPINGS: [usize; 3] = [256 * 1024, 64 * 1024, LARGEST_SHARED];
const SIZES: usize = (LARGEST_SHARED / SMALLEST).ilog2() as usize + 1;

struct Arena {
    /// Free blocks by size: `free[n]` holds blocks of `SMALLEST << n` bytes.
    free: [Vec<NonNull<u8>>; SIZES],
    /// What is left of the newest shared mapping.
    fresh: Option<(NonNull<u8>, usize)>,
    /// Mappings that could not be locked.
    unlocked: Vec<(NonNull<u8>, &'static str)>,
    /// Mappings of single large blocks.
    large: Vec<Mapping>,
    /// The weaker of the two kinds that are in use.
    kind: LockKind,
}

#[expect(unsafe_code, reason = "the pointers lead into mappings that belong to the arena alone and outlive threads")]
// SAFETY: a free block has no other owner, and the mutex lets one thread at a time take or return one.
unsafe impl Send for Arena {}

static ARENA: Mutex<Arena> = Mutex::new(Arena::new());

/// A panic elsewhere leaves the lists whole: they change by single pushes and pops.
fn lock(arena: &Mutex<Arena>) -> MutexGuard<'_, Arena> {
    arena.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Arena {
    const fn new() -> Self {
        Self {
            free: [const { Vec::new() }; SIZES],
            fresh: None,
            unlocked: Vec::new(),
            large: Vec::new(),
            kind: LockKind::SecretMemory,
        }
    }

    fn state(&self) -> LockState {
        match self.unlocked.first() {
            Some((_, reason)) => LockState::Unlocked { reason },
            None => LockState::Locked(self.kind),
        }
    }

    /// A block of zero bytes: at least `capacity` of them, and how many.
    fn take(&mut self, capacity: usize) -> (NonNull<u8>, usize) {
        if capacity > LARGEST_SHARED {
            let mapping = self.keep(map(capacity));
            self.large.push(mapping);
            return (mapping.start, mapping.length);
        }
        let capacity = capacity.max(SMALLEST).next_power_of_two();
        if let Some(block) = self.free[size_class(capacity)].pop() {
            return (block, capacity);
        }
        let (start, left) = match self.fresh {
            Some((start, left)) if left >= capacity => (start, left),
            _ => self.map_shared(),
        };
        self.fresh = Some((after(start, capacity), left - capacity));
        (start, capacity)
    }

    /// Takes a block back that its owner has wiped.
    fn give_back(&mut self, start: NonNull<u8>, capacity: usize) {
        if capacity <= LARGEST_SHARED {
            self.free[size_class(capacity)].push(start);
        } else if let Some(at) = self.large.iter().position(|mapping| mapping.start == start) {
            self.unlocked.retain(|(unlocked, _)| *unlocked != start);
            unmap(self.large.swap_remove(at));
        }
    }

    fn map_shared(&mut self) -> (NonNull<u8>, usize) {
        // What is left of the last mapping is lost when it is too small; blocks are small, so that is little.
        let [largest @ .., smallest] = SHARED_MAPPINGS;
        for size in largest {
            let mapping = map(size);
            if mapping.locking.is_ok() {
                let mapping = self.keep(mapping);
                return (mapping.start, mapping.length);
            }
            unmap(mapping);
        }
        let mapping = self.keep(map(smallest));
        (mapping.start, mapping.length)
    }

    fn keep(&mut self, mapping: Mapping) -> Mapping {
        match mapping.locking {
            Ok(LockKind::SecretMemory) => {}
            Ok(LockKind::Mlock) => self.kind = LockKind::Mlock,
            Err(reason) => self.unlocked.push((mapping.start, reason)),
        }
        mapping
    }
}

fn size_class(capacity: usize) -> usize {
    (capacity / SMALLEST).ilog2() as usize
}

#[expect(unsafe_code, reason = "pointer arithmetic inside one mapping")]
fn after(start: NonNull<u8>, bytes: usize) -> NonNull<u8> {
    // SAFETY: callers stay inside the mapping `start` points into, or one byte behind it.
    unsafe { start.add(bytes) }
}

/// A piece of the arena: `capacity` bytes, wiped and given back when dropped.
pub(super) struct Block {
    start: NonNull<u8>,
    capacity: usize,
    arena: &'static Mutex<Arena>,
}

#[expect(unsafe_code, reason = "the block is the only owner of its bytes")]
// SAFETY: a block is the only owner of its bytes, and memory has no thread.
unsafe impl Send for Block {}
#[expect(unsafe_code, reason = "shared references only read")]
// SAFETY: `&Block` only hands out `&[u8]`.
unsafe impl Sync for Block {}

impl Block {
    /// A block of at least `capacity` bytes, all zero.
    pub(super) fn new(capacity: usize) -> Self {
        Self::from_arena(&ARENA, capacity)
    }

    fn from_arena(arena: &'static Mutex<Arena>, capacity: usize) -> Self {
        let (start, capacity) = lock(arena).take(capacity);
        Self { start, capacity, arena }
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Where the block begins, aligned to 32 bytes.
    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    #[expect(unsafe_code, reason = "turns the block's own bytes into a slice")]
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the block owns `capacity` initialised bytes from `start` on.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.capacity) }
    }

    #[expect(unsafe_code, reason = "turns the block's own bytes into a slice")]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and `&mut self` excludes every other reference.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.capacity) }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        lock(self.arena).give_back(self.start, self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(unsafe_code, reason = "looks at a freed block on purpose")]
    fn a_freed_block_is_wiped_and_used_again() {
        static OWN: Mutex<Arena> = Mutex::new(Arena::new());
        let mut block = Block::from_arena(&OWN, 64);
        block.bytes_mut().fill(7);
        let start = block.start();
        drop(block);
        // SAFETY: the arena keeps the mapping, and no one else takes blocks from it.
        assert!((0..64).all(|at| unsafe { start.add(at).read_volatile() } == 0));
        assert_eq!(Block::from_arena(&OWN, 50).start(), start);
    }

    #[test]
    fn blocks_do_not_overlap() {
        let mut blocks: Vec<Block> = (1..2000).map(|size| Block::new(size * 37 % 70_000)).collect();
        for (number, block) in blocks.iter_mut().enumerate() {
            assert!(block.bytes().iter().all(|byte| *byte == 0));
            block.bytes_mut().fill(number as u8);
        }
        for (number, block) in blocks.iter().enumerate() {
            assert!(block.bytes().iter().all(|byte| *byte == number as u8));
        }
    }

    #[test]
    fn threads_take_and_return_blocks_at_the_same_time() {
        std::thread::scope(|scope| {
            for number in 1..=8_u8 {
                scope.spawn(move || {
                    for size in 0..2000 {
                        let mut block = Block::new(size);
                        assert!(block.bytes().iter().all(|byte| *byte == 0));
                        block.bytes_mut().fill(number);
                        assert!(block.bytes().iter().all(|byte| *byte == number));
                    }
                });
            }
        });
    }

    #[test]
    fn a_large_block_gets_a_mapping_of_its_own_and_gives_it_back() {
        static OWN: Mutex<Arena> = Mutex::new(Arena::new());
        let mut block = Block::from_arena(&OWN, 3_000_000);
        block.bytes_mut()[2_999_999] = 1;
        assert!((3_000_000..3_100_000).contains(&block.capacity()));
        assert_eq!(lock(&OWN).large.len(), 1);
        drop(block);
        assert_eq!(lock(&OWN).large.len(), 0);
    }

    #[test]
    fn a_mapping_that_could_not_be_locked_is_told_while_it_lasts() {
        let mut arena = Arena::new();
        let (small, capacity) = arena.take(100);
        let locked = arena.state();
        assert!(matches!(locked, LockState::Locked(_)), "{locked:?}");
        let reason = "a test";
        let (large, length) = arena.take(100_000);
        arena.unlocked.push((large, reason));
        assert_eq!(arena.state(), LockState::Unlocked { reason });
        arena.give_back(large, length);
        arena.give_back(small, capacity);
        assert_eq!(arena.state(), locked);
    }
}
