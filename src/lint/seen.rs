//! What the answer to a poll has shown to a client.

use crate::cloud::Activity;
use crate::contract::{Awaits, Contract};
use crate::journal::View;
use serde_json::Value;

/// The answer to a poll, and what was asked for.
#[derive(Debug)]
pub struct Seen<'v> {
    /// The operation that was called.
    pub contract: &'static Contract,
    /// The id that was asked for; a list where there is none.
    pub id: Option<String>,
    /// Whether nothing stands on a page before or behind this one.
    pub is_whole: bool,
    body: &'v Value,
}

impl<'v> Seen<'v> {
    /// What the answer to a request has shown, if its operation is one to poll with.
    pub fn of(contract: &'static Contract, view: &'v View<'_>) -> Option<Self> {
        let query = view.query();
        // Of a parameter that is sent several times the last counts.
        let parameter = |name: &str| {
            let sent = query.get(name).cloned().or_else(|| view.path_parameters().remove(name))?;
            let last = sent.as_array().and_then(|all| all.last()).unwrap_or(&sent);
            last.as_str().map(str::to_owned)
        };
        let id = match contract.awaits {
            Awaits::Nothing => return None,
            Awaits::All => None,
            Awaits::Named(name) => parameter(name),
        };
        let number = |name: &str| parameter(name).map(|sent| sent.parse::<usize>());
        let from_the_start = matches!(number("offset"), None | Some(Ok(0)));
        let body = view.answer_body();
        let to_the_end =
            number("limit").is_none_or(|limit| limit.is_ok_and(|limit| entries(body) < limit));
        Some(Self { contract, id, is_whole: from_the_start && to_the_end, body })
    }

    /// Visits the texts in the answer, some of which are ids.
    pub fn each_text(&self, mut visit: impl FnMut(&str)) {
        each_text(self.body, &mut visit);
    }

    /// Whether an activity belongs to the service that was polled.
    pub fn is_of_service(&self, activity: &Activity) -> bool {
        std::ptr::eq(activity.contract.service, self.contract.service)
    }

    /// Whether a list is about the same things that something was started with: their paths begin
    /// alike.
    pub fn is_about(&self, activity: &Activity) -> bool {
        let things = |contract: &Contract| contract.path.split('/').nth(3);
        self.is_of_service(activity) && things(activity.contract) == things(self.contract)
    }
}

/// How many entries a page has.
fn entries(body: &Value) -> usize {
    let lists = body.as_object().into_iter().flat_map(|members| members.values());
    lists.filter_map(Value::as_array).map(Vec::len).max().unwrap_or_default()
}

fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter().for_each(|value| each_text(value, visit)),
        Value::Object(members) => members.values().for_each(|value| each_text(value, visit)),
        _ => {}
    }
}

#[cfg(test)]
impl<'v> Seen<'v> {
    /// One for a test.
    pub fn made(
        contract: &'static Contract,
        id: Option<&str>,
        is_whole: bool,
        body: &'v Value,
    ) -> Self {
        Self { contract, id: id.map(str::to_owned), is_whole, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_texts_and_the_entries_of_an_answer_are_found() {
        let body = json!({
            "jobs": [{ "id": "a", "of": { "id": "b" } }, { "id": "c" }], "total_count": 2,
        });
        let mut texts = Vec::new();
        each_text(&body, &mut |text| texts.push(text.to_owned()));
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!((entries(&body), entries(&json!({})), entries(&json!(1))), (2, 0, 0));
    }
}
