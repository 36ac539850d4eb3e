//! Settings: what a person may choose, from the text of `sopsmith/config.toml`.
//!
//! ```text
//!   text -> TOML -> names known, values in range, keys that go together -> Settings
//!                   else the line, what stands there, what was meant    -> SettingsError
//! ```
//!
//! This room is handed a text and opens nothing. The reference of all names is `assets/config.toml`, printed with the
//! table of keys behind it by [`reference()`].

mod line;
mod read;

use crate::keymap::Keymap;
use crate::session::{Context, Timers};
use crate::ui::{Colours, Theme};

/// What a person chose; what was left out stands as it is without any settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The colours.
    pub colours: Colours,
    /// Signs in ASCII only, whatever the terminal can show.
    pub ascii: bool,
    /// Copy through the terminal.
    pub osc52: bool,
    /// How long things last that must not last.
    pub timers: Timers,
    /// The keys.
    pub keymap: Keymap,
}

/// Why settings cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    line: Option<usize>,
    words: String,
    hint: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            colours: Colours::default(),
            ascii: false,
            osc52: false,
            timers: Timers::default(),
            keymap: Keymap::standard().clone(),
        }
    }
}

impl Settings {
    /// Reads the text of a settings file.
    ///
    /// # Errors
    /// For the first name that is none, value that is out of range, or key that is taken.
    pub fn read(text: &str) -> Result<Self, SettingsError> {
        read::read(text)
    }
}

impl std::error::Error for SettingsError {}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(out, "line {line}: {}", self.words),
            None => out.write_str(&self.words),
        }
    }
}

impl SettingsError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        self.hint
    }
}

/// Every setting with its meaning and what holds without it, as a settings file in which all lines are comments.
#[must_use]
pub fn reference() -> String {
    let mut text = include_str!("../../assets/config.toml").to_owned();
    let keymap = Keymap::standard();
    for context in Context::ALL {
        let mut heading = Some(format!("\n#[keys.{}]   # {}\n", context.name(), context.title()));
        for binding in keymap.of(*context) {
            let chords: Vec<String> = binding.chords.iter().map(ToString::to_string).collect();
            let command = binding.action.command();
            text.push_str(&heading.take().unwrap_or_default());
            text.push_str(&format!("#{} = \"{}\"   # {}\n", command.name, chords.join(" "), command.words));
        }
    }
    text
}

/// The names of all themes.
fn themes() -> impl Iterator<Item = &'static str> {
    Theme::COLOURS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::COMMANDS;

    /// The reference with its settings in force: explanations stay comments.
    fn in_force() -> String {
        let is_setting = |line: &str| {
            line.starts_with("#[")
                || line.split_once(" = ").is_some_and(|(name, _)| {
                    name.len() > 1
                        && name[1..]
                            .bytes()
                            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'0'..=b'9'))
                })
        };
        let lines = reference();
        lines.lines().map(|line| if is_setting(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_reference_says_what_holds_without_it() {
        assert_eq!(Settings::read(&reference()), Ok(Settings::default()));
        assert_eq!(Settings::read(&in_force()), Ok(Settings::default()), "{}", in_force());
        assert_eq!(Settings::read(""), Ok(Settings::default()));
    }

    #[test]
    fn every_known_name_stands_in_the_reference() {
        let reference = reference();
        let has = |name: &str| reference.contains(name);
        for name in read::NAMES.iter().copied().chain(read::TIMERS.iter().map(|timer| timer.name)) {
            assert!(in_force().lines().any(|line| line.starts_with(&format!("{name} = "))), "{name}");
        }
        assert!(themes().all(|name| has(&format!("\"{name}\""))));
        for context in Context::ALL.iter().filter(|context| Keymap::standard().of(**context).next().is_some()) {
            assert!(has(&format!("[keys.{}]", context.name())), "{context:?}");
        }
        let bound = |action| Keymap::standard().bindings().iter().any(|binding| binding.action == action);
        for command in COMMANDS.iter().filter(|command| bound(command.action)) {
            assert!(has(&format!("#{} = ", command.name)), "{}", command.name);
        }
    }

    #[test]
    fn contexts_have_names_of_their_own() {
        let names: std::collections::BTreeSet<&str> = Context::ALL.iter().map(|context| context.name()).collect();
        assert_eq!(names.len(), Context::ALL.len());
    }
}
