//! The arena: pages that are locked, and blocks in them.
//!
//! ```text
//!   mapping   | guard page | block block block ...           | guard page |
//! ```
//!
//! Blocks come in sizes of powers of two, so a freed block fits the next request of its size; large ones get a mapping
//! of their own, given back when freed. Pages come from `memfd_secret` (Linux 5.14, not even readable by root through
//! `/proc`), else from anonymous memory under `mlock`. `RLIMIT_MEMLOCK` is often 8 MiB: the arena therefore grows in
//! small mappings, and when a page cannot be locked it goes on unlocked and says so in [`lock_state`].

use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroize;

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

/// What keeps the pages in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// `memfd_secret`: unmapped from the kernel's own view too.
    SecretMemory,
    /// `mlock`.
    Mlock,
}

/// Says how the arena's memory is protected now.
#[must_use]
pub fn lock_state() -> LockState {
    let mut arena = arena();
    if arena.state.is_none() {
        let block = arena.take(SMALLEST);
        arena.give_back(block, SMALLEST);
    }
    arena.state.expect("taking a block settles the state")
}

/// A piece of the arena: `capacity` bytes, wiped and given back when dropped.
pub(super) struct Block {
    start: NonNull<u8>,
    capacity: usize,
}

/// The least a block holds; also the alignment of every block.
const SMALLEST: usize = 32;
/// The most that shares a mapping with others.
const LARGEST_SHARED: usize = 32 * 1024;
/// What a shared mapping holds.
const MAPPING: usize = 256 * 1024;
const SIZES: usize = (LARGEST_SHARED / SMALLEST).ilog2() as usize + 1;

struct Arena {
    /// Free blocks by size: `free[n]` holds blocks of `SMALLEST << n` bytes.
    free: [Vec<NonNull<u8>>; SIZES],
    /// What is left of the newest shared mapping.
    fresh: Option<(NonNull<u8>, usize)>,
    state: Option<LockState>,
}

#[expect(unsafe_code, reason = "the pointers lead into mappings that belong to the arena alone and outlive threads")]
// SAFETY: a free block has no other owner, and the mutex lets one thread at a time take or return one.
unsafe impl Send for Arena {}

static ARENA: Mutex<Arena> = Mutex::new(Arena { free: [const { Vec::new() }; SIZES], fresh: None, state: None });

/// A panic elsewhere leaves the lists whole: they change by single pushes and pops.
fn arena() -> MutexGuard<'static, Arena> {
    ARENA.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Arena {
    fn take(&mut self, capacity: usize) -> NonNull<u8> {
        if capacity > LARGEST_SHARED {
            return self.map(capacity);
        }
        if let Some(block) = self.free[size_class(capacity)].pop() {
            return block;
        }
        let (start, left) = match self.fresh {
            Some((start, left)) if left >= capacity => (start, left),
            _ => (self.map(MAPPING), MAPPING),
        };
        self.fresh = Some((after(start, capacity), left - capacity));
        start
    }

    fn give_back(&mut self, start: NonNull<u8>, capacity: usize) {
        if capacity > LARGEST_SHARED {
            pages::unmap(start, capacity);
        } else {
            self.free[size_class(capacity)].push(start);
        }
    }

    fn map(&mut self, capacity: usize) -> NonNull<u8> {
        let (start, state) = pages::map(capacity);
        self.state = Some(match (self.state, state) {
            (Some(unlocked @ LockState::Unlocked { .. }), _) => unlocked,
            (Some(LockState::Locked(LockKind::Mlock)), LockState::Locked(_)) => LockState::Locked(LockKind::Mlock),
            (_, new) => new,
        });
        start
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

#[expect(unsafe_code, reason = "the block is the only owner of its bytes")]
// SAFETY: a block is the only owner of its bytes, and memory has no thread.
unsafe impl Send for Block {}
#[expect(unsafe_code, reason = "shared references only read")]
// SAFETY: `&Block` only hands out `&[u8]`.
unsafe impl Sync for Block {}

impl Block {
    /// A block of at least `capacity` bytes, all zero.
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(SMALLEST).next_power_of_two();
        Self { start: arena().take(capacity), capacity }
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
        arena().give_back(self.start, self.capacity);
    }
}

/// Pages from the operating system.
mod pages {
    #![expect(unsafe_code, reason = "mmap, mprotect, madvise, mlock and memfd_secret have no safe wrapper")]

    use std::ptr::{NonNull, null_mut};

    use super::{LockKind, LockState};

    fn page_size() -> usize {
        // SAFETY: asks for a number.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).expect("a system has a page size")
    }

    fn mapped_size(capacity: usize) -> usize {
        capacity.next_multiple_of(page_size()) + 2 * page_size()
    }

    /// Maps at least `capacity` zero bytes between two guard pages.
    pub(super) fn map(capacity: usize) -> (NonNull<u8>, LockState) {
        let size = mapped_size(capacity);
        // SAFETY: reserves addresses; nothing is readable yet, so both ends stay guard pages.
        let reserved =
            unsafe { libc::mmap(null_mut(), size, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
        if reserved == libc::MAP_FAILED {
            out_of_memory(size);
        }
        // SAFETY: inside the reservation.
        let inner = unsafe { reserved.cast::<u8>().add(page_size()) };
        let length = size - 2 * page_size();
        let state = if map_secret(inner, length) {
            LockState::Locked(LockKind::SecretMemory)
        } else {
            map_locked(inner, length)
        };
        (NonNull::new(inner).expect("a mapping does not begin at zero"), state)
    }

    /// Gives a mapping of [`map`] back.
    pub(super) fn unmap(start: NonNull<u8>, capacity: usize) {
        // SAFETY: start and size are those of `map`, and the caller was the only owner.
        let outcome = unsafe { libc::munmap(start.as_ptr().sub(page_size()).cast(), mapped_size(capacity)) };
        debug_assert_eq!(outcome, 0, "the mapping is ours");
    }

    #[cfg(target_os = "linux")]
    fn map_secret(inner: *mut u8, length: usize) -> bool {
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the descriptor is closed below; MAP_FIXED replaces part of our own reservation only.
        unsafe {
            let Ok(descriptor) = i32::try_from(libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC)) else {
                return false;
            };
            if descriptor < 0 {
                return false;
            }
            let offset_end = libc::off_t::try_from(length).expect("a mapping is smaller than a file may be");
            let sized = libc::ftruncate(descriptor, offset_end) == 0;
            let flags = libc::MAP_SHARED | libc::MAP_FIXED;
            let mapped = sized
                && libc::mmap(inner.cast(), length, writable, flags, descriptor, 0) != libc::MAP_FAILED
                && libc::madvise(inner.cast(), length, libc::MADV_DONTFORK) == 0;
            libc::close(descriptor);
            mapped
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn map_secret(_: *mut u8, _: usize) -> bool {
        false
    }

    fn map_locked(inner: *mut u8, length: usize) -> LockState {
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        // SAFETY: replaces part of our own reservation only.
        let mapped = unsafe { libc::mmap(inner.cast(), length, writable, flags, -1, 0) };
        if mapped == libc::MAP_FAILED {
            out_of_memory(length);
        }
        // SAFETY: advice and locks on our own pages.
        unsafe {
            let kept_out = keep_out_of_cores_and_children(inner, length);
            if libc::mlock(inner.cast(), length) != 0 {
                return LockState::Unlocked { reason: "the limit on locked memory (ulimit -l) is too low" };
            }
            if !kept_out {
                return LockState::Unlocked { reason: "the system cannot keep memory out of core files" };
            }
        }
        LockState::Locked(LockKind::Mlock)
    }

    #[cfg(target_os = "linux")]
    unsafe fn keep_out_of_cores_and_children(inner: *mut u8, length: usize) -> bool {
        // SAFETY: advice on our own pages.
        unsafe {
            libc::madvise(inner.cast(), length, libc::MADV_DONTDUMP) == 0
                && libc::madvise(inner.cast(), length, libc::MADV_WIPEONFORK) == 0
        }
    }

    #[cfg(not(target_os = "linux"))]
    unsafe fn keep_out_of_cores_and_children(_: *mut u8, _: usize) -> bool {
        // Cores are switched off for the whole process by `harden`.
        true
    }

    fn out_of_memory(size: usize) -> ! {
        let layout = std::alloc::Layout::from_size_align(size, 1).expect("a size that was asked for fits");
        std::alloc::handle_alloc_error(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_zero_when_taken_and_again_after_use() {
        let mut block = Block::new(64);
        block.bytes_mut().fill(7);
        let start = block.start().as_ptr() as usize;
        drop(block);
        // Other tests share the arena, so the same block may already be somebody's: take until it comes back or not.
        let blocks: Vec<Block> = (0..64).map(|_| Block::new(64)).collect();
        for block in blocks.iter().filter(|block| block.start().as_ptr() as usize == start) {
            assert!(block.bytes().iter().all(|byte| *byte == 0));
        }
        assert!(blocks.iter().all(|block| block.bytes().iter().all(|byte| *byte == 0)));
    }

    #[test]
    fn blocks_do_not_overlap() {
        let mut blocks: Vec<Block> = (1..2000).map(|size| Block::new(size % 700)).collect();
        for (number, block) in blocks.iter_mut().enumerate() {
            block.bytes_mut().fill(number as u8);
        }
        for (number, block) in blocks.iter().enumerate() {
            assert!(block.bytes().iter().all(|byte| *byte == number as u8));
        }
    }

    #[test]
    fn large_blocks_get_a_mapping_of_their_own() {
        let mut block = Block::new(3 * 1024 * 1024);
        block.bytes_mut()[3 * 1024 * 1024 - 1] = 1;
        assert!(block.capacity() >= 3 * 1024 * 1024);
    }

    #[test]
    fn the_state_is_settled() {
        assert!(matches!(lock_state(), LockState::Locked(_) | LockState::Unlocked { .. }));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pages_are_guarded_on_either_side() {
        let block = Block::new(1024 * 1024);
        let start = block.start().as_ptr() as usize;
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let ends_before = maps.lines().any(|line| {
            let (range, rest) = line.split_once(' ').unwrap();
            let (_, end) = range.split_once('-').unwrap();
            usize::from_str_radix(end, 16).unwrap() == start && rest.starts_with("---p")
        });
        assert!(ends_before, "no guard page before {start:x}:\n{maps}");
    }
}
