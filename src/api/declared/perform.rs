//! Performs a declared operation: takes its steps one after another, and replies with what is then in view.

use super::declaration::{ChangeStep, Declaration, Step};
use super::expression::{Expression, NOTHING, from_number, text, truth};
use super::functions::Context;
use super::kind::Kind;
use super::reply::reply;
use super::tables;
use crate::cloud::{
    Records, RequestContext,
    record::{Change, Members, Object, Record},
};
use crate::contract::json::Json;
use crate::contract::{Engine, ErrorKind, InstanceKind, Mode, Refused};
use crate::error::{Refusal, Resource};
use crate::operation::{Failure, Output};
use axum::http::StatusCode;
use serde_json::Value;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// Performs an operation on a checked document.
pub fn perform(
    declaration: &Declaration,
    document: Json<'_>,
    context: &mut RequestContext<'_>,
) -> Result<Output, Failure> {
    // The world of the account has no records.
    if !context.state.project_id.is_empty() && context.state.records.begin() {
        seed(context);
    }
    let mut interpreter = Interpreter {
        declaration,
        project: context,
        sent: value_of(document),
        named: Vec::new(),
        this: None,
        found: None,
    };
    for step in &declaration.steps {
        if let ControlFlow::Break(status) = interpreter.take(step).map_err(Failure::Refused)? {
            return Ok(Output::empty(status));
        }
    }
    if declaration.changes() {
        interpreter.look_again();
    }
    let reply = reply(declaration, interpreter.this(), &interpreter.context());
    reply.map_err(|mistake| Failure::Misfit(mistake.to_string()))
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
fn value_of(json: Json<'_>) -> Value {
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

/// Takes the steps of an operation.
struct Interpreter<'a, 'p> {
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
}

impl Interpreter<'_, '_> {
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
            Step::Find { kind, id, within, idle, missing, name } => {
                let found = self.find(kind, id, *within, missing.unwrap_or(kind.missing))?;
                self.view(kind, found, *idle, name.as_deref())?;
            }
            Step::Refuse { guard, expected } => {
                if truth(&self.value(&guard.when)) {
                    let mut refusal = declared(guard.refused, &self.value(&guard.message));
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
                let id = self.create(kind, members, None)?;
                self.found = Some((kind, id));
                self.look_again();
            }
            Step::Create { kind, each: Some(list), members } => {
                for element in super::expression::elements(Cow::Owned(self.value(list))) {
                    self.create(kind, members, Some(&element))?;
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
    fn find(
        &mut self,
        kind: &Kind,
        id: &Expression,
        within: bool,
        missing: Refused,
    ) -> Result<Object, Refusal> {
        let id = text(&self.value(id));
        let of_htap = missing.error_kind == ErrorKind::UnknownHtapInstance;
        let resource = if of_htap { Resource::HtapInstance } else { Resource::Instance };
        if kind.instance.is_some() {
            self.project.apply_reserved_id(&id, resource)?;
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
            && of.refuses_others
            && !of_htap
            && !of.engines.contains(&known.engine)
        {
            let (is, wanted) = (known.describe(), of.wanted);
            return Err(Refusal::WrongEngine { id, is, wanted });
        }
        if of_htap || missing.error_kind == ErrorKind::UnknownInstance {
            return Err(Refusal::NotFound { resource, id });
        }
        let message = format!("{} {id} does not exist", kind.noun);
        Err(self.declared(missing, &message.into()))
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
                let message = busy.message.value(&found, &self.context()).into_owned();
                return Err(self.declared(busy.refused, &message));
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
    fn declared(&self, one: Refused, message: &Value) -> Refusal {
        let mut refused = self.declaration.contract.refusals.iter();
        let known = refused.find(|known| (known.status, known.code) == (one.status, one.code));
        declared(known.map_or(one.error_kind, |known| known.error_kind), message)
    }

    fn create(
        &mut self,
        kind: &'static Kind,
        expression: &Expression,
        element: Option<&Value>,
    ) -> Result<Box<str>, Refusal> {
        self.project.make_room(Records::Of(kind.name))?;
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
        let instance = self.instance(kind, &made);
        let beside = made.get("parent").and_then(Value::as_str).map(str::to_owned);
        let parent = parent.unwrap_or_default().into();
        let record = Record { parent, members: made.into(), changes: Vec::new() };
        self.project.state.records.insert(kind.name, &id, record);
        if let Some((instance, name)) = instance {
            self.project.add_instance(&id, instance, &name);
            if let Some(beside) = beside {
                self.project.stand_beside(&id, &beside);
            }
        }
        Ok(id.into())
    }

    /// The instance that a new record stands for, and its name.
    fn instance(&self, kind: &Kind, members: &Members) -> Option<(InstanceKind, String)> {
        let of = kind.instance.as_ref()?;
        let view = Value::Object(members.clone());
        let word = |of: &Expression| text(&of.value(&view, &self.context()));
        let engine = Engine::all().find(|engine| engine.word() == word(&of.engine))?;
        let named = Mode::ALL.into_iter().find(|known| known.name() == word(&of.mode));
        let mode = named.unwrap_or_else(|| engine.usual_mode());
        Some((InstanceKind { engine, mode, name: "" }, text(&view["name"])))
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
        for ((kind, id, _), [meanwhile, then, otherwise]) in targets.into_iter().zip(shows) {
            let run = self.project.start(step.lifecycle, &*id);
            let ChangeStep { lifecycle, removes, timed, .. } = *step;
            let status = step.status.clone();
            let change =
                Change { run, lifecycle, status, meanwhile, then, otherwise, removes, timed };
            self.project.state.records.change(kind.name, &id, change);
        }
        self.look_again();
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

/// A refusal of the operation's own. Its message is in English only, unless it is an object with both
/// languages.
fn declared(kind: ErrorKind, message: &Value) -> Refusal {
    let told = |language: &str| text(message.get(language).unwrap_or(message));
    Refusal::own(kind, told("en"), told("zh"))
}
