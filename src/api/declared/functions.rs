//! The functions of expressions, each with its parameters: one with `?` may be left out, and of the last
//! one with `…` there may be any number.

use super::expression::{Expression, elements, from_number, integer, number, text, truth};
use super::kind::Kind;
use super::lists;
use super::mistake::Problem;
use super::static_tables;
use super::tables;
use crate::api::iam::account;
use crate::api::job::fail_reason;
use crate::clock::Moment;
use crate::cloud::{RequestContext, digest, record::Object};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use uuid::Uuid;

/// What an expression can look at.
#[derive(Debug)]
pub struct Context<'c> {
    /// The request's view of its project.
    pub project: &'c RequestContext<'c>,
    /// The parameters of the request.
    pub sent: &'c Value,
    /// What `let` has named.
    pub named: &'c [(Box<str>, Value)],
}

impl Context<'_> {
    /// A named value.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().rev().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// A record as it is shown now.
    pub fn record(&self, kind: &Kind, id: &str) -> Option<Object> {
        let stored = self.project.state.records.get(kind.name, id);
        match stored {
            Some(record) => record.shown(self.project.now),
            None => self.adopted(kind, id),
        }
    }

    /// What an instance that was adopted shows.
    fn adopted(&self, kind: &Kind, id: &str) -> Option<Object> {
        let of = kind.instance.as_ref()?;
        let instance = self.project.state.instances.get(id)?;
        if !of.engines.contains(&instance.engine) {
            return None;
        }
        let seen = json!({
            "id": id,
            "name": instance.name,
            "engine": instance.engine.word(),
            "mode": instance.mode.name(),
            "state": instance.status,
            "region": self.project.region_of(instance),
            "created": instance.created.milliseconds(),
            "node": instance.primary_node(),
            "address": instance.address(),
            "data_address": instance.data_address(),
            "beside": instance.taurusdb_id,
            "groups": crate::api::geminidb::groups(instance, self.project),
        });
        match of.adopted.value(&seen, self).into_owned() {
            Value::Object(members) => Some(members.into()),
            _ => None,
        }
    }

    /// The records of a kind as they are shown now, in the order they became known: all, or those that
    /// belong to something.
    pub fn records(&self, arguments: &[Cow<'_, Value>]) -> Vec<Object> {
        let Ok(kind) = Kind::named(&word(arguments, 0)) else { return Vec::new() };
        let (state, now) = (&*self.project.state, self.project.now);
        let of = state.records.of(kind.name);
        if let Some(parent) = arguments.get(1).map(|parent| text(parent)) {
            let own = of.filter(|(_, record)| *record.parent == *parent);
            own.filter_map(|(_, record)| record.shown(now)).collect()
        } else if let Some(instance) = &kind.instance {
            let instances = state.instances.values();
            let own = instances.filter(|one| instance.engines.contains(&one.engine));
            own.filter_map(|one| self.record(kind, &one.id)).collect()
        } else {
            of.filter_map(|(_, record)| record.shown(now)).collect()
        }
    }
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name and its parameters, as in `join(list, between)`.
    signature: &'static str,
    call: fn(&[Cow<'_, Value>], &Context<'_>) -> Value,
}

macro_rules! functions {
    ($($signature:literal: $call:expr),* $(,)?) => {
        &[$(Function { signature: $signature, call: $call }),*]
    };
}

impl Function {
    /// The function with a name.
    pub fn of(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|known| known.signature.split('(').next() == Some(name)).copied()
    }

    /// Holds what it is called with against its parameters.
    pub fn check(self, arguments: &[Expression]) -> Result<(), Problem> {
        let parameters = self.signature.split(['(', ')']).nth(1).unwrap_or_default();
        let parameters: Vec<_> = parameters.split(", ").filter(|name| !name.is_empty()).collect();
        let least = parameters.iter().filter(|name| !name.ends_with(['?', '…'])).count();
        let is_open = parameters.last().is_some_and(|name| name.ends_with('…'));
        let given = arguments.len();
        if given < least || given > parameters.len() && !is_open {
            return Err(Problem(format!("{} is called with {given}", self.signature)));
        }
        let sort = match parameters.first() {
            Some(&"kind") => "kind",
            Some(&"name") => "table",
            _ => return Ok(()),
        };
        match &arguments[0] {
            Expression::Literal(Value::String(name)) if tables::named(sort, name).is_none() => {
                Err(Problem(format!("there is no {sort} {name:?}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether its value is a list of records.
    pub fn gives_records(self) -> bool {
        self.signature.starts_with("records(") || self.signature.starts_with("children(")
    }

    /// Whether it counts.
    pub fn is_count(self) -> bool {
        self.signature.starts_with("count(")
    }

    /// Its value.
    pub fn call<'v>(self, arguments: &[Cow<'v, Value>], context: &Context<'_>) -> Cow<'v, Value> {
        Cow::Owned((self.call)(arguments, context))
    }
}

fn at<'a>(arguments: &'a [Cow<'_, Value>], index: usize) -> &'a Value {
    arguments.get(index).map_or(&super::expression::NOTHING, |value| value)
}

fn word(arguments: &[Cow<'_, Value>], index: usize) -> String {
    text(at(arguments, index))
}

fn list(arguments: &[Cow<'_, Value>], index: usize) -> Vec<Value> {
    elements(Cow::Borrowed(at(arguments, index))).collect()
}

/// All values behind the first; lists as their elements.
fn rest(arguments: &[Cow<'_, Value>]) -> Vec<Value> {
    let values = arguments.iter().skip(1).map(|value| Cow::Borrowed(&**value));
    values.flat_map(elements).collect()
}

fn moment(arguments: &[Cow<'_, Value>]) -> Option<Moment> {
    integer(at(arguments, 0)).map(Moment::from_milliseconds)
}

fn written(arguments: &[Cow<'_, Value>], write: fn(Moment) -> String) -> Value {
    moment(arguments).map_or(Value::Null, |moment| write(moment).into())
}

static FUNCTIONS: &[Function] = functions! {
    // What is there.
    "records(kind)": |a, context| context.records(a).into_iter().map(Value::from).collect(),
    "record(kind, id)": |a, context| match Kind::named(&word(a, 0)) {
        Ok(kind) => context.record(kind, &word(a, 1)).map_or(Value::Null, Value::from),
        Err(_) => Value::Null,
    },
    "children(kind, parent)": |a, context| context.records(a).into_iter().map(Value::from).collect(),
    // The end of a job, and why it failed.
    "job_of(id)": |a, context| {
        let id = Uuid::try_parse(&word(a, 0)).ok();
        let job = id.and_then(|id| context.project.state.jobs.get(id));
        job.map_or(Value::Null, |job| {
            let ended = job.phase(context.project.now).ended.map(Moment::milliseconds);
            json!({ "ended": ended, "reason": fail_reason(job, context.project) })
        })
    },
    "request_id()": |_, context| context.project.request_id().into(),
    "zones()": |_, context| {
        let region = context.project.settings.region.as_str();
        ["a", "b", "c"].iter().map(|letter| format!("{region}{letter}")).collect()
    },
    "zone_ids()": |_, context| {
        let region = context.project.settings.region.as_str();
        let id = |letter| lists::uuid(&format!("{region}{letter}")).simple().to_string();
        ["a", "b", "c"].into_iter().map(id).collect()
    },
    "dual_active(instance)": |a, context| crate::api::geminidb::dual_active(&word(a, 0), context.project),
    "biactive_actions(instance)": |a, context| {
        crate::api::geminidb::biactive_actions(&word(a, 0), context.project).into()
    },
    "table(name)": |a, _| static_tables::table(&word(a, 0)),
    "url(path)": |a, context| context.project.access.url(&word(a, 0)).into(),
    "region()": |_, context| context.project.settings.region.as_str().into(),
    "project()": |_, context| (*context.project.state.project_id).into(),
    "user()": |_, context| {
        let caller = context.project.access.account.first_identity();
        json!({ "id": caller.user_id(), "name": caller.user })
    },
    // What the account knows, and who asks.
    "caller()": |_, context| account::caller(context.project),
    "catalog()": |_, context| account::catalog_of_caller(context.project),
    "projects()": |_, context| account::projects(context.project),
    "project_with_id(id)": |a, context| account::project_with_id(&word(a, 0), context.project),
    "project_with_name(name)": |a, context| account::project_with_name(&word(a, 0), context.project),
    // Lists.
    "count(list)": |a, _| list(a, 0).len().into(),
    "first(list)": |a, _| list(a, 0).into_iter().next().unwrap_or_default(),
    "last(list)": |a, _| list(a, 0).into_iter().next_back().unwrap_or_default(),
    "some(list, count)": |a, _| {
        let count = integer(at(a, 1)).and_then(|count| usize::try_from(count).ok());
        list(a, 0).into_iter().take(count.unwrap_or(0)).collect()
    },
    "reverse(list)": |a, _| list(a, 0).into_iter().rev().collect(),
    "numbers(most)": |a, _| (1..=integer(at(a, 0)).unwrap_or(0)).collect(),
    "product(of, left, right)": |a, _| lists::product(at(a, 0), &list(a, 1), &list(a, 2)),
    "cycle(list, number)": |a, _| {
        let (values, at) = (list(a, 0), integer(at(a, 1)).unwrap_or(1));
        let index = usize::try_from(at - 1).unwrap_or(0) % values.len().max(1);
        values.into_iter().nth(index).unwrap_or_default()
    },
    "group_by(list, member)": |a, _| lists::group_by(list(a, 0), &word(a, 1)),
    "tally(list, words)": |a, _| lists::tally(&list(a, 0), list(a, 1)),
    "unique(list)": |a, _| lists::unique(list(a, 0)).into(),
    "flat(lists)": |a, _| list(a, 0).into_iter().flat_map(|one| elements(Cow::Owned(one))).collect(),
    "sum(list)": |a, _| from_number(list(a, 0).iter().filter_map(number).sum()),
    "join(list, between)": |a, _| list(a, 0).iter().map(text).collect::<Vec<_>>().join(&word(a, 1)).into(),
    "split(text, at)": |a, _| word(a, 0).split(&word(a, 1)).map(str::trim).collect(),
    "list(of)": |a, _| list(a, 0).into(),
    "keys(object)": |a, _| at(a, 0).as_object().into_iter().flat_map(Map::keys).cloned().collect(),
    "entries(object)": |a, _| lists::entries(at(a, 0)),
    "object(entries)": |a, _| lists::object(list(a, 0)),
    "page(list, usual?)": |a, context| lists::page(list(a, 0), context.sent, at(a, 1)),
    "after(list, usual?)": |a, context| lists::after(list(a, 0), context.sent, at(a, 1)),
    "tagged(tags)": |a, context| lists::tagged(at(a, 0), context.sent),
    "tag_values(tags)": |a, _| lists::tag_values(list(a, 0)),
    "put(list, new, member)": |a, _| lists::put(list(a, 0), list(a, 1), &word(a, 2)),
    "without(of, names…)": |a, _| lists::without(at(a, 0), &rest(a)),
    "pick(object, names…)": |a, _| lists::pick(at(a, 0), &rest(a)),
    // Filters: everything fits where nothing is asked for.
    "is(value, wanted)": |a, _| match at(a, 1) {
        Value::Null => true.into(),
        Value::Array(of) => of.iter().any(|one| text(one) == word(a, 0)).into(),
        one => (text(one) == word(a, 0)).into(),
    },
    "fits(text, filter)": |a, _| {
        let filter = at(a, 1).as_str().map(str::to_owned);
        crate::api::paging::fits(filter.as_ref(), &word(a, 0)).into()
    },
    "has(text, part)": |a, _| at(a, 1).as_str().is_none_or(|part| word(a, 0).contains(part)).into(),
    // Text and numbers.
    "text(of)": |a, _| if at(a, 0).is_null() { Value::Null } else { word(a, 0).into() },
    "shown(text)": |a, _| crate::text::shown(&word(a, 0)).into(),
    "int(of)": |a, _| integer(at(a, 0)).map_or(Value::Null, Value::from),
    "number(of)": |a, _| number(at(a, 0)).map_or(Value::Null, from_number),
    "floor(number)": |a, _| number(at(a, 0)).map_or(Value::Null, |number| from_number(number.floor())),
    "bool(of)": |a, _| (truth(at(a, 0)) && word(a, 0) != "false").into(),
    "lower(text)": |a, _| word(a, 0).to_lowercase().into(),
    "starts(text, with)": |a, _| word(a, 0).starts_with(&word(a, 1)).into(),
    "ends(text, with)": |a, _| word(a, 0).ends_with(&word(a, 1)).into(),
    "in_range(value, parameter)": |a, _| lists::in_range(&word(a, 0), at(a, 1)).into(),
    "part(text, from, to)": |a, _| {
        let (from, to) = (integer(at(a, 1)).unwrap_or(0), integer(at(a, 2)).unwrap_or(0));
        let count = usize::try_from(to - from).unwrap_or(0);
        word(a, 0).chars().skip(usize::try_from(from).unwrap_or(0)).take(count).collect::<String>().into()
    },
    // Ids and addresses that follow from a text.
    "uuid(of)": |a, _| lists::uuid(&word(a, 0)).to_string().into(),
    "hex(of)": |a, _| lists::uuid(&word(a, 0)).simple().to_string().into(),
    "id()": |_, context| context.named("new").cloned().unwrap_or_default(),
    "next_id()": |_, context| context.project.next_record_id().simple().to_string().into(),
    "address(of, range, taken?)": |a, _| lists::address(&word(a, 0), &word(a, 1), &list(a, 2)),
    "secret(of)": |a, context| match at(a, 0) {
        Value::Null => Value::Null,
        secret => format!("{:016x}", digest(context.project.settings.seed, &text(secret))).into(),
    },
    // Networks.
    "network(range)": |a, _| lists::is_network(&word(a, 0)).into(),
    "family(of)": |a, _| lists::family(&word(a, 0)).into(),
    "inside(inner, outer)": |a, _| {
        let inner = word(a, 0);
        list(a, 1).iter().any(|outer| lists::is_inside(&inner, &text(outer))).into()
    },
    "overlaps(one, others)": |a, _| {
        let one = word(a, 0);
        let meets = |other: &str| lists::is_inside(&one, other) || lists::is_inside(other, &one);
        list(a, 1).iter().any(|other| meets(&text(other))).into()
    },
    "ports(of, icmp?)": |a, _| lists::are_ports(&word(a, 0), truth(at(a, 1))).into(),
    "is_host(address, range)": |a, _| lists::is_host(&word(a, 0), &word(a, 1)).into(),
    "is_address(text)": |a, _| lists::is_address(&word(a, 0)).into(),
    // Time, in milliseconds since 1970, and as the services write it.
    "now()": |_, context| context.project.now.milliseconds().into(),
    "milliseconds(moment)": |a, _| written(a, Moment::with_milliseconds),
    "with_z(moment)": |a, _| written(a, Moment::with_z),
    "plain(moment)": |a, _| written(a, Moment::without_zone),
    "zone(moment)": |a, _| written(a, Moment::with_zone),
    "spaced(moment)": |a, _| written(a, Moment::to_the_second),
};
