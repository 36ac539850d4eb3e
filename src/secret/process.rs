//! What the whole process does to keep plaintext to itself.

/// What hardening reached. Nothing here is fatal; the screen tells what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardening {
    /// Other processes of the same user cannot attach or read the memory.
    pub not_dumpable: bool,
    /// A crash leaves no core file.
    pub no_cores: bool,
}

/// Forbids cores and debuggers. Call once, first thing in `main`.
#[expect(unsafe_code, reason = "prctl and setrlimit have no safe wrapper")]
pub fn harden() -> Hardening {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: changes limits of this process only; the structure lives across the call.
    let no_cores = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == 0;
    Hardening { not_dumpable: forbid_attaching(), no_cores }
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "prctl has no safe wrapper")]
fn forbid_attaching() -> bool {
    // SAFETY: changes an attribute of this process only.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 }
}

#[cfg(target_os = "macos")]
#[expect(unsafe_code, reason = "ptrace has no safe wrapper")]
fn forbid_attaching() -> bool {
    // SAFETY: changes an attribute of this process only.
    unsafe { libc::ptrace(libc::PT_DENY_ATTACH, 0, std::ptr::null_mut(), 0) == 0 }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn forbid_attaching() -> bool {
    false
}

/// Overwrites the stack below the caller, where returned functions left parts of keys and plaintext.
///
/// Reaches further than any cipher or key agreement here. Call it in a frame of its own, beside the work and not above it
/// in the same function: what still lives there is not overwritten.
#[inline(never)]
pub fn scrub_stack() {
    overwrite::<{ 64 * 1024 }>();
}

/// As [`scrub_stack`], only as far as the sealing of one value reaches: cheap enough to follow each.
#[inline(never)]
pub fn scrub_shallow_stack() {
    // Unoptimised code keeps several copies of everything.
    overwrite::<{ if cfg!(debug_assertions) { 24 * 1024 } else { 4 * 1024 } }>();
}

#[inline(always)]
fn overwrite<const BYTES: usize>() {
    // The pointer escapes, so the zeros count as read; wiping byte by byte would cost more than the cipher.
    let space = [0_u8; BYTES];
    std::hint::black_box(&space);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves bytes on the stack, as a cipher does, and tells where.
    #[inline(never)]
    fn leave_plaintext() -> usize {
        let left = std::hint::black_box([0x5a_u8; 4096]);
        std::hint::black_box(left.as_ptr()) as usize
    }

    #[expect(unsafe_code, reason = "looks below its own stack on purpose")]
    fn still_there(address: usize) -> usize {
        // SAFETY: the stack stays mapped below the frame that is running; the bytes are looked at, not used.
        (0..4096).filter(|at| unsafe { ((address + at) as *const u8).read_volatile() } == 0x5a).count()
    }

    #[test]
    fn what_a_function_left_on_the_stack_is_overwritten() {
        assert!(still_there(leave_plaintext()) > 2048, "nothing was left, so nothing is shown");
        let address = leave_plaintext();
        scrub_stack();
        assert_eq!(still_there(address), 0);
    }
}
