//! Reading: from the text of a settings file to what it says, or to the first line that says nothing.

use serde_json::{Map, Value};

use super::line::line_of;
use super::{Settings, SettingsError, themes};
use crate::keymap::{Chord, Keymap, Rebinding};
use crate::session::{Action, COMMANDS, Context, Timers};
use crate::text::{nearest, sanitize};
use crate::ui::Theme;

/// The settings that stand by themselves, and the tables `timers` and `keys`.
pub(super) const NAMES: &[&str] = &["theme", "glyphs", "osc52"];

/// The tables.
const TABLES: &[&str] = &["timers", "keys"];

/// A timer by its name, in seconds.
pub(super) struct Timer {
    pub(super) name: &'static str,
    range: std::ops::RangeInclusive<i64>,
    field: fn(&mut Timers) -> &mut i64,
}

/// The timers. None can be switched off: what is secret has to go away by itself.
pub(super) const TIMERS: &[Timer] = &[
    Timer { name: "lock_seconds", range: 10..=86_400, field: |timers| &mut timers.lock_seconds },
    Timer { name: "reveal_seconds", range: 1..=3_600, field: |timers| &mut timers.reveal_seconds },
    Timer { name: "clipboard_seconds", range: 1..=3_600, field: |timers| &mut timers.clipboard_seconds },
];

const SEE_REFERENCE: &str = "sopsmith config --default prints every setting with its meaning";

/// A text that is read, for places in it.
struct Reader<'t> {
    text: &'t str,
}

pub(super) fn read(text: &str) -> Result<Settings, SettingsError> {
    let reader = Reader { text };
    let root: Map<String, Value> = basic_toml::from_str(text).map_err(|error| no_toml(&error))?;
    let mut settings = Settings::default();
    for (name, value) in &root {
        match name.as_str() {
            "theme" => {
                let theme = reader.text_of(&[], name, value)?;
                let found = Theme::COLOURS.iter().find(|(name, _)| *name == theme);
                let unknown = || reader.unknown(&[], name, "theme", &theme, &mut themes());
                settings.colours = found.ok_or_else(unknown)?.1;
            }
            "glyphs" => match reader.text_of(&[], name, value)?.as_str() {
                "auto" => settings.ascii = false,
                "ascii" => settings.ascii = true,
                other => {
                    let names = ["auto", "ascii"];
                    return Err(reader.unknown(&[], name, "set of glyphs", other, &mut names.into_iter()));
                }
            },
            "osc52" => {
                settings.osc52 = value.as_bool().ok_or_else(|| reader.wrong(&[], name, "true or false"))?;
            }
            "timers" => reader.timers(reader.table_of(&[], name, value)?, &mut settings.timers)?,
            "keys" => settings.keymap = reader.keys(reader.table_of(&[], name, value)?)?,
            other => {
                let known = NAMES.iter().chain(TABLES).copied();
                let also = TIMERS.iter().map(|timer| timer.name);
                return Err(reader.unknown(&[], other, "setting", other, &mut known.chain(also)));
            }
        }
    }
    Ok(settings)
}

impl Reader<'_> {
    fn timers(&self, table: &Map<String, Value>, timers: &mut Timers) -> Result<(), SettingsError> {
        let place = &["timers"];
        for (name, value) in table {
            let names = || TIMERS.iter().map(|timer| timer.name);
            let timer = TIMERS.iter().find(|timer| timer.name == name);
            let timer = timer.ok_or_else(|| self.unknown(place, name, "timer", name, &mut names()))?;
            let (first, last) = (timer.range.start(), timer.range.end());
            let seconds = value.as_i64().filter(|seconds| timer.range.contains(seconds));
            let wrong = || self.wrong(place, name, &format!("a number of seconds from {first} to {last}"));
            *(timer.field)(timers) = seconds.ok_or_else(wrong)?;
        }
        Ok(())
    }

    fn keys(&self, tables: &Map<String, Value>) -> Result<Keymap, SettingsError> {
        let mut changes = Vec::new();
        let mut places: Vec<(&str, &str)> = Vec::new();
        for (context_name, table) in tables {
            let context = Context::ALL.iter().copied().find(|context| context.name() == context_name);
            let contexts = || Context::ALL.iter().map(|context| context.name());
            let unknown = || self.unknown(&["keys", context_name], "", "place for keys", context_name, &mut contexts());
            let context = context.ok_or_else(unknown)?;
            for (name, value) in self.table_of(&["keys"], context_name, table)? {
                let place = &["keys", context_name.as_str()];
                let actions = || COMMANDS.iter().map(|command| command.name);
                let action = Action::by_name(name);
                let action = action.ok_or_else(|| self.unknown(place, name, "action", name, &mut actions()))?;
                let written = self.text_of(place, name, value)?;
                let chords = written.split_whitespace().map(Chord::parse).collect::<Result<Vec<_>, _>>();
                let no_key = |error| self.error(place, name, format!("{error}"), KEY_NAMES);
                changes.push(Rebinding { context, action, chords: chords.map_err(no_key)? });
                places.push((context_name, name));
            }
        }
        Keymap::with(&changes).map_err(|(number, error)| {
            let (context, name) = places[number];
            self.error(&["keys", context], name, error.to_string(), error.hint())
        })
    }

    fn text_of(&self, place: &[&str], name: &str, value: &Value) -> Result<String, SettingsError> {
        value.as_str().map(str::to_owned).ok_or_else(|| self.wrong(place, name, "text in quotes"))
    }

    fn table_of<'v>(
        &self,
        place: &[&str],
        name: &str,
        value: &'v Value,
    ) -> Result<&'v Map<String, Value>, SettingsError> {
        value.as_object().ok_or_else(|| self.wrong(place, name, "a table"))
    }

    fn wrong(&self, place: &[&str], name: &str, expected: &str) -> SettingsError {
        self.error(place, name, format!("{} has to be {expected}", sanitize(name)), SEE_REFERENCE)
    }

    /// A name that is none, and the one that may have been meant.
    fn unknown(
        &self,
        place: &[&str],
        name: &str,
        kind: &str,
        written: &str,
        known: &mut dyn Iterator<Item = &'static str>,
    ) -> SettingsError {
        let meant = nearest(written, known).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        self.error(place, name, format!("`{}` is no {kind}{meant}", sanitize(written)), SEE_REFERENCE)
    }

    fn error(&self, place: &[&str], name: &str, words: String, hint: &'static str) -> SettingsError {
        SettingsError { line: line_of(self.text, place, name), words, hint }
    }
}

const KEY_NAMES: &str = "keys are written as j, G, Ctrl-s, Alt-b, enter, esc, tab, space, up, pgdn, f5";

/// A text that is no TOML: the reader says the line at the end of its words.
fn no_toml(error: &basic_toml::Error) -> SettingsError {
    let words = error.to_string();
    let (words, line) = match words.rsplit_once(" at line ") {
        Some((words, place)) => (words.to_owned(), place.split(' ').next().and_then(|line| line.parse().ok())),
        None => (words, None),
    };
    let words = sanitize(&words).into_owned();
    SettingsError { line, words, hint: "settings are TOML: name = \"text\", name = 30, [table]" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Colours;

    fn check(text: &str, expected: &str) {
        let refused = read(text).unwrap_err();
        assert_eq!(refused.to_string(), expected);
        assert!(!refused.hint().is_empty());
    }

    #[test]
    fn what_is_chosen_holds_and_the_rest_stays() {
        let text = "theme = \"tritanopia\"\nosc52 = true\nglyphs = \"ascii\"\n[timers]\nlock_seconds = 60\n\
                    [keys.table]\ndelete = \"D\"\n[keys.panes]\nundo = \"U Ctrl-u\"\n";
        let settings = read(text).unwrap();
        assert_eq!((settings.colours, settings.ascii, settings.osc52), (Colours::BlueYellowBlind, true, true));
        assert_eq!(settings.timers, Timers { lock_seconds: 60, ..Timers::default() });
        let ask = |chord| settings.keymap.resolve(Context::Table, Chord::character(chord));
        assert_eq!((ask('D'), ask('d')), (Some(Action::Delete), None));
        assert_eq!((ask('U'), ask('u')), (Some(Action::Undo), None));
    }

    #[test]
    fn names_that_are_none_are_refused_with_the_line_and_the_nearest() {
        check("# x\n\n\nthme = \"none\"\n", "line 4: `thme` is no setting; did you mean theme?");
        check("lock_seconds = \"x\"\n[q]\n", "line 1: `lock_seconds` is no setting; did you mean lock_seconds?");
        check("theme = \"tritanopa\"", "line 1: `tritanopa` is no theme; did you mean tritanopia?");
        check("[timers]\nlock = 3", "line 2: `lock` is no timer");
        check("[timers]\nlocks_second = 3", "line 2: `locks_second` is no timer; did you mean lock_seconds?");
        check("[keys.tabel]\nadd = \"a\"", "line 1: `tabel` is no place for keys; did you mean table?");
        check("[keys.table]\nad = \"a\"", "line 2: `ad` is no action; did you mean add?");
        check("[keys.table]\nadd = \"Hyper-a\"", "line 2: Hyper-a names no key");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        check("osc52 = 1", "line 1: osc52 has to be true or false");
        check("theme = 1", "line 1: theme has to be text in quotes");
        check("keys = 1", "line 1: keys has to be a table");
        check("[timers]\nreveal_seconds = 0", "line 2: reveal_seconds has to be a number of seconds from 1 to 3600");
        check("[timers]\n\nlock_seconds = 1.5", "line 3: lock_seconds has to be a number of seconds from 10 to 86400");
    }

    #[test]
    fn two_actions_never_share_a_key() {
        let both = "line 3: x would ask for both fix and rename in [keys.table]";
        check("[keys.table]\n# mine\nrename = \"x\"", both);
        assert!(read("[keys.table]\nrename = \"x\"\nfix = \"r\"").is_ok(), "they may change places");
    }

    #[test]
    fn text_that_is_no_toml_says_where() {
        let refused = read("theme = \n").unwrap_err().to_string();
        assert!(refused.starts_with("line 1: "), "{refused}");
    }
}
