//! The rules that a request can break, and the messages about them.

use super::field::join;
use super::{ErrorKind, Field, Format};
use crate::text::language::Language;

/// How seriously a class of rules is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Level {
    /// A violation refuses the request.
    Enforce,
    /// A violation passes and is named in the answer's `X-Paper-Warning` headers.
    Warn,
    /// A violation passes.
    Off,
}

impl Level {
    /// The word that switches it on, and that lists show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// The three classes of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What the documents state: mandatory, type, enumeration, range.
    Documented,
    /// What careful clients avoid: unknown fields, repeated keys, deprecated fields.
    Hygiene,
    /// What a real account would know: which instances exist and what they are.
    Resources,
}

impl Class {
    /// The word in warnings and lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Hygiene => "hygiene",
            Self::Resources => "resources",
        }
    }
}

/// The level of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strictness {
    /// Level of [`Class::Documented`].
    pub documented: Level,
    /// Level of [`Class::Hygiene`].
    pub hygiene: Level,
    /// Level of [`Class::Resources`].
    pub resources: Level,
}

impl Default for Strictness {
    /// Every documented example passes, every documented rule holds.
    fn default() -> Self {
        Self { documented: Level::Enforce, hygiene: Level::Warn, resources: Level::Warn }
    }
}

impl Strictness {
    /// Everything enforced.
    pub const STRICT: Self =
        Self { documented: Level::Enforce, hygiene: Level::Enforce, resources: Level::Enforce };

    /// The level of a class.
    pub const fn level(self, class: Class) -> Level {
        match class {
            Class::Documented => self.documented,
            Class::Hygiene => self.hygiene,
            Class::Resources => self.resources,
        }
    }
}

/// One broken rule.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Where: `target_instance.id`, `backup_files.files[0].size`, a query or path parameter.
    pub path: String,
    /// What should have been.
    pub rule: Rule,
    /// The value that was sent, fit to be shown; nothing where showing it adds nothing. Of a
    /// secret only the kind of value.
    pub got: Option<String>,
}

/// What should have been. A rule never names its field; whoever prints it does.
#[derive(Clone, Debug)]
pub enum Rule {
    /// It has to be there.
    Mandatory,
    /// It has to be there because the sibling is not.
    MandatoryUnless(&'static str),
    /// It has to be there because the sibling has the value.
    MandatoryWhen(&'static str, &'static str),
    /// Its text must have something in it.
    NotBlank,
    /// It has another JSON type.
    Type(ExpectedType),
    /// It is none of the words.
    OneOf {
        /// The words.
        allowed: &'static [&'static str],
        /// The word that was probably meant.
        nearest: Option<&'static str>,
    },
    /// It is none of the numbers.
    IntegerOneOf(&'static [i64]),
    /// It is no whole number within the bounds.
    Range(i64, i64),
    /// It has more characters.
    Length(usize),
    /// It has fewer characters, or more.
    Characters(usize, usize),
    /// It has more elements.
    Count(usize),
    /// It has another form.
    Form(&'static Format),
    /// Hygiene: a document gives it another form.
    Advised(&'static Format),
    /// Hygiene: it is not declared, and not read.
    Unknown {
        /// The parameter that was probably meant.
        nearest: Option<&'static str>,
    },
    /// Hygiene: it is there twice.
    Repeated,
    /// Hygiene: it should no longer be sent.
    Deprecated(&'static Field),
    /// Hygiene: it is missing, and known from a sibling.
    Inferred {
        /// The value taken.
        value: &'static str,
        /// The sibling it is known from.
        from: &'static str,
    },
    /// Hygiene: real project ids have 32 hexadecimal digits.
    ProjectId,
    /// Hygiene: a body of this type is read as JSON all the same.
    ContentType,
    /// Hygiene: an unknown language is answered in English.
    Language,
}

/// The JSON types a parameter can want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedType {
    /// A string.
    Text,
    Number,
    /// true or false.
    Boolean,
    Object,
    /// An array.
    List,
}

impl Rule {
    /// The class that decides whether a violation refuses.
    pub const fn class(&self) -> Class {
        match self {
            Self::Advised(_)
            | Self::Unknown { .. }
            | Self::Repeated
            | Self::Deprecated(_)
            | Self::Inferred { .. }
            | Self::ProjectId
            | Self::ContentType
            | Self::Language => Class::Hygiene,
            _ => Class::Documented,
        }
    }

    /// What a service makes of it.
    pub fn error_kind(&self) -> ErrorKind {
        match self {
            Self::Form(format) => format.error_kind,
            Self::ProjectId => ErrorKind::MalformedProjectId,
            _ => ErrorKind::InvalidParameter,
        }
    }

    /// The word that was probably meant.
    pub fn meant(&self) -> Option<&'static str> {
        match self {
            Self::OneOf { nearest, .. } | Self::Unknown { nearest } => *nearest,
            _ => None,
        }
    }

    /// What must be, as a sentence without its subject and its full stop.
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::English => self.in_english(),
            Language::Chinese => self.in_chinese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Mandatory => "is mandatory".to_owned(),
            Self::MandatoryUnless(sibling) => {
                format!("is mandatory when {sibling} is not specified")
            }
            Self::MandatoryWhen(sibling, value) => {
                format!("is mandatory when {sibling} is {value}")
            }
            Self::NotBlank => "must not be blank".to_owned(),
            Self::Type(ExpectedType::Text) => "must be a string".to_owned(),
            Self::Type(ExpectedType::Number) => "must be a number".to_owned(),
            Self::Type(ExpectedType::Boolean) => "must be true or false".to_owned(),
            Self::Type(ExpectedType::Object) => "must be an object".to_owned(),
            Self::Type(ExpectedType::List) => "must be an array".to_owned(),
            Self::OneOf { allowed: [only], .. } => format!("must be {only}"),
            Self::OneOf { allowed, .. } => format!("must be one of {}", allowed.join(", ")),
            Self::IntegerOneOf(allowed) => format!("must be one of {}", join(allowed)),
            Self::Range(least, i64::MAX) => format!("must be an integer from {least} up"),
            Self::Range(least, most) => format!("must be an integer from {least} to {most}"),
            Self::Length(most) => format!("must have at most {most} characters"),
            Self::Characters(least, most) => format!("must have {least} to {most} characters"),
            Self::Count(most) => format!("must have at most {most} elements"),
            Self::Form(format) => format!("must be {}", format.english),
            Self::Advised(format) => format!("should be {}", format.english),
            Self::Unknown { .. } => "is not a parameter of this call".to_owned(),
            Self::Repeated => "is there more than once; the last one counts".to_owned(),
            Self::Deprecated(field) => {
                format!("is deprecated: {}", field.deprecated.unwrap_or_default())
            }
            Self::Inferred { value, from } => {
                format!("is mandatory; taken as {value} because {from} is given")
            }
            Self::ProjectId => "should be 32 lower-case hexadecimal digits".to_owned(),
            Self::ContentType => "should be application/json".to_owned(),
            Self::Language => format!("should be one of {}", Language::TAGS.join(", ")),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Mandatory => "为必填参数".to_owned(),
            Self::MandatoryUnless(sibling) => format!("在未指定 {sibling} 时必填"),
            Self::MandatoryWhen(sibling, value) => format!("在 {sibling} 为 {value} 时必填"),
            Self::NotBlank => "不能为空".to_owned(),
            Self::Type(ExpectedType::Text) => "必须是字符串".to_owned(),
            Self::Type(ExpectedType::Number) => "必须是数字".to_owned(),
            Self::Type(ExpectedType::Boolean) => "必须是 true 或 false".to_owned(),
            Self::Type(ExpectedType::Object) => "必须是对象".to_owned(),
            Self::Type(ExpectedType::List) => "必须是数组".to_owned(),
            Self::OneOf { allowed, .. } => format!("的取值必须是 {} 之一", allowed.join("、")),
            Self::IntegerOneOf(allowed) => format!("的取值必须是 {} 之一", join(allowed)),
            Self::Range(least, i64::MAX) => format!("必须是不小于 {least} 的整数"),
            Self::Range(least, most) => format!("必须是 {least} 到 {most} 之间的整数"),
            Self::Length(most) => format!("不能超过 {most} 个字符"),
            Self::Characters(least, most) => format!("必须为 {least} 到 {most} 个字符"),
            Self::Count(most) => format!("不能超过 {most} 个元素"),
            Self::Form(format) => format!("必须是{}", format.chinese),
            Self::Advised(format) => format!("应为{}", format.chinese),
            Self::Unknown { .. } => "不是该接口的参数".to_owned(),
            Self::Repeated => "重复出现，以最后一个为准".to_owned(),
            Self::Deprecated(_) => "已废弃".to_owned(),
            Self::Inferred { value, from } => {
                format!("为必填参数；因给出了 {from}，按 {value} 处理")
            }
            Self::ProjectId => "应为 32 位小写十六进制数字".to_owned(),
            Self::ContentType => "应为 application/json".to_owned(),
            Self::Language => format!("应为 {} 之一", Language::TAGS.join("、")),
        }
    }
}

impl Violation {
    /// One sentence without its full stop: field, rule, what was got, and what was probably meant.
    pub fn say(&self, language: Language) -> String {
        let Self { path, rule, got } = self;
        let mut said = format!("{path} {}", rule.say(language));
        if let Some(got) = got {
            said.push_str(language.pick(", got ", "，实际为 "));
            said.push_str(got);
        }
        if let Some(word) = rule.meant() {
            let (before, after) = language.pick(("; did you mean ", "?"), ("，是否想用 ", "？"));
            said.extend([before, word, after]);
        }
        said
    }
}
