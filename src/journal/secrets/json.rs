//! Secrets among the members of a JSON body.

use super::{Mask, names_a_secret};
use crate::contract::Field;
use crate::contract::json::Json;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::borrow::Cow;

/// A body with digests in the place of its secrets, or nothing if it is no JSON object or array.
pub fn masked(mask: &mut Mask, body: &[u8], fields: &'static [Field]) -> Option<Vec<u8>> {
    let mut json = Json::parse(std::str::from_utf8(body).ok()?).ok()?;
    if !matches!(json, Json::Object(_) | Json::List(_)) {
        return None;
    }
    mask.within(&mut json, fields, false);
    serde_json::to_vec(&Written(&json)).ok()
}

impl Mask {
    /// Goes through a container. Below a name that gives a secret away, only what is declared is
    /// kept.
    fn within(&mut self, container: &mut Json<'_>, fields: &'static [Field], below: bool) {
        match container {
            Json::Object(members) => {
                for (name, value) in members {
                    self.member(name, value, fields, below);
                }
            }
            Json::List(values) => {
                for value in values {
                    self.within(value, fields, below);
                }
            }
            scalar if below => self.leaf(scalar),
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &mut Json<'_>, fields: &'static [Field], below: bool) {
        let field = fields.iter().find(|field| field.name == name);
        let inner = field.map_or(&[][..], |field| field.kind.members());
        let is_marked = field.is_some_and(|field| field.secret);
        let is_container = matches!(value, Json::Object(_) | Json::List(_));
        let below = below || names_a_secret(name);
        if is_container && !inner.is_empty() && !is_marked {
            self.within(value, inner, below);
        } else if is_marked || names_a_secret(name) {
            self.within(value, &[], true);
        } else {
            // What is declared as plain values is known to be none.
            let is_known = field.is_some() && inner.is_empty() && is_plain(value);
            self.within(value, &[], below && !is_known);
        }
    }

    /// An empty text, null and a truth value tell nothing.
    fn leaf(&mut self, scalar: &mut Json<'_>) {
        let secret = match scalar {
            Json::Text(text) if !text.is_empty() => text.clone().into_owned(),
            Json::Integer(number) => number.to_string(),
            Json::Float(number) => number.to_string(),
            _ => return,
        };
        *scalar = Json::Text(Cow::Owned(self.hide(&secret)));
    }
}

/// Whether it is a value, or a list of values, that has nothing below it.
fn is_plain(value: &Json<'_>) -> bool {
    let is_container = |value: &Json<'_>| matches!(value, Json::Object(_) | Json::List(_));
    match value {
        Json::List(values) => !values.iter().any(is_container),
        value => !is_container(value),
    }
}

/// JSON, written as it was sent.
struct Written<'j>(&'j Json<'j>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_unit(),
            Json::Boolean(value) => serializer.serialize_bool(*value),
            Json::Integer(number) => serializer.serialize_i64(*number),
            Json::Float(number) => serializer.serialize_f64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Written(value))?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    object.serialize_entry(name, &Written(value))?;
                }
                object.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mask, digest};
    use super::masked;
    use crate::contract::{Field, Kind};

    static TABLE: &[Field] = &[Field::optional("password", Kind::Object(USER))];
    static USER: &[Field] =
        &[Field::optional("user", Kind::TEXT), Field::optional("id", Kind::TEXT).secret()];

    #[track_caller]
    fn assert_masked(body: &str, fields: &'static [Field], expected: &str) {
        let masked = masked(&mut Mask::new(7), body.as_bytes(), fields).expect("JSON");
        let [a, one] = [digest(7, b"a"), digest(7, b"1")];
        assert_eq!(
            String::from_utf8(masked).unwrap(),
            expected.replace("$a", &a).replace("$1", &one)
        );
    }

    #[test]
    fn secrets_are_found_at_any_depth() {
        assert_masked(
            r#"{"x":[{"my_Token":"a","n":2.0}],"secret":1,"b":"a"}"#,
            &[],
            r#"{"x":[{"my_Token":"$a","n":2.0}],"secret":"$1","b":"a"}"#,
        );
        assert_masked(
            r#"[{"password":""},{"token":null}]"#,
            &[],
            r#"[{"password":""},{"token":null}]"#,
        );
        assert_masked(
            r#"{"password":"a","password":1}"#,
            &[],
            r#"{"password":"$a","password":"$1"}"#,
        );
    }

    #[test]
    fn below_such_a_name_only_what_is_declared_is_kept() {
        let body = r#"{"password":{"user":"a","id":"a","more":["a",{"x":1}]}}"#;
        assert_masked(
            body,
            &[],
            r#"{"password":{"user":"$a","id":"$a","more":["$a",{"x":"$1"}]}}"#,
        );
        assert_masked(
            body,
            TABLE,
            r#"{"password":{"user":"a","id":"$a","more":["$a",{"x":"$1"}]}}"#,
        );
        let misplaced = r#"{"password":{"user":{"x":"a"}}}"#;
        assert_masked(misplaced, TABLE, &misplaced.replace("\"a\"", "\"$a\""));
        assert_masked(r#"{"password":"a"}"#, TABLE, r#"{"password":"$a"}"#);
    }
}
