//! A heap that forgets: what is freed is wiped.
//!
//! Libraries below us (age, parsers, terminal buffers) grow vectors and drop strings; this catches what they leave.

use std::alloc::{GlobalAlloc, Layout, System};
use std::mem::MaybeUninit;

use zeroize::Zeroize;

/// The system's allocator, with every freed or moved block overwritten by zeros first.
pub struct ZeroOnFree;

/// Overwrites memory that nobody reads again, in a way the compiler may not leave out.
#[expect(unsafe_code, reason = "an allocator works on raw memory")]
unsafe fn wipe(start: *mut u8, size: usize) {
    // SAFETY: the caller owns `size` bytes from `start` on; they need not be initialised.
    unsafe { std::slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>(), size) }.zeroize();
}

#[expect(unsafe_code, reason = "GlobalAlloc is an unsafe trait")]
// SAFETY: all memory comes from and returns to `System` with the layouts it was asked for.
unsafe impl GlobalAlloc for ZeroOnFree {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's until it is given back here.
        unsafe {
            wipe(start, layout.size());
            System.dealloc(start, layout);
        }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the new layout keeps the alignment, and both blocks are ours while bytes are copied.
        unsafe {
            let new_layout = Layout::from_size_align_unchecked(new_size, layout.align());
            let moved = System.alloc(new_layout);
            if !moved.is_null() {
                std::ptr::copy_nonoverlapping(start, moved, layout.size().min(new_size));
                self.dealloc(start, layout);
            }
            moved
        }
    }
}

#[cfg(test)]
#[expect(unsafe_code, reason = "looks at raw memory on purpose")]
mod tests {
    use super::*;

    #[test]
    fn memory_is_wiped_before_it_is_given_back() {
        let mut bytes = *b"plaintext";
        // SAFETY: wipes its own array.
        unsafe { wipe(bytes.as_mut_ptr(), bytes.len()) };
        assert_eq!(bytes, [0; 9]);
    }

    #[test]
    fn growing_keeps_what_was_there() {
        let layout = Layout::from_size_align(16, 8).unwrap();
        // SAFETY: one block, allocated, grown and freed with its own layouts.
        unsafe {
            let start = ZeroOnFree.alloc(layout);
            start.write_bytes(7, 16);
            let grown = ZeroOnFree.realloc(start, layout, 64);
            assert_eq!(std::slice::from_raw_parts(grown, 16), [7; 16]);
            ZeroOnFree.dealloc(grown, Layout::from_size_align(64, 8).unwrap());
        }
    }
}
