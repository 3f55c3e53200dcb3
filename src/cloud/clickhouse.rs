//! HTAP: the ClickHouse instances that stand beside TaurusDB instances.

use super::assumed::{
    ADOPTED_SINCE, CLICKHOUSE_FLAVOR, CLICKHOUSE_VERSION, CREATING_ACTION, DELETING_ACTION,
    TIME_ZONE, zone,
};
use super::lifecycle::{Execution, Lifecycle};
use super::maps::Map;
use super::stored::{Gone, Stored};
use super::words::{self, Word};
use super::{Instance, ids};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What there is to know of a ClickHouse instance beyond its name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClickHouse {
    /// The TaurusDB instance it stands beside.
    pub taurusdb_id: Box<str>,
    /// What was ordered.
    pub order: Order,
    /// Its creation; an adopted instance was there before.
    creation: Option<Execution>,
    /// What was done to it last.
    last_action: Option<Action>,
}

/// What was ordered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Version of ClickHouse.
    pub version: String,
    /// `Single` or `Ha`.
    pub ha_mode: String,
    /// Specification of its nodes.
    pub flavor_id: String,
    /// `single` or `double`.
    pub az_mode: String,
    /// Availability zones, joined by commas.
    pub az_code: String,
    /// `SSD` or `ESSD`.
    pub io_type: String,
    /// Storage.
    pub capacity_in_gb: u32,
    pub time_zone: String,
    /// `0` pay per use, `1` yearly or monthly.
    pub pay_model: String,
    /// System tags.
    pub tags: Vec<Tag>,
}

/// A key with its value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub value: String,
}

/// Something that an instance does, and that keeps it from doing anything else.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What.
    #[serde(deserialize_with = "words::action")]
    pub name: Word,
    /// The job that does it.
    pub job_id: Uuid,
    /// Its activity.
    pub run: Execution,
}

/// A node of an instance.
#[derive(Clone, Debug)]
pub struct Node {
    /// 32 hex digits and a suffix.
    pub id: String,
    pub name: String,
    /// `master` or `slave`.
    pub role: &'static str,
    pub address: String,
}

pub static CREATION: Lifecycle =
    Lifecycle { stages: &[("creating", 1.0)], ends: "normal", fails: "createfail" };

/// What every job of TaurusDB goes through; nothing here ever waits to be started.
pub static RUNNING: Lifecycle =
    Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };

impl ClickHouse {
    /// The statuses it can have while it is there.
    pub const STATUSES: &'static [&'static str] = &["creating", "normal", "abnormal", "createfail"];

    /// One that is being created.
    pub fn created(taurusdb_id: &str, order: Order, job_id: Uuid, run: Execution) -> Self {
        let action = Action { name: CREATING_ACTION, job_id, run };
        let taurusdb_id = taurusdb_id.into();
        Self { taurusdb_id, order, creation: Some(run), last_action: Some(action) }
    }

    /// One that was there before, as a synchronisation that names it wants it.
    fn adopted(taurusdb_id: &str, zone: String) -> Self {
        let order = Order {
            version: CLICKHOUSE_VERSION.to_owned(),
            ha_mode: "Single".to_owned(),
            flavor_id: CLICKHOUSE_FLAVOR.to_owned(),
            az_mode: "single".to_owned(),
            az_code: zone,
            io_type: "ESSD".to_owned(),
            capacity_in_gb: 50,
            time_zone: TIME_ZONE.to_owned(),
            pay_model: "0".to_owned(),
            tags: Vec::new(),
        };
        Self { taurusdb_id: taurusdb_id.into(), order, creation: None, last_action: None }
    }

    pub fn status(&self, now: Moment) -> &'static str {
        self.creation.map_or(CREATION.ends, |creation| CREATION.phase(&creation, now).status)
    }

    /// Its creation, if that failed.
    pub fn failed_creation(&self, now: Moment) -> Option<&Execution> {
        self.creation.as_ref().filter(|creation| CREATION.phase(creation, now).failed)
    }

    /// When it was created.
    pub fn created_at(&self) -> Moment {
        self.creation.map_or(ADOPTED_SINCE, |creation| creation.started)
    }

    /// When it last changed.
    pub fn updated_at(&self, now: Moment) -> Moment {
        let Some(action) = &self.last_action else { return self.created_at() };
        RUNNING.phase(&action.run, now).ended.unwrap_or(action.run.started)
    }

    /// What was done to it last, be it done or not.
    pub fn last_action(&self) -> Option<&Action> {
        self.last_action.as_ref()
    }

    /// What it is doing.
    pub fn action(&self, now: Moment) -> Option<&Action> {
        self.last_action.as_ref().filter(|last| RUNNING.phase(&last.run, now).ended.is_none())
    }

    /// Whether it was deleted.
    pub fn is_gone(&self, now: Moment) -> bool {
        self.last_action.as_ref().is_some_and(|last| {
            let phase = RUNNING.phase(&last.run, now);
            last.name == DELETING_ACTION && phase.ended.is_some() && !phase.failed
        })
    }

    /// Its nodes: one, or two that stand in for each other.
    pub fn nodes(&self, instance: &Instance) -> Vec<Node> {
        let roles: &[&'static str] =
            if self.order.ha_mode == "Ha" { &["master", "slave"] } else { &["master"] };
        let node = |(at, role): (usize, &&'static str)| {
            let name = format!("{}_{role}", instance.name);
            let id = if at == 0 { instance.primary_node() } else { instance.further_node(at) };
            let address = address(&id);
            Node { id, name, role, address }
        };
        roles.iter().enumerate().map(node).collect()
    }
}

impl Instance {
    /// The address of a TaurusDB or ClickHouse instance, without a port.
    pub fn data_address(&self) -> String {
        address(&self.id)
    }

    /// The id of a node beside the primary one.
    fn further_node(&self, at: usize) -> String {
        let primary = self.primary_node();
        let (digits, suffix) = primary.split_at_checked(32).unwrap_or((&primary, ""));
        let tail = ids::tag(&format!("{digits}{at}"), 16);
        format!("{}{tail}{suffix}", ids::tag(digits, 16))
    }
}

/// An address for documentation (RFC 5737).
fn address(id: &str) -> String {
    format!("203.0.113.{}", ids::digest(0, id) % 254 + 1)
}

/// The ClickHouse instances of a world, found by id or by the TaurusDB instance they belong to.
/// A deleted one stays as long as the job that deleted it, so that nobody takes its id for one that
/// was never seen.
#[derive(Debug, Default)]
pub struct ClickHouses {
    by_id: Map<Box<str>, ClickHouse>,
    by_taurusdb: Map<Box<str>, Vec<Box<str>>>,
}

impl ClickHouses {
    /// One by its id, deleted or not.
    pub fn get(&self, id: &str) -> Option<&ClickHouse> {
        self.by_id.get(id)
    }

    /// How many were deleted and are remembered.
    pub fn deleted(&self, now: Moment) -> usize {
        self.by_id.values().filter(|known| known.is_gone(now)).count()
    }

    /// Forgets those that may go, and says which they were.
    pub fn forget(&mut self, goes: impl Fn(&ClickHouse) -> bool) -> Gone {
        let going = self.by_id.iter().filter(|(_, known)| goes(known));
        let going: Gone = going.map(|(id, _)| id.clone()).collect();
        if !going.is_empty() {
            self.by_id.retain(|id, _| !going.contains(id));
            self.by_taurusdb.retain(|_, ids| {
                ids.retain(|id| !going.contains(id));
                !ids.is_empty()
            });
        }
        going
    }

    /// Lets one do something.
    pub fn begin(&mut self, id: &str, action: Action) {
        if let Some(clickhouse) = self.by_id.get_mut(id) {
            clickhouse.last_action = Some(action);
        }
    }

    /// Those of a TaurusDB instance, in the order they became known.
    pub fn of(&self, taurusdb_id: &str) -> impl Iterator<Item = (&str, &ClickHouse)> {
        let ids = self.by_taurusdb.get(taurusdb_id).into_iter().flatten();
        ids.filter_map(|id| Some((id.as_ref(), self.by_id.get(id)?)))
    }

    /// All of them with their ids, those of one TaurusDB instance in the order they became known.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ClickHouse)> {
        self.by_taurusdb.keys().flat_map(|taurusdb_id| self.of(taurusdb_id))
    }

    /// Records one.
    pub fn insert(&mut self, id: &str, clickhouse: ClickHouse) {
        let siblings = self.by_taurusdb.entry(clickhouse.taurusdb_id.clone()).or_default();
        siblings.push(id.into());
        self.by_id.insert(id.into(), clickhouse);
    }

    /// Forgets one.
    pub fn remove(&mut self, id: &str) {
        let Some(known) = self.by_id.remove(id) else { return };
        if let Some(siblings) = self.by_taurusdb.get_mut(&known.taurusdb_id) {
            siblings.retain(|sibling| **sibling != *id);
        }
    }

    /// Records one that a synchronisation names, unless it is known: it belongs to the TaurusDB
    /// instance that it first followed.
    pub fn adopt(&mut self, id: &str, taurusdb_id: &str, region: &str) {
        if !self.by_id.contains_key(id) {
            self.insert(id, ClickHouse::adopted(taurusdb_id, zone(region)));
        }
    }
}

impl Stored for ClickHouses {
    /// With those that were deleted.
    fn len(&self) -> usize {
        self.by_id.len()
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        for clickhouse in self.by_id.values_mut() {
            clickhouse.creation.iter_mut().for_each(&mut *visit);
            clickhouse.last_action.iter_mut().for_each(|action| visit(&mut action.run));
        }
    }

    /// One that was deleted is remembered, but nothing belongs to it any more.
    fn forget_deleted(&mut self, now: Moment, gone: &mut Gone) -> usize {
        let deleted = self.by_id.iter().filter(|(_, known)| known.is_gone(now));
        gone.extend(deleted.map(|(id, _)| id.clone()));
        self.by_id.len()
    }
}
