//! Schemas that many operations share are written once, under `components`, and referred to, so that
//! generators make one type of each.

use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What is written under `components`, by its kind and name.
#[derive(Default)]
struct Components {
    written: Map<String, Value>,
    /// The names by kind and text, so that what is the same has one.
    names: HashMap<(&'static str, String), String>,
}

/// Writes once what is alike, and gives names to what is sent and answered.
pub fn share(document: &mut Value) {
    let mut components = Components::default();
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let id = text(&operation["operationId"]);
        let service = text(&operation["tags"][0]);
        if let Some(schema) = operation.get_mut("requestBody").and_then(schema_of) {
            components.refer_schema(&format!("{id}Request"), schema);
        }
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            match parameter["name"].as_str() {
                Some("project_id") => components.refer("parameters", "ProjectId", parameter),
                Some("X-Language") => components.refer("parameters", "Language", parameter),
                _ => {}
            }
        }
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            let headers = response.get_mut("headers").and_then(Value::as_object_mut);
            for (name, header) in headers.into_iter().flatten() {
                components.refer("headers", name, header);
            }
            if status.starts_with('2') {
                if let Some(schema) = schema_of(response) {
                    components.refer_schema(&format!("{id}Response"), schema);
                }
                continue;
            }
            match schema_of(response) {
                Some(Value::Object(any)) if any.contains_key("anyOf") => {
                    for schema in any["anyOf"].as_array_mut().into_iter().flatten() {
                        components.refer("schemas", &text(&schema["title"]), schema);
                    }
                }
                Some(schema) => components.refer("schemas", &text(&schema["title"]), schema),
                None => {}
            }
            components.refer("responses", &format!("{service}{status}"), response);
        }
    }
    for (kind, written) in components.written {
        document["components"][kind] = written;
    }
}

impl Components {
    /// Refers to a schema; each of several that it stands for has a name of its own, as generators make
    /// a type of each.
    fn refer_schema(&mut self, name: &str, schema: &mut Value) {
        if schema.get("properties").is_none() {
            for one in schema.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
                self.refer("schemas", &format!("{name}Variant"), one);
            }
        }
        self.refer("schemas", name, schema);
    }

    /// Puts a reference in the place of a value, which is written under this name or, if another one
    /// has that, under this name and a number.
    fn refer(&mut self, kind: &'static str, name: &str, value: &mut Value) {
        let written = self.written.entry(kind).or_insert_with(|| json!({}));
        let key = (kind, value.to_string());
        let name = self.names.entry(key).or_insert_with(|| {
            let is_free = |name: &String| written.get(name).is_none();
            let numbered = (2..).map(|number| format!("{name}{number}"));
            let mut names = std::iter::once(name.to_owned()).chain(numbered);
            let name = names.find(is_free).unwrap_or_default();
            written[&name] = value.clone();
            name
        });
        *value = json!({ "$ref": format!("#/components/{kind}/{name}") });
    }
}

fn schema_of(holder: &mut Value) -> Option<&mut Value> {
    holder.get_mut("content")?.get_mut("application/json")?.get_mut("schema")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
