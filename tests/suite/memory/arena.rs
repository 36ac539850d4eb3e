//! The arena's promises, seen from another process.

use std::os::unix::process::ExitStatusExt;

use sopsmith::secret::{LockKind, LockState, Secret, SecretBuffer, harden, lock_state};

use super::child::{Standing, limited, part, playing, stand_still};
use super::letters;
use super::scan::{Needle, scan};

/// Fills a secret letter by letter, so that nothing but the arena ever holds it.
fn secret_letters(seed: u32) -> Secret {
    let mut buffer = SecretBuffer::new();
    for letter in letters(seed).bytes() {
        buffer.push_bytes(&[letter]);
    }
    buffer.into_secret()
}

#[test]
fn a_secret_lies_in_locked_pages_only() {
    const NAME: &str = "memory::arena::a_secret_lies_in_locked_pages_only";
    if part().is_some() {
        let secret = secret_letters(6);
        // What made it is not ours to judge here: the letters are forgotten by hand.
        let mut forgotten = letters(6).into_bytes();
        forgotten.fill(0);
        std::hint::black_box(&forgotten);
        stand_still(&format!("{:?}", lock_state()));
        assert!(secret.len() == 40);
        return;
    }
    let standing = Standing::start(playing(NAME, "hold"));
    let scan = scan(standing.pid(), &[Needle::text("letters", &letters(6))]);
    assert!(scan.outside_locked_pages().is_empty(), "{:?}", scan.found);
    let is_secret_memory = standing.line == format!("{:?}", LockState::Locked(LockKind::SecretMemory));
    assert_eq!(scan.has_secret_memory, is_secret_memory, "{}", standing.line);
    assert_eq!(scan.found.is_empty(), is_secret_memory, "mlock keeps nothing from root, memfd_secret does");
}

#[test]
fn reading_past_the_arena_ends_the_process() {
    const NAME: &str = "memory::arena::reading_past_the_arena_ends_the_process";
    if let Some(part) = part() {
        // Larger than what shares a mapping, so that its end is near the mapping's.
        let secret = Secret::from_exposed(&[1; 64 * 1024]);
        let start = secret.expose().as_ptr();
        let outside = if part == "before" { start.wrapping_sub(1) } else { start.wrapping_add(64 * 1024) };
        read(outside);
        return;
    }
    for side in ["before", "behind"] {
        let output = playing(NAME, side).output().unwrap();
        assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{side}: {output:?}");
    }
}

#[expect(unsafe_code, reason = "reads a guard page on purpose")]
fn read(place: *const u8) -> u8 {
    // SAFETY: the process is meant to end here.
    unsafe { place.read_volatile() }
}

#[test]
fn a_low_limit_is_used_to_its_end_and_then_told() {
    const NAME: &str = "memory::arena::a_low_limit_is_used_to_its_end_and_then_told";
    if part().is_some() {
        let at_first = lock_state();
        let mut held: Vec<Secret> = Vec::new();
        while matches!(lock_state(), LockState::Locked(_)) {
            held.push(Secret::from_exposed(&[7; 1000]));
        }
        assert!(held.iter().all(|secret| secret.expose() == [7; 1000]));
        stand_still(&format!("{} {}", matches!(at_first, LockState::Locked(_)), held.len()));
        return;
    }
    let check = |limit_kib: u32, expected: &str| {
        let standing = Standing::start(limited(&playing(NAME, "limited"), limit_kib));
        assert_eq!(standing.line, expected, "{limit_kib} KiB");
    };
    check(0, "false 0");
    // A mapping of 64 KiB: 63 blocks of 1 KiB beside the small one that told the state; the next is not locked.
    check(64, "true 64");
}

#[test]
fn a_hardened_process_leaves_no_core_and_no_way_in() {
    const NAME: &str = "memory::arena::a_hardened_process_leaves_no_core_and_no_way_in";
    if part().is_some() {
        let hardening = harden();
        stand_still(&format!("{hardening:?}"));
        return;
    }
    let standing = Standing::start(playing(NAME, "harden"));
    assert_eq!(standing.line, "Hardening { not_dumpable: true, no_cores: true }");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", standing.pid())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
    // What cannot be dumped belongs to root in /proc, and another process of the same user may not look.
    let mode = rustix::fs::stat(format!("/proc/{}/mem", standing.pid())).unwrap();
    assert_eq!(mode.st_uid, 0);
}
