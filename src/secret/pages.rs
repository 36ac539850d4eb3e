//! Pages from the operating system: locked where it allows that, between two guard pages.
//!
//! Truth: the manual pages memfd_secret(2), madvise(2), mlock(2). A process that holds `memfd_secret` memory keeps the
//! machine from hibernating, which would write that memory to disk; suspending to memory works.
#![expect(unsafe_code, reason = "mmap, madvise, mlock and memfd_secret have no safe wrapper")]

use std::ptr::{NonNull, null_mut};

/// What keeps pages in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// `memfd_secret` (Linux 5.14): taken out of the kernel's own view too, so that not even root reads it in `/proc`.
    SecretMemory,
    /// `mlock`.
    Mlock,
}

/// How a mapping is locked, or why it is not.
pub(super) type Locking = Result<LockKind, &'static str>;

const LIMIT: &str = "the limit on locked memory (ulimit -l) is too low";
const CORES: &str = "the system cannot keep memory out of core files";

/// Zero bytes of the system, given back by [`unmap`].
#[derive(Clone, Copy)]
pub(super) struct Mapping {
    pub(super) start: NonNull<u8>,
    pub(super) length: usize,
    pub(super) locking: Locking,
}

/// Maps at least `capacity` zero bytes between two guard pages.
pub(super) fn map(capacity: usize) -> Mapping {
    let length = capacity.next_multiple_of(page_size());
    let size = length + 2 * page_size();
    // SAFETY: reserves addresses; nothing is readable yet, so both ends stay guard pages.
    let reserved =
        unsafe { libc::mmap(null_mut(), size, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
    if reserved == libc::MAP_FAILED {
        out_of_memory(size);
    }
    // SAFETY: inside the reservation.
    let inner = unsafe { reserved.cast::<u8>().add(page_size()) };
    let locking = if map_secret(inner, length) { Ok(LockKind::SecretMemory) } else { map_locked(inner, length) };
    Mapping { start: NonNull::new(inner).expect("a mapping does not begin at zero"), length, locking }
}

/// Gives a mapping back, guard pages included. Nothing may point into it any more.
pub(super) fn unmap(mapping: Mapping) {
    // SAFETY: start and size are those of `map`, and the caller was the only owner.
    let outcome =
        unsafe { libc::munmap(mapping.start.as_ptr().sub(page_size()).cast(), mapping.length + 2 * page_size()) };
    debug_assert_eq!(outcome, 0, "the mapping is ours");
}

fn page_size() -> usize {
    // SAFETY: asks for a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).expect("a system has a page size")
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
        let file_length = libc::off_t::try_from(length).expect("a mapping is smaller than a file may be");
        let sized = libc::ftruncate(descriptor, file_length) == 0;
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

fn map_locked(inner: *mut u8, length: usize) -> Locking {
    let writable = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    // SAFETY: replaces part of our own reservation only.
    let mapped = unsafe { libc::mmap(inner.cast(), length, writable, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        out_of_memory(length);
    }
    let kept_out = keep_out_of_cores_and_children(inner, length);
    // SAFETY: locks our own pages.
    if unsafe { libc::mlock(inner.cast(), length) } != 0 {
        return Err(LIMIT);
    }
    if kept_out { Ok(LockKind::Mlock) } else { Err(CORES) }
}

#[cfg(target_os = "linux")]
fn keep_out_of_cores_and_children(inner: *mut u8, length: usize) -> bool {
    // SAFETY: advice on our own pages.
    unsafe {
        libc::madvise(inner.cast(), length, libc::MADV_DONTDUMP) == 0
            && libc::madvise(inner.cast(), length, libc::MADV_WIPEONFORK) == 0
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_out_of_cores_and_children(_: *mut u8, _: usize) -> bool {
    // Cores are switched off for the whole process by `harden`.
    true
}

fn out_of_memory(size: usize) -> ! {
    let layout = std::alloc::Layout::from_size_align(size, 1).expect("a size that was asked for fits");
    std::alloc::handle_alloc_error(layout)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// Permissions and kernel flags (`VmFlags`) of the mapping that holds an address.
    fn described(address: usize) -> (String, String) {
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut permissions = None;
        for line in smaps.lines() {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            if let Some((from, to)) = first.split_once('-') {
                let [from, to] = [from, to].map(|number| usize::from_str_radix(number, 16).unwrap());
                permissions = (from..to).contains(&address).then(|| rest[..4].to_owned());
            }
            if let (Some(permissions), "VmFlags:") = (&permissions, first) {
                return (permissions.clone(), rest.to_owned());
            }
        }
        panic!("nothing is mapped at {address:x}");
    }

    #[track_caller]
    fn check(mapping: Mapping, expected_flags: [&str; 3]) {
        let (start, end) = (mapping.start.as_ptr() as usize, mapping.start.as_ptr() as usize + mapping.length);
        for inside in [start, end - 1] {
            let (permissions, flags) = described(inside);
            assert!(expected_flags.iter().all(|flag| flags.contains(flag)), "{flags}");
            assert!(permissions.starts_with("rw-"), "{permissions}");
        }
        for guard in [start - 1, end] {
            assert_eq!(&described(guard).0[..3], "---", "no guard page at {guard:x}");
        }
    }

    /// `lo`: locked, `dd`: not in cores, `dc`: not in children, `wf`: wiped in children.
    #[test]
    fn locked_pages_stay_in_memory_and_out_of_cores_and_children() {
        let mut mapping = map(100_000);
        if mapping.locking == Ok(LockKind::SecretMemory) {
            check(mapping, ["lo", "dd", "dc"]);
        }
        mapping.locking = map_locked(mapping.start.as_ptr(), mapping.length);
        assert_eq!(mapping.locking, Ok(LockKind::Mlock));
        check(mapping, ["lo", "dd", "wf"]);
        unmap(mapping);
    }
}
