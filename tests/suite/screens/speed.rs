//! How long a frame takes over very many rows: a measurement, run by hand with `--ignored --nocapture`.

use std::time::{Duration, Instant};

use sopsmith::ui::Theme;

use crate::stage::{Identities, Stage, path_of};

const ROWS: usize = 100_000;
const FRAMES: usize = 200;

#[test]
#[ignore = "a measurement, not a judgement"]
fn a_frame_over_very_many_rows() {
    let mut files = Stage::repository();
    let web = files.get_mut(&path_of("secrets/web.yaml")).unwrap();
    let sealed = web.lines().find(|line| line.starts_with("mail_password")).unwrap();
    let value = sealed.split_once(": ").unwrap().1.to_owned();
    let lines: String = (0..ROWS).map(|number| format!("key_{number}: {value}\n")).collect();
    *web = lines + web;
    let mut stage = Stage::with_files(files, Some("secrets/web.yaml"), Identities::NoneFits, 160, 50);
    let mut times: Vec<Duration> = (0..FRAMES)
        .map(|_| {
            stage.press("PgDn");
            let began = Instant::now();
            drop(stage.frame(&Theme::default()));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{ROWS} rows, 160×50: median {} µs, p99 {} µs",
        times[FRAMES / 2].as_micros(),
        times[FRAMES * 99 / 100].as_micros()
    );
}
