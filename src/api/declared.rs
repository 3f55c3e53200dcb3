//! Operations of a known activity, declared in `fixtures/declared` instead of written in Rust.
//!
//! # How a declaration is read
//!
//! ```text
//! POST /v2/{project_id}/instances/{instance_id}/accounts DCS.CreateAclAccount
//!   body
//!     account_name* string 1..64
//!     account_role* one read | write
//!   reply 200 {}
//!   find dcs.instance idle
//!   refuse 400 DCS.4961 "the account exists" if children("dcs.account", $instance_id) where account_name == $account_name
//!   create dcs.account {account_name: $account_name, account_role: $account_role, status: "AVAILABLE"}
//!   run account status
//! ```
//!
//! The first line is all that is read at the start; the rest is read when the operation is first
//! called or asked about. From its tables follow the contract, and from that the check, its
//! messages, the `OpenAPI` document, the rule list, the sweeps and the journal.
//!
//! `title` says what the page calls the operation, and `documented` that the rows follow that page unless
//! they say otherwise.
//!
//! The tables stand before what it does, and `reply` is written last of all: it has whatever the steps
//! below it have found and named. The answer has the members of `reply`, each what its line says, or else
//! the member of that name of the record in view; or it is the one expression behind the status.
//!
//! `model NAME` says which of the SDK's models it follows where none has its own name, `open` that nobody has
//! to log in first, and `invalid CODE` that it has a code of its own for what is wrong with a parameter.
//!
//! What it does is a list of steps, refusals before the first change:
//!
//! - `find KIND [id] [as NAME] [idle] [or STATUS CODE SITUATION]`: takes a record into view, or names it.
//!   One that is not there is refused as its kind says, or as stands behind `or`, and with `idle` one that
//!   is busy.
//! - `refuse STATUS CODE [SITUATION] message if condition`, and below it `instead PARAMETER value`, which a
//!   corrected request has; `expect` lets pass with a warning, unless resources are enforced. A situation
//!   is one of [`ErrorKind`](crate::contract::ErrorKind): faults and IDs that mean something ask for it. A
//!   message is a text, or `{en: text, zh: text}`.
//! - `stop STATUS if condition`: ends without a body, for what is only checked.
//! - `let NAME = value`, which all that follows may use, and `reply`.
//! - `create KIND {…}`: the record comes into view; `create KIND each list as {…}` makes several.
//! - `set {…}` changes what is in view, `set KIND where condition to {…}` others; `remove` alike.
//! - `job NAME` or `run LIFECYCLE [member]`: changes a record over time, `every KIND where condition`
//!   instead of the one in view: what it shows `while` that runs, `then`, or `else` when it failed, whether
//!   the end `removes` it, `times` how many usual durations it takes, and `of` which instance it is told.
//!   One that is `timed` also shows its `progress` in percent, and when it `ended`.
//! - `use SHAPE`: the steps of a shape, in its place.
//!
//! Records are JSON objects in the world (`cloud::record`). Each has an `id` and the moment when it was `made`,
//! and a `parent` where its kind says so. The lifecycles that `run` names are in `cloud::record::lifecycles`;
//! all that one request starts ends together. Statuses follow from runs and the
//! moment as everywhere, so faults, holds, failures, `next-event`, export and isolation work for
//! declared operations as for all others. An instance is a record and an entry among the instances
//! that the five documented calls know; one that was adopted by those shows what its kind says.
//!
//! Rows that several tables have stand in a `shape`, which a table takes in by `use`; an expression
//! that several operations have is a `define`. A long line goes on where a bracket is open, or with
//! a line that begins with an operator, `=>`, `where`, `map` or `if`.
//!
//! A declaration that is wrong fails `every_declaration_can_be_read` with its file and line: a word, a
//! kind, a table, a function or a parameter that is not there, a wrong number of arguments, the wrong order.
//! Whether a member of an answer has the type of its row shows only when it is answered: a debug build
//! checks it, and answers 500 with the line in its log.

mod claims;
mod declaration;
mod expression;
mod fields;
mod functions;
mod kind;
mod line;
mod lists;
mod mistake;
mod parse;
mod perform;
mod reply;
mod services;
mod static_tables;
mod tables;

use crate::cloud::{JobKind, Lifecycle, RequestContext, State};
use crate::contract::Contract;
use crate::contract::check::Sent;
use crate::contract::json::Json;
use crate::operation::{Described, Failure, Output, Route};
use claims::Claims;
use declaration::Declaration;
use std::sync::OnceLock;
use tables::Block;

/// A declared operation: its block, and what was read from it.
#[derive(Debug)]
struct Declared {
    block: Block,
    read: OnceLock<Declaration>,
}

impl Declared {
    fn declaration(&self) -> &Declaration {
        self.read.get_or_init(|| {
            let read = Declaration::read(&self.block);
            read.unwrap_or_else(|mistake| {
                // Only a debug build comes here, which reads the files as they are now. What panics
                // say is hidden while it serves.
                tracing::error!(%mistake, "a declaration cannot be read");
                panic!("{mistake}")
            })
        })
    }
}

impl Described for Declared {
    fn contract(&self) -> &'static Contract {
        self.declaration().contract
    }

    fn job(&self) -> Option<&'static JobKind> {
        self.declaration().job
    }

    fn activities(&self) -> Vec<&'static Lifecycle> {
        self.declaration().lifecycles().collect()
    }

    fn perform(
        &self,
        document: Json<'_>,
        context: &mut RequestContext<'_>,
    ) -> Result<Output, Failure> {
        perform::perform(self.declaration(), document, context)
    }

    fn claims(&self, sent: &Sent<'_>, state: &State) -> bool {
        claims::claims(self.declaration(), sent, state)
    }

    fn claimed_words(&self) -> Option<(&'static str, &'static [&'static str])> {
        match self.declaration().claims {
            Some(Claims::Words(place, words)) => Some((place, words)),
            _ => None,
        }
    }
}

/// The names of all kinds of records.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    tables::names("kind")
}

/// The routes of all declared operations.
pub fn routes() -> impl Iterator<Item = Route> {
    tables::operations().map(|block| {
        let head = declaration::head(&block).unwrap_or_else(|mistake| panic!("{mistake}"));
        let declared = Box::leak(Box::new(Declared { block, read: OnceLock::new() }));
        Route::declared(head, declared)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_declaration_can_be_read() {
        let mut mistakes: Vec<_> = tables::unknown().map(|block| block.head.to_owned()).collect();
        for block in tables::operations() {
            mistakes.extend(Declaration::read(&block).err().map(|mistake| mistake.to_string()));
        }
        for name in tables::names("kind") {
            mistakes.extend(kind::Kind::named(name).err().map(|problem| problem.0));
        }
        for name in tables::names("table") {
            let block = tables::named("table", name).unwrap();
            mistakes.extend(static_tables::read(&block).err().map(|mistake| mistake.to_string()));
        }
        for name in tables::with_example() {
            let known = tables::operations().any(|block| block.head.contains(&format!(" {name}")));
            mistakes
                .extend((!known).then(|| format!("{name} has an example, and is no operation")));
        }
        assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    }

    /// What is wrong with a declaration, and the number of its line.
    fn mistake_in(body: &'static str) -> String {
        let head = "POST /v2/{project_id}/instances/{instance_id}/things DCS.CreateThing";
        let block = Block { file: "things.api", line: 1, head, body };
        match Declaration::read(&block) {
            Ok(_) => "nothing is wrong".to_owned(),
            Err(mistake) => mistake.to_string(),
        }
    }

    #[test]
    fn a_wrong_declaration_is_told_with_its_line() {
        for (body, told) in [
            ("  reply 204\n  find dcs.instance\n", "nothing is wrong"),
            ("  find dcs.instance\n  reply 204\n", "3: reply stands before what"),
            ("  reply 204\n  set {a: 1}\n  find dcs.instance\n", "1: what may be refused stands"),
            ("  reply 204\n  find dcs.nothing\n", "3: "),
            ("  reply 204\n  set {a: $name}\n", "3: there is no parameter \"name\""),
            ("  reply 204\n  set {a: \"$name\"}\n", "nothing is wrong"),
            ("  reply 204\n  set {a: join([1])}\n", "3: join(list, between) is called with 1"),
            ("  reply 204\n  set {a: hex(1, 2)}\n", "3: hex(of) is called with 2"),
            ("  reply 204\n  set {a: page([])}\n", "nothing is wrong"),
            ("  reply 204\n  set {a: without({}, \"b\", \"c\")}\n", "nothing is wrong"),
            (
                "  reply 204\n  set {a: records(\"dcs.thing\")}\n",
                "3: there is no kind \"dcs.thing\"",
            ),
            ("  reply 204\n  set {a: table(\"things\")}\n", "3: there is no table \"things\""),
            ("  reply 204\n  set {a: thing()}\n", "3: there is no function \"thing\""),
            ("  reply 204\n  refuse 404 404 UnknownProject \"a\" if true\n", "nothing is wrong"),
            ("  reply 204\n  refuse 404 404 NoSituation \"a\" if true\n", "3: expected the end"),
            ("  reply 204\n  use dcs.nothing\n", "3: no such shape"),
            ("  reply 200\n    a strin\n", "3: \"strin\" is no type"),
            ("  reply 204\n  run nowhere\n", "3: no lifecycle \"nowhere\""),
            (
                "  reply 204\n  refuse 400 DCS.4800 \"a\" if $instance_id\n    rather a 1\n",
                "4: instead PARAMETER value",
            ),
        ] {
            let found = mistake_in(body);
            assert!(found.contains(told), "{found}: {body}");
        }
    }

    #[test]
    fn what_a_row_does_not_allow_is_told_with_its_line() {
        let body = "  reply 200\n    count int\n    word one a | b\n    names list string\n";
        let head = "GET /v2/{project_id}/things DCS.ListThings";
        let block = Block { file: "things.api", line: 7, head, body };
        let declaration = Declaration::read(&block).unwrap();
        let [count, word, names] = &declaration.answer[..] else { panic!("three rows") };
        let told = |row: &fields::Answer, value: serde_json::Value| {
            row.misfit(&value).map(|mistake| mistake.to_string())
        };
        assert_eq!(told(count, json!(1)), None);
        assert_eq!(told(word, json!("b")), None);
        assert_eq!(told(names, json!([])), None);
        let wrong = told(count, json!("1")).unwrap();
        assert!(wrong.starts_with("fixtures/declared/things.api:9: count is \"1\""), "{wrong}");
        assert!(told(word, json!("c")).unwrap().contains(":10: word is \"c\""));
        assert!(told(names, json!("c")).unwrap().contains(":11: names is \"c\""));
    }
}
