//! One row of a documented table: a parameter or a member of an answer.

use super::{ErrorKind, InstanceKind, Note};

/// One row: name, kind, presence, and what is known about the rule.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Type and allowed values.
    pub kind: Kind,
    /// Whether it has to be there.
    pub presence: Presence,
    pub meaning: &'static str,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// Where the documents disagree about it.
    pub notes: &'static [Note],
    /// The form that a document gives to text that is taken in any form.
    pub advised: Option<&'static Format>,
    /// Why it should no longer be sent.
    pub deprecated: Option<&'static str>,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// Whether an answer may carry null in it.
    pub nullable: bool,
    /// The value taken when it is absent, as the tables print it.
    pub default: Option<&'static str>,
    /// What other calls name the id that it holds, where they have another word for it.
    pub names: Option<&'static str>,
    /// A value that it could have, where not any would do.
    pub example: Option<&'static str>,
}

/// Whether a member has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Mandatory,
    /// Never.
    Optional,
    /// Unless the named sibling is there.
    Unless(&'static str),
    /// When the named sibling has the value, or is a list with it.
    When(&'static str, &'static str),
    /// Always, but where exactly one of the siblings is there its value is known from it.
    Inferred(&'static [(&'static str, &'static str)]),
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A table or a sentence of the documents states it.
    Documented,
    /// It is read off a documented example.
    Example,
    /// Real clients or their models show it.
    Client,
    /// Nothing states it; Papercloud chose it.
    Inferred,
}

impl Certainty {
    /// The word in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Example => "example",
            Self::Client => "client",
            Self::Inferred => "inferred",
        }
    }
}

/// Type and allowed values of a member.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of at most so many characters, as a document states it.
    Text(usize),
    /// Text of at least and at most so many characters; where it is none at least, empty text is a
    /// value, and not the absence of one.
    Length(usize, usize),
    /// Text of a form of its own.
    Format(&'static Format),
    /// One of the words.
    OneOf(&'static [&'static str]),
    /// A whole number within bounds, both included.
    Integer(i64, i64),
    /// A whole number within bounds, as a number or as text: table and example disagree.
    IntegerOrText(i64, i64),
    /// One of the numbers.
    IntegerOneOf(&'static [i64]),
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// True or false, as such or as text: models and clients disagree.
    BooleanOrText,
    /// An object whose members are not declared.
    Map,
    /// Anything.
    Any,
    /// An object with members of its own.
    Object(&'static [Field]),
    /// At most so many values of a kind.
    List(&'static Self, usize),
    /// The id of an instance of one of the kinds.
    Instance(&'static [InstanceKind]),
}

/// A form that text can have.
#[derive(Debug)]
pub struct Format {
    /// What text of this form is called, in English.
    pub english: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
    /// The form as a regular expression, for the published schema.
    pub pattern: &'static str,
    /// The same, as code.
    pub accepts: fn(&str) -> bool,
    /// What its violation means to a service.
    pub error_kind: ErrorKind,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, presence: Presence) -> Self {
        Self {
            name,
            kind,
            presence,
            meaning: "",
            certainty: Certainty::Documented,
            notes: &[],
            advised: None,
            deprecated: None,
            secret: false,
            nullable: false,
            default: None,
            names: None,
            example: None,
        }
    }

    /// A row that the table marks mandatory, or that every answer carries.
    pub const fn mandatory(name: &'static str, kind: Kind) -> Self {
        Self::new(name, kind, Presence::Mandatory)
    }

    /// A row that may be left out.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self::new(name, kind, Presence::Optional)
    }

    /// A row that is mandatory unless `sibling` is given.
    pub const fn mandatory_unless(name: &'static str, kind: Kind, sibling: &'static str) -> Self {
        Self::new(name, kind, Presence::Unless(sibling))
    }

    /// A row that is mandatory when `sibling` is `value`.
    pub const fn mandatory_when(
        name: &'static str,
        kind: Kind,
        (sibling, value): (&'static str, &'static str),
    ) -> Self {
        Self::new(name, kind, Presence::When(sibling, value))
    }

    /// A mandatory row whose value follows from the one sibling that is given.
    pub const fn inferred(
        name: &'static str,
        kind: Kind,
        from: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::new(name, kind, Presence::Inferred(from))
    }

    /// Says what it means.
    pub const fn means(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    /// Says how sure the rule is, where no document states it.
    pub const fn known_from(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    /// Says where the documents disagree.
    pub const fn notes(mut self, notes: &'static [Note]) -> Self {
        self.notes = notes;
        self
    }

    /// Says what it could be; `{region}` in it stands for the region that is emulated.
    pub const fn example(mut self, value: &'static str) -> Self {
        self.example = Some(value);
        self
    }

    /// Says which form the text should have, though it is taken in any.
    pub const fn advised(mut self, format: &'static Format) -> Self {
        self.advised = Some(format);
        self
    }

    /// Says why it should no longer be sent.
    pub const fn deprecated(mut self, reason: &'static str) -> Self {
        self.deprecated = Some(reason);
        self
    }

    /// Keeps its value out of every message.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Lets an answer carry null.
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Says what other calls name the id that it holds.
    pub const fn names(mut self, word: &'static str) -> Self {
        self.names = Some(word);
        self
    }

    /// Says which value is taken when it is absent.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }
}

impl Kind {
    /// Text whose length no document bounds: only the size of the body does.
    pub const TEXT: Self = Self::Text(usize::MAX);

    /// Whether it is a whole number, however it may be written.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Integer(..) | Self::IntegerOrText(..) | Self::IntegerOneOf(_))
    }

    /// Whether its values have neither members nor elements that a table declares.
    pub const fn is_scalar(&self) -> bool {
        !matches!(self, Self::Object(_) | Self::List(..))
    }

    /// The members of an object, or of the objects in an array.
    pub const fn members(&self) -> &'static [Field] {
        match self {
            Self::Object(members) | Self::List(Self::Object(members), _) => members,
            _ => &[],
        }
    }

    /// Type and allowed values in a few words, for tables and rule lists.
    pub fn describe(&self) -> String {
        match self {
            Self::Text(usize::MAX) => "string".to_owned(),
            Self::Text(most) => format!("string, at most {most} characters"),
            Self::Length(0, most) => format!("string, at most {most} characters, or empty"),
            Self::Length(least, most) => format!("string of {least} to {most} characters"),
            Self::Format(format) => format!("string: {}", format.english),
            Self::OneOf(words) => format!("string: one of {}", words.join(", ")),
            Self::Integer(least, i64::MAX) => format!("integer from {least}"),
            Self::Integer(least, most) => format!("integer from {least} to {most}"),
            Self::IntegerOrText(least, most) => {
                format!("integer from {least} to {most}, as a number or as a string")
            }
            Self::IntegerOneOf(numbers) => format!("integer: one of {}", join(numbers)),
            Self::Number => "number".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::BooleanOrText => "boolean, as such or as a string".to_owned(),
            Self::Map => "object with any members".to_owned(),
            Self::Any => "any value".to_owned(),
            Self::Object(_) => "object".to_owned(),
            Self::List(of, most) => format!("array of at most {most}: {}", of.describe()),
            Self::Instance(kinds) => {
                format!("string: ID of a {} instance", InstanceKind::list(kinds, " or "))
            }
        }
    }
}

/// Numbers as a sentence lists them.
pub fn join(numbers: &[i64]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
