//! The check against a judge that no one here wrote: a JSON Schema validator on the published
//! schema accepts exactly what the check accepts.

use super::{advised, with_body};
use crate::contract::check::{Sent, check};
use crate::contract::json::Json;
use crate::contract::{Contract, Level, Strictness};
use crate::publish as openapi;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Random documents for each operation and strictness.
const DOCUMENTS: u32 = 3_000;

/// A xorshift generator: the documents are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

#[test]
fn the_check_and_the_published_schema_accept_the_same_documents() {
    let hygienic = Strictness { hygiene: Level::Enforce, ..Strictness::default() };
    for contract in with_body() {
        for strictness in [Strictness::default(), hygienic] {
            let schema = openapi::request_body(contract.body, strictness);
            let validator = jsonschema::validator_for(&schema).unwrap();
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
            let mut accepted = 0;
            for _ in 0..DOCUMENTS {
                let mut document = advised(contract.body, strictness);
                for _ in 0..=dice.roll(3) {
                    disturb(&mut document, &mut dice);
                }
                if !document.is_object() {
                    continue;
                }
                let by_check = is_accepted(contract, &document, strictness);
                let by_schema = validator.is_valid(&document);
                let errors: Vec<_> =
                    validator.iter_errors(&document).map(|error| error.to_string()).collect();
                assert_eq!(by_check, by_schema, "{}: {document} {errors:?}", contract.id);
                accepted += u32::from(by_check);
            }
            // Both ways are exercised, or the comparison shows nothing.
            assert!(accepted > DOCUMENTS / 100, "{}: {accepted} accepted", contract.id);
            assert!(accepted < DOCUMENTS, "{}: all accepted", contract.id);
        }
    }
}

fn is_accepted(contract: &Contract, document: &Value, strictness: Strictness) -> bool {
    let text = document.to_string();
    let Json::Object(body) = Json::parse(&text).unwrap() else { return false };
    let sent = Sent { body, ..Sent::default() };
    let path_parameters: Vec<_> = contract.path_parameters.iter().map(|field| field.name).collect();
    check(contract, sent).violations.iter().all(|violation| {
        let of_the_path = path_parameters.contains(&violation.path.as_str());
        of_the_path || strictness.level(violation.rule.class()) != Level::Enforce
    })
}

/// Changes one value somewhere in a document.
pub(crate) fn disturb(value: &mut Value, dice: &mut Dice) {
    let inside = dice.roll(4) > 0;
    match value {
        Value::Object(members) if inside && !members.is_empty() => {
            let at = dice.roll(members.len());
            let name = members.keys().nth(at).unwrap().clone();
            match dice.roll(5) {
                0 => drop(members.shift_remove(&name)),
                1 => drop(members.insert(format!("{name}x"), json!(1))),
                _ => disturb(&mut members[&name], dice),
            }
        }
        Value::Array(elements) if inside && !elements.is_empty() => {
            let at = dice.roll(elements.len());
            disturb(&mut elements[at], dice);
        }
        value => *value = STRANGE[dice.roll(STRANGE.len())].clone(),
    }
}

/// Values that fit some kinds and not others.
static STRANGE: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        Value::Null,
        json!(""),
        json!(" "),
        json!("text"),
        json!("backup_record"),
        json!("online_migration"),
        json!("192.168.1.1:6379,redis:1"),
        json!("cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd"),
        json!("x".repeat(65)),
        json!("x".repeat(5_000)),
        json!("10240"),
        json!("10241"),
        json!("0"),
        json!("007"),
        json!(0),
        json!(1),
        json!(1_024),
        json!(65_535),
        json!(10_240),
        json!(10_241),
        json!(2.0),
        json!(2.5),
        json!(-1),
        json!(true),
        json!("True"),
        json!("\u{85}"),
        json!([]),
        json!(["text"]),
        json!([null]),
        Value::Object(Map::new()),
        json!({ "id": "", "name": null }),
        json!({ "id": "x" }),
    ]
});
