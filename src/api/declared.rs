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
//! What it does is a list of steps, refusals first: `find` a record of a kind (unknown, or with
//! `idle` busy, and it is refused as the kind says), `refuse`, `let`, `create`, `set`, `remove`,
//! and `job` or `run`, which change a record over time: what it shows `while` that runs, `then`, or
//! `else` when it failed, and whether the end `removes` it. The answer has the members of `reply`,
//! each what its line says, or else the member of that name of the record in view.
//!
//! Records are JSON objects in the world (`cloud::record`). Statuses follow from runs and the
//! moment as everywhere, so faults, holds, failures, `next-event`, export and isolation work for
//! declared operations as for all others. An instance is a record and an entry among the instances
//! that the five documented calls know; one that was adopted by those shows what its kind says.
//!
//! Rows that several tables have stand in a `shape`, which a table takes in by `use`; an expression
//! that several operations have is a `define`. A long line goes on where a bracket is open, or with
//! a line that begins with an operator, `where`, `map` or `if`.
//!
//! A declaration that is wrong fails `every_declaration_can_be_read` with its file and line.

mod claims;
mod declaration;
mod expression;
mod fields;
mod functions;
mod kind;
mod line;
mod lists;
mod mistake;
mod perform;
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
        assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    }
}
