//! A record: a JSON object that declared operations create, show, change and delete.
//!
//! What is done to it over time is kept beside it as changes, each with its execution: what the record
//! shows follows from them and from the moment, as every status does. A change that has ended becomes
//! part of the record when the records are looked at next.

mod lifecycles;
mod records;

pub use lifecycles::{LIFECYCLES, lifecycle};
pub use records::{CLICKHOUSE, Records, limited};

use super::lifecycle::{Execution, Lifecycle};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ops::Deref;
use std::sync::Arc;

/// Members of a record.
pub type Members = Map<String, Value>;

/// What a record shows: a JSON object, of which those who only look have no copy.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Members", into = "Value")]
pub struct Object(Arc<Value>);

impl Object {
    /// Puts members in the place of those with the same names, or beside them.
    pub fn extend(&mut self, members: &Members) {
        if let Value::Object(own) = Arc::make_mut(&mut self.0) {
            own.extend(members.clone());
        }
    }
}

impl Default for Object {
    fn default() -> Self {
        Members::new().into()
    }
}

impl From<Members> for Object {
    fn from(members: Members) -> Self {
        Self(Arc::new(Value::Object(members)))
    }
}

impl From<Object> for Value {
    fn from(Object(shared): Object) -> Self {
        Arc::unwrap_or_clone(shared)
    }
}

impl Deref for Object {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

/// A record.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What it belongs to, and goes with; empty where that is the project.
    pub parent: Box<str>,
    /// What it shows when nothing is under way.
    pub members: Object,
    /// What is done to it, in the order it was begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// Something that is done to a record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When it began and how it will end.
    pub run: Execution,
    /// The statuses that it goes through.
    #[serde(with = "lifecycles")]
    pub lifecycle: &'static Lifecycle,
    /// The member that shows them; empty where none does.
    pub status: Box<str>,
    /// What the record shows meanwhile.
    pub meanwhile: Members,
    /// What it shows when it has succeeded.
    pub then: Members,
    /// What it shows when it has failed.
    pub otherwise: Members,
    /// Whether it is gone when it has succeeded.
    pub removes: bool,
    /// Whether the record also shows its `progress`, in percent, and when it `ended`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed: bool,
}

impl Record {
    /// What it shows now; nothing where it is gone.
    pub fn shown(&self, now: Moment) -> Option<Object> {
        let mut shown = self.members.clone();
        for change in &self.changes {
            if !change.show(&mut shown, now) {
                return None;
            }
        }
        Some(shown)
    }

    /// What is done to it.
    fn activities(&self) -> impl Iterator<Item = u32> {
        self.changes.iter().map(|change| change.run.activity)
    }

    /// Applies the changes that have ended. Whether the record is still there.
    fn settle(&mut self, now: Moment) -> bool {
        while let Some(change) = self.changes.first().filter(|change| change.is_over(now)) {
            if !change.show(&mut self.members, now) {
                return false;
            }
            self.changes.remove(0);
        }
        true
    }
}

impl Change {
    fn is_over(&self, now: Moment) -> bool {
        self.lifecycle.phase(&self.run, now).ended.is_some()
    }

    /// Writes into members what it makes of them now. Whether the record is still there.
    fn show(&self, members: &mut Object, now: Moment) -> bool {
        let phase = self.lifecycle.phase(&self.run, now);
        let patch = match (phase.ended, phase.failed) {
            (None, _) => &self.meanwhile,
            (Some(_), true) => &self.otherwise,
            (Some(_), false) if self.removes => return false,
            (Some(_), false) => &self.then,
        };
        members.extend(patch);
        let mut put = |name: &str, value: Value| {
            members.extend(&Members::from_iter([(name.to_owned(), value)]));
        };
        if !self.status.is_empty() {
            put(&self.status, phase.status.into());
        }
        if self.timed {
            put("progress", phase.percent.into());
            put("ended", phase.ended.map(Moment::milliseconds).into());
        }
        true
    }
}
