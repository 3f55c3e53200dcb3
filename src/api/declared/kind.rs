//! Kinds of records: how they are called, when they are not idle, and what they are from the start.

use super::declaration::status;
use super::expression::Expression;
use super::fields::leak;
use super::line::lines;
use super::mistake::{Mistake, Problem};
use super::parse::parse;
use super::tables;
use crate::contract::{Engine, ErrorKind, InstanceKind, Refused, Service};
use axum::http::StatusCode;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A kind of records.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What messages call one of them.
    pub noun: &'static str,
    /// What a request names one by.
    pub id: String,
    /// The id of a new one.
    pub new: Expression,
    /// What it belongs to.
    pub parent: Option<Expression>,
    /// The answer where there is none with an id.
    pub missing: Refused,
    /// When nothing can be begun with one, and what is answered then.
    pub idle: Vec<Busy>,
    /// What is there in every project from the start.
    pub seeds: Vec<Expression>,
    /// Whether its records are instances that the five documented calls know.
    pub instance: Option<InstanceOf>,
}

/// When nothing can be begun with a record.
#[derive(Debug)]
pub struct Busy {
    /// Status and code of the answer.
    pub refused: Refused,
    /// Whether it is so.
    pub when: Expression,
    /// The message.
    pub message: Expression,
}

/// How records of a kind are instances.
#[derive(Debug)]
pub struct InstanceOf {
    /// Its engines.
    pub engines: Vec<Engine>,
    /// The same, for messages.
    pub wanted: &'static [InstanceKind],
    /// The engine of a record, as a word.
    pub engine: Expression,
    /// The word of its mode.
    pub mode: Expression,
    /// The members of an adopted one.
    pub adopted: Expression,
    /// Whether an instance of other engines is refused as such; it is missing otherwise.
    pub refuses_others: bool,
}

/// A condition under which an operation refuses.
#[derive(Debug)]
pub struct Guard {
    /// Which of the refusals of the operation it is.
    pub refused: ErrorKind,
    /// The message.
    pub message: Expression,
    /// When.
    pub when: Expression,
    /// The parameter that is wrong, and a value that it could have.
    pub instead: Option<(&'static str, Expression)>,
}

static KINDS: LazyLock<Mutex<HashMap<&'static str, &'static Kind>>> = LazyLock::new(Mutex::default);

impl Kind {
    /// The kind with a name, read when it is first named.
    pub fn named(name: &str) -> Result<&'static Self, Problem> {
        let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = kinds.get(name) {
            return Ok(kind);
        }
        let kind = Self::read(name).map_err(|mistake| Problem(mistake.to_string()))?;
        let kind = &*Box::leak(Box::new(kind));
        kinds.insert(kind.name, kind);
        Ok(kind)
    }

    /// Reads the block of a kind.
    fn read(name: &str) -> Result<Self, Mistake> {
        let unknown = || Mistake { file: "", line: 0, problem: format!("no kind {name:?}") };
        let block = tables::named("kind", name).ok_or_else(unknown)?;
        let mut kind = Self {
            name: leak(name),
            noun: leak(name.rsplit('.').next().unwrap_or(name)),
            id: String::new(),
            new: Expression::Literal(serde_json::Value::Null),
            parent: None,
            missing: Refused::new(UNNAMED, StatusCode::NOT_FOUND, ""),
            idle: Vec::new(),
            seeds: Vec::new(),
            instance: None,
        };
        for line in &lines(&block) {
            let (word, rest) = line.split();
            let expression = || parse(rest).map_err(line.at());
            match word {
                "noun" => kind.noun = leak(rest),
                "id" => rest.clone_into(&mut kind.id),
                "new" => kind.new = expression()?,
                "parent" => kind.parent = Some(expression()?),
                "missing" => kind.missing = refused(rest).map_err(line.at())?.0,
                "busy" => {
                    let (refused, rest) = refused(rest).map_err(line.at())?;
                    let (message, when) = conditioned(rest).map_err(line.at())?;
                    kind.idle.push(Busy { refused, when, message });
                }
                "seed" => kind.seeds.push(expression()?),
                "instance" => {
                    let (mut engine, mut mode, mut adopted) = (None, None, None);
                    let mut refuses_others = true;
                    for below in &line.below {
                        let (word, rest) = below.split();
                        if word == "others" && rest == "missing" {
                            refuses_others = false;
                            continue;
                        }
                        let expression = Some(parse(rest).map_err(below.at())?);
                        match word {
                            "engine" => engine = expression,
                            "mode" => mode = expression,
                            "adopted" => adopted = expression,
                            _ => {
                                return Err(
                                    below.mistake("engine, mode, adopted or others missing")
                                );
                            }
                        }
                    }
                    let word = |word: &str| Engine::all().find(|engine| engine.word() == word);
                    let engines: Vec<_> = rest.split_whitespace().filter_map(word).collect();
                    let named = |engine: &Engine| InstanceKind {
                        engine: *engine,
                        mode: engine.usual_mode(),
                        name: engine.name(),
                    };
                    let wanted = engines.iter().map(named).collect::<Vec<_>>().leak();
                    let missing = || line.mistake("needs engine, mode and adopted");
                    kind.instance = Some(InstanceOf {
                        engines,
                        wanted,
                        engine: engine.ok_or_else(missing)?,
                        mode: mode.ok_or_else(missing)?,
                        adopted: adopted.ok_or_else(missing)?,
                        refuses_others,
                    });
                }
                _ => return Err(line.mistake(format!("{word:?} says nothing about a kind"))),
            }
        }
        Ok(kind)
    }

    /// Adds to the refusals of an operation those that follow from its finding one of these.
    pub fn add_refusals(
        &self,
        missing: Refused,
        idle: bool,
        service: &'static Service,
        to: &mut Vec<Refused>,
    ) {
        add(missing, service, to);
        for busy in self.idle.iter().filter(|_| idle) {
            add(busy.refused, service, to);
        }
    }
}

/// The kind of error that a status and code stand for in an operation, which refuses with them from now
/// on. What its service refuses so anyway is no refusal of its own.
fn add(one: Refused, service: &'static Service, refused: &mut Vec<Refused>) -> ErrorKind {
    let is_known = |known: &&Refused| match one.error_kind {
        UNNAMED => (known.status, known.code) == (one.status, one.code),
        situation => known.error_kind == situation,
    };
    let shared = service.refusal(one.error_kind).filter(|shared| {
        one.error_kind != UNNAMED && (shared.status, shared.code) == (one.status, one.code)
    });
    if let Some(known) = refused.iter().find(is_known).or(shared) {
        return known.error_kind;
    }
    let error_kind = match one.error_kind {
        UNNAMED => ErrorKind::Declared(u8::try_from(refused.len()).unwrap_or(u8::MAX)),
        named => named,
    };
    refused.push(Refused { error_kind, ..one });
    error_kind
}

/// `STATUS CODE [SITUATION] message if condition`
pub fn guard(
    text: &str,
    service: &'static Service,
    to: &mut Vec<Refused>,
) -> Result<Guard, Problem> {
    let (answer, rest) = refused(text)?;
    let (message, when) = conditioned(rest)?;
    Ok(Guard { refused: add(answer, service, to), message, when, instead: None })
}

/// The situation of a refusal that names none: it is the operation's own.
const UNNAMED: ErrorKind = ErrorKind::Declared(u8::MAX);

/// `STATUS CODE [SITUATION]`, and the rest.
pub fn refused(text: &str) -> Result<(Refused, &str), Problem> {
    let bad = || Problem("STATUS CODE".to_owned());
    let (digits, rest) = text.split_once(' ').ok_or_else(bad)?;
    let (code, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let (situation, rest) = ErrorKind::named(word).map_or((UNNAMED, rest), |it| (it, behind));
    Ok((Refused::new(situation, status(digits)?, leak(code)), rest))
}

fn conditioned(text: &str) -> Result<(Expression, Expression), Problem> {
    let (message, when) =
        text.rsplit_once(" if ").ok_or_else(|| Problem("message if condition".to_owned()))?;
    Ok((parse(message)?, parse(when)?))
}
