//! Values that are keys themselves and therefore live in the arena.

use std::mem::{align_of, size_of};
use std::ops::Deref;

use super::arena::Block;
use super::process::scrub_stack;

/// A value of type `T` in the arena, dropped and wiped with its owner: round keys must not lie on the ordinary heap.
pub struct Guarded<T> {
    block: Block,
    kind: std::marker::PhantomData<T>,
}

impl<T> Guarded<T> {
    /// Makes the value and moves it into the arena; what it left on the stack is overwritten.
    #[expect(unsafe_code, reason = "places a value in a block of the arena")]
    pub fn new(make: impl FnOnce() -> T) -> Self {
        const { assert!(align_of::<T>() <= 32, "blocks are aligned to 32 bytes") };
        let block = Block::new(size_of::<T>());
        let place = block.start().cast::<T>();
        // SAFETY: the block is large enough, aligned, and owned by no one else.
        unsafe { write_in_place(place, make) };
        scrub_stack();
        Self { block, kind: std::marker::PhantomData }
    }
}

/// A frame of its own, so that the scrubbing above reaches what it leaves.
#[inline(never)]
#[expect(unsafe_code, reason = "places a value in a block of the arena")]
unsafe fn write_in_place<T>(place: std::ptr::NonNull<T>, make: impl FnOnce() -> T) {
    // SAFETY: the caller owns the place.
    unsafe { place.write(make()) };
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    #[expect(unsafe_code, reason = "reads the value placed by `new`")]
    fn deref(&self) -> &T {
        // SAFETY: `new` placed a value there, and only `drop` ends it.
        unsafe { self.block.start().cast::<T>().as_ref() }
    }
}

impl<T> Drop for Guarded<T> {
    #[expect(unsafe_code, reason = "ends the value placed by `new`")]
    fn drop(&mut self) {
        // SAFETY: the value is whole and is not used again; the block wipes its bytes afterwards.
        unsafe { self.block.start().cast::<T>().drop_in_place() };
    }
}
