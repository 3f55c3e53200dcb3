//! A deserializer around another that knows where it is, takes no array for an object, and refuses a
//! member that is there twice.
//!
//! What `serde` derives for a struct also reads an array with as many elements as the struct has
//! fields, so that `[60]` would be understood as `{"seconds": 60}`. Here every struct is read from an
//! object.
//!
//! A `serde_json::Value` keeps the last of two members of one name, and a map does so too. Whoever
//! wrote both meant something by the other one.

use crate::contract::json::Key;
use crate::text::shown;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// The steps from what could not be read up to the document as a whole.
pub type Trail = RefCell<Vec<Step>>;

/// A step of a trail.
#[derive(Debug)]
pub enum Step {
    /// The member of an object.
    Member(Box<str>),
    /// The element of an array.
    Element(usize),
}

/// The field where a trail begins, as in `jobs[3].run`; nothing for the document as a whole.
pub fn field(trail: &[Step]) -> Option<String> {
    let mut field = String::new();
    for step in trail.iter().rev() {
        match step {
            Step::Member(name) if field.is_empty() => field = shown(name),
            Step::Member(name) => field = format!("{field}.{}", shown(name)),
            Step::Element(index) => field = format!("{field}[{index}]"),
        }
    }
    (!field.is_empty()).then_some(field)
}

/// A deserializer, or whatever it hands out, that leaves a trail where it fails.
#[derive(Clone, Copy)]
pub struct Tracked<'t, T> {
    inner: T,
    trail: &'t Trail,
}

impl<'t, T> Tracked<'t, T> {
    /// Wraps the deserializer of a document.
    pub const fn new(inner: T, trail: &'t Trail) -> Self {
        Self { inner, trail }
    }

    const fn wrap<U>(&self, inner: U) -> Tracked<'t, U> {
        Tracked { inner, trail: self.trail }
    }
}

/// Forwards to the same method, with a visitor that is tracked too.
macro_rules! forward {
    ($($name:ident)+) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.wrap(visitor);
            self.inner.$name(visitor)
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    forward! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = self.wrap(visitor);
        self.inner.deserialize_tuple(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = self.wrap(visitor);
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Forwards a value to the method of the visitor for it.
macro_rules! visit {
    ($($name:ident: $type:ty),+) => {$(
        fn $name<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$name(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    visit! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str,
        visit_borrowed_str: &'de str, visit_string: String
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let value = self.wrap(value);
        self.inner.visit_some(value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let value = self.wrap(value);
        self.inner.visit_newtype_struct(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<V::Value, A::Error> {
        let elements = Elements { inner: self.wrap(sequence), index: 0 };
        self.inner.visit_seq(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let (name, seen) = (Cow::Borrowed(""), BTreeSet::new());
        let members = Members { inner: self.wrap(map), name, seen };
        self.inner.visit_map(members)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        let data = self.wrap(data);
        self.inner.visit_enum(data)
    }
}

/// The elements of an array.
struct Elements<'t, A> {
    inner: Tracked<'t, A>,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.inner.wrap(seed);
        let read = self.inner.inner.next_element_seed(seed);
        if read.is_err() {
            self.inner.trail.borrow_mut().push(Step::Element(self.index));
        }
        self.index += 1;
        read
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.inner.size_hint()
    }
}

/// The members of an object.
struct Members<'t, 'de, A> {
    inner: Tracked<'t, A>,
    /// The name of the member that is being read.
    name: Cow<'de, str>,
    /// The names of all members so far.
    seen: BTreeSet<Cow<'de, str>>,
}

impl<A> Members<'_, '_, A> {
    /// Notes in the trail a member that could not be read.
    fn left<T, E>(&self, read: Result<T, E>) -> Result<T, E> {
        if read.is_err() {
            self.inner.trail.borrow_mut().push(Step::Member(self.name.as_ref().into()));
        }
        read
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Some(Key(name)) = self.inner.inner.next_key()? else { return Ok(None) };
        self.name = name;
        if !self.seen.insert(self.name.clone()) {
            return self.left(Err(A::Error::custom("is there twice")));
        }
        let read = seed.deserialize(Name(&self.name, PhantomData));
        self.left(read.map(Some))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.inner.wrap(seed);
        let read = self.inner.inner.next_value_seed(seed);
        self.left(read)
    }
}

impl<'t, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Tracked<'t, A> {
    type Error = A::Error;
    type Variant = Variant<'t, 'de, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (Key(name), inner) = self.inner.variant()?;
        let value = seed.deserialize(Name(&name, PhantomData))?;
        Ok((value, Variant { inner: Tracked { inner, trail: self.trail }, name }))
    }
}

/// What a variant holds.
pub struct Variant<'t, 'de, A> {
    inner: Tracked<'t, A>,
    name: Cow<'de, str>,
}

impl<'t, 'de, A: VariantAccess<'de>> Variant<'t, 'de, A> {
    fn read<T>(
        self,
        read: impl FnOnce(A, &'t Trail) -> Result<T, A::Error>,
    ) -> Result<T, A::Error> {
        let Tracked { inner, trail } = self.inner;
        let value = read(inner, trail);
        if value.is_err() {
            trail.borrow_mut().push(Step::Member(self.name.into()));
        }
        value
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variant<'_, 'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.read(|inner, _| inner.unit_variant())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.read(|inner, trail| inner.newtype_variant_seed(Tracked { inner: seed, trail }))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.read(|inner, trail| inner.tuple_variant(length, Tracked { inner: visitor, trail }))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.newtype_variant_seed(Object(visitor))
    }
}

/// Reads an object with a visitor.
struct Object<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Object<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_map(self.0)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.wrap(deserializer);
        self.inner.deserialize(deserializer)
    }
}

/// The name of a member or of a variant.
struct Name<'n, E>(&'n str, PhantomData<E>);

impl<'de, E: Error> Deserializer<'de> for Name<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str(self.0)
    }

    /// Numbers that name members are written as texts.
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u32(number),
            Err(_) => visitor.visit_str(self.0),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
