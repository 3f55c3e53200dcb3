//! The two languages of the services' messages, chosen by the documented header `X-Language`.

/// Language of an error message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `en-us`, the documented default.
    #[default]
    English,
    /// `zh-cn`.
    Chinese,
}

impl Language {
    /// The values of `X-Language`, in the order of the language's own documentation.
    pub const TAGS: [&'static str; 2] = ["en-us", "zh-cn"];

    /// The language a header value asks for, in small letters or in capitals.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let is = |known: &str| tag.eq_ignore_ascii_case(known);
        let [english, chinese] = Self::TAGS;
        if is(english) { Some(Self::English) } else { is(chinese).then_some(Self::Chinese) }
    }

    /// Picks the text of this language.
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}
