//! What a declared operation does: it goes through its steps, and answers what is then in view.

use super::declaration::{ChangeStep, Declaration, Step};
use super::expression::{Expression, NOTHING, from_number, text, truth};
use super::fields::Answer;
use super::functions::Context;
use super::kind::Kind;
use super::mistake::Mistake;
use super::tables;
use crate::cloud::{
    RequestContext,
    record::{Change, Members, Object, Record},
};
use crate::contract::json::Json;
use crate::contract::{Engine, ErrorKind, InstanceKind, Kind as Type, Mode, Presence};
use crate::error::{Refusal, Resource};
use crate::operation::{Failure, Output, USUAL_BODY};
use axum::http::StatusCode;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::ControlFlow;

/// Performs an operation on a checked document.
pub fn perform(
    declaration: &Declaration,
    document: Json<'_>,
    context: &mut RequestContext<'_>,
) -> Result<Output, Failure> {
    if context.state.records.begin() {
        seed(context);
    }
    let mut act = Act {
        declaration,
        project: context,
        sent: value_of(document),
        named: Vec::new(),
        this: None,
        found: None,
        misfit: Cell::new(None),
    };
    for step in &declaration.steps {
        if let ControlFlow::Break(status) = act.take(step).map_err(Failure::Refused)? {
            return Ok(Output::empty(status));
        }
    }
    if declaration.changes() {
        act.look_again();
    }
    let answer = act.answer();
    match act.misfit.take() {
        Some(mistake) => Err(Failure::Misfit(mistake.to_string())),
        None => Ok(answer),
    }
}

/// Puts into a world what is there from the start.
fn seed(context: &mut RequestContext<'_>) {
    let kinds = tables::names("kind").filter_map(|name| Kind::named(name).ok());
    for kind in kinds.filter(|kind| !kind.seeds.is_empty()) {
        for seed in &kind.seeds {
            let view = Context { project: context, sent: &Value::Null, named: &[] };
            let members = members_of(seed, &Value::Null, &view);
            let (id, parent) = (text(&members["id"]), members.get("parent").map(text));
            let parent = parent.unwrap_or_default().into();
            let record = Record { parent, members: members.into(), changes: Vec::new() };
            context.state.records.insert(kind.name, &id, record);
        }
    }
}

/// A checked document as a value.
pub fn value_of(json: Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Boolean(value) => value.into(),
        Json::Integer(number) => number.into(),
        Json::Float(number) => from_number(number),
        Json::Text(text) => text.into_owned().into(),
        Json::List(values) => values.into_iter().map(value_of).collect(),
        Json::Object(members) => {
            let members = members.into_iter();
            members.map(|(name, value)| (name.into_owned(), value_of(value))).collect()
        }
    }
}

/// An operation under way.
struct Act<'a, 'p> {
    declaration: &'a Declaration,
    project: &'a mut RequestContext<'p>,
    /// The parameters of the request.
    sent: Value,
    /// What `let` has named; `new` is the last id that was made, `job` the last job.
    named: Vec<(Box<str>, Value)>,
    /// What the record in view shows.
    this: Option<Object>,
    /// Which one that is.
    found: Option<(&'static Kind, Box<str>)>,
    /// What of the answer its row does not allow; only a debug build looks.
    misfit: Cell<Option<Mistake>>,
}

impl Act<'_, '_> {
    fn context(&self) -> Context<'_> {
        Context { project: self.project, sent: &self.sent, named: &self.named }
    }

    fn this(&self) -> &Value {
        self.this.as_deref().unwrap_or(&NOTHING)
    }

    fn value(&self, expression: &Expression) -> Value {
        expression.value(self.this(), &self.context()).into_owned()
    }

    fn members(&self, expression: &Expression) -> Members {
        members(self.value(expression))
    }

    fn name(&mut self, name: &str, value: Value) {
        self.named.push((name.into(), value));
    }

    fn look_again(&mut self) {
        let Some((kind, id)) = &self.found else { return };
        if let Some(shown) = self.context().record(kind, id) {
            self.this = Some(shown);
        }
    }

    /// Takes a step. One may end the operation with a status and no body.
    fn take(&mut self, step: &Step) -> Result<ControlFlow<StatusCode>, Refusal> {
        match step {
            Step::Find { kind, id, within, idle, name } => {
                let found = self.find(kind, id, *within)?;
                self.view(kind, found, *idle, name.as_deref())?;
            }
            Step::Refuse { guard, expected } => {
                if truth(&self.value(&guard.when)) {
                    let message = text(&self.value(&guard.message));
                    let mut refusal = declared(guard.refused, message);
                    if let Some((parameter, value)) = &guard.instead {
                        refusal = refusal.instead(parameter, self.value(value));
                    }
                    if !*expected {
                        return Err(refusal);
                    }
                    self.project.refuse_or_warn(refusal)?;
                }
            }
            Step::Stop { status, when } => {
                if truth(&self.value(when)) {
                    return Ok(ControlFlow::Break(*status));
                }
            }
            Step::Let(name, value) => {
                let value = self.value(value);
                self.name(name, value);
            }
            Step::Create { kind, each: None, members } => {
                let id = self.create(kind, members, None);
                self.found = Some((kind, id));
                self.look_again();
            }
            Step::Create { kind, each: Some(list), members } => {
                for element in super::expression::elements(Cow::Owned(self.value(list))) {
                    self.create(kind, members, Some(&element));
                }
            }
            Step::Set { others: None, members } => {
                let patch = self.members(members);
                if let Some((kind, id)) = self.found.clone() {
                    self.set(kind, &id, &patch);
                }
                self.look_again();
            }
            Step::Set { others: Some((kind, which)), members } => {
                for (id, record) in self.which(kind, which) {
                    let patch = members_of(members, &record, &self.context());
                    self.set(kind, &id, &patch);
                }
            }
            Step::Remove(None) => {
                if let Some((kind, id)) = self.found.take() {
                    self.remove(kind, &id);
                }
            }
            Step::Remove(Some((kind, which))) => {
                for (id, _) in self.which(kind, which) {
                    self.remove(kind, &id);
                }
            }
            Step::Change(change) => self.change(change),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The record that a request names, as it is shown now.
    fn find(&mut self, kind: &Kind, id: &Expression, within: bool) -> Result<Object, Refusal> {
        let id = text(&self.value(id));
        if kind.instance.is_some() {
            self.project.apply_reserved_id(&id, Resource::Instance)?;
        }
        let owner = kind.parent.as_ref().filter(|_| within).map(|owner| self.value(owner));
        let belongs = |found: &Object| match &owner {
            None | Some(Value::Null) => true,
            Some(owner) => found.get("parent") == Some(owner),
        };
        if let Some(found) = self.context().record(kind, &id).filter(belongs) {
            return Ok(found);
        }
        if let (Some(of), Some(known)) =
            (&kind.instance, self.project.state.instances.get(id.as_str()))
            && of.tells
        {
            let (is, wanted) = (known.describe(), of.wanted);
            return Err(Refusal::WrongEngine { id, is, wanted });
        }
        let message = format!("{} {id} does not exist", kind.noun);
        Err(self.declared(kind.missing, message))
    }

    /// Takes a record into view, or names it; refuses one that has to be idle and is not.
    fn view(
        &mut self,
        kind: &'static Kind,
        found: Object,
        idle: bool,
        name: Option<&str>,
    ) -> Result<(), Refusal> {
        for busy in kind.idle.iter().filter(|_| idle) {
            if truth(&busy.when.value(&found, &self.context())) {
                let message = text(&busy.message.value(&found, &self.context()));
                return Err(self.declared(busy.refused, message));
            }
        }
        if let Some(name) = name {
            self.name(name, found.into());
            return Ok(());
        }
        let id = text(&found["id"]);
        // What was only known as adopted becomes a record when something is done with it.
        if self.declaration.changes() && self.project.state.records.get(kind.name, &id).is_none() {
            let record = Record { members: found.clone(), ..Record::default() };
            self.project.state.records.insert(kind.name, &id, record);
        }
        self.this = Some(found);
        self.found = Some((kind, id.into()));
        Ok(())
    }

    /// The refusal of the operation with a status and code.
    fn declared(&self, (status, code): (StatusCode, &str), message: String) -> Refusal {
        let mut refused = self.declaration.contract.refusals.iter();
        let known = refused.find(|one| (one.status, one.code) == (status, code));
        declared(known.map_or(ErrorKind::Declared(0), |known| known.error_kind), message)
    }

    fn create(
        &mut self,
        kind: &'static Kind,
        expression: &Expression,
        element: Option<&Value>,
    ) -> Box<str> {
        let drawn = self.project.new_record_id();
        self.name("drawn", drawn.simple().to_string().into());
        self.name("dashed", drawn.to_string().into());
        let view = element.unwrap_or_else(|| self.this());
        let id = text(&kind.new.value(view, &self.context()));
        self.named.truncate(self.named.len() - 2);
        self.name("new", id.as_str().into());
        let view = element.unwrap_or_else(|| self.this());
        let context = self.context();
        let parent = kind.parent.as_ref().map(|parent| text(&parent.value(view, &context)));
        let mut made = Members::new();
        made.insert("id".to_owned(), id.as_str().into());
        if let Some(parent) = &parent {
            made.insert("parent".to_owned(), parent.as_str().into());
        }
        made.insert("made".to_owned(), self.project.now.milliseconds().into());
        made.extend(members_of(expression, view, &context));
        let instance = kind.instance.as_ref().and_then(|of| {
            let seen = Value::Object(made.clone());
            let word = |of: &Expression| text(&of.value(&seen, &context));
            let engine = Engine::all().find(|engine| engine.word() == word(&of.engine))?;
            let named = Mode::ALL.into_iter().find(|known| known.name() == word(&of.mode));
            let wanted = named.unwrap_or_else(|| engine.usual_mode());
            Some((InstanceKind { engine, mode: wanted, name: "" }, text(&seen["name"])))
        });
        let parent = parent.unwrap_or_default().into();
        let record = Record { parent, members: made.into(), changes: Vec::new() };
        self.project.state.records.insert(kind.name, &id, record);
        if let Some((instance, name)) = instance {
            self.project.add_instance(&id, instance, &name);
        }
        id.into()
    }

    /// The records of a kind for which something holds.
    fn which(&mut self, kind: &Kind, condition: &Expression) -> Vec<(Box<str>, Object)> {
        if kind.instance.is_some() {
            self.keep_adopted(kind);
        }
        let context = self.context();
        let records = self.project.state.records.of(kind.name);
        let shown = records.filter_map(|(id, record)| {
            let shown = record.shown(self.project.now)?;
            truth(&condition.value(&shown, &context)).then(|| (id.into(), shown))
        });
        shown.collect()
    }

    /// Makes records of the instances of a kind that were only known as adopted.
    fn keep_adopted(&mut self, kind: &Kind) {
        let known: Vec<_> = self.project.state.instances.keys().cloned().collect();
        for id in known {
            if self.project.state.records.get(kind.name, &id).is_none()
                && let Some(members) = self.context().record(kind, &id)
            {
                let record = Record { members, ..Record::default() };
                self.project.state.records.insert(kind.name, &id, record);
            }
        }
    }

    fn set(&mut self, kind: &Kind, id: &str, patch: &Members) {
        if let Some(record) = self.project.state.records.get_mut(kind.name, id) {
            record.members.extend(patch);
        }
        let name = patch.get("name").and_then(Value::as_str).filter(|_| kind.instance.is_some());
        if let (Some(name), Some(known)) = (name, self.project.state.instances.get_mut(id)) {
            name.clone_into(&mut known.name);
        }
    }

    fn remove(&mut self, kind: &Kind, id: &str) {
        let activities = self.project.state.records.remove(kind.name, id);
        self.project.state.timeline.forget_resources(&activities, self.project.now);
        if kind.instance.is_some() {
            self.project.state.forget_instance(id);
        }
    }

    fn change(&mut self, step: &ChangeStep) {
        let targets = match (&step.others, &self.found) {
            (Some((kind, which)), _) => {
                let these = self.which(kind, which);
                these.into_iter().map(|(id, record)| (*kind, id, record)).collect()
            }
            (None, Some((kind, id))) => {
                vec![(*kind, id.clone(), self.this.clone().unwrap_or_default())]
            }
            (None, None) => Vec::new(),
        };
        let shows: Vec<_> = targets
            .iter()
            .map(|(_, _, record)| {
                let context = self.context();
                let show = |of: &Option<Expression>| {
                    of.as_ref().map(|of| members_of(of, record, &context)).unwrap_or_default()
                };
                [show(&step.shows[0]), show(&step.shows[1]), show(&step.shows[2])]
            })
            .collect();
        self.project.take_times(step.times);
        if let Some(kind) = step.job {
            let of = step.of.as_ref().map(|of| text(&self.value(of)));
            let of = of.or_else(|| targets.first().map(|(_, id, _)| id.to_string()));
            let id = self.project.start_job(kind, &of.unwrap_or_default());
            let written = match kind.owner {
                crate::cloud::Owner::Dcs => id.simple().to_string(),
                _ => id.to_string(),
            };
            self.name("job", written.into());
        }
        for ((kind, id, _), [meanwhile, then, otherwise]) in targets.into_iter().zip(shows) {
            let run = self.project.start(step.lifecycle, &*id);
            let (status, removes) = (step.status.clone(), step.removes);
            let lifecycle = step.lifecycle;
            let change = Change { run, lifecycle, status, meanwhile, then, otherwise, removes };
            self.project.state.records.change(kind.name, &id, change);
        }
        self.look_again();
    }

    /// The answer. One that is a text as a whole is no JSON.
    fn answer(&self) -> Output {
        let mut answer = Output::empty(self.declaration.contract.success);
        match &self.declaration.whole {
            Some(whole) => match &*whole.value(self.this(), &self.context()) {
                Value::String(plain) => {
                    answer.headers.push(("content-type", "text/plain".to_owned()));
                    answer.body.extend(plain.as_bytes());
                }
                value => write(value, &mut answer.body),
            },
            None if answer.status == StatusCode::NO_CONTENT => {}
            None => {
                answer.body.reserve(USUAL_BODY);
                self.write_object(&self.declaration.answer, self.this(), true, &mut answer.body);
            }
        }
        answer
    }

    /// Writes an object with the members of a table: what is declared for each, or the member of the
    /// same name of what is in view; at the top also a parameter of the request.
    fn write_object(&self, table: &[Answer], view: &Value, top: bool, to: &mut Vec<u8>) {
        let context = self.context();
        to.push(b'{');
        let start = to.len();
        for answer in table {
            let name = answer.field.name;
            let value = if let Some(value) = &answer.value {
                value.value(view, &context)
            } else {
                let sent = || if top { self.sent.get(name) } else { None };
                Cow::Borrowed(view.get(name).or_else(sent).unwrap_or(&NOTHING))
            };
            if cfg!(debug_assertions)
                && let Some(mistake) = answer.misfit(&value)
            {
                self.misfit.set(Some(mistake));
            }
            let is_there = !value.is_null() || answer.field.nullable;
            if !is_there && answer.field.presence != Presence::Mandatory {
                continue;
            }
            if to.len() > start {
                to.push(b',');
            }
            to.extend_from_slice(answer.key.as_bytes());
            if is_there {
                self.write_shaped(answer, &value, to);
            } else {
                write(&empty(&answer.field.kind), to);
            }
        }
        to.push(b'}');
    }

    /// Writes a value with the members that its row has.
    fn write_shaped(&self, answer: &Answer, value: &Value, to: &mut Vec<u8>) {
        match value {
            Value::Array(values) if !answer.members.is_empty() => {
                to.push(b'[');
                for (at, one) in values.iter().enumerate() {
                    if at > 0 {
                        to.push(b',');
                    }
                    self.write_object(&answer.members, one, false, to);
                }
                to.push(b']');
            }
            Value::Object(_) if !answer.members.is_empty() => {
                self.write_object(&answer.members, value, false, to);
            }
            other => write(other, to),
        }
    }
}

fn write(value: &Value, to: &mut Vec<u8>) {
    serde_json::to_writer(to, value).expect("a value can be written to memory");
}

/// What a mandatory member is answered where nothing is known of it.
fn empty(kind: &Type) -> Value {
    match kind {
        Type::Boolean | Type::BooleanOrText => false.into(),
        Type::Integer(least, _) => (*least).max(0).into(),
        Type::IntegerOneOf(numbers) => numbers.first().copied().unwrap_or(0).into(),
        Type::Number => 0.into(),
        Type::List(..) => Value::Array(Vec::new()),
        Type::Object(_) | Type::Map => Value::Object(Map::new()),
        _ => "".into(),
    }
}

fn members(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

fn members_of(expression: &Expression, view: &Value, context: &Context<'_>) -> Members {
    members(expression.value(view, context).into_owned())
}

/// A refusal of the operation's own. Declarations are written in English only.
fn declared(kind: ErrorKind, message: String) -> Refusal {
    Refusal::own(kind, message.clone(), message)
}
