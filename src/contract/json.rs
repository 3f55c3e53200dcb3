//! JSON as it was sent: order kept, repeated keys kept, text borrowed from the body.
//!
//! `serde_json::Value` silently keeps the last of two equal keys; a repeated key is a mistake that
//! a service should name, so bodies are read into this type instead.

use super::field::Kind;
use crate::text;
use serde::de::value::{Error, SeqDeserializer, StrDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};
use std::borrow::Cow;
use std::fmt;
use std::mem::take;
use std::vec;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json<'a> {
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number written without fraction or exponent that fits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Self>),
    /// An object: members in the order sent, repeated keys included.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads a whole body.
    pub fn parse(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// What JSON calls a value of this kind, with its article.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Whether it has members or elements.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, also when it was written `2606.0`: JSON Schema counts it as an integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            #[expect(clippy::cast_possible_truncation, reason = "in range and without fraction")]
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Some(*number as i64)
            }
            _ => None,
        }
    }

    /// What a message says of what is not to be shown: nothing of the value but its kind and, of text,
    /// its length.
    pub fn describe(&self) -> String {
        match self {
            Self::Text(text) => format!("a string of {}", text::characters(text)),
            Self::List(values) => format!("an array of {}", values.len()),
            other => other.type_name().to_owned(),
        }
    }

    /// A value as a message shows it where a contract wants this kind: short, never a container's
    /// content, and no text in the place of a container, which may be one that was written out.
    pub fn show_as(&self, kind: &Kind) -> String {
        match (self, kind) {
            (Self::Null, _) => "null".to_owned(),
            (Self::Boolean(value), _) => value.to_string(),
            (Self::Text(_), Kind::Object(_)) => self.describe(),
            (Self::Text(_), Kind::List(of, _)) => self.show_as(of),
            (Self::Integer(number), _) => number.to_string(),
            // A longer number is not kept exactly, and would be shown as another one.
            (Self::Float(number), _) if number.abs() >= 9e15 => {
                "a number of more than 15 digits".to_owned()
            }
            (Self::Float(number), _) => number.to_string(),
            (Self::Text(text), _) => text::quoted(text),
            (Self::List(_) | Self::Object(_), _) => self.describe(),
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond any documented range")]
        Ok(i64::try_from(value).map_or(Json::Float(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(Json::Object(members))
    }
}

/// A key, borrowed where it has no escapes.
pub struct Key<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl Json<'_> {
    /// The error of a value whose type a field does not take.
    #[cold]
    fn misfit(&self, expected: &dyn Expected) -> Error {
        let unexpected = match self {
            Self::Null => Unexpected::Unit,
            // The value itself may be a secret.
            other => Unexpected::Other(other.type_name()),
        };
        de::Error::invalid_type(unexpected, expected)
    }
}

/// Forwards what is read alike.
macro_rules! forward {
    ($to:ident: $($name:ident)+) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$to(visitor)
        }
    )+};
}

/// A checked value feeds an operation's request type.
///
/// Every field of every request type is read by it, so each method is compiled once for each type
/// and has no more to it than what that type takes.
impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Error;

    #[inline(never)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Boolean(_) => self.deserialize_bool(visitor),
            Self::Integer(_) | Self::Float(_) => self.deserialize_f64(visitor),
            Self::Text(_) => self.deserialize_string(visitor),
            Self::List(_) => self.deserialize_seq(visitor),
            Self::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Boolean(value) => visitor.visit_bool(value),
            other => Err(other.misfit(&visitor)),
        }
    }

    #[inline(never)]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Integer(number) => visitor.visit_i64(number),
            Self::Float(number) => visitor.visit_f64(number),
            other => Err(other.misfit(&visitor)),
        }
    }

    #[inline(never)]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Text(Cow::Owned(text)) => visitor.visit_string(text),
            other => Err(other.misfit(&visitor)),
        }
    }

    #[inline(never)]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::List(values) => visitor.visit_seq(SeqDeserializer::new(values.into_iter())),
            other => Err(other.misfit(&visitor)),
        }
    }

    #[inline(never)]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Object(members) => {
                visitor.visit_map(Members { left: members.into_iter(), value: Json::Null })
            }
            other => Err(other.misfit(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Text(word) => word.into_deserializer().deserialize_enum(name, variants, visitor),
            _ => Err(de::Error::custom("an enumeration is read from text")),
        }
    }

    forward! { deserialize_f64:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32
    }
    forward! { deserialize_string: deserialize_char deserialize_str deserialize_identifier }
    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct tuple tuple_struct }
}

/// The members of an object. Nothing keeps a name, so each is read as a text that does not last.
struct Members<'de> {
    left: vec::IntoIter<(Cow<'de, str>, Json<'de>)>,
    /// The value of the member whose name was read last.
    value: Json<'de>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(StrDeserializer::new(&name)).map(Some)
    }

    #[inline(never)]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(take(&mut self.value))
    }
}

impl<'de> IntoDeserializer<'de, Error> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn repeated_keys_and_order_survive() {
    let read = Json::parse(r#"{"b": 1, "a": "x\ny", "b": 2.5}"#).unwrap();
    let Json::Object(members) = read else { panic!("an object") };
    let keys: Vec<_> = members.iter().map(|(key, _)| key.as_ref()).collect();
    assert_eq!(keys, ["b", "a", "b"]);
    assert_eq!(members[1].1.as_text(), Some("x\ny"));
    assert_eq!(members[2].1, Json::Float(2.5));
}

#[test]
fn an_integral_float_is_an_integer() {
    assert_eq!(Json::parse("2606.0").unwrap().as_integer(), Some(2606));
    assert_eq!(Json::parse("2606.5").unwrap().as_integer(), None);
    assert_eq!(Json::parse("1e300").unwrap().as_integer(), None);
}
