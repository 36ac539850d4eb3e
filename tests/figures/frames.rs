//! From a key press to the cells that change on the screen, in a file of very many keys.

use std::time::{Duration, Instant};

use sopsmith::ui::Theme;

use crate::stage::{Identities, Stage, path_of};

const ROWS: usize = 100_000;
const FRAMES: usize = 1_000;

/// Moves of every length, and a filter typed, narrowed and cleared.
const KEYS: &[&str] = &["j", "PgDn", "PgDn", "k", "G", "k", "PgUp", "g", "j", "/", "k", "7", "7", "Esc", "Esc"];

/// Prints how long a key takes until its frame is known: the keymap, the session, the drawing, the difference.
pub(crate) fn print() {
    let mut stage = stage();
    let theme = Theme::default();
    let mut before = stage.frame(&theme).0;
    let mut frame_after = |key: &str| {
        let began = Instant::now();
        stage.press(key);
        let frame = stage.frame(&theme).0;
        std::hint::black_box(before.diff(&frame));
        let time = began.elapsed();
        before = frame;
        time
    };
    let mut times: Vec<Duration> = KEYS.iter().cycle().take(FRAMES).map(|key| frame_after(key)).collect();
    times.sort_unstable();
    let microseconds = |part: usize| times[FRAMES * part / 100].as_micros();
    println!("\nkey to frame: {ROWS} keys, 160×50, {FRAMES} frames\n");
    println!("| median | p99 | slowest |\n|---|---|---|");
    let slowest = times.last().unwrap().as_micros();
    println!("| {} µs | {} µs | {slowest} µs |", microseconds(50), microseconds(99));
}

/// The editor with one large file opened; no identity fits, because no value is looked at.
fn stage() -> Stage {
    let mut files = Stage::repository();
    let web = files.get_mut(&path_of("secrets/web.yaml")).unwrap();
    let sealed = web.lines().find(|line| line.starts_with("mail_password")).unwrap();
    let value = sealed.split_once(": ").unwrap().1.to_owned();
    let lines: String = (0..ROWS).map(|number| format!("key_{number}: {value}\n")).collect();
    *web = lines + web;
    Stage::with_files(files, Some("secrets/web.yaml"), Identities::NoneFits, 160, 50)
}
