//! Values as far as the text alone tells them, and values as they are to be written.
//!
//! Nothing here knows where a value stands; that is the business of whoever holds it.

use std::fmt;

/// What a text says statically: the value, or why it cannot be known without evaluating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Static<T> {
    /// The value is written down, or follows from what is written in the same file.
    Known(T),
    /// Only an evaluation could tell.
    Unknown(Unknown),
}

impl<T> Static<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The reason, if the value is not known.
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(unknown) => Some(unknown),
        }
    }
}

/// Why a value is not known; `Display` says it in words for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The kind of obstacle.
    pub reason: Reason,
    /// The Nix text that stands in the way, shortened to one line; empty when there is none.
    pub text: String,
}

/// Kinds of obstacles to static reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Depends on `config`, which other modules shape.
    Configuration,
    /// Depends on an argument of the module or of a function.
    Argument,
    /// Depends on another flake or on packages.
    OutsideRepository,
    /// A function is applied that is not understood here.
    Function,
    /// Another file is imported.
    Import,
    /// A condition decides between several values.
    Condition,
    /// A name that is defined nowhere in the file (or comes from a `with`).
    UnboundName,
    /// Values refer to each other in a circle, or the computation is too long to follow.
    TooComplex,
    /// The syntax or the type is not what this place needs.
    WrongKind,
}

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() { self.reason.fmt(out) } else { write!(out, "{} {}", self.text, self.reason) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Configuration => "depends on other modules",
            Self::Argument => "depends on a function argument",
            Self::OutsideRepository => "lies outside this repository",
            Self::Function => "is computed by a function",
            Self::Import => "is imported from another file",
            Self::Condition => "depends on a condition",
            Self::UnboundName => "is a name not defined in this file",
            Self::TooComplex => "is too complex to read without evaluating",
            Self::WrongKind => "is not a value that can be read here",
        })
    }
}

/// A value read from Nix text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A path, or a string that names a file through `${self}` or a path literal.
    File(FilePath),
    /// An integer; `mode = 0400;` is the integer 400.
    Integer(i64),
    /// A floating-point number, as written.
    Float(String),
    /// A boolean.
    Boolean(bool),
    /// `null`
    Null,
    /// A list; each element may be unknown by itself.
    List(Vec<Static<Value>>),
    /// An attribute set where none belongs.
    Set,
    /// A function where none belongs.
    Function,
}

/// A file named in Nix.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FilePath {
    /// Relative to the folder of the Nix file: `./secrets/x.yaml` is `secrets/x.yaml`, `../x` stays `../x`.
    Relative(String),
    /// Relative to the flake's root: `self + "/x"`, `"${self}/x"`; without a leading slash.
    Repository(String),
    /// An absolute path written as a path literal: copied to the store.
    Absolute(String),
    /// Below the home folder, `~/x`; without the `~/`.
    Home(String),
}

/// A value as it is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A string, quoted and escaped as Nix needs it.
    Text(String),
    /// A path literal such as `./secrets/x.yaml` or `../x.yaml`, written without quotes where the grammar allows.
    Path(String),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// `null`
    Null,
    /// A list of strings.
    Texts(Vec<String>),
    /// Nix text as it stands, such as `config.services.x.user`; refused unless it parses as one expression.
    Expression(String),
}
