//! Themes: what each role looks like. Widgets name roles, never colours.
//!
//! The standard theme takes the terminal's own sixteen colours, so that a person's colours stay theirs. Whatever a
//! colour says, a sign or a word beside it says too; a theme without colours loses nothing.

use ratatui::style::{Color, Modifier, Style};

use super::glyphs::Glyphs;
use crate::session::Tone;

/// What a piece of the screen is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less: headings of columns, what is folded, punctuation.
    Dim,
    /// Names of keys to press, the field that has the cursor, the pane that is shown.
    Accent,
    /// Titles.
    Strong,
    /// What was added.
    New,
    /// What was changed.
    Changed,
    /// What was removed.
    Removed,
    /// What may go wrong.
    Warning,
    /// What will go wrong.
    Error,
    /// The row under the cursor.
    Selection,
}

impl From<Tone> for Role {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Text,
            Tone::Dim => Self::Dim,
            Tone::Accent => Self::Accent,
            Tone::New => Self::New,
            Tone::Changed => Self::Changed,
            Tone::Removed => Self::Removed,
            Tone::Warning => Self::Warning,
            Tone::Error => Self::Error,
        }
    }
}

/// The colours of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Colours {
    /// The terminal's own sixteen.
    #[default]
    Sixteen,
    /// The same without telling red from green: for protanopia and deuteranopia.
    RedGreenBlind,
    /// The same without telling blue from yellow: for tritanopia.
    BlueYellowBlind,
    /// None: bold, dim and reverse only, as `NO_COLOR` asks.
    None,
}

/// How everything looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Theme {
    /// Its colours.
    pub colours: Colours,
    /// Its signs.
    pub glyphs: Glyphs,
}

impl Theme {
    /// The names under which settings know the colours, with the colours.
    pub const COLOURS: &[(&str, Colours)] = &[
        ("terminal", Colours::Sixteen),
        ("protanopia", Colours::RedGreenBlind),
        ("deuteranopia", Colours::RedGreenBlind),
        ("tritanopia", Colours::BlueYellowBlind),
        ("none", Colours::None),
    ];

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        match role {
            Role::Text => plain,
            Role::Dim => plain.add_modifier(Modifier::DIM),
            Role::Strong => plain.add_modifier(Modifier::BOLD),
            Role::Selection => plain.add_modifier(Modifier::REVERSED),
            Role::Accent => self.coloured(role).add_modifier(Modifier::BOLD),
            Role::Error => self.coloured(role).add_modifier(Modifier::BOLD),
            Role::New | Role::Changed | Role::Removed | Role::Warning => self.coloured(role),
        }
    }

    fn coloured(&self, role: Role) -> Style {
        let [accent, new, changed, removed, warning, error] = match self.colours {
            Colours::Sixteen => [Color::Cyan, Color::Green, Color::Yellow, Color::Red, Color::Yellow, Color::Red],
            Colours::RedGreenBlind => {
                [Color::Cyan, Color::LightBlue, Color::Yellow, Color::LightMagenta, Color::Yellow, Color::LightMagenta]
            }
            Colours::BlueYellowBlind => {
                [Color::Cyan, Color::Cyan, Color::Magenta, Color::Red, Color::Magenta, Color::Red]
            }
            Colours::None => [Color::Reset; 6],
        };
        let colour = match role {
            Role::Accent => accent,
            Role::New => new,
            Role::Changed => changed,
            Role::Removed => removed,
            Role::Warning => warning,
            Role::Error => error,
            Role::Text | Role::Dim | Role::Strong | Role::Selection => Color::Reset,
        };
        if colour == Color::Reset { Style::new() } else { Style::new().fg(colour) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 10] = [
        Role::Text,
        Role::Dim,
        Role::Accent,
        Role::Strong,
        Role::New,
        Role::Changed,
        Role::Removed,
        Role::Warning,
        Role::Error,
        Role::Selection,
    ];

    #[test]
    fn without_colours_there_are_none() {
        let theme = Theme { colours: Colours::None, ..Theme::default() };
        for role in ROLES {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            let allowed = Modifier::BOLD | Modifier::DIM | Modifier::REVERSED;
            assert!(allowed.contains(style.add_modifier), "{role:?}");
        }
    }

    #[test]
    fn colours_are_the_terminals_own() {
        for (name, colours) in Theme::COLOURS {
            let theme = Theme { colours: *colours, ..Theme::default() };
            for role in ROLES {
                let colour = theme.style(role).fg;
                assert!(!matches!(colour, Some(Color::Rgb(..) | Color::Indexed(_))), "{name}: {role:?}");
                assert_eq!(theme.style(role).bg, None, "{name}: {role:?}: a background would fight the terminal's");
            }
        }
    }

    #[test]
    fn every_colour_blindness_keeps_new_and_removed_apart() {
        for (name, colours) in Theme::COLOURS.iter().filter(|(_, colours)| *colours != Colours::None) {
            let theme = Theme { colours: *colours, ..Theme::default() };
            assert_ne!(theme.style(Role::New), theme.style(Role::Removed), "{name}");
        }
    }
}
