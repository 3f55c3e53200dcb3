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
    pub const TAGS: &'static [&'static str] = &["en-us", "zh-cn"];

    /// The language a header value asks for.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag {
            "en-us" => Some(Self::English),
            "zh-cn" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// Picks the text of this language.
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}
