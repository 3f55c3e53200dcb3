//! What the answer to a look has shown to a client.

use crate::cloud::Activity;
use crate::contract::Contract;

/// The answer to a look, and what was asked for.
#[derive(Debug)]
pub struct Seen<'r> {
    /// The call that was looked with.
    pub contract: &'static Contract,
    /// The id that was asked for; a list where there is none.
    pub id: Option<&'r str>,
    /// The query.
    pub query: &'r str,
    /// The body of the answer.
    pub body: &'r str,
}

impl Seen<'_> {
    /// The texts in the answer that may be ids: no shorter than this.
    pub fn texts(&self, shortest: usize) -> impl Iterator<Item = &str> {
        let may_be = move |text: &&str| {
            text.len() >= shortest && text.starts_with(|sign: char| sign.is_ascii_alphanumeric())
        };
        self.body.split('"').filter(may_be)
    }

    /// Whether something belongs to the service that was asked.
    pub fn is_of_service(&self, activity: &Activity) -> bool {
        std::ptr::eq(activity.contract.service, self.contract.service)
    }

    /// Whether a list is about the same things that something was started with: their paths begin
    /// alike.
    pub fn is_about(&self, activity: &Activity) -> bool {
        let things = |contract: &Contract| contract.path.split('/').nth(3);
        self.is_of_service(activity) && things(activity.contract) == things(self.contract)
    }

    /// Whether nothing stands on a page before or behind this one, as far as the query and the
    /// entries tell.
    pub fn is_whole(&self) -> bool {
        let number = |name: &str| {
            let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(sent, _)| *sent == name).map(|(_, value)| value.parse::<usize>())
        };
        let from_the_start = matches!(number("offset"), None | Some(Ok(0)));
        // Entries may have further ids in them, but each has one of its own.
        let entries = || self.body.matches("\"id\":").count();
        from_the_start && number("limit").is_none_or(|limit| limit.is_ok_and(|it| entries() < it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'r>(query: &'r str, body: &'r str) -> Seen<'r> {
        Seen { contract: &Contract::BLANK, id: None, query, body }
    }

    #[test]
    fn texts_that_may_be_ids_are_found() {
        let body = r#"{"jobs":[{"id":"0123456789","status":"Running"}],"total_count":1}"#;
        let texts: Vec<_> = seen("", body).texts(8).map(str::to_owned).collect();
        assert_eq!(texts, ["0123456789", "total_count"]);
    }

    #[test]
    fn a_page_is_whole_if_it_starts_at_the_first_and_is_not_full() {
        let body = r#"{"jobs":[{"id":"a"},{"id":"b"}]}"#;
        for query in ["", "limit=3", "offset=0&limit=100", "name=x"] {
            assert!(seen(query, body).is_whole(), "{query}");
        }
        for query in ["limit=2", "limit=1", "offset=1", "offset=x", "limit=x"] {
            assert!(!seen(query, body).is_whole(), "{query}");
        }
    }
}
