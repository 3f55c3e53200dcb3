//! The records of a world.

use super::{Change, Members, Record};
use crate::clock::Moment;
use crate::cloud::lifecycle::Execution;
use crate::cloud::stored::Stored;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// The records of a world: of each kind in the order they were created.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(try_from = "RecordsSpec", into = "RecordsSpec")]
pub struct Records {
    /// Whether what is there from the start has been put there.
    seeded: bool,
    by_kind: IndexMap<Box<str>, IndexMap<Box<str>, Record>>,
    /// Which have changes that have not been applied.
    changing: Changing,
}

/// Records as they are written: those of a kind in the order they were created.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RecordsSpec {
    seeded: bool,
    records: Vec<RecordSpec>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RecordSpec {
    kind: Box<str>,
    id: Box<str>,
    record: Record,
}

impl TryFrom<RecordsSpec> for Records {
    type Error = String;

    fn try_from(RecordsSpec { seeded, records: written }: RecordsSpec) -> Result<Self, String> {
        let mut records = Self { seeded, ..Self::default() };
        for (at, RecordSpec { kind, id, record }) in written.into_iter().enumerate() {
            let members = &record.members;
            if *kind != *GONE && !members["id"].is_string() {
                return Err(format!("records[{at}].record.members.id: must be a text"));
            }
            if !members["name"].is_null() && !members["name"].is_string() {
                return Err(format!("records[{at}].record.members.name: must be a text"));
            }
            if records.get(&kind, &id).is_some() {
                return Err(format!("records[{at}].id: {id:?} is there twice"));
            }
            records.insert(&kind, &id, record);
        }
        Ok(records)
    }
}

impl From<Records> for RecordsSpec {
    fn from(Records { seeded, by_kind, .. }: Records) -> Self {
        let of = |(kind, of): (Box<str>, IndexMap<_, _>)| {
            of.into_iter().map(move |(id, record)| RecordSpec { kind: kind.clone(), id, record })
        };
        Self { seeded, records: by_kind.into_iter().flat_map(of).collect() }
    }
}

/// Which records have changes; all of them are looked through where that is not known yet.
#[derive(Clone, Debug, Default)]
enum Changing {
    #[default]
    Unknown,
    These(Vec<(Box<str>, Box<str>)>),
}

/// What the ids of records end in, behind their digits.
const ENDS: &[&str] = &[
    "", "in06", "in07", "in10", "in12", "in13", "in16", "in17", "br06", "br10", "br12", "br13",
    "pr06", "pr07", "pr10", "pr12", "pr13", "po01",
];

/// The kinds that have a limit of their own, as jobs have, with what messages call their records: the
/// oldest finished of these make room.
const LIMITED: &[(&str, &str)] = &[("dcs.backup", "backups")];

/// What messages call the records of a kind that has a limit of its own.
pub fn limited(kind: &str) -> Option<&'static str> {
    LIMITED.iter().find(|(known, _)| *known == kind).map(|(_, name)| *name)
}

/// The kind of ClickHouse instances, which operations that are not declared look at.
pub const CLICKHOUSE: &str = "taurus.clickhouse";

/// The kind under which instances that are gone are remembered.
const GONE: &str = "gone";

impl Records {
    /// Whether no operation has used any yet.
    pub fn is_untouched(&self) -> bool {
        !self.seeded && self.is_empty()
    }

    /// Whether what is there from the start is still to be put there. From now on it is.
    pub fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.seeded, true)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_kind.values().all(IndexMap::is_empty)
    }

    /// Remembers the name of an instance that is gone, for the jobs that outlive it.
    pub fn note_gone(&mut self, id: &str, name: &str) {
        let members = Members::from_iter([("name".to_owned(), name.into())]);
        self.insert(GONE, id, Record { members: members.into(), ..Record::default() });
    }

    /// Forgets instances that are gone, once no job names them.
    pub fn forget_gone(&mut self, goes: impl Fn(&str) -> bool) {
        if let Some(gone) = self.by_kind.get_mut(GONE) {
            gone.retain(|id, _| !goes(id));
        }
    }

    /// The name of an instance that is gone.
    pub fn name_of_gone(&self, id: &str) -> Option<&str> {
        self.get(GONE, id)?.members.get("name")?.as_str()
    }

    /// The kinds of which there are or were some, other than the program's own.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.by_kind.keys().map(|kind| &**kind).filter(|kind| *kind != GONE)
    }

    /// The records of a kind with their ids, in the order they were created.
    pub fn of(&self, kind: &str) -> impl DoubleEndedIterator<Item = (&str, &Record)> {
        let of = self.by_kind.get(kind).into_iter().flatten();
        of.map(|(id, record)| (&**id, record))
    }

    /// How many there are of a kind.
    pub fn number_of(&self, kind: &str) -> usize {
        self.by_kind.get(kind).map_or(0, IndexMap::len)
    }

    /// Forgets so many of a kind, the oldest with which nothing is under way, and says how many went.
    pub fn forget_oldest(&mut self, kind: &str, number: usize) -> usize {
        let Some(of) = self.by_kind.get_mut(kind) else { return 0 };
        let mut forgotten = 0;
        of.retain(|_, record| {
            let goes = forgotten < number && record.changes.is_empty();
            forgotten += usize::from(goes);
            !goes
        });
        forgotten
    }

    /// Whether one has this id or was ordered with it.
    pub fn knows(&self, id: &str) -> bool {
        let of_order = |members: &Value| members.get("order_id").is_some_and(|order| order == id);
        let is_ordered = |record: &Record| {
            of_order(&record.members) || record.members.get("charge_info").is_some_and(of_order)
        };
        let mut kinds = self.by_kind.values();
        kinds.any(|records| records.contains_key(id) || records.values().any(is_ordered))
    }

    /// Whether one has an id that follows from this one.
    pub fn has(&self, id: Uuid) -> bool {
        let digits = id.simple().to_string();
        let known = |id: &str| self.by_kind.values().any(|of| of.contains_key(id));
        known(&id.to_string()) || ENDS.iter().any(|end| known(&format!("{digits}{end}")))
    }

    /// A record of a kind.
    pub fn get(&self, kind: &str, id: &str) -> Option<&Record> {
        self.by_kind.get(kind)?.get(id)
    }

    /// Puts a record in its place, or behind those of its kind.
    pub fn insert(&mut self, kind: &str, id: &str, record: Record) {
        if !record.changes.is_empty() {
            self.note(kind, id);
        }
        self.by_kind.entry(kind.into()).or_default().insert(id.into(), record);
    }

    /// A record of a kind, to be changed.
    pub fn get_mut(&mut self, kind: &str, id: &str) -> Option<&mut Record> {
        self.by_kind.get_mut(kind)?.get_mut(id)
    }

    /// Takes up what is done to a record.
    pub fn change(&mut self, kind: &str, id: &str, change: Change) {
        if let Some(record) = self.get_mut(kind, id) {
            record.changes.push(change);
            self.note(kind, id);
        }
    }

    fn note(&mut self, kind: &str, id: &str) {
        if let Changing::These(these) = &mut self.changing {
            these.push((kind.into(), id.into()));
        }
    }

    /// Removes a record and what belongs to it. The activities that were nothing but what was done
    /// to these.
    pub fn remove(&mut self, kind: &str, id: &str) -> Vec<u32> {
        let removed = self.by_kind.get_mut(kind).and_then(|of| of.shift_remove(id));
        let Some(removed) = removed else { return Vec::new() };
        let mut activities: Vec<_> = removed.activities().collect();
        self.remove_parts(id, &mut activities);
        if !activities.is_empty() {
            let others = self.by_kind.values().flat_map(IndexMap::values);
            let others: HashSet<_> = others.flat_map(Record::activities).collect();
            activities.retain(|activity| !others.contains(activity));
        }
        activities
    }

    fn remove_parts(&mut self, parent: &str, activities: &mut Vec<u32>) {
        let mut gone = Vec::new();
        for of in self.by_kind.values_mut() {
            of.retain(|id, record| {
                let stays = *record.parent != *parent;
                if !stays {
                    activities.extend(record.activities());
                    gone.push(id.clone());
                }
                stays
            });
        }
        for id in gone {
            self.remove_parts(&id, activities);
        }
    }

    /// Applies the changes that have ended. The ids of records that are gone since, and the activities that
    /// were nothing but what was done to them.
    pub fn settle(&mut self, now: Moment) -> (Vec<Box<str>>, Vec<u32>) {
        let these = match &mut self.changing {
            Changing::These(these) if these.is_empty() => return (Vec::new(), Vec::new()),
            Changing::These(these) => std::mem::take(these),
            Changing::Unknown => self.all_changing(),
        };
        let (mut gone, mut activities, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, id) in these {
            let Some(record) = self.get_mut(&kind, &id) else { continue };
            if !record.settle(now) {
                activities.extend(self.remove(&kind, &id));
                gone.push(id);
            } else if !record.changes.is_empty() {
                left.push((kind, id));
            }
        }
        left.dedup();
        self.changing = Changing::These(left);
        (gone, activities)
    }

    fn all_changing(&self) -> Vec<(Box<str>, Box<str>)> {
        let mut changing = Vec::new();
        for (kind, of) in &self.by_kind {
            for (id, _) in of.iter().filter(|(_, record)| !record.changes.is_empty()) {
                changing.push((kind.clone(), id.clone()));
            }
        }
        changing
    }
}

impl Stored for Records {
    fn len(&self) -> usize {
        self.by_kind.values().map(IndexMap::len).sum()
    }

    /// Without the instances that are gone: each goes with the last job that names it.
    fn counted(&self) -> usize {
        let limited = LIMITED.iter().map(|(kind, _)| *kind);
        self.len() - limited.chain([GONE]).map(|kind| self.number_of(kind)).sum::<usize>()
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        let records = self.by_kind.values_mut().flat_map(IndexMap::values_mut);
        records.flat_map(|record| &mut record.changes).for_each(|change| visit(&mut change.run));
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle;
    use super::*;
    use crate::cloud::lifecycle::Outcome;
    use serde_json::json;

    const START: Moment = Moment::from_milliseconds(1_000);
    const LATER: Moment = Moment::from_milliseconds(9_000);

    fn members(value: Value) -> Members {
        let Value::Object(members) = value else { panic!("an object") };
        members
    }

    fn records(outcome: Outcome, removes: bool) -> Records {
        let mut records = Records::default();
        let record = Record { members: members(json!({"size": 1})).into(), ..Record::default() };
        records.insert("instance", "a", record);
        let part = Record { parent: "a".into(), ..Record::default() };
        records.insert("account", "b", part);
        let change = Change {
            run: Execution::new(1, START, 4_000, outcome),
            lifecycle: lifecycle("dcs_extending").unwrap(),
            status: "status".into(),
            meanwhile: members(json!({"busy": true})),
            then: members(json!({"size": 2, "busy": false})),
            otherwise: members(json!({"busy": false})),
            removes,
            timed: false,
        };
        records.change("instance", "a", change);
        records
    }

    fn shown(records: &Records, now: Moment) -> Value {
        let record = records.get("instance", "a").unwrap();
        record.shown(now).unwrap().into()
    }

    #[test]
    fn a_change_shows_while_it_runs_and_when_it_has_ended() {
        let mut records = records(Outcome::Succeeds, false);
        let running = json!({"size": 1, "busy": true, "status": "EXTENDING"});
        assert_eq!(shown(&records, START), running);
        let done = json!({"size": 2, "busy": false, "status": "RUNNING"});
        assert_eq!(shown(&records, LATER), done);
        assert_eq!(records.settle(LATER), (vec![], vec![]));
        assert_eq!(records.get("instance", "a").unwrap().changes.len(), 0);
        assert_eq!(shown(&records, LATER), done);
    }

    #[test]
    fn a_change_that_fails_leaves_what_was() {
        let failed = json!({"size": 1, "busy": false, "status": "RUNNING"});
        assert_eq!(shown(&records(Outcome::FAILS, false), LATER), failed);
    }

    #[test]
    fn what_is_removed_takes_its_parts_along() {
        let mut records = records(Outcome::Succeeds, true);
        assert_eq!(records.settle(START), (vec![], vec![]));
        assert_eq!(records.settle(LATER), (vec!["a".into()], vec![1]));
        assert!(records.is_empty());
    }
}
